// Turns a poll into what Discord takes for one, and says which polls fit; capabilities and `render.ts` ask.

import type { Poll, PollAttachment } from "../../../model/attachment.ts";
import type { PollOrder } from "../request.ts";
import { codePoints } from "./create-part.ts";

// Discord, resources/poll, Poll Create Request Object and Poll Media Object.
const MAX_QUESTION = 300;
const MAX_ANSWER = 55;
const MAX_ANSWERS = 10;
const MAX_HOURS = 768;
/** Without an end of its own: a week, so that it does not end long before the original. */
const USUAL_HOURS = 168;
const HOUR_MS = 3_600_000;

/** A closed one would take votes again, and a quiz would show no right answer. */
export function fitsPoll({ poll }: PollAttachment): boolean {
  const { question, options, closed, quiz } = poll;
  const isSaid = (words: string, most: number) => words.trim() !== "" && codePoints(words) <= most;
  return (
    !closed &&
    quiz !== true &&
    isSaid(question, MAX_QUESTION) &&
    options.length >= 1 &&
    options.length <= MAX_ANSWERS &&
    options.every(({ text }) => isSaid(text, MAX_ANSWER))
  );
}

/** `now`: milliseconds since 1970. */
export function pollOrder({ question, options, multiple, closesAt }: Poll, now: number): PollOrder {
  const hours = closesAt === undefined ? USUAL_HOURS : Math.ceil((closesAt - now) / HOUR_MS);
  return {
    question: { text: question },
    answers: options.map(({ text, emoji }) => ({ poll_media: { text: answerOf(text, emoji) } })),
    duration: Math.min(MAX_HOURS, Math.max(1, hours)),
    allow_multiselect: multiple,
    layout_type: 1,
  };
}

/** The emoji stands in the words: in its own field Discord refuses what it does not know. */
function answerOf(words: string, emoji: string | undefined): string {
  const both = emoji ? `${emoji} ${words}` : words;
  return codePoints(both) <= MAX_ANSWER ? both : words;
}
