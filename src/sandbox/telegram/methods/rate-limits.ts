// The real limits of sending, when they are switched on: per chat, per group and minute, overall; the server asks first.
//
// Edits count as messages do, in the same 20 (TDLib's author: tdlib/td#2592, #3034). Here every edit counts, even one
// that is refused because it changes nothing or finds no message, though the real server answers most of those itself.

import type { Clock } from "../../../model/clock.ts";
import { tooManyRequests } from "../http/api-error.ts";

const MINUTE_MS = 60_000;
const PER_GROUP_AND_MINUTE = 20; // FAQ: 20 messages per minute to the same group
const OVERALL_PER_SECOND = 30; // FAQ: about 30 messages per second
const CHAT_BURST = 5; // FAQ: about one per second and chat, short bursts go through

/** Owns the times of what was sent. */
export class RateLimits {
  readonly #clock: Clock;
  readonly #chats = new Map<string, number[]>();
  #all: number[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts the request. @throws ApiError 429 when it is too much; a refused one does not count */
  check(method: string, chatId: string): void {
    if (!/^(send(?!ChatAction)|edit|copy|forward)/.test(method)) return;
    const now = this.#clock.now();
    const sent = (this.#chats.get(chatId) ?? []).filter((at) => now - at < MINUTE_MS);
    this.#all = this.#all.filter((at) => now - at < 1000);
    const waits = [
      waitFor(this.#all, now, OVERALL_PER_SECOND, 1000),
      waitFor(sent, now, CHAT_BURST, CHAT_BURST * 1000),
      chatId.startsWith("-") ? waitFor(sent, now, PER_GROUP_AND_MINUTE, MINUTE_MS) : 0,
    ];
    const waitMs = Math.max(...waits);
    if (waitMs > 0) throw tooManyRequests(Math.max(1, Math.ceil(waitMs / 1000)));
    this.#all.push(now);
    this.#chats.set(chatId, [...sent, now]);
  }
}

/** Milliseconds until fewer than `count` lie within the window. */
function waitFor(times: readonly number[], now: number, count: number, windowMs: number): number {
  const oldest = times.at(-count);
  return oldest === undefined ? 0 : Math.max(0, oldest + windowMs - now);
}
