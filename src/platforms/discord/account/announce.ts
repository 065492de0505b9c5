// Tells Discord the robot's commands once the account is connected, again and again until it has taken them; `index.ts` starts it.

import type { PlatformContext } from "../../../bridge/platform.ts";
import type { Social } from "../../../bridge/social.ts";
import { sleep } from "../../../model/clock.ts";
import { PlatformError } from "../../../model/errors.ts";

const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 60 * 60_000;

export interface Announcing {
  /** In the background; nothing where there is no robot. */
  start(): void;
  stop(): Promise<void>;
}

export function createAnnouncing(
  { account, clock, log, robot }: PlatformContext,
  social: Pick<Social, "announce">,
): Announcing {
  const stopping = new AbortController();
  const { signal } = stopping;
  let running: Promise<void> = Promise.resolve();

  async function announce(port: NonNullable<typeof robot>): Promise<void> {
    for (let pause = FIRST_PAUSE_MS; !signal.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        return await social.announce(port.commands(account), signal);
      } catch (error) {
        if (signal.aborted) return;
        const isKnown = error instanceof PlatformError;
        const code = isKnown ? error.code : error instanceof Error ? error.name : "unknown";
        log.warn({ account, code }, "the commands could not be registered; it is tried again");
        const wait = isKnown && error.fate.kind === "wait" ? error.fate.ms : 0;
        await sleep(clock, Math.max(pause, wait), signal);
      }
    }
  }

  return {
    start() {
      if (robot) running = announce(robot).catch(() => undefined);
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
