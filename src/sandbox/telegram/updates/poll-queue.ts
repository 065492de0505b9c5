// getUpdates: what it answers, how long it waits, and whom it conflicts with; one Polling per bot.

import type { Clock, Timer } from "../../../model/clock.ts";
import type { BotState } from "../bots.ts";
import { conflict } from "../http/api-error.ts";
import type { Update } from "./update-queue.ts";

export interface PollRequest {
  readonly offset: number;
  /** 1-100. */
  readonly limit: number;
  /** 0-50. */
  readonly timeoutSeconds: number;
}

interface Waiting {
  readonly answer: () => void;
  readonly fail: (error: Error) => void;
}

const TERMINATED_BY_POLL =
  "terminated by other getUpdates request; make sure that only one bot instance is running";
export const TERMINATED_BY_WEBHOOK = "terminated by setWebhook request";
const WEBHOOK_ACTIVE =
  "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
const MAX_ANSWER_BYTES = 4 << 20;
const CONFLICT_PAUSE_MS = 3000;

/** Owns the one request that may wait. */
export class Polling {
  readonly #clock: Clock;
  #waiting: Waiting | undefined;
  #previousOffset: number | undefined;
  #previousAt = Number.NEGATIVE_INFINITY;
  #nextConflictAt = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws ApiError 409 when a webhook or another request is in the way */
  get(bot: BotState, request: PollRequest): Promise<readonly Update[]> {
    if (bot.webhook) return this.#conflict(WEBHOOK_ACTIVE);
    this.terminate(TERMINATED_BY_POLL);
    const { limit, timeoutSeconds } = this.#stretch(request);
    const from = confirm(bot, request.offset, this.#clock.now());
    const ready = take(bot, from, limit);
    if (ready.length > 0 || timeoutSeconds === 0) return Promise.resolve(ready);
    return this.#wait(bot, from, limit, timeoutSeconds);
  }

  /** Ends a waiting request with a 409. */
  terminate(reason: string): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) this.#conflict(reason).catch(waiting.fail);
  }

  /** An update came: a waiting request is answered at once. */
  wake(): void {
    this.#waiting?.answer();
  }

  /** Client.cpp 16321: who asks the same again within 3 s waits 3 s, within 0.5 s gets one update. */
  #stretch(request: PollRequest): { limit: number; timeoutSeconds: number } {
    const now = this.#clock.now();
    const sinceMs =
      request.offset === this.#previousOffset ? now - this.#previousAt : Number.POSITIVE_INFINITY;
    this.#previousOffset = request.offset;
    this.#previousAt = now;
    return {
      limit: sinceMs < 500 ? 1 : request.limit,
      timeoutSeconds: sinceMs < 3000 ? Math.max(3, request.timeoutSeconds) : request.timeoutSeconds,
    };
  }

  #wait(bot: BotState, from: number, limit: number, seconds: number): Promise<readonly Update[]> {
    return new Promise((resolve, reject) => {
      let timer: Timer | undefined;
      const waiting: Waiting = {
        answer: () => {
          if (this.#waiting === waiting) this.#waiting = undefined;
          timer?.cancel();
          resolve(take(bot, from, limit));
        },
        fail: (error) => {
          timer?.cancel();
          reject(error);
        },
      };
      timer = this.#clock.after(seconds * 1000, waiting.answer);
      this.#waiting = waiting;
    });
  }

  /** Client.cpp 16225: a second conflict within 3 s is answered 3 s late. */
  #conflict(text: string): Promise<never> {
    const now = this.#clock.now();
    if (now >= this.#nextConflictAt) {
      this.#nextConflictAt = now + CONFLICT_PAUSE_MS;
      return Promise.reject(conflict(text));
    }
    return new Promise((_, reject) => this.#clock.after(CONFLICT_PAUSE_MS, () => reject(conflict(text))));
  }
}

/** Confirms what the offset says and gives the id to read from. */
function confirm(bot: BotState, offset: number, now: number): number {
  const { updates } = bot;
  updates.dropExpired(now);
  if (offset < 0) {
    const from = [...updates.items()].at(Math.max(offset, -updates.size))?.id ?? updates.tail;
    updates.confirmBelow(from);
    return from;
  }
  if (offset === 0 || offset > updates.tail + 10) return updates.items().next().value?.id ?? updates.tail;
  updates.confirmBelow(offset);
  return offset;
}

function take(bot: BotState, from: number, limit: number): readonly Update[] {
  const out: Update[] = [];
  let bytes = 0;
  for (const { id, update } of bot.updates.items()) {
    if (id < from) continue;
    if (out.length >= limit || bytes > MAX_ANSWER_BYTES) break;
    bytes += Buffer.byteLength(JSON.stringify(update));
    out.push(update);
  }
  return out;
}
