// Which bot hears of what, and in which lane of its queue; World and the methods call it after every change.

import type { BotState } from "../bots.ts";
import { type ChatState, chatJson, isAdmin, isMember, type Member } from "../chats.ts";
import { messageJson, type StoredMessage } from "../messages.ts";
import { type PollState, pollJson } from "../polls.ts";
import { type Content, type Entity, isRecord, type Reaction, type User } from "../types.ts";
import type { World } from "../world.ts";
import { isAllowed, type UpdateKind } from "./update-queue.ts";

const COUNTS_MS = 60_000;
/** Messages whose sums are on their way. */
const counting = new WeakSet<StoredMessage>();
const DAY_MS = 24 * 60 * 60_000;

function push(bot: BotState, kind: UpdateKind, payload: unknown, lane: string, expiresAt: number): void {
  if (!isAllowed(kind, bot.allowed) || bot.gone) return;
  bot.updates.push(kind, payload, lane, expiresAt);
}

/** A new or edited message. Messages and edits of one chat share a lane, so they stay in order. */
export function announceMessage(world: World, message: StoredMessage, what: "new" | "edit"): void {
  const { chat } = message;
  const noun = chat.type === "channel" ? "channel_post" : "message";
  const kind = what === "new" ? noun : (`edited_${noun}` as const);
  const expiresAt = (message.editDate ?? message.date) * 1000 + DAY_MS;
  for (const bot of world.bots.values()) {
    if (!hears(world, bot, message)) continue;
    push(bot, kind, messageJson(message, bot.user.id), `chat ${chat.id}`, expiresAt);
  }
}

/** Client.cpp 17399-17560 and the privacy mode of bots. */
function hears(world: World, bot: BotState, message: StoredMessage): boolean {
  const { chat } = message;
  const id = bot.user.id;
  if (!isMember(chat, id)) return false;
  if (message.service) return true;
  if (message.authorId === id) return false;
  const author = world.users.get(message.authorId);
  if (chat.type === "channel" || chat.type === "private") return true;
  if (author?.is_bot && !bot.hearsBots) return false;
  if (!bot.privacy || isAdmin(chat, id)) return true;
  return isForBot(bot, message);
}

function isForBot(bot: BotState, message: StoredMessage): boolean {
  const via = message.extra.via_bot;
  if (isRecord(via) && via.id === bot.user.id) return true;
  const answered = message.chat.messages.get(message.replyTo ?? 0);
  if (answered?.authorId === bot.user.id) return true;
  const { text, caption, entities, caption_entities } = message.content;
  const words = typeof text === "string" ? text : typeof caption === "string" ? caption : "";
  const marks = (entities ?? caption_entities ?? []) as readonly Entity[];
  return marks.some((mark) => {
    if (mark.type !== "bot_command") return false;
    const [, name] = words.slice(mark.offset, mark.offset + mark.length).split("@");
    if (name !== undefined) return name.toLowerCase() === bot.user.username?.toLowerCase();
    return message.chat.lastBot === undefined || message.chat.lastBot === bot.user.id;
  });
}

/** A member's status changed: the bot itself hears of its own, admins may hear of others'. */
export function announceMember(
  world: World,
  chat: ChatState,
  user: User,
  by: User,
  change: { readonly before: Member; readonly after: Member },
): void {
  const payload = {
    chat: chatJson(chat),
    from: by,
    date: world.seconds(),
    old_chat_member: memberJson(user, change.before),
    new_chat_member: memberJson(user, change.after),
  };
  const expiresAt = world.clock.now() + DAY_MS;
  for (const bot of world.bots.values()) {
    if (bot.user.id === user.id) {
      push(bot, "my_chat_member", payload, `my ${chat.id}`, expiresAt);
    } else if (isAdmin(chat, bot.user.id)) {
      push(bot, "chat_member", payload, `member ${user.id}`, expiresAt);
    }
  }
}

export function memberJson(user: User, member: Member): Readonly<Record<string, unknown>> {
  const extra = member.status === "kicked" ? { until_date: 0, ...member.rights } : member.rights;
  return { user, status: member.status, ...extra };
}

/** The reaction of a person, or of a chat in whose name somebody reacts. Only admins hear, never of bots' reactions, and in a lane apart from the messages. */
export function announceReaction(
  world: World,
  message: StoredMessage,
  by: User | ChatState,
  before: readonly Reaction[],
  after: readonly Reaction[],
): void {
  const { chat } = message;
  world.refreshed(message);
  if ("is_bot" in by && by.is_bot) return;
  const actor = "is_bot" in by ? { user: by } : { actor_chat: chatJson(by) };
  const expiresAt = world.clock.now() + DAY_MS;
  const base = { chat: chatJson(chat), message_id: message.id, date: world.seconds() };
  for (const bot of world.bots.values()) {
    if (!isAdmin(chat, bot.user.id)) continue;
    if (chat.type === "channel") continue;
    const payload = { ...base, ...actor, old_reaction: before, new_reaction: after };
    push(bot, "message_reaction", payload, `reaction ${chat.id}`, expiresAt);
  }
  if (chat.type === "channel") announceCounts(world, message);
}

/** Bots get updates of their own polls, and of others' that somebody stops in `stoppedIn`. Bot API 10.1, Update.poll */
export function announcePoll(world: World, poll: PollState, stoppedIn?: ChatState): void {
  for (const bot of world.bots.values()) {
    const heard = poll.authorId === bot.user.id || (stoppedIn && isMember(stoppedIn, bot.user.id));
    if (!heard) continue;
    push(bot, "poll", pollJson(poll, bot.user.id), `poll ${poll.id}`, world.clock.now() + DAY_MS);
  }
}

/** Somebody pressed a button below a message of the bot. */
export function announcePress(world: World, bot: BotState, query: Content, from: User): void {
  push(bot, "callback_query", query, `press ${from.id}`, world.clock.now() + DAY_MS);
}

/** Somebody voted in a poll that is not anonymous: only the bot that made it is told. */
export function announceVote(world: World, poll: PollState, answer: Content): void {
  for (const bot of world.bots.values()) {
    if (poll.authorId !== bot.user.id) continue;
    push(bot, "poll_answer", { poll_id: poll.id, ...answer }, `poll ${poll.id}`, world.clock.now() + DAY_MS);
  }
}

/** In channels nobody is named; the sums come together, a while later. Bot API, MessageReactionCountUpdated */
function announceCounts(world: World, message: StoredMessage): void {
  if (counting.has(message)) return;
  counting.add(message);
  world.clock.after(COUNTS_MS, () => {
    counting.delete(message);
    const { chat } = message;
    const reactions = countReactions(message);
    const payload = { chat: chatJson(chat), message_id: message.id, date: world.seconds(), reactions };
    for (const bot of world.bots.values()) {
      if (!isAdmin(chat, bot.user.id)) continue;
      push(bot, "message_reaction_count", payload, `count ${chat.id}`, world.clock.now() + DAY_MS);
    }
  });
}

function countReactions(message: StoredMessage): readonly unknown[] {
  const counts = new Map<string, { readonly type: Reaction; count: number }>();
  for (const reaction of [...message.reactions.values()].flat()) {
    const key = JSON.stringify(reaction);
    const entry = counts.get(key) ?? { type: reaction, count: 0 };
    entry.count += 1;
    counts.set(key, entry);
  }
  return [...counts.values()].map(({ type, count }) => ({ type, total_count: count }));
}
