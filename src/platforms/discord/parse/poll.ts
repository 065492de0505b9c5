// Reads polls: what is asked, what was voted, and that one ended; parse.ts and attachments.ts call it.

import type { PollAttachment, PollOption } from "../../../model/attachment.ts";
import type { BridgeEvent } from "../../../model/event.ts";
import type { MessageRef } from "../../../model/refs.ts";
import { emojiWords } from "./names.ts";
import type { PollPayload } from "./payload.ts";

export function pollOf(poll: PollPayload): PollAttachment {
  const closesAt = Date.parse(poll.expiry ?? "");
  const counts = countsOf(poll);
  return {
    kind: "poll",
    poll: {
      question: poll.question?.text || "…",
      options: (poll.answers ?? []).map(optionOf),
      multiple: poll.allow_multiselect === true,
      anonymous: false,
      closed: poll.results?.is_finalized === true,
      ...(Number.isNaN(closesAt) ? {} : { closesAt }),
      ...(counts && { votes: Object.fromEntries(counts.map(({ option, count }) => [option, count])) }),
    },
  };
}

type Answer = NonNullable<PollPayload["answers"]>[number];

function optionOf({ answer_id: id, poll_media: media = {} }: Answer, index: number): PollOption {
  const emoji = media.emoji ? emojiWords(media.emoji) : "";
  return {
    id: `${id ?? index + 1}`,
    text: media.text || emoji || "…",
    ...(media.text && emoji ? { emoji } : {}),
  };
}

/** Discord, resources/poll: without results nothing is known; an answer that is missing in them has no votes. */
function countsOf({ answers = [], results }: PollPayload) {
  if (!results?.answer_counts) return undefined;
  const counts = new Map(results.answer_counts.map(({ id, count }) => [id, count]));
  return answers.map(({ answer_id: id }, index) => ({
    option: `${id ?? index + 1}`,
    count: counts.get(id ?? index + 1) ?? 0,
  }));
}

/**
 * What an update of its message says of a poll: nothing before the votes are counted for good, then the votes, and
 * that it is closed. A poll cannot be changed. One of ours ends with its original only.
 */
export function pollNews(poll: PollPayload, target: MessageRef, isOurs: boolean): readonly BridgeEvent[] {
  if (poll.results?.is_finalized !== true) return [];
  const counts = countsOf(poll);
  const voted: readonly BridgeEvent[] = counts
    ? [{ kind: "vote.changed", target, change: { kind: "counts", counts } }]
    : [];
  return isOurs ? voted : [...voted, { kind: "poll.closed", target }];
}
