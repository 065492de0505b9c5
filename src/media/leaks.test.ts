// Nothing is left open, on disk or in line, whatever files, readers and aborts meet in whatever order.

import { readdirSync } from "node:fs";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { ServedFile } from "../../test/support/file-source.ts";
import { drain, startMediaRig } from "../../test/support/media-rig.ts";
import type { Want } from "../bridge/media-port.ts";

const content = Buffer.alloc(150_000, "mate");
const SERVED: Readonly<Record<string, ServedFile>> = {
  whole: { content },
  unannounced: { content, announces: "none" },
  short: { content, announces: 160_000 },
  long: { content, announces: 140_000 },
  cut: { content, cutsAt: 70_000 },
  small: { content: content.subarray(0, 100) },
  empty: { content: Buffer.alloc(0) },
};
const WANTS: Readonly<Record<string, readonly [Want, ...Want[]]>> = {
  any: [{ kind: "document", maxBytes: 200_000 }],
  converted: [{ kind: "sticker", maxBytes: 1000, types: ["image/webp"] }],
  either: [
    { kind: "photo", maxBytes: 1000, types: ["x/impossible"] },
    { kind: "voice", maxBytes: 200_000 },
  ],
  nothing: [{ kind: "document", maxBytes: 10 }],
};

const use = fc.record({
  served: fc.constantFrom(...Object.keys(SERVED)),
  wants: fc.constantFrom(...Object.keys(WANTS)),
  stable: fc.boolean(),
  /** What the reader does with what it gets. */
  reader: fc.constantFrom("reads", "reads twice", "leaves", "forgets", "aborts", "releases while it reads"),
  /** After so many turns of the loop the lane gives up. */
  patience: fc.option(fc.nat({ max: 12 })),
});

it("lets go of everything", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(use, { minLength: 1, maxLength: 8 }), async (uses) => {
      const rig = await startMediaRig({ limits: { transfers: 2, strikes: 1000 } });
      const play = async ({ served, wants, stable, reader, patience }: (typeof uses)[number]) => {
        const over = new AbortController();
        if (patience !== null) void turns(patience).then(() => over.abort(new Error("impatient")));
        const file = rig.serve(served, SERVED[served] ?? { content }, stable ? { stable: served } : {});
        const answer = await rig.media.fit(
          file,
          WANTS[wants] ?? [{ kind: "document", maxBytes: 1 }],
          over.signal,
        );
        if ("unfit" in answer) return answer.still?.release();
        const reading = new AbortController();
        const signal = AbortSignal.any([over.signal, reading.signal]);
        try {
          if (reader.startsWith("reads")) await drain(answer.open(signal));
          if (reader === "reads twice") await drain(answer.open(signal));
          const begun = answer.open(signal)[Symbol.asyncIterator]();
          if (reader === "forgets") return;
          if (!reader.startsWith("reads")) await begun.next();
          if (reader === "leaves") await begun.return?.();
          if (reader === "aborts") reading.abort(new Error("enough"));
        } finally {
          answer.release();
        }
      };
      await Promise.allSettled(uses.map(play));
      await expect.poll(() => rig.source.reading).toBe(0);
      await expect.poll(() => readdirSync(`${rig.folder}/spool`)).toEqual([]);
      const last = rig.serve("last", { content });
      const answer = await rig.media.fit(
        last,
        [{ kind: "document", maxBytes: 200_000 }],
        new AbortController().signal,
      );
      if ("unfit" in answer) throw new Error(answer.unfit);
      expect((await drain(answer.open(new AbortController().signal))).equals(content)).toBe(true);
      answer.release();
      expect(rig.clock.nextInMs).toBeGreaterThan(60_000);
      await rig.stop();
    }),
    { numRuns: 25 },
  );
});

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
