// Notices that other conversations are bridged than before and gets to know the new ones; `index.ts` asks it at every event.

import type { PlatformContext } from "../../../bridge/platform.ts";
import type { Account } from "./account.ts";

export interface AttentionParts {
  readonly context: Pick<PlatformContext, "account" | "clock" | "conversations" | "log">;
  readonly account: Pick<Account, "prepare">;
  /** From now on these are listened to: what is said while nobody listens is read later, in them alone. */
  readonly settle: () => void;
}

export interface Attention {
  /** Cheap: the list of the bridged is the same until something changes. */
  look(): void;
  /** Resolves when nothing is under way any more. */
  stop(): Promise<void>;
}

const AGAIN_MS = 60_000;

export function createAttention({ context, account, settle }: AttentionParts): Attention {
  const stopping = new AbortController();
  let known = context.conversations();
  let retryAt = Number.POSITIVE_INFINITY;
  let running: Promise<void> | undefined;

  async function learn(): Promise<void> {
    retryAt = Number.POSITIVE_INFINITY;
    try {
      await account.prepare(stopping.signal);
    } catch (error) {
      if (stopping.signal.aborted) return;
      retryAt = context.clock.now() + AGAIN_MS;
      const code = error instanceof Error ? error.name : "unknown";
      context.log.warn({ account: context.account, code }, "a newly bridged channel could not be looked at");
    }
  }

  return {
    look() {
      if (stopping.signal.aborted || running) return;
      const now = context.conversations();
      const isNew = now !== known;
      if (!isNew && context.clock.now() < retryAt) return;
      known = now;
      if (isNew) settle();
      running = learn().finally(() => {
        running = undefined;
      });
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
