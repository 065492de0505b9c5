// People talk in the rooms at a steady pace, and it is written down when each message appeared; the rows of limits use it.

import { setTimeout as sleep } from "node:timers/promises";
import type { Crossing, Side } from "./rooms.ts";

/** Where one can talk and listen: a rig, or the rooms of `load-hour.ts`. */
export interface Place {
  say(from: Side, room: number, number: number): void;
  onCrossing(listener: (crossing: Crossing) => void): () => void;
}

export interface Talk {
  readonly from: Side;
  readonly room: number;
  readonly count: number;
  /** From one message to the next; 0 says all at once. */
  readonly everyMs: number;
  /** Before the first. */
  readonly afterMs?: number;
}

export interface Heard extends Talk {
  /** From said to appeared, of message 0, 1, …. */
  readonly lagsMs: readonly number[];
  /** In how many messages they came. */
  readonly calls: number;
}

/** A bridge that shows nothing for this long has lost a message: longer than a limit can close a room. */
const SILENCE_MS = 70_000;
/** What comes twice comes soon after. */
const LISTEN_ON_MS = 1_000;

/** All talks at once. Resolves when everything has appeared. @throws when a message is lost, doubled or out of order */
export async function hold(place: Place, talks: readonly Talk[]): Promise<readonly Heard[]> {
  const ears = talks.map((talk) => new Ear(talk));
  const byRoom = new Map(ears.map((ear) => [`${ear.talk.from} ${ear.talk.room}`, ear]));
  let heardAt = performance.now();
  const unlisten = place.onCrossing((crossing) => {
    heardAt = crossing.at;
    byRoom.get(`${crossing.from} ${crossing.room}`)?.hear(crossing);
  });
  try {
    await Promise.all(ears.map((ear) => speak(place, ear)));
    while (ears.some((ear) => !ear.complete)) {
      if (performance.now() - heardAt > SILENCE_MS)
        throw new Error(ears.flatMap((ear) => ear.missing).join("; "));
      await sleep(50);
    }
    await sleep(LISTEN_ON_MS);
    for (const { fault } of ears) if (fault !== undefined) throw new Error(fault);
    return ears.map((ear) => ({ ...ear.talk, lagsMs: ear.lagsMs, calls: Math.round(ear.calls) }));
  } finally {
    unlisten();
  }
}

async function speak(place: Place, { talk, saidAt }: Ear): Promise<void> {
  const start = performance.now() + (talk.afterMs ?? 0);
  for (let number = 0; number < talk.count; number += 1) {
    const waitMs = start + number * talk.everyMs - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    saidAt.push(performance.now());
    place.say(talk.from, talk.room, number);
  }
}

/** Listens to one talk where it should appear. */
export class Ear {
  readonly talk: Talk;
  readonly saidAt: number[] = [];
  readonly lagsMs: number[] = [];
  calls = 0;
  /** What went wrong first. */
  fault: string | undefined;

  constructor(talk: Talk) {
    this.talk = talk;
  }

  get complete(): boolean {
    return this.fault !== undefined || this.lagsMs.length === this.talk.count;
  }

  get missing(): readonly string[] {
    const { from, room, count } = this.talk;
    return this.complete
      ? []
      : [`${from} ${room}: ${count - this.lagsMs.length} of ${count} messages are missing`];
  }

  hear({ number, at, joined }: Crossing): void {
    const expected = this.lagsMs.length;
    const { from, room } = this.talk;
    if (number !== expected) this.fault ??= `${from} ${room}: ${number} came instead of ${expected}`;
    this.lagsMs.push(at - (this.saidAt[number] ?? Number.NaN));
    this.calls += 1 / joined;
  }
}
