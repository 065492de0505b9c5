// Reads Telegram's service messages: pins, topics, tasks of checklists, and notices for the rest; `parse.ts` calls it.

import type { Message, User } from "@grammyjs/types";
import type { BridgeEvent, Notice, ThreadChange } from "../../../model/event.ts";
import type { Author } from "../../../model/message.ts";
import type { AccountId, ConversationRef } from "../../../model/refs.ts";
import type { FieldOf } from "../kinds.ts";
import type { TelegramSelf } from "../request.ts";
import { authorOf, userAuthor } from "./authors.ts";
import { conversationRef, readMessage, topicName } from "./message.ts";
import { noticeOf } from "./notice.ts";

interface Scene {
  readonly account: AccountId;
  readonly self: TelegramSelf;
  readonly conversation: ConversationRef;
  readonly by: Author;
}

type ActField = FieldOf<"pin" | "thread" | "edit">;
/** What is done on the other side; undefined when it can only be said. */
type Readers = {
  readonly [F in ActField]: (message: Message, notice: Notice, scene: Scene) => BridgeEvent | undefined;
};

const READERS: Readers = {
  // Bot API 10.1, InaccessibleMessage: even of a message that cannot be seen the id is told.
  pinned_message: ({ pinned_message: pinned }, notice, { conversation, by }) => {
    const id = pinned?.message_id;
    if (!Number.isSafeInteger(id)) return undefined;
    return { kind: "pin.changed", target: { conversation, id: String(id) }, pinned: true, by, notice };
  },
  forum_topic_created: (message, notice, scene) =>
    thread("created", message.forum_topic_created?.name, notice, scene),
  forum_topic_edited: (message, notice, scene) =>
    thread("renamed", message.forum_topic_edited?.name, notice, scene),
  forum_topic_closed: (message, notice, scene) => thread("closed", topicName(message), notice, scene),
  forum_topic_reopened: (message, notice, scene) => thread("reopened", topicName(message), notice, scene),
  checklist_tasks_done: (message, _notice, scene) =>
    checklist(message.checklist_tasks_done?.checklist_message, message, scene),
  checklist_tasks_added: (message, _notice, scene) =>
    checklist(message.checklist_tasks_added?.checklist_message, message, scene),
};

const ACTS = Object.keys(READERS) as readonly ActField[];

/** What a service message does, or has to tell; [] when it concerns the bot alone. */
export function serviceEvents(
  account: AccountId,
  message: Message,
  self: TelegramSelf,
): readonly BridgeEvent[] {
  const conversation = conversationRef(account, message);
  const by = authorOf(account, message);
  const act = ACTS.find((field) => message[field] !== undefined);
  const notice = noticeOf(message, self);
  if (!notice) return [];
  const done = act && READERS[act](message, notice, { account, self, conversation, by });
  const change = membersChange(message, { account, self, conversation, by });
  return [done ?? { kind: "notice", conversation, notice, by }, ...(change ? [change] : [])];
}

/** Who came and who went, the bot left out. */
function membersChange(
  message: Message,
  { account, self, conversation, by }: Scene,
): BridgeEvent | undefined {
  const { new_chat_members: came = [], left_chat_member: went, from } = message;
  const others = (users: readonly User[]) => users.filter(({ id }) => String(id) !== self.id);
  const [joined, left] = [others(came), others(went ? [went] : [])];
  const all = [...joined, ...left];
  if (all.length === 0) return undefined;
  const isAlone = all.length === 1 && all[0]?.id === from?.id;
  return {
    ...{ kind: "members.changed", conversation },
    joined: joined.map((user) => userAuthor(account, user)),
    left: left.map((user) => userAuthor(account, user)),
    ...(isAlone ? {} : { by }),
    at: message.date * 1000,
  };
}

/** The general topic has no thread. */
function thread(
  change: ThreadChange,
  name: string | undefined,
  notice: Notice,
  { conversation, by }: Scene,
): BridgeEvent | undefined {
  if (conversation.thread === undefined) return undefined;
  return { kind: "thread.changed", conversation, change, ...(name ? { name } : {}), by, notice };
}

/** The list as it is now; it stands in the chat in which its change is told. */
function checklist(
  list: Message | undefined,
  { chat, date }: Message,
  { account, self, conversation }: Scene,
): BridgeEvent | undefined {
  if (!list?.checklist || !Number.isSafeInteger(list.message_id)) return undefined;
  const message = readMessage(account, { ...list, chat }, self);
  const ref = { ...message.ref, conversation };
  return { kind: "message.edited", message: { ...message, ref, at: date * 1000 } };
}
