// Reads what a Telegram message answers; `parse-message.ts` calls it.

import type { Message } from "@grammyjs/types";
import { excerptOf } from "../../model/excerpt.ts";
import type { Reply } from "../../model/message.ts";
import type { ConversationRef } from "../../model/refs.ts";
import { plainText, type RichText, text } from "../../model/rich-text.ts";
import { authorOf, chatName, originName } from "./authors.ts";
import { entitiesToTree } from "./entities-parse.ts";
import { readBody } from "./parse-content.ts";
import type { TelegramSelf } from "./request.ts";

/** The first words of an answered message, in code points. */
const MAX_EXCERPT = 80;

/** What `message` answers; undefined when it answers nothing, or only stands in a topic. */
export function readReply(
  conversation: ConversationRef,
  message: Message,
  self: TelegramSelf,
): Reply | undefined {
  const target = message.reply_to_message;
  const quote = readQuote(message);
  if (target && !isTopicRoot(message, target)) {
    const ref = { conversation, id: String(target.message_id) };
    return { ref, ...describe(conversation, target, self), ...quote };
  }
  if (message.external_reply) {
    const excerpt = excerptOfBody(quote.quote ?? []);
    const author = originName(message.external_reply.origin);
    return { author, ...(excerpt ? { excerpt } : {}), ...quote };
  }
  if (message.reply_to_story) return { author: chatName(message.reply_to_story.chat) };
  return undefined;
}

/** In topics every message that answers nothing carries the topic's creation as its reply [Bot API server, Client.cpp]. */
function isTopicRoot(message: Message, target: Message): boolean {
  return (
    target.forum_topic_created !== undefined ||
    (message.is_topic_message === true && message.message_thread_id === target.message_id)
  );
}

function readQuote({ quote }: Message): { readonly quote?: RichText } {
  return quote?.text ? { quote: entitiesToTree(quote.text, quote.entities) } : {};
}

function describe(
  { account }: ConversationRef,
  target: Message,
  self: TelegramSelf,
): { readonly author?: string; readonly excerpt?: string } {
  const body = readBody(target);
  if (String(target.from?.id) === self.id) return describeCopy(body);
  // In a channel nobody is named as the sender of a post, and whatever begins as a copy does is taken for one.
  const copy = target.chat.type === "channel" ? describeCopy(body) : {};
  if (copy.author !== undefined) return copy;
  const excerpt = excerptOfBody(body);
  return { author: authorOf(account, target).name, ...(excerpt ? { excerpt } : {}) };
}

/**
 * Our own copy of somebody's message begins with that somebody's bold name and a colon: the name is the author. A
 * quote right behind it is what the copy itself answers. Later parts and notices have no name to show.
 */
function describeCopy(body: RichText): { readonly author?: string; readonly excerpt?: string } {
  const [name, separator, ...rest] = body;
  const colon = separator?.kind === "text" ? /^:(?: |\n|$)/.exec(separator.text) : undefined;
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
