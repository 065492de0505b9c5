// Reads what a Telegram message answers; `message.ts` calls it.

import type { ExternalReplyInfo, Message } from "@grammyjs/types";
import { isFile } from "../../../model/attachment.ts";
import { excerptOf } from "../../../model/excerpt.ts";
import type { Reply } from "../../../model/message.ts";
import type { AccountId, ConversationRef } from "../../../model/refs.ts";
import { plainText, type RichText, text } from "../../../model/rich-text.ts";
import { entitiesToTree } from "../entities/parse.ts";
import type { TelegramSelf } from "../request.ts";
import { authorOf, chatName, originName } from "./authors.ts";
import { taskLine } from "./cards.ts";
import { readBody, readContent } from "./content.ts";
import { messagePage } from "./links.ts";

/** The first words of an answered message, in code points. */
const MAX_EXCERPT = 80;

/** What `message` answers; undefined when it answers nothing, or only stands in a topic. */
export function readReply(
  conversation: ConversationRef,
  message: Message,
  self: TelegramSelf,
): Reply | undefined {
  const target = message.reply_to_message;
  const quote = readQuote(message, conversation.account);
  if (target && !isTopicRoot(message, target)) {
    const ref = { conversation, id: String(target.message_id) };
    return {
      ...{ ref, ...describe(conversation, target, self), ...quote },
      ...whoAnd(conversation, message, target, self),
    };
  }
  if (message.external_reply) return external(conversation.account, message.external_reply, quote);
  if (message.reply_to_story) return { author: chatName(message.reply_to_story.chat), excerpt: "📖" };
  return undefined;
}

/**
 * Who wrote the target, unless it is ours: of a copy somebody else did, whom the map knows. What it holds is told to
 * commands alone.
 */
function whoAnd(
  { account }: ConversationRef,
  message: Message,
  target: Message,
  self: TelegramSelf,
): Pick<Reply, "user" | "about"> {
  const user = String(target.from?.id) === self.id ? undefined : authorOf(account, target).user;
  const isCommand = (message.text ?? message.caption ?? "").startsWith("/");
  return {
    ...(user ? { user } : {}),
    ...(isCommand ? { about: aboutOf(account, target) } : {}),
  };
}

function aboutOf(account: AccountId, target: Message): NonNullable<Reply["about"]> {
  const { body, attachments } = readContent(target, { account, href: messagePage(target) });
  const said = plainText(body);
  return { ...(said === "" ? {} : { text: said }), files: attachments.filter(isFile) };
}

/** A message of another chat or topic; it is named only where the bot may see it. */
function external(
  account: AccountId,
  { chat, message_id: id, origin, ...content }: ExternalReplyInfo,
  quote: Pick<Reply, "quote">,
): Reply {
  const excerpt = excerptOfBody(quote.quote ?? []) || signOf(content);
  const isKnown = Number.isSafeInteger(chat?.id) && Number.isSafeInteger(id);
  return {
    ...(isKnown ? { ref: { conversation: { account, id: String(chat?.id) }, id: String(id) } } : {}),
    author: originName(origin),
    ...(origin.type === "user" ? { user: { account, id: String(origin.sender_user.id) } } : {}),
    ...(excerpt ? { excerpt } : {}),
    ...quote,
  };
}

/** In topics every message that answers nothing carries the topic's creation as its reply [Bot API server, Client.cpp]. */
function isTopicRoot(message: Message, target: Message): boolean {
  return (
    target.forum_topic_created !== undefined ||
    (message.is_topic_message === true && message.message_thread_id === target.message_id)
  );
}

/** The quoted words; the option or the task, where one of them is answered. */
function readQuote(message: Message, account: AccountId): Pick<Reply, "quote"> {
  const { quote, reply_to_message: target } = message;
  if (quote?.text) return { quote: entitiesToTree(quote.text, quote.entities, account) };
  const { reply_to_poll_option_id: optionId, reply_to_checklist_task_id: taskId } = message;
  const option = target?.poll?.options.find(({ persistent_id }) => persistent_id === optionId);
  if (optionId !== undefined && option?.text) return { quote: [text(option.text)] };
  const task = target?.checklist?.tasks.find(({ id }) => id === taskId);
  return taskId !== undefined && task ? { quote: taskLine(task) } : {};
}

function describe(
  { account }: ConversationRef,
  target: Message,
  self: TelegramSelf,
): Pick<Reply, "author" | "excerpt"> {
  const body = readBody(target, { account });
  if (String(target.from?.id) === self.id) return describeCopy(body);
  // In a channel nobody is named as the sender of a post, and whatever begins as a copy does is taken for one.
  const copy = target.chat.type === "channel" ? describeCopy(body) : {};
  if (copy.author !== undefined) return copy;
  const excerpt = excerptOfBody(body) || signOf(target);
  return { author: authorOf(account, target).name, ...(excerpt ? { excerpt } : {}) };
}

/**
 * Our own copy of somebody's message begins with that somebody's bold name and a colon: the name is the author. A
 * quote right behind it is what the copy itself answers. Later parts and notices have no name to show.
 */
function describeCopy(body: RichText): Pick<Reply, "author" | "excerpt"> {
  const [name, separator, ...rest] = body;
  // The platform may stand behind the name: " (Discord): ".
  const colon =
    separator?.kind === "text" ? /^(?: \([^()\n]{1,32}\))?(?::(?: |\n|$)|$)/.exec(separator.text) : undefined;
  const named = name?.kind === "bold" && (separator === undefined || colon);
  if (!named) {
    const excerpt = excerptOfBody(body);
    return excerpt ? { excerpt } : {};
  }
  const after = separator?.kind === "text" ? text(separator.text.slice(colon?.[0].length ?? 0)) : undefined;
  const said = [...(after ? [after] : []), ...rest];
  const own = said.filter((node, index) => !(index <= 1 && node.kind === "quote" && said.length > index + 1));
  const excerpt = excerptOfBody(own);
  return { author: plainText([name]).trim(), ...(excerpt ? { excerpt } : {}) };
}

/** The first words on one line; "" when the message has none. */
export function excerptOfBody(body: RichText): string {
  return excerptOf(plainText(body), MAX_EXCERPT);
}

type Content = Pick<Message, Exclude<keyof Message & keyof ExternalReplyInfo, "message_id" | "chat">>;

/** What a message without words is known by, in its own words or a sign that every language reads. */
function signOf(content: Content): string {
  const { audio, contact, poll, checklist, venue, game, invoice, document, sticker, dice } = content;
  const words =
    poll?.question ??
    checklist?.title ??
    venue?.title ??
    game?.title ??
    invoice?.title ??
    audio?.title ??
    contact?.first_name ??
    sticker?.emoji ??
    (dice && `${dice.emoji} ${dice.value}`) ??
    (content.animation ? undefined : document?.file_name);
  if (words) return excerptOf(words, MAX_EXCERPT);
  return SIGNS.find(([field]) => content[field] !== undefined)?.[1] ?? "";
}

const SIGNS: readonly (readonly [keyof Content, string])[] = [
  ["animation", "🎞️"],
  ["live_photo", "📷"],
  ["photo", "📷"],
  ["video", "🎬"],
  ["video_note", "📹"],
  ["voice", "🎤"],
  ["audio", "🎵"],
  ["document", "📎"],
  ["location", "📍"],
  ["story", "📖"],
  ["paid_media", "⭐"],
  ["giveaway", "🎁"],
  ["giveaway_winners", "🎁"],
];
