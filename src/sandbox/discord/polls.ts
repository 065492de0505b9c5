// Votes in polls and their end; the poll routes and people act through it.

import { runAt } from "../long-wait.ts";
import { ALLOW_ALL } from "./mentions.ts";
import { announceUpdate, createMessage, placeOf } from "./messages.ts";
import type { ChannelRecord, Embed, MessageRecord, Snowflake } from "./records.ts";
import { timestamp } from "./snowflake.ts";
import type { World } from "./world.ts";

/** What is known of the votes of a message's poll. */
export interface PollVotes {
  /** Answer id -> who voted for it, in order. */
  readonly byAnswer: Map<number, Snowflake[]>;
  finalized: boolean;
  /** Milliseconds since 1970; brought forward by an early end. */
  expiresAt: number;
}

interface PollAnswer {
  readonly answer_id: number;
  readonly poll_media: { readonly text?: string };
}

export function answersOf(message: MessageRecord): readonly PollAnswer[] {
  return (message.poll?.answers ?? []) as readonly PollAnswer[];
}

function announceVote(world: World, type: string, channel: ChannelRecord, data: object): void {
  world.emit({
    type,
    channel,
    ...(channel.guildId === undefined ? {} : { guildId: channel.guildId }),
    data: () => ({ ...placeOf(channel), ...data }),
  });
}

/** One event for each answer. @throws Error for what Discord's apps do not let one do */
export function addVote(
  world: World,
  channel: ChannelRecord,
  message: MessageRecord,
  userId: Snowflake,
  answerId: number,
): void {
  const { votes } = message;
  if (!votes || votes.finalized) throw new Error("SANDBOX: no open poll");
  if (!answersOf(message).some(({ answer_id }) => answer_id === answerId))
    throw new Error("SANDBOX: no such answer");
  if (message.poll?.allow_multiselect !== true)
    for (const other of votes.byAnswer.keys())
      if (other !== answerId) removeVote(world, channel, message, userId, other);
  const voters = votes.byAnswer.get(answerId) ?? [];
  if (voters.includes(userId)) return;
  votes.byAnswer.set(answerId, [...voters, userId]);
  const data = { user_id: userId, message_id: message.id, answer_id: answerId };
  announceVote(world, "MESSAGE_POLL_VOTE_ADD", channel, data);
}

export function removeVote(
  world: World,
  channel: ChannelRecord,
  message: MessageRecord,
  userId: Snowflake,
  answerId: number,
): void {
  const voters = message.votes?.byAnswer.get(answerId) ?? [];
  if (!voters.includes(userId)) return;
  message.votes?.byAnswer.set(
    answerId,
    voters.filter((id) => id !== userId),
  );
  const data = { user_id: userId, message_id: message.id, answer_id: answerId };
  announceVote(world, "MESSAGE_POLL_VOTE_REMOVE", channel, data);
}

/** Discord docs, resources/message, "Embed Fields by Embed Type": poll_result. */
function resultEmbed(message: MessageRecord): Embed {
  const counts = answersOf(message).map((answer) => ({
    answer,
    votes: message.votes?.byAnswer.get(answer.answer_id)?.length ?? 0,
  }));
  const most = Math.max(0, ...counts.map(({ votes }) => votes));
  const total = counts.reduce((sum, { votes }) => sum + votes, 0);
  const winners = counts.filter(({ votes }) => votes === most);
  const winner = winners.length === 1 ? winners[0]?.answer : undefined;
  const question = (message.poll?.question as { text?: string } | undefined)?.text ?? "";
  const fields: [string, string][] = [
    ["poll_question_text", question],
    ["victor_answer_votes", String(most)],
    ["total_votes", String(total)],
    ...(winner
      ? ([
          ["victor_answer_id", String(winner.answer_id)],
          ["victor_answer_text", winner.poll_media.text ?? ""],
        ] satisfies [string, string][])
      : []),
  ];
  return { type: "poll_result", fields: fields.map(([name, value]) => ({ name, value, inline: false })) };
}

/** The poll is closed: MESSAGE_UPDATE with its final results, then the line (type 46) that tells the outcome. */
export function endPoll(world: World, channel: ChannelRecord, message: MessageRecord): void {
  const { votes } = message;
  if (!votes || votes.finalized || message.deleted) return;
  votes.finalized = true;
  votes.expiresAt = Math.min(votes.expiresAt, world.clock.now());
  announceUpdate(world, channel, message);
  createMessage(world, channel, {
    author: message.author,
    speaker: message.author.id,
    form: {
      embeds: [resultEmbed(message)],
      allowed: { ...ALLOW_ALL, everyone: false, users: [], roles: [] },
      tts: false,
    },
    type: 46,
    reference: { type: 0, message_id: message.id, ...placeOf(channel) },
  });
}

/** Starts counting the votes of a new poll, and ends it when its time has come. */
export function openPoll(world: World, channel: ChannelRecord, message: MessageRecord): void {
  const expiry = Date.parse(String(message.poll?.expiry));
  const expiresAt = Number.isNaN(expiry) ? Number.MAX_SAFE_INTEGER : expiry;
  message.votes = { byAnswer: new Map(), finalized: false, expiresAt };
  if (!Number.isNaN(expiry)) runAt(world.clock, expiresAt, () => endPoll(world, channel, message));
}

/** The poll as one viewer gets it. Answers without votes are missing from the counts. Discord docs, resources/poll */
export function pollShape(message: MessageRecord, viewerId: Snowflake | undefined): unknown {
  const { poll, votes } = message;
  if (!poll || !votes) return poll;
  const counts = [...votes.byAnswer].flatMap(([id, voters]) => {
    const me_voted = viewerId !== undefined && voters.includes(viewerId);
    return voters.length > 0 ? [{ id, count: voters.length, me_voted }] : [];
  });
  const untouched = votes.byAnswer.size === 0 && !votes.finalized && poll.results !== undefined;
  return {
    ...poll,
    ...(votes.finalized ? { expiry: timestamp(votes.expiresAt) } : {}),
    results: untouched ? poll.results : { answer_counts: counts, is_finalized: votes.finalized },
  };
}
