// From an update as Telegram sent it to the facts that cross a bridge; the journal is read through `parseUpdate`.

import type { Message, Update } from "@grammyjs/types";
import type { RawUpdate } from "../../model/delivery.ts";
import { ParseError } from "../../model/errors.ts";
import type { BridgeEvent } from "../../model/event.ts";
import type { AccountId, ConversationRef } from "../../model/refs.ts";
import { authorOf } from "./authors.ts";
import { roleOf } from "./message-fields.ts";
import { conversationRef, readMessage } from "./parse-message.ts";
import { readNotice } from "./parse-service.ts";
import type { TelegramSelf } from "./request.ts";

type Kind = "message.created" | "message.edited";

/** Business and guest messages are missing on purpose: they belong to private talks. */
const MESSAGE_UPDATES = {
  message: "message.created",
  channel_post: "message.created",
  edited_message: "message.edited",
  edited_channel_post: "message.edited",
} as const satisfies Partial<Record<keyof Update, Kind>>;

/** The events of one update; [] for our own echoes and for what is not for the bridge. @throws ParseError */
export function parseUpdate(raw: RawUpdate, self: TelegramSelf): readonly BridgeEvent[] {
  const update = readUpdate(raw.body);
  try {
    return Object.entries(MESSAGE_UPDATES).flatMap(([field, kind]) => {
      const message = update[field as keyof typeof MESSAGE_UPDATES];
      return message ? messageEvents(raw.account, message, kind, self) : [];
    });
  } catch (cause) {
    if (cause instanceof ParseError) throw cause;
    throw new ParseError("The update has a shape this version does not understand.", { cause });
  }
}

function readUpdate(body: string): Update {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    // The cause is left out: it quotes the text it stumbled over.
    throw new ParseError("The update is not JSON.");
  }
  if (
    typeof value !== "object" ||
    value === null ||
    !Number.isSafeInteger((value as Partial<Update>).update_id)
  )
    throw new ParseError("The JSON is not an update.");
  return value as Update;
}

function messageEvents(
  account: AccountId,
  message: Message,
  kind: Kind,
  self: TelegramSelf,
): readonly BridgeEvent[] {
  if (!Number.isSafeInteger(message.message_id) || !Number.isSafeInteger(message.chat?.id))
    throw new ParseError("The update carries a message without an id or a chat.");
  if (!isPublic(message)) return [];
  const roles = new Set(Object.keys(message).map(roleOf));
  if (roles.has("moved")) return moved(account, message);
  if (isOwn(message, self)) return [];
  if (roles.has("notice")) return notice(account, message, self);
  if (isOtherBot(message)) return [];
  const says = roles.has("body") || roles.has("content") || roles.has(undefined);
  if (roles.has("quiet") || (!says && kind === "message.edited")) return [];
  return [{ kind, message: readMessage(account, message, self) }];
}

/**
 * False for what only some may see. Ephemeral messages (Bot API 10.2) are for one user, business and guest messages
 * and a channel's direct messages come from private talks; message_id 0 has no stable id.
 */
function isPublic(message: Message): boolean {
  return (
    message.message_id !== 0 &&
    message.ephemeral_message_id === undefined &&
    message.receiver_user === undefined &&
    message.business_connection_id === undefined &&
    message.guest_query_id === undefined &&
    message.direct_messages_topic === undefined &&
    message.chat.is_direct_messages !== true
  );
}

/** Our own words: service messages we caused, and what a user sent through us ("via @us"). */
function isOwn(message: Message, self: TelegramSelf): boolean {
  return String(message.from?.id) === self.id || String(message.via_bot?.id) === self.id;
}

/**
 * Bots that speak as themselves are not bridged, else two bridges could answer each other for ever. The stand-ins of
 * anonymous admins and channels are bots too, but there `sender_chat` says who speaks.
 */
function isOtherBot(message: Message): boolean {
  return message.from?.is_bot === true && authorOf("", message).kind === "bot";
}

/**
 * Old group and new supergroup name each other. Both words count: they come in separate queues, and what is said in the
 * new one must not arrive before its name is known.
 */
function moved(account: AccountId, message: Message): readonly BridgeEvent[] {
  const here = message.chat.id;
  const from = message.migrate_from_chat_id ?? here;
  const to = message.migrate_to_chat_id ?? here;
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from === to) return [];
  const ref = (id: number): ConversationRef => ({ account, id: String(id) });
  return [{ kind: "conversation.moved", from: ref(from), to: ref(to) }];
}

function notice(account: AccountId, message: Message, self: TelegramSelf): readonly BridgeEvent[] {
  const said = readNotice(message, self);
  if (!said) return [];
  const conversation = conversationRef(account, message);
  return [{ kind: "notice", conversation, notice: said, by: authorOf(account, message) }];
}
