// Reads polls, and how many voted for what; `attachments.ts` and `parse.ts` call it.

import type { Poll } from "@grammyjs/types";
import type { PollAttachment } from "../../../model/attachment.ts";
import type { BridgeEvent } from "../../../model/event.ts";
import type { AccountId } from "../../../model/refs.ts";

/** `askedAt` is in seconds, like all times of Telegram. */
export function pollOf(poll: Poll, askedAt: number): PollAttachment {
  const closesAt = poll.close_date ?? (poll.open_period ? askedAt + poll.open_period : undefined);
  const votes = poll.total_voter_count > 0 ? votesOf(poll) : undefined;
  return {
    kind: "poll",
    id: String(poll.id),
    poll: {
      question: poll.question || "…",
      options: poll.options.map((option, index) => ({
        id: optionId(option, index),
        text: option.text || "…",
      })),
      multiple: poll.allows_multiple_answers === true,
      anonymous: poll.is_anonymous === true,
      ...(poll.type === "quiz" ? { quiz: true } : {}),
      closed: poll.is_closed === true,
      ...(closesAt === undefined ? {} : { closesAt: closesAt * 1000 }),
      ...(votes ? { votes } : {}),
    },
  };
}

/** Older servers give options no lasting id. */
function optionId({ persistent_id: id }: { readonly persistent_id?: string }, index: number): string {
  return id || String(index);
}

function votesOf(poll: Poll): Readonly<Record<string, number>> {
  return Object.fromEntries(countsOf(poll).map(({ option, count }) => [option, count]));
}

function countsOf({ options }: Poll) {
  return options.map((option, index) => ({
    option: optionId(option, index),
    count: option.voter_count ?? 0,
  }));
}

/**
 * The votes so far, and whether they are the last. Telegram sends it for the bot's own polls, and for those of others
 * when they are closed before their time [Bot API 10.1, Update].
 */
export function pollEvents(account: AccountId, poll: Poll): readonly BridgeEvent[] {
  // As wrong as it may be: a poll without options has no votes.
  if (!Array.isArray(poll.options)) return [];
  const target = { account, poll: String(poll.id) };
  const voted: BridgeEvent = {
    kind: "vote.changed",
    target,
    change: {
      kind: "counts",
      counts: countsOf(poll),
    },
  };
  return poll.is_closed === true ? [voted, { kind: "poll.closed", target }] : [voted];
}
