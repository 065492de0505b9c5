// Streams of sources: what is short, long, silent, slow or broken ends with an error that lets the call be made again.

import { expect, it, vi } from "vitest";
import type { OpenedFile } from "../bridge/media-port.ts";
import { PlatformError } from "../model/errors.ts";
import { ManualClock } from "../sandbox/manual-clock.ts";
import { type WatchOptions, watched } from "./watched.ts";

const pace = { stallMs: 20_000, leastRate: 1000, graceMs: 30_000 };

function read(chunks: () => AsyncGenerator<Uint8Array>, options: Partial<WatchOptions> = {}) {
  const clock = new ManualClock();
  const close = vi.fn();
  const opened: OpenedFile = { stream: chunks(), close };
  const signal = new AbortController().signal;
  const stream = watched(opened, { clock, pace, signal, most: 1000, ...options });
  const all = (async () => {
    let length = 0;
    for await (const chunk of stream) length += chunk.byteLength;
    return length;
  })();
  // The test waits for it later.
  all.catch(() => {});
  return { clock, close, all };
}

const bytes = (...sizes: readonly number[]) =>
  async function* () {
    for (const size of sizes) yield new Uint8Array(size);
  };

const never = () => new Promise<never>(() => {});

it("gives all bytes and closes", async () => {
  const { all, close } = read(bytes(3, 0, 4), { exactly: 7 });
  expect(await all).toBe(7);
  expect(close).toHaveBeenCalledOnce();
});

it.each([
  ["media.short", bytes(3, 3), { exactly: 7 }],
  ["media.long", bytes(3, 5), { exactly: 7 }],
  ["media.long", bytes(600, 600), {}],
  [
    "media.broke-off",
    async function* () {
      yield new Uint8Array(1);
      throw new TypeError("terminated https://secret.example");
    },
    {},
  ],
] as const)("says %s", async (code, chunks, options) => {
  const { all, close } = read(chunks, options);
  const error = await all.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(PlatformError);
  expect(error).toMatchObject({ code, fate: { kind: "retry", maybeDelivered: false } });
  expect(String((error as Error).stack)).not.toContain("secret");
  expect(close).toHaveBeenCalledOnce();
});

it("gives up a source that sends nothing for 20 s, though it may hang for ever", async () => {
  const { all, close, clock } = read(async function* () {
    yield new Uint8Array(1);
    await never();
  });
  await clock.advance(19_999);
  expect(close).not.toHaveBeenCalled();
  await clock.advance(1);
  await expect(all).rejects.toMatchObject({ code: "media.stalled" });
  expect([close.mock.calls.length, clock.pending]).toEqual([1, 0]);
});

it("gives up a source that drips", async () => {
  const clock = new ManualClock();
  const { all } = read(
    async function* () {
      for (;;) {
        await new Promise<void>((resolve) => void clock.after(10_000, resolve));
        yield new Uint8Array(10);
      }
    },
    { clock, most: 100_000 },
  );
  await clock.advance(45_000);
  await expect(all).rejects.toMatchObject({ code: "media.slow" });
});

it("does not blame the source for a slow reader", async () => {
  const clock = new ManualClock();
  const opened: OpenedFile = { stream: bytes(10, 10, 10, 10)(), close: () => {} };
  const { signal } = new AbortController();
  let length = 0;
  for await (const chunk of watched(opened, { clock, pace, signal, most: 1000 })) {
    length += chunk.byteLength;
    await clock.advance(60_000);
  }
  expect(length).toBe(40);
});

it("asks the source only for what the reader takes", async () => {
  let asked = 0;
  const endless = async function* () {
    for (;;) {
      asked++;
      yield new Uint8Array(10);
    }
  };
  const { signal } = new AbortController();
  const close = vi.fn();
  const stream = watched(
    { stream: endless(), close },
    { clock: new ManualClock(), pace, signal, most: 1000 },
  );
  await stream.next();
  await stream.next();
  expect([asked, close.mock.calls.length]).toEqual([2, 0]);
  await stream.return(undefined);
  expect([asked, close.mock.calls.length]).toEqual([2, 1]);
});

it("ends at once when it is aborted, with the reason", async () => {
  const over = new AbortController();
  const { all, close } = read(() => bytes(1)(), { signal: over.signal });
  await all;
  const hanging = read(
    async function* () {
      await never();
      yield new Uint8Array(1);
    },
    { signal: over.signal },
  );
  over.abort(new Error("the lane stops"));
  await expect(hanging.all).rejects.toThrow("the lane stops");
  expect([close.mock.calls.length, hanging.close.mock.calls.length]).toEqual([1, 1]);
});
