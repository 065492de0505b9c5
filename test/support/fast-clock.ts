// A clock that runs faster than the real one, for simulators whose retries would take minutes; the crash test uses it.

import type { Clock } from "../../src/model/clock.ts";

export function fastClock(times: number): Clock {
  const start = Date.now();
  return {
    now: () => Math.round(start + (Date.now() - start) * times),
    after(ms, work) {
      const timer = setTimeout(work, ms / times);
      return { cancel: () => clearTimeout(timer) };
    },
  };
}
