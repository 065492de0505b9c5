// Tells a rival with the same token, who stays, from one who goes away again; polling asks after each conflict.

import type { Clock } from "../../../model/clock.ts";

/** Without a conflict for so long, the rival is gone: each of the two asks again within half a minute. */
const calmMs = 2 * 60_000;
/** Whoever met the rival this soon after the start is the second, and gives way first, … */
const youngMs = 60_000;
const patienceOfTheSecondMs = 60_000;
/** … so that the one that was there before can go on. */
const patienceOfTheFirstMs = 10 * 60_000;

/** Owns when the rival was met first and last. */
export class Rivalry {
  readonly #clock: Clock;
  readonly #beganAt: number;
  #since: number | undefined;
  #lastAt = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#beganAt = clock.now();
  }

  /** A conflict happened. True when there have been such for so long that we should stop. */
  persists(): boolean {
    const now = this.#clock.now();
    if (this.#since === undefined || now - this.#lastAt > calmMs) this.#since = now;
    this.#lastAt = now;
    const isSecond = this.#since - this.#beganAt <= youngMs;
    return now - this.#since >= (isSecond ? patienceOfTheSecondMs : patienceOfTheFirstMs);
  }
}
