// Holds the events of a new session, channel by channel, until the history of the channel is stored; `backfill.ts` owns it.

import type { RawUpdate } from "../../../model/delivery.ts";

export type Raw = Omit<RawUpdate, "position">;

export interface WaitingLines {
  /** Takes an event; it is stored behind the history of its channel. */
  pass(channel: string, raw: Raw): void;
  /** Only these channels have a history to wait for. */
  expect(channels: readonly string[]): void;
  /** The history is about to be read. */
  begin(channel: string): void;
  /** Did events find no room since `begin`? Then the history holds them, and must be read again. */
  lost(channel: string): boolean;
  /** The history is on disk: what waited is stored, and what comes at once. */
  open(channel: string): void;
  /** Calls `then` in the very turn in which the last passed event is found to be on disk. Rejects when storing does. */
  close(then: () => void): Promise<void>;
}

interface Line {
  open: boolean;
  lost: boolean;
  held: Raw[];
  storing: Promise<void> | undefined;
}

/** More than this would only fill the memory: the history tells it as well. */
const room = 1_000;

/** `store` stores in order, and rejects only when all is over. */
export function createWaitingLines(store: (raws: readonly Raw[]) => Promise<void>): WaitingLines {
  const lines = new Map<string, Line>();
  let expected: ReadonlySet<string> | undefined;

  function lineOf(channel: string): Line {
    const open = expected !== undefined && !expected.has(channel);
    const line = lines.get(channel) ?? { open, lost: false, held: [], storing: undefined };
    lines.set(channel, line);
    return line;
  }

  function flush(line: Line): void {
    if (!line.open || line.held.length === 0 || line.storing) return;
    line.storing = run(line);
    // It fails when all is over; `close` tells whoever still waits.
    line.storing.catch(() => undefined);
  }

  async function run(line: Line): Promise<void> {
    while (line.held.length > 0) await store(line.held.splice(0));
    line.storing = undefined;
  }

  return {
    pass(channel, raw) {
      const line = lineOf(channel);
      if (!line.open && line.held.length >= room) {
        line.held = [];
        line.lost = true;
      }
      line.held.push(raw);
      flush(line);
    },
    expect(channels) {
      expected = new Set(channels);
      for (const [channel, line] of lines) {
        line.open = !expected.has(channel);
        flush(line);
      }
    },
    begin: (channel) => {
      lineOf(channel).lost = false;
    },
    lost: (channel) => lineOf(channel).lost,
    open(channel) {
      const line = lineOf(channel);
      line.open = true;
      flush(line);
    },
    async close(then) {
      for (;;) {
        const storing = [...lines.values()].flatMap((line) => line.storing ?? []);
        if (storing.length === 0) return then();
        await Promise.all(storing);
      }
    },
  };
}
