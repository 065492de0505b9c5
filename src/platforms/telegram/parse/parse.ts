// From an update as Telegram sent it to the facts that cross a bridge; the journal is read through `parseUpdate`.

import type { Message, Update } from "@grammyjs/types";
import type { RawUpdate } from "../../../model/delivery.ts";
import { ParseError } from "../../../model/errors.ts";
import type { BridgeEvent } from "../../../model/event.ts";
import type { AccountId, ConversationRef } from "../../../model/refs.ts";
import { type Form, formOfField } from "../kinds.ts";
import type { UPDATES } from "../kinds-updates.ts";
import type { TelegramSelf } from "../request.ts";
import { countEvents, reactionEvents } from "./marks.ts";
import { accessEvents, memberEvents } from "./members.ts";
import { readMessage } from "./message.ts";
import { pollEvents } from "./poll.ts";
import { pressEvents } from "./press.ts";
import { serviceEvents } from "./service.ts";
import { areSound } from "./sound.ts";

type MessageEvent = "message.created" | "message.edited";
type Crossing = {
  [K in keyof typeof UPDATES]: (typeof UPDATES)[K]["as"] extends "nothing" ? never : K;
}[keyof typeof UPDATES];
type Reader = (
  account: AccountId,
  content: never,
  self: TelegramSelf,
  receivedAt: number,
) => readonly BridgeEvent[];

const created: Reader = (account, message, self) => messageEvents(account, message, "message.created", self);
const edited: Reader = (account, message, self) => messageEvents(account, message, "message.edited", self);

const READERS: Readonly<Record<Crossing, Reader>> = {
  message: created,
  channel_post: created,
  edited_message: edited,
  edited_channel_post: edited,
  message_reaction: (account, update: Filled<"message_reaction">, self) =>
    isMessageThere(update) ? reactionEvents(account, update, self) : [],
  message_reaction_count: (account, update: Filled<"message_reaction_count">) =>
    isMessageThere(update) ? countEvents(account, update) : [],
  poll: pollEvents,
  callback_query: (account, query: Filled<"callback_query">, _self, receivedAt) =>
    pressEvents(account, query, receivedAt),
  my_chat_member: (account, update: Filled<"my_chat_member">) => accessEvents(account, update),
  chat_member: memberEvents,
};

type Filled<K extends keyof Update> = NonNullable<Update[K]>;

/** The events of one update; [] for our own echoes and for what is not for the bridge. @throws ParseError */
export function parseUpdate(raw: RawUpdate, self: TelegramSelf): readonly BridgeEvent[] {
  const update = readUpdate(raw.body);
  const events = readEvents(raw, update, self);
  if (!areSound(events)) throw new ParseError(STRANGE);
  return events;
}

const STRANGE = "The update has a shape this version does not understand.";

function readEvents(
  { account, receivedAt }: RawUpdate,
  update: Update,
  self: TelegramSelf,
): readonly BridgeEvent[] {
  try {
    return Object.entries(READERS).flatMap(([field, read]) => {
      const content = update[field as Crossing];
      return content ? read(account, content as never, self, receivedAt) : [];
    });
  } catch (cause) {
    if (cause instanceof ParseError) throw cause;
    throw new ParseError(STRANGE, { cause });
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
  kind: MessageEvent,
  self: TelegramSelf,
): readonly BridgeEvent[] {
  if (!isMessageThere(message)) return [];
  const forms = new Set(Object.keys(message).map(formOfField));
  if (forms.has("unsaid")) return [];
  if (forms.has("moved")) return moved(account, message);
  if (isOwn(message, self)) return [];
  if (SERVICES.some((form) => forms.has(form))) return serviceEvents(account, message, self);
  // An edit may bring a view count or a button alone; a new message that seems to say nothing says what we do not know.
  if (kind === "message.edited" && !SAYING.some((form) => forms.has(form))) return [];
  return [{ kind, message: readMessage(account, message, self) }];
}

const SERVICES: readonly Form[] = ["notice", "pin", "thread", "edit"];
const SAYING: readonly (Form | undefined)[] = ["text", "file", "card", "poll", undefined];

/**
 * False for what has no stable id (0) and what stands in a channel's direct messages, which are private. @throws
 * ParseError when there is no id or no chat
 */
function isMessageThere({ message_id: id, chat }: Pick<Message, "message_id" | "chat">): boolean {
  if (!Number.isSafeInteger(id) || !Number.isSafeInteger(chat?.id))
    throw new ParseError("The update carries a message without an id or a chat.");
  return id !== 0 && chat.is_direct_messages !== true;
}

/** Our own words: service messages we caused, and what a user sent through us ("via @us"). */
function isOwn(message: Message, self: TelegramSelf): boolean {
  return String(message.from?.id) === self.id || String(message.via_bot?.id) === self.id;
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
