// Turns a Gateway dispatch from the journal into canonical events; the platform's index calls it.

import type { RawUpdate } from "../../model/delivery.ts";
import { ParseError } from "../../model/errors.ts";
import type { BridgeEvent } from "../../model/event.ts";
import type { Directory } from "./directory.ts";
import { messageOf } from "./parse-message.ts";
import { authorOf, conversationOf, isOurs, type Scene } from "./parse-names.ts";
import { noticeOf } from "./parse-notice.ts";
import { FLAGS, hasFlag, type MessagePayload } from "./parse-payload.ts";

/**
 * What the dispatch `{"t", "d"}` says to the bridge; [] for our own echoes and for all that must not cross.
 * @throws ParseError when the body is no dispatch.
 */
export function parseDispatch(raw: RawUpdate, directory: Directory): readonly BridgeEvent[] {
  const dispatch = readDispatch(raw.body);
  try {
    return eventsOf(dispatch, raw, { account: raw.account, directory });
  } catch (error) {
    if (error instanceof ParseError) throw error;
    // A field of a type Discord never sends. The cause could quote the message's text.
    throw new ParseError("the dispatch has another shape than Discord documents");
  }
}

function eventsOf({ t, d }: Dispatch, raw: RawUpdate, scene: Scene): readonly BridgeEvent[] {
  switch (t) {
    case "MESSAGE_CREATE":
      return created(asMessage(d), raw, scene);
    case "MESSAGE_UPDATE":
      return edited(asMessage(d), raw, scene);
    case "MESSAGE_DELETE":
      return deleted(d, typeof d.id === "string" ? [d.id] : undefined, scene);
    case "MESSAGE_DELETE_BULK":
      return deleted(d, d.ids, scene);
    case "GAP":
      return gap(d, scene);
    default:
      return [];
  }
}

interface Dispatch {
  readonly t: string;
  readonly d: Readonly<Record<string, unknown>>;
}

function readDispatch(body: string): Dispatch {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    // The cause would quote the message's text.
    throw new ParseError("the update is not JSON");
  }
  if (!isRecord(value) || typeof value.t !== "string" || !isRecord(value.d)) {
    throw new ParseError("the update is no Gateway dispatch");
  }
  return { t: value.t, d: value.d };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function asMessage(data: Readonly<Record<string, unknown>>): MessagePayload {
  if (typeof data.id !== "string" || typeof data.channel_id !== "string") {
    throw new ParseError("the message has no id or no channel");
  }
  return { ...data, id: data.id, channel_id: data.channel_id };
}

// Discord, resources/message, Message Types: DEFAULT, REPLY, CHAT_INPUT_COMMAND, CONTEXT_MENU_COMMAND.
const SAID: ReadonlySet<number> = new Set([0, 19, 20, 23]);

/**
 * Types that have words and still must not cross: AUTO_MODERATION_ACTION (24) repeats what was blocked, INCIDENT_*
 * (36-39) are for admins, the rest is Discord's own advertising; THREAD_STARTER_MESSAGE (21) repeats its parent.
 */
const KEPT: ReadonlySet<number> = new Set([
  3, 5, 14, 15, 16, 17, 21, 22, 24, 25, 26, 29, 32, 36, 37, 38, 39, 44, 55,
]);

function created(message: MessagePayload, raw: RawUpdate, scene: Scene): readonly BridgeEvent[] {
  if (!message.author || !crosses(message, scene.directory)) return [];
  const type = message.type ?? 0;
  const notice = SAID.has(type) ? undefined : noticeOf(message);
  if (notice) {
    const conversation = conversationOf(message.channel_id, scene);
    return [
      { kind: "notice", conversation, notice, by: authorOf(message.author, message.member, scene.account) },
    ];
  }
  if (!SAID.has(type) && (KEPT.has(type) || !message.content)) return [];
  const at = timeOf(message.timestamp, raw);
  return [{ kind: "message.created", message: messageOf(message, message.author, at, scene) }];
}

/** Since 2024-11 an update holds the whole message (api-docs #7017); an older, partial one changes no words. */
function edited(message: MessagePayload, raw: RawUpdate, scene: Scene): readonly BridgeEvent[] {
  if (!message.author || !crosses(message, scene.directory) || !SAID.has(message.type ?? 0)) return [];
  const at = timeOf(message.edited_timestamp ?? message.timestamp, raw);
  return [{ kind: "message.edited", message: messageOf(message, message.author, at, scene) }];
}

/**
 * False for our own echoes, for what only one person may see, and for webhooks of others: another bridge speaks
 * through those, and two bridges that carry each other's words never stop. Ordinary messages of other bots cross.
 * Answers to commands name their application as `webhook_id`, and are no webhooks.
 */
function crosses(message: MessagePayload, directory: Directory): boolean {
  if (isOurs(message, directory) || hasFlag(message, FLAGS.ephemeral)) return false;
  return message.webhook_id === undefined || message.webhook_id === message.application_id;
}

function deleted(data: Dispatch["d"], ids: unknown, scene: Scene): readonly BridgeEvent[] {
  if (typeof data.channel_id !== "string" || !Array.isArray(ids)) {
    throw new ParseError("the deletion has no channel or no ids");
  }
  const conversation = conversationOf(data.channel_id, scene);
  const refs = ids.filter((id) => typeof id === "string").map((id) => ({ conversation, id }));
  return refs.length === 0 ? [] : [{ kind: "message.deleted", conversation, refs }];
}

/** Not Discord's own: `backfill.ts` says with it that messages were left behind, or may have been missed. */
function gap(data: Dispatch["d"], scene: Scene): readonly BridgeEvent[] {
  if (typeof data.channel_id !== "string") throw new ParseError("the gap has no channel");
  const conversation = conversationOf(data.channel_id, scene);
  const { guild_id: guild, channel_id: channel, first, count, more } = data;
  if (typeof count !== "number")
    return [{ kind: "notice", conversation, notice: { key: "discord.notice.unread" } }];
  const link = `https://discord.com/channels/${guild}/${channel}/${first}`;
  const key = more === true ? "discord.notice.left-more" : "discord.notice.left";
  return [{ kind: "notice", conversation, notice: { key, values: { count, link } } }];
}

/** Discord writes microseconds; a date holds milliseconds. */
function timeOf(timestamp: string | undefined, raw: RawUpdate): number {
  const at = Date.parse(timestamp ?? "");
  return Number.isNaN(at) ? raw.receivedAt : at;
}
