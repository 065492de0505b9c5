// A Gateway session: what it was told, numbered, kept for replay; the Gateway and its connections share it.

import type { BotRecord } from "../records.ts";
import { type Dispatch, may, type Viewer, type World } from "../world.ts";
import { INTENT, neededIntents } from "./intents.ts";

// No number is documented.
const REPLAY_LENGTH = 10_000;

/** Where a session's payloads go while it is connected. */
export interface SessionLink {
  send(text: string): void;
  close(code: number): void;
}

export interface Session {
  readonly id: string;
  readonly bot: BotRecord;
  readonly intents: number;
  /** Number of the last dispatch made. */
  seq: number;
  /** The last dispatches, for replay. */
  log: { readonly seq: number; readonly text: string }[];
  /** Number of the last dispatch that was put on the wire. */
  sent: number;
  link: SessionLink | undefined;
  /** When the connection was lost; milliseconds. */
  detachedAt: number | undefined;
}

/** How the next dispatches go wrong, each counted in dispatches. */
export interface Mischief {
  drop: number;
  duplicate: number;
  /** Pairs to swap. */
  reorder: number;
}

/** Does this session hear of it? */
export function hears(world: World, session: Session, dispatch: Dispatch): boolean {
  const { bot, intents } = session;
  if (dispatch.only !== undefined && dispatch.only !== bot.id) return false;
  const needed = neededIntents(dispatch);
  if (needed !== 0 && (intents & needed) === 0 && dispatch.about !== bot.id) return false;
  if (dispatch.guildId !== undefined && dispatch.only === undefined)
    if (!world.guilds.get(dispatch.guildId)?.members.has(bot.id)) return false;
  return dispatch.channel === undefined || may(world, dispatch.channel, bot.id, "VIEW_CHANNEL");
}

/** The session's application as a reader: its intents decide. */
export function sessionViewer(session: Session): Viewer {
  return { bot: session.bot, readsContent: (session.intents & INTENT.MESSAGE_CONTENT) !== 0 };
}

/** Numbers a dispatch and keeps it for replay; nothing is sent yet. */
export function append(session: Session, type: string, data: unknown): void {
  session.seq += 1;
  session.log.push({ seq: session.seq, text: JSON.stringify({ op: 0, s: session.seq, t: type, d: data }) });
  if (session.log.length > REPLAY_LENGTH) session.log.shift();
}

/** Puts on the wire what is not there yet. */
export function pump(session: Session): void {
  const { link } = session;
  if (!link) return;
  for (const entry of session.log) {
    if (entry.seq <= session.sent) continue;
    session.sent = entry.seq;
    link.send(entry.text);
  }
}

/** Can a client that has `seq` be told all that it missed? */
export function canReplay(session: Session, seq: number): boolean {
  const first = session.log[0];
  return first === undefined ? seq === session.seq : seq >= first.seq - 1;
}
