// Polls: how one is made, voted in and closed, and who is told; the poll methods and the people act through it.

import { runAt } from "../long-wait.ts";
import type { StoredMessage } from "./messages.ts";
import type { Content, Entity, User } from "./types.ts";
import { announcePoll, announceVote } from "./updates/updates.ts";
import type { World } from "./world.ts";

export interface PollDraft {
  readonly question: string;
  readonly questionEntities?: readonly Entity[];
  readonly options: readonly { readonly text: string; readonly entities?: readonly Entity[] }[];
  /** They are, unless told. */
  readonly anonymous?: boolean;
  readonly multiple?: boolean;
  /** Answers may be changed: they may in regular polls, unless told. */
  readonly revoting?: boolean;
  /** Indexes of the right answers make it a quiz. */
  readonly correct?: readonly number[];
  readonly explanation?: string;
  readonly closed?: boolean;
  /** Seconds after it is made, or (`closesAt`) since 1970, when it closes by itself. */
  readonly openPeriod?: number;
  readonly closesAt?: number;
}

export interface PollState {
  readonly id: string;
  readonly draft: PollDraft;
  readonly persistentIds: readonly string[];
  closed: boolean;
  /** Voter -> indexes of options. */
  readonly votes: Map<number, readonly number[]>;
  /** Who made it: only this bot hears of it before it is stopped. */
  readonly authorId: number;
}

export function createPoll(world: World, draft: PollDraft, authorId: number): PollState {
  const id = String(5_000_000_000_000_000_000n + BigInt(Math.floor(world.random() * 2 ** 50)));
  const persistentIds = draft.options.map((_, index) => Buffer.from([48 + index]).toString("base64url"));
  return { id, draft, persistentIds, closed: draft.closed ?? false, votes: new Map(), authorId };
}

/** A Poll as the Bot API shows it. Bot API 10.1; a quiz tells its right answers once it is closed, or to its maker. */
export function pollJson(poll: PollState, viewerId?: number): Content {
  const { draft } = poll;
  const voters = [...poll.votes.values()];
  const shown = draft.correct && (poll.closed || viewerId === undefined || viewerId === poll.authorId);
  return {
    id: poll.id,
    question: draft.question,
    ...(draft.questionEntities?.length && { question_entities: draft.questionEntities }),
    options: draft.options.map(({ text, entities }, index) => ({
      persistent_id: poll.persistentIds[index],
      text,
      ...(entities?.length && { text_entities: entities }),
      voter_count: voters.filter((chosen) => chosen.includes(index)).length,
    })),
    total_voter_count: voters.length,
    is_closed: poll.closed,
    is_anonymous: draft.anonymous ?? true,
    type: draft.correct ? "quiz" : "regular",
    allows_multiple_answers: draft.multiple ?? false,
    allows_revoting: revoting(draft),
    members_only: false,
    ...(shown && { correct_option_ids: draft.correct }),
    ...(shown && draft.explanation !== undefined && { explanation: draft.explanation }),
    ...(draft.openPeriod !== undefined && { open_period: draft.openPeriod }),
    ...(draft.closesAt !== undefined && { close_date: draft.closesAt }),
  };
}

function revoting({ revoting, correct }: PollDraft): boolean {
  return revoting ?? correct === undefined;
}

/** [] takes the vote back. @throws Error for votes that Telegram's apps do not let one cast */
export function castVote(world: World, message: StoredMessage, user: User, chosen: readonly number[]): void {
  const poll = pollOf(message);
  const { draft, votes } = poll;
  if (poll.closed) throw new Error("SANDBOX: the poll is closed");
  if (chosen.some((index) => draft.options[index] === undefined)) throw new Error("SANDBOX: no such option");
  if (chosen.length > 1 && !draft.multiple) throw new Error("SANDBOX: the poll takes one answer");
  if (votes.has(user.id) && !revoting(draft)) throw new Error("SANDBOX: the vote cannot be changed");
  if (chosen.length === 0) votes.delete(user.id);
  else votes.set(user.id, [...chosen].sort());
  announcePoll(world, poll);
  world.refreshed(message);
  if (draft.anonymous === false) {
    const ids = chosen.map((index) => poll.persistentIds[index]);
    announceVote(world, poll, { user, option_ids: chosen, option_persistent_ids: ids });
  }
}

/** Nobody can vote any more. By hand: every bot of the chat is told; by itself: only the bot that made it. */
export function closePoll(world: World, message: StoredMessage, byHand = true): void {
  const poll = pollOf(message);
  if (poll.closed) return;
  poll.closed = true;
  announcePoll(world, poll, byHand ? message.chat : undefined);
  world.refreshed(message);
}

/** Closes the poll by itself when its time has come. */
export function watchPoll(world: World, message: StoredMessage): void {
  const { draft } = pollOf(message);
  const at = draft.closesAt ?? (draft.openPeriod === undefined ? undefined : message.date + draft.openPeriod);
  if (at === undefined) return;
  runAt(world.clock, at * 1000, () => {
    if (!message.deleted) closePoll(world, message, false);
  });
}

function pollOf(message: StoredMessage): PollState {
  if (!message.poll) throw new Error(`SANDBOX: message ${message.id} is no poll`);
  return message.poll;
}
