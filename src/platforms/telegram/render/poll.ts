// Polls as Telegram makes them: which fit, how one is sent, how ours is ended; the bridge and `render.ts` call it, pure.

import type { Resolved } from "../../../bridge/platform.ts";
import type { PollAttachment, PollOption } from "../../../model/attachment.ts";
import type { Copy, Json, Part } from "../../../model/delivery.ts";
import type { Author } from "../../../model/message.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import type { RichText } from "../../../model/rich-text.ts";
import type { Texts } from "../../../model/texts.ts";
import { treeToEntities } from "../entities/render.ts";
import type { Payload } from "../request.ts";
import { formOf, pollHash } from "./form-hash.ts";
import { codePoints, request, target } from "./send.ts";
import { isNamed, type Manner, platformBehind, visibleName } from "./words.ts";

// Bot API 10.1, sendPoll.
const MAX_QUESTION = 300;
const MAX_OPTION = 100;
const FEWEST_OPTIONS = 2;
const MOST_OPTIONS = 12;
/** `close_date` lies 5 to 2628000 s ahead; a little more, for the way there. */
const SOONEST_MS = 15_000;
const LATEST_MS = 2_628_000_000 - 60_000;

/** A quiz would need its answer, which only those who have answered are told. */
export function fitsPoll({ poll }: PollAttachment): boolean {
  const options = poll.options.map(optionText);
  const isShort = (value: string, most: number) => value !== "" && codePoints(value) <= most;
  return (
    poll.quiz !== true &&
    options.length >= FEWEST_OPTIONS &&
    options.length <= MOST_OPTIONS &&
    // Two of the same are refused: POLL_OPTION_DUPLICATE.
    new Set(options).size === options.length &&
    options.every((option) => isShort(option, MAX_OPTION)) &&
    isShort(poll.question.trim(), MAX_QUESTION)
  );
}

/** The question with the author's name before it; undefined when there is more to say than fits there. */
export function pollQuestion(
  author: Author,
  { poll }: PollAttachment,
  said: RichText,
  manner: Pick<Manner, "attribution" | "platform"> = {},
): string | undefined {
  const name = isNamed(author, manner) ? `${visibleName(author.name)}${platformBehind(manner)}: ` : "";
  const question = `${name}${poll.question.trim()}`;
  const fits = codePoints(question) <= MAX_QUESTION && treeToEntities(said).text === "";
  return fits ? question : undefined;
}

/**
 * Nobody's name is shown beside a vote: in a channel there is no other kind, and who votes here is no business of the
 * other side. Beyond Telegram's longest time it stays open until it is ended where it was made.
 */
export function pollPart(
  { poll }: PollAttachment,
  question: string,
  to: ConversationRef,
  more: Payload,
  { now }: Pick<Resolved, "now">,
): Part {
  const options = poll.options.map(optionText);
  const left = (poll.closesAt ?? 0) - now;
  const closes = !poll.closed && left >= SOONEST_MS && left <= LATEST_MS;
  return {
    hash: pollHash(question, options),
    request: request("sendPoll", {
      ...target(to),
      question: question.trim(),
      options: options.map((text) => ({ text })),
      is_anonymous: true,
      allows_multiple_answers: poll.multiple,
      ...(closes && { close_date: Math.floor((now + left) / 1000) }),
      ...(poll.closed && { is_closed: true }),
      ...more,
    }),
  };
}

/** Undefined for what is no poll of ours. */
export function renderPollEnd({ ref, hash }: Copy): Json | undefined {
  if (formOf(hash).form !== "poll") return undefined;
  return request("stopPoll", { chat_id: Number(ref.conversation.id), message_id: Number(ref.id) });
}

/** The sendMessage that tells of a poll which may not be made. */
export function pollWords({ question, options, ...payload }: Payload, texts: Texts): Payload {
  const choices = (options as readonly { readonly text: string }[]).map(({ text }) => `• ${text}`);
  const {
    is_anonymous: _,
    allows_multiple_answers: __,
    close_date: ___,
    is_closed: ____,
    ...place
  } = payload;
  return { ...place, text: [`${texts("bridge.attachment.poll")} · ${question}`, ...choices].join("\n") };
}

function optionText({ text, emoji }: PollOption): string {
  return [emoji, text]
    .filter((part) => part)
    .join(" ")
    .replace(/\s+/g, " ")
    .trim();
}
