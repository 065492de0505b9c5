// Stands before every Gateway connection: waits after failures, learns what is missing; `gateway.ts` asks it.

import type { SessionInfo } from "@discordjs/ws";
import type { APIGatewayBotInfo } from "discord-api-types/v10";
import type { PlatformContext } from "../../../bridge/platform.ts";
import { sleep } from "../../../model/clock.ts";
import { PlatformError, UserError } from "../../../model/errors.ts";

export interface DoorParts {
  readonly context: Pick<PlatformContext, "clock" | "random">;
  readonly prepare: (signal: AbortSignal) => Promise<void>;
  readonly information: (signal: AbortSignal) => Promise<APIGatewayBotInfo>;
  /** What to resume with now. */
  readonly session: () => SessionInfo | null;
  readonly stopped: AbortSignal;
  /** How many failures the next attempt has to wait for. */
  readonly failures: () => number;
  /** The connection is opened in this very turn. */
  readonly onOpening: () => void;
  readonly onFailure: (reason: string) => void;
  /** No use to try again. */
  readonly onRefusal: (error: Error) => void;
}

export interface Door {
  /** Resolves with the session to resume (null: a new one) when a connection may be opened; never once stopped. */
  admit(): Promise<SessionInfo | null>;
  /** @throws the reason of `signal` */
  waitForIdentify(signal: AbortSignal): Promise<void>;
  /** GET /gateway/bot, once it is known. */
  readonly information: APIGatewayBotInfo | undefined;
}

/** One IDENTIFY per 5 s (max_concurrency 1). */
const identifyEveryMs = 5_000;

export function createDoor(parts: DoorParts): Door {
  const { context, stopped } = parts;
  const { clock } = context;
  let known: APIGatewayBotInfo | undefined;
  let lastIdentifyAt = Number.NEGATIVE_INFINITY;

  async function learn(): Promise<SessionInfo | null> {
    await parts.prepare(stopped);
    const session = parts.session();
    if (session !== null && known !== undefined) return session;
    known = await parts.information(stopped);
    const { remaining, reset_after } = known.session_start_limit;
    if (session !== null || remaining > 0) return session;
    // Discord resets the bot's token when its daily sessions are overdrawn.
    parts.onFailure("no Gateway sessions left today");
    await sleep(clock, reset_after, stopped);
    return session;
  }

  return {
    async admit() {
      for (let limitMs = 0; ; ) {
        const waitMs = Math.max(limitMs, delayMs(parts.failures(), context.random()));
        if (waitMs > 0) await sleep(clock, waitMs, stopped);
        // The library cannot be told to give up reconnecting, but it waits for an answer that never comes.
        if (stopped.aborted) return new Promise(() => undefined);
        try {
          const session = await learn();
          if (stopped.aborted) continue;
          parts.onOpening();
          return session;
        } catch (error) {
          if (stopped.aborted) continue;
          if (error instanceof UserError) parts.onRefusal(error);
          else parts.onFailure(reasonOf(error));
          // Discord blocks whole addresses that ask on through a limit.
          limitMs = error instanceof PlatformError && error.fate.kind === "wait" ? error.fate.ms : 0;
        }
      }
    },
    async waitForIdentify(signal) {
      const wait = lastIdentifyAt + identifyEveryMs - clock.now();
      if (wait > 0) await sleep(clock, wait, signal);
      signal.throwIfAborted();
      lastIdentifyAt = clock.now();
    },
    get information() {
      return known;
    },
  };
}

function delayMs(failures: number, chance: number): number {
  if (failures <= 0) return 0;
  // Two minutes at last: even a day of failing IDENTIFYs stays below the 1000 that are allowed.
  return Math.round(Math.min(120_000, 500 * 2 ** Math.min(failures, 12)) * (0.75 + chance / 4));
}

/** Safe to show: without what was asked. */
export function reasonOf(error: unknown): string {
  if (error instanceof PlatformError) return error.message;
  return error instanceof Error ? error.name : "unknown";
}
