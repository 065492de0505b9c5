// Runs a piece of work by the clock, never twice at a time; whatever of the robot looks after something uses it.

import type { Clock } from "../model/clock.ts";

/** The first time after `ms`. What it throws is swallowed: the next time comes all the same. */
export function every(clock: Clock, ms: number, work: () => Promise<void>): { stop(): Promise<void> } {
  let isOver = false;
  let running = Promise.resolve();
  let timer = clock.after(ms, tick);
  function tick() {
    running = work()
      .catch(() => {})
      .then(() => {
        if (!isOver) timer = clock.after(ms, tick);
      });
  }
  return {
    stop() {
      isOver = true;
      timer.cancel();
      return running;
    },
  };
}
