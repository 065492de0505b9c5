// Names of accounts, conversations, messages and users; every id is a string and says which account it belongs to.

/** The name a configured login has in `matebot.yaml`, for example `telegram`. */
export type AccountId = string;

/** A chat, channel, topic or thread. `thread` is a Telegram topic or a Discord thread inside `id`. */
export interface ConversationRef {
  readonly account: AccountId;
  readonly id: string;
  readonly thread?: string;
}

/** A message. Its id is unique only together with its conversation. */
export interface MessageRef {
  readonly conversation: ConversationRef;
  readonly id: string;
}

export interface UserRef {
  readonly account: AccountId;
  readonly id: string;
}

/** `account:id` or `account:id/thread`, the form used in the configuration; the inverse of `parseConversation`. */
export function conversationKey(ref: ConversationRef): string {
  const base = `${ref.account}:${ref.id}`;
  return ref.thread === undefined ? base : `${base}/${ref.thread}`;
}

/** Reads `account:id[/thread]`; undefined when the text has another shape. */
export function parseConversation(text: string): ConversationRef | undefined {
  const match = /^([A-Za-z][\w-]*):(-?[^\s:/]+)(?:\/([^\s:/]+))?$/.exec(text);
  if (!match?.[1] || !match[2]) return undefined;
  const ref = { account: match[1], id: match[2] };
  return match[3] === undefined ? ref : { ...ref, thread: match[3] };
}

/**
 * The key of a message in the map and the journal. The thread is left out: on both platforms a message id is
 * unique within its chat, and reactions and deletions do not name the thread.
 */
export function messageKey(ref: MessageRef): string {
  return `${ref.conversation.account}:${ref.conversation.id}#${ref.id}`;
}

export function sameConversation(a: ConversationRef, b: ConversationRef): boolean {
  return a.account === b.account && a.id === b.id && a.thread === b.thread;
}

/** The same chat, whatever the threads. */
export function isSamePlace(a: ConversationRef, b: ConversationRef): boolean {
  return a.account === b.account && a.id === b.id;
}

const ASIDE = "~";

/**
 * The name under which the map keeps the small line about a message (who reacted, how the poll stands), which no
 * platform made. `subjectOf` is the way back.
 */
export function asideOf(ref: MessageRef): MessageRef {
  return { ...ref, id: `${ref.id}${ASIDE}` };
}

/** The message a ref is about: itself, or the one whose aside it is. */
export function subjectOf(ref: MessageRef): MessageRef {
  return ref.id.endsWith(ASIDE) ? { ...ref, id: ref.id.slice(0, -ASIDE.length) } : ref;
}

export function isAside(ref: MessageRef): boolean {
  return ref.id.endsWith(ASIDE);
}

const [ANSWER, QUESTION] = ["!", "?"];

/** What the robot says is a message that no platform made: it stands in the map, and what stands in chats are copies. */
export function answerRef(room: ConversationRef, id: string, index?: number): MessageRef {
  return { conversation: room, id: `${ANSWER}${id}${index === undefined ? "" : `.${index}`}` };
}

/** A question that left no message (a slash command). */
export function questionRef(room: ConversationRef, id: string): MessageRef {
  return { conversation: room, id: `${QUESTION}${id}` };
}

/** No platform made it: nothing in its conversation has this id. */
export function isCoined({ id }: MessageRef): boolean {
  return id.startsWith(ANSWER) || id.startsWith(QUESTION);
}

/** Stands for the thread of `chat` that will answer to the thread `source`, until it is opened. */
export function futureThread(chat: ConversationRef, source: ConversationRef): ConversationRef {
  return { account: chat.account, id: chat.id, thread: `~${source.account}.${source.id}.${source.thread}` };
}

/** The thread for which `ref` shall be opened; undefined when it is open (or no thread at all). */
export function awaitedBy(ref: ConversationRef): ConversationRef | undefined {
  const match = /^~([^.]+)\.([^.]+)\.(.+)$/.exec(ref.thread ?? "");
  if (!match?.[1] || !match[2] || !match[3]) return undefined;
  return { account: match[1], id: match[2], thread: match[3] };
}
