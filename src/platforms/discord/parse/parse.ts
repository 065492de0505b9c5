// Turns a Gateway dispatch from the journal into canonical events; the platform's index calls it.

import type { RawUpdate } from "../../../model/delivery.ts";
import { ParseError } from "../../../model/errors.ts";
import type { BridgeEvent, Notice } from "../../../model/event.ts";
import type { Directory } from "../account/directory.ts";
import { fills, type News } from "../gateway/dispatch.ts";
import { type Kind, MESSAGE_TYPES } from "../kinds.ts";
import { heardEvents } from "./heard.ts";
import { reactionEvents, voteEvents } from "./marks.ts";
import { messageOf } from "./message.ts";
import { conversationOf, isOurs, type Scene, speakerOf } from "./names.ts";
import { systemEvents } from "./notice.ts";
import { type ChannelPayload, FLAGS, hasFlag, type MessagePayload, type ReactionPayload } from "./payload.ts";
import { pollNews } from "./poll.ts";
import { channelEvents, threadEvents } from "./threads.ts";

/**
 * What the dispatch `{"t", "d"}` says to the bridge; [] for our own echoes and for all that must not cross.
 * @throws ParseError when the body is no dispatch.
 */
export function parseDispatch(raw: RawUpdate, directory: Directory): readonly BridgeEvent[] {
  const dispatch = readDispatch(raw.body);
  try {
    const scene: Scene = { account: raw.account, directory };
    return [...eventsOf(dispatch, raw, scene), ...heardEvents(dispatch.heard, raw.receivedAt, scene)];
  } catch (error) {
    if (error instanceof ParseError) throw error;
    // A field of a type Discord never sends. The cause could quote the message's text.
    throw new ParseError("the dispatch has another shape than Discord documents");
  }
}

function eventsOf({ t, d, heard, ...news }: Stored, raw: RawUpdate, scene: Scene): readonly BridgeEvent[] {
  switch (t) {
    case "MESSAGE_CREATE":
      return created(asMessage(d), raw, scene);
    case "MESSAGE_UPDATE":
      return edited(asMessage(d), news, raw, scene);
    case "MESSAGE_DELETE":
      return deleted(d, typeof d.id === "string" ? [d.id] : undefined, scene);
    case "MESSAGE_DELETE_BULK":
      return deleted(d, d.ids, scene);
    case "MESSAGE_REACTION_ADD":
    case "MESSAGE_REACTION_REMOVE":
    case "MESSAGE_REACTION_REMOVE_ALL":
    case "MESSAGE_REACTION_REMOVE_EMOJI":
      return reactionEvents(t, asReaction(d), scene);
    case "MESSAGE_POLL_VOTE_ADD":
    case "MESSAGE_POLL_VOTE_REMOVE":
      return voteEvents(t, asReaction(d), scene);
    case "THREAD_CREATE":
    case "THREAD_UPDATE":
    case "THREAD_DELETE":
      return threadEvents(t, asChannel(d), news, scene);
    case "CHANNEL_UPDATE":
      return channelEvents(asChannel(d), news, scene);
    case "GAP":
      return gap(d, scene);
    default:
      return [];
  }
}

/** A dispatch with what the account remembered when it came (`receive.ts`). */
interface Stored extends News {
  readonly t: string;
  readonly d: Readonly<Record<string, unknown>>;
  /** What was noted for the robot (`hearing.ts`). */
  readonly heard: unknown;
}

function readDispatch(body: string): Stored {
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
  return { ...newsOf(value), t: value.t, d: value.d, heard: value.heard };
}

function newsOf({ before, unpinned, filled }: Readonly<Record<string, unknown>>): News {
  const { name, topic, closed } = isRecord(before) ? before : {};
  const was = typeof name === "string" && typeof topic === "string" ? { name, topic } : undefined;
  return {
    ...(was ? { before: typeof closed === "boolean" ? { ...was, closed } : was } : {}),
    ...(unpinned === true ? { unpinned } : {}),
    ...(typeof filled === "boolean" ? { filled } : {}),
  };
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

function asReaction(data: Readonly<Record<string, unknown>>): ReactionPayload {
  if (typeof data.message_id !== "string" || typeof data.channel_id !== "string") {
    throw new ParseError("the reaction or vote has no message or no channel");
  }
  return { ...data, message_id: data.message_id, channel_id: data.channel_id };
}

function asChannel(data: Readonly<Record<string, unknown>>): ChannelPayload {
  if (typeof data.id !== "string") throw new ParseError("the channel has no id");
  return { ...data, id: data.id };
}

const TYPES: ReadonlyMap<number, Kind> = new Map(
  Object.entries(MESSAGE_TYPES).map(([type, kind]) => [Number(type), kind]),
);

function created(message: MessagePayload, raw: RawUpdate, scene: Scene): readonly BridgeEvent[] {
  const { author, type = 0 } = message;
  // A command's answer that is only announced; its update tells.
  if (!author || !crosses(message, scene) || hasFlag(message, FLAGS.loading)) return [];
  const form = TYPES.get(type)?.as;
  if (form === "nothing") return [];
  const at = timeOf(message.timestamp, raw);
  if (form !== "message" && form !== undefined)
    return systemEvents(message, speakerOf(message, author, scene), at, scene);
  const unknown = form === undefined ? `message type ${type}` : undefined;
  return [{ kind: "message.created", message: messageOf(message, author, at, scene, unknown) }];
}

/** Since 2024-11 an update holds the whole message (api-docs #7017); an older, partial one changes no words. */
function edited(message: MessagePayload, news: News, raw: RawUpdate, scene: Scene): readonly BridgeEvent[] {
  const { author, poll, type = 0 } = message;
  if (!author || hasFlag(message, FLAGS.ephemeral)) return [];
  const target = { conversation: conversationOf(message.channel_id, scene), id: message.id };
  if (news.unpinned) {
    const notice: Notice = { key: "discord.notice.unpinned", group: "pins" };
    return [{ kind: "pin.changed", target, pinned: false, notice }];
  }
  if (poll) return pollNews(poll, target, isOurs(message, scene.directory));
  if (!crosses(message, scene) || TYPES.get(type)?.as !== "message" || hasFlag(message, FLAGS.loading))
    return [];
  if (hasFlag(message, FLAGS.sourceDeleted) && hasFlag(message, FLAGS.isCrosspost))
    return [{ kind: "message.deleted", conversation: target.conversation, refs: [target] }];
  if (fills(news, message)) {
    const answer = messageOf(message, author, timeOf(message.timestamp, raw), scene);
    return [{ kind: "message.created", message: answer }];
  }
  const at = timeOf(message.edited_timestamp ?? message.timestamp, raw);
  return [{ kind: "message.edited", message: messageOf(message, author, at, scene) }];
}

/** False for our own echoes and for what only one person may see. Bots and webhooks of others are bots' words. */
function crosses(message: MessagePayload, { directory }: Scene): boolean {
  return !isOurs(message, directory) && !hasFlag(message, FLAGS.ephemeral);
}

function deleted(data: Stored["d"], ids: unknown, scene: Scene): readonly BridgeEvent[] {
  if (typeof data.channel_id !== "string" || !Array.isArray(ids)) {
    throw new ParseError("the deletion has no channel or no ids");
  }
  const conversation = conversationOf(data.channel_id, scene);
  const refs = ids.filter((id) => typeof id === "string").map((id) => ({ conversation, id }));
  return refs.length === 0 ? [] : [{ kind: "message.deleted", conversation, refs }];
}

/** Not Discord's own: `backfill.ts` says with it that messages were left behind, or may have been missed. */
function gap(data: Stored["d"], scene: Scene): readonly BridgeEvent[] {
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
