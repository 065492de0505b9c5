// Notices a Gateway connection on which nothing happens any more; `gateway.ts` keeps one and tells it what it hears.
//
// The library watches its heartbeat by the system's timers, and a RESUME not at all (ws 2.0.4). Here a connection is
// given up that does not get to READY or RESUMED, and one that is silent although it was asked for a sign of life.

import type { Clock, Timer } from "../../../model/clock.ts";

export interface WatchdogParts {
  readonly clock: Clock;
  /** Asks the other side for a sign of life. */
  readonly probe: () => void;
  readonly giveUp: (why: "unanswered" | "silent") => void;
}

export interface Watchdog {
  /** A connection is about to be opened: HELLO must come. */
  opening(): void;
  /** HELLO came: READY or RESUMED must come. */
  greeted(): void;
  /** The session works: from now on something must be heard now and then. */
  ready(): void;
  /** Something was heard. Costs nothing. */
  heard(): void;
  /** There is no connection to watch. */
  rest(): void;
}

// The library gives the handshake 30 s and HELLO 60 s.
const helloMs = 120_000;
// An IDENTIFY waits its turn for 5 s, and the library gives READY 15 s.
const readyMs = 60_000;
/** Two heartbeats of Discord's usual 41 s, and a little. */
const silenceMs = 90_000;
const probeMs = 20_000;

export function createWatchdog({ clock, probe, giveUp }: WatchdogParts): Watchdog {
  let timer: Timer | undefined;
  let heardAt = 0;

  function wait(ms: number, then: () => void): void {
    timer?.cancel();
    timer = clock.after(ms, then);
  }

  function rest(): void {
    timer?.cancel();
    timer = undefined;
  }

  function end(why: "unanswered" | "silent"): void {
    rest();
    giveUp(why);
  }

  function listen(): void {
    wait(heardAt + silenceMs - clock.now(), () => {
      if (clock.now() - heardAt < silenceMs) return listen();
      const askedAt = clock.now();
      probe();
      wait(probeMs, () => (heardAt >= askedAt ? listen() : end("silent")));
    });
  }

  return {
    opening: () => wait(helloMs, () => end("unanswered")),
    greeted: () => wait(readyMs, () => end("unanswered")),
    ready() {
      heardAt = clock.now();
      listen();
    },
    heard() {
      heardAt = clock.now();
    },
    rest,
  };
}
