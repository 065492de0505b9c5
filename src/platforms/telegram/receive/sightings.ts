// Looks at every update as it comes in, beside the journal: ids that were seen, rights that are back; `index.ts` wires it.

import type { ChatMemberUpdated, Message, Update } from "@grammyjs/types";
import type { PlatformContext } from "../../../bridge/platform.ts";
import type { RawUpdate } from "../../../model/delivery.ts";
import type { Gaps } from "../reconcile/gaps.ts";
import { counterOf, type Seen } from "../reconcile/seen.ts";
import { rawUpdate } from "./updates.ts";

/** Takes an update as it came; resolves when it may be acknowledged. */
export type Take = (update: Update, body: string) => Promise<void>;

/** The journal keys of a channel's posts begin so; the message id follows, then "/" and the update's number. */
export function postsPrefix(chat: string): string {
  return `p${chat}#`;
}

/** Where the highest id that was seen is kept for the next start; of channels exactly, of others now and then. */
export function markName(chat: string): string {
  return `mark:${counterOf(chat)}`;
}

/**
 * Notes what an update shows and hands it to the journal. What a bot is told of its own place in a chat is acted upon
 * at once, too: its lanes there need not wait.
 */
export function createTake(
  context: PlatformContext,
  seen: Seen,
  gaps: Gaps,
  accept: (raw: RawUpdate) => Promise<void>,
): Take {
  return async (update, body) => {
    const message = messageOf(update);
    // What is no proper message is the parser's business, and must not be kept from the journal.
    const id = message && Number.isSafeInteger(message.message_id) ? message.message_id : undefined;
    const chat = message?.chat && Number.isSafeInteger(message.chat.id) ? String(message.chat.id) : undefined;
    const raw = rawUpdate(context.account, update.update_id, body, context.clock.now());
    const { my_chat_member: own } = update;
    if (own && isWhole(own)) return void (await Promise.all([accept(raw), ownPlace(context, gaps, own)]));
    if (!message || id === undefined || chat === undefined) return await accept(raw);
    seen.note(chat, id, message.chat.type === "channel");
    // At once: updates that came together go to the journal together, in their order.
    await accept(marked(update.channel_post ? asPost(raw, chat, id) : raw, chat, update, seen));
    if (update.channel_post) await gaps.end(chat, id);
    for (const to of reopened(context, message, chat)) context.recovered(to);
  };
}

/** Others' posts in a channel must be known one by one, even after a crash (`reconcile.ts`). */
function asPost(raw: RawUpdate, chat: string, id: number): RawUpdate {
  return { ...raw, key: `${postsPrefix(chat)}${id}/${raw.key}` };
}

function marked(raw: RawUpdate, chat: string, update: Update, seen: Seen): RawUpdate {
  // An edit tells of an old message: its number must not take the place of a higher one of an earlier run.
  if (!update.message && !update.channel_post) return raw;
  const mark = seen.toKeep(chat, update.channel_post !== undefined);
  return mark === undefined ? raw : { ...raw, position: { name: markName(chat), value: String(mark) } };
}

function messageOf(update: Update): Message | undefined {
  return update.message ?? update.edited_message ?? update.channel_post ?? update.edited_channel_post;
}

/** What is no proper change is the parser's business, too. */
function isWhole({ chat, old_chat_member, new_chat_member }: Partial<ChatMemberUpdated>): boolean {
  return (
    Number.isSafeInteger(chat?.id) &&
    [old_chat_member, new_chat_member].every((each) => each instanceof Object)
  );
}

/** The bot's own place in a chat changed. */
async function ownPlace(
  context: PlatformContext,
  gaps: Gaps,
  { chat, ...change }: ChatMemberUpdated,
): Promise<void> {
  const { account } = context;
  const id = String(chat.id);
  const wasAway = ["left", "kicked"].includes(change.old_chat_member.status);
  // What others posted meanwhile is never told.
  if (chat.type === "channel" && wasAway) await gaps.begin(id);
  if (!mayWrite(change.new_chat_member)) return;
  context.log.info({ account, chat: id }, "the bot may write in this chat (again)");
  for (const to of lanesOf(context, id)) context.recovered(to);
}

/** Bot API, ChatMember: of an administrator only channels say whether it may post. */
function mayWrite(member: ChatMemberUpdated["new_chat_member"]): boolean {
  switch (member.status) {
    case "creator":
    case "member":
      return true;
    case "administrator":
      return member.can_post_messages !== false;
    case "restricted":
      return member.is_member && member.can_send_messages;
    default:
      return false;
  }
}

/** A topic is open again, or a group has its new id. */
function reopened(context: PlatformContext, message: Message, chat: string) {
  if (message.migrate_from_chat_id !== undefined) return [{ account: context.account, id: chat }];
  if (message.forum_topic_reopened)
    return [{ account: context.account, id: chat, thread: String(message.message_thread_id) }];
  return message.general_forum_topic_unhidden ? lanesOf(context, chat) : [];
}

/** The chat and all its topics that are bridged. */
function lanesOf({ conversations }: PlatformContext, chat: string) {
  return conversations().filter(({ id }) => id === chat);
}
