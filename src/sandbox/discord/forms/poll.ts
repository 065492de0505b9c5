// Reads a poll request into the poll that a message carries; `message` calls it.

import { badField } from "../rest/errors.ts";
import { timestamp } from "../snowflake.ts";
import type { World } from "../world.ts";
import { type Fields, fieldsAt, integerAt, listAt, textAt } from "./form.ts";
import { checkKeys, KEYS } from "./keys.ts";

function mediaText(value: unknown, path: readonly (string | number)[], max: number): Fields {
  const media = fieldsAt(value, path) ?? {};
  const text = textAt(media.text, [...path, "text"], { min: 1, max });
  if (text === undefined && media.emoji === undefined)
    throw badField([...path, "text"], "BASE_TYPE_REQUIRED", "This field is required");
  return media;
}

/** Discord docs, resources/poll: question 300, 1-10 answers of 55, 1-768 hours. @throws ApiFailure 50035 */
export function readPoll(world: World, value: unknown): Readonly<Record<string, unknown>> | undefined {
  const poll = fieldsAt(value, ["poll"]);
  if (!poll) return undefined;
  checkKeys(poll, KEYS.poll, "poll");
  const question = mediaText(poll.question, ["poll", "question"], 300);
  const answers = listAt(poll.answers, ["poll", "answers"], 10) ?? [];
  if (answers.length === 0)
    throw badField(["poll", "answers"], "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 10 in length.");
  const hours = integerAt(poll.duration, ["poll", "duration"], { min: 1, max: 768 }) ?? 24;
  return {
    question: { text: question.text },
    answers: answers.map((answer, index) => ({
      answer_id: index + 1,
      poll_media: mediaText(
        fieldsAt(answer, ["poll", "answers", index])?.poll_media,
        ["poll", "answers", index, "poll_media"],
        55,
      ),
    })),
    expiry: timestamp(world.clock.now() + hours * 3_600_000),
    allow_multiselect: poll.allow_multiselect === true,
    layout_type: integerAt(poll.layout_type, ["poll", "layout_type"], { min: 1, max: 1 }) ?? 1,
    results: { answer_counts: [], is_finalized: false },
  };
}
