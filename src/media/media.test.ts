// Media with the true converter: what comes out is opened and measured, not only counted.

import { statSync } from "node:fs";
import sharp from "sharp";
import { afterEach, beforeEach, expect, it } from "vitest";
import { drain, type MediaRig, startMediaRig } from "../../test/support/media-rig.ts";
import type { ReadyFile, Unfit, Want } from "../bridge/media-port.ts";
import { systemClock } from "../model/clock.ts";
import { createConverter } from "./convert/convert.ts";

const { signal } = new AbortController();

let rig: MediaRig;
beforeEach(async () => {
  rig = await startMediaRig({ converter: createConverter({ clock: systemClock, threads: 1 }) });
});
afterEach(() => rig.stop());

async function read(answer: ReadyFile | Unfit): Promise<Buffer> {
  if ("unfit" in answer) throw new Error(answer.unfit);
  const bytes = await drain(answer.open(signal));
  expect(bytes.byteLength).toBe(answer.bytes);
  answer.release();
  return bytes;
}

/** Noise, so that it does not become small by itself. */
function noise(width: number, height: number): Promise<Buffer> {
  const noisy = { type: "gaussian", mean: 128, sigma: 60 } as const;
  return sharp({ create: { width, height, channels: 3, background: "#888", noise: noisy } })
    .png()
    .toBuffer();
}

it("makes a photo that is too big smaller, and the same photo only once", async () => {
  const content = await noise(1200, 800);
  const want: Want = { kind: "photo", maxBytes: 200_000, types: ["image/jpeg"], maxSides: 1500 };
  const file = rig.serve("a", { content }, { kind: "photo", stable: "a", name: "sea.png" });
  const bytes = await read(await rig.media.fit(file, [want], signal));
  const { format, width = 0, height = 0 } = await sharp(bytes).metadata();
  expect(format).toBe("jpeg");
  expect(bytes.byteLength).toBeLessThanOrEqual(200_000);
  expect(width + height).toBeLessThanOrEqual(1500);
  expect((await read(await rig.media.fit(file, [want], signal))).equals(bytes)).toBe(true);
  expect(rig.source.opened).toEqual(["a"]);
});

it("says of a broken picture that it is broken, and never sends it as one", async () => {
  const content = (await noise(300, 300)).subarray(0, 2_000);
  const want: Want = { kind: "photo", maxBytes: 1_000_000, types: ["image/jpeg"] };
  const file = rig.serve("a", { content }, { kind: "photo", stable: "a" });
  expect(await rig.media.fit(file, [want], signal)).toEqual({ unfit: "broken" });
});

it("keeps what was made for its own user only", async () => {
  const file = rig.serve("a", { content: await noise(64, 64) }, { kind: "photo", stable: "a" });
  const want: Want = { kind: "photo", maxBytes: 100_000, types: ["image/jpeg"] };
  const answer = await rig.media.fit(file, [want], signal);
  if ("unfit" in answer || answer.key === undefined) throw new Error("not made");
  for (const name of [answer.key, `${answer.key}.json`])
    expect(statSync(`${rig.folder}/cache/${name}`).mode & 0o777).toBe(0o600);
});

it("draws faces and letters as squares of 256 pixels", async () => {
  const file = rig.serve("ana", { content: await noise(300, 500) }, { kind: "photo", stable: "ana" });
  for (const face of [file, undefined]) {
    const bytes = await read(await rig.media.face("Ana", face, signal));
    expect(await sharp(bytes).metadata()).toMatchObject({ format: "png", width: 256, height: 256 });
  }
});
