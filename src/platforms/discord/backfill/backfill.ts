// Reads over REST what was said while no Gateway session listened, and stores it before what the new session tells.

import type { PlatformContext } from "../../../bridge/platform.ts";
import { sleep } from "../../../model/clock.ts";
import type { RawUpdate } from "../../../model/delivery.ts";
import type { GuildDirectory } from "../account/guild-directory.ts";
import type { DiscordRest } from "../rest/rest.ts";
import { newest } from "../snowflake.ts";
import { createGate, createPatience } from "./patience.ts";
import type { Caps, Missed, Since } from "./place.ts";
import { createPlaces } from "./places.ts";
import { createReader } from "./read.ts";
import { createWaitingLines, type Raw } from "./waiting-lines.ts";

export interface BackfillParts {
  readonly context: PlatformContext;
  readonly rest: DiscordRest;
  readonly directory: GuildDirectory;
  readonly caps: Caps;
}

/** Where what was found goes. */
export interface Sink {
  readonly accept: (raw: RawUpdate) => Promise<void>;
  /** The disk refused; it is asked again. */
  readonly onFault: (error: unknown) => void;
}

export interface Backfill {
  /** Reads what was said since; `finish` is called with the newest message that is dealt with once all is on disk. */
  start(since: Since, signal: AbortSignal, finish: (floor: string | undefined) => void): Recovery;
  /** Where the very first session begins: the newest message there is, or before any; undefined when it cannot be seen. */
  first(): string | undefined;
  /** From now on the bridged conversations count as listened to: what is said there may be missed. */
  settle(): void;
}

export interface Recovery {
  /** Resolves when all is on disk, the passed events too; rejects with the signal's reason and with nothing else. */
  readonly done: Promise<void>;
  /** Stores an event of the new session behind the history of its channel. */
  pass(channel: string, raw: Raw): void;
}

/** Requests at once. */
const mostRequests = 4;
/** Channels at once: what is read of each lies in memory until all of it is read. */
const mostChannels = 32;
const storeAtOnce = 200;

/** Before any message. */
const beginning = "0";

export function createBackfill(parts: BackfillParts, sink: Sink): Backfill {
  const { context, directory } = parts;
  const patience = createPatience(context, mostRequests);
  const places = createPlaces({ ...parts, patience });
  const closed = new Set<string>();

  function toRaw({ key, t, d }: Missed): Raw {
    const body = JSON.stringify({ t, d });
    return { account: context.account, key, body, receivedAt: context.clock.now() };
  }

  return {
    start(since, signal, finish) {
      const insist = createInsistence(context, sink, signal);
      const store = async (raws: readonly Raw[]) => {
        for (let from = 0; from < raws.length; from += storeAtOnce) {
          const some = raws.slice(from, from + storeAtOnce);
          // What is there already is known by its key: the whole lot may come again.
          await insist(() => allOf(some.map((raw) => sink.accept(raw))));
        }
      };
      const received = (prefix: string, at: number) => insist(() => context.received(prefix, at));
      const reader = createReader({ ...parts, patience, closed, received });
      const lines = createWaitingLines(store);
      const gate = createGate(mostChannels);
      const catchUp = async (channel: string) => {
        let again = false;
        do {
          lines.begin(channel);
          const missed = await reader.read(channel, places.sinceIn(channel, since), again, signal);
          await store(missed.map(toRaw));
          again = true;
        } while (lines.lost(channel));
        lines.open(channel);
      };
      const work = async () => {
        const found = await places.list(since, signal);
        const top = newest([since.seen, since.floor, ...found.map((id) => directory.lastMessage(id))]);
        lines.expect(found);
        await allOf(found.map((channel) => gate(() => catchUp(channel))));
        await lines.close(() => {
          signal.throwIfAborted();
          finish(top);
        });
        places.settle();
      };
      return { done: work(), pass: lines.pass };
    },
    first() {
      const channels = context.conversations().map(({ id, thread }) => thread ?? id);
      const last = newest(channels.map((id) => directory.lastMessage(id)));
      // Of a channel that cannot be seen yet, nobody knows whether anything was said in it.
      return last ?? (channels.every((id) => directory.channel(id)) ? beginning : undefined);
    },
    settle: places.settle,
  };
}

/** Resolves or rejects only when all have ended. */
async function allOf(works: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(works)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}

/** Asks the disk until it does it. Rejects with the reason of `signal`. */
function createInsistence({ clock }: PlatformContext, { onFault }: Sink, signal: AbortSignal) {
  return async <T>(work: () => Promise<T>): Promise<T> => {
    for (let failures = 0; ; failures++) {
      signal.throwIfAborted();
      try {
        return await work();
      } catch (error) {
        signal.throwIfAborted();
        onFault(error);
        await sleep(clock, Math.min(60_000, 500 * 2 ** Math.min(failures, 10)), signal);
      }
    }
  };
}
