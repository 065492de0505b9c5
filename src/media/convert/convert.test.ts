// What is converted is opened and looked at; what is hostile ends soon, in little memory, and with a plain answer.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateSync, gzipSync } from "node:zlib";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { needs } from "../../../test/support/needs.ts";
import {
  hasFfmpeg,
  lookAtFilm,
  lookAtPicture,
  NO_FFMPEG,
  samples,
} from "../../../test/support/sample-files.ts";
import type { Want } from "../../bridge/media-port.ts";
import { systemClock } from "../../model/clock.ts";
import { type Converter, createConverter, findFfmpeg, type Recipe } from "./convert.ts";
import { sniff } from "./sniff.ts";

let folder: string;
let converter: Converter;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "matebot-convert-"));
  converter = createConverter({ ffmpeg: findFfmpeg(process.env), clock: systemClock, timeoutMs: 20_000 });
});
afterAll(async () => {
  await converter.stop();
  rmSync(folder, { recursive: true, force: true });
});

const never = new AbortController().signal;
let count = 0;

/** Puts the bytes on disk, looks, converts, and gives what was made. */
async function make(
  bytes: Buffer,
  to: string,
  more: Partial<Omit<Recipe, "want">> & { readonly want?: Partial<Want> } = {},
  by: Converter = converter,
  signal = never,
) {
  count += 1;
  const source = join(folder, `${count}.in`);
  const target = join(folder, `${count}.out`);
  writeFileSync(source, bytes);
  const from = sniff(bytes.subarray(0, 8192));
  const facts = await by.probe(source, from, signal);
  const want: Want = { kind: "document", maxBytes: 8_000_000, ...more.want };
  const known = facts === "broken" ? {} : facts;
  const answer = await by.convert(source, target, { ...more, from, facts: known, to, want }, signal);
  return { from, facts, answer, target, bytes: answer.ok ? readFileSync(target) : Buffer.alloc(0) };
}

describe("pictures", () => {
  it("fit into bytes: lower quality first, then smaller", async () => {
    const noise = await sharp(
      Buffer.from(Array.from({ length: 900 * 900 * 3 }, (_, i) => (i * 7919) % 251)),
      {
        raw: { width: 900, height: 900, channels: 3 },
      },
    )
      .png()
      .toBuffer();
    const { answer, bytes } = await make(noise, "image/jpeg", { want: { maxBytes: 60_000 } });
    expect(answer.ok).toBe(true);
    expect(bytes.length).toBeLessThanOrEqual(60_000);
    expect((await lookAtPicture(bytes)).format).toBe("jpeg");
  });

  it("become a sticker of exactly 512 pixels, see-through around them", async () => {
    const { bytes } = await make(await samples.png(300, 100), "image/webp", {
      want: { side: 512 },
      shape: "sticker",
    });
    expect(await lookAtPicture(bytes)).toMatchObject({ format: "webp", width: 512, height: 512 });
    expect((await sharp(bytes).stats()).isOpaque).toBe(false);
  });

  it("keep within the sides and the ratio that are wanted", async () => {
    const { bytes } = await make(await samples.png(4000, 100), "image/png", {
      want: { maxSides: 2000, maxRatio: 20 },
    });
    const { width = 0, height = 1 } = await lookAtPicture(bytes);
    expect(width + height).toBeLessThanOrEqual(2000);
    expect(width / height).toBeLessThanOrEqual(20.5);
  });
});

describe("what moves", () => {
  it("an animated sticker (TGS) becomes a GIF that moves as long", async () => {
    const { facts, bytes } = await make(samples.tgs(), "image/gif", { shape: "sticker" });
    expect(facts).toMatchObject({ width: 512, height: 512, seconds: 1, frames: 60 });
    const seen = await lookAtPicture(bytes);
    expect(seen).toMatchObject({ format: "gif", width: 512 });
    expect(seen.frames).toBeGreaterThanOrEqual(20);
  });

  it("Lottie without ffmpeg still becomes a GIF", async () => {
    const alone = createConverter({ clock: systemClock });
    const { answer } = await make(samples.lottie(), "image/gif", {}, alone);
    expect(answer.ok).toBe(true);
    await alone.stop();
  });

  describe("with ffmpeg", () => {
    needs(hasFfmpeg, NO_FFMPEG);

    it.each([
      { name: "Lottie", of: () => samples.lottie(), to: "video/webm", codec: "vp9" },
      { name: "an APNG", of: () => samples.apng(), to: "video/webm", codec: "vp9" },
      { name: "a GIF", of: () => samples.gif(), to: "video/mp4", codec: "h264" },
    ])("$name becomes $to of about a second", async ({ of, to, codec }) => {
      const { bytes } = await make(of(), to, { want: { maxBytes: 256_000, side: 512 }, shape: "sticker" });
      expect(lookAtFilm(bytes)).toMatchObject({ codecs: [codec], seconds: 1, width: 512, height: 512 });
      expect(bytes.length).toBeLessThanOrEqual(256_000);
    });

    it("a video sticker (WebM) becomes a GIF", async () => {
      const { bytes } = await make(samples.webm(), "image/gif");
      expect((await lookAtPicture(bytes)).frames).toBeGreaterThan(5);
    });

    it("a film is made to fit, with its sound and its length", async () => {
      const film = samples.mp4(6);
      const { bytes } = await make(film, "video/mp4", {
        want: { kind: "video", maxBytes: Math.floor(film.length * 0.8) },
      });
      expect(bytes.length).toBeLessThanOrEqual(film.length * 0.8);
      expect(lookAtFilm(bytes)).toMatchObject({ codecs: ["h264", "aac"], seconds: 6 });
    });

    it("a sound becomes a voice message, mono, with its waveform", async () => {
      const { answer, bytes } = await make(samples.mp3(3), "audio/ogg", {
        shape: "voice",
        want: { kind: "voice" },
      });
      expect(lookAtFilm(bytes)).toMatchObject({ codecs: ["opus"], seconds: 3 });
      const waveform = answer.ok ? Buffer.from(answer.waveform ?? "", "base64") : Buffer.alloc(0);
      expect(waveform.length).toBeGreaterThan(10);
      expect(waveform.length).toBeLessThanOrEqual(256);
    });
  });
});

describe("faces", () => {
  it.each(["Ana", "é", "👩‍👩‍👧", "<script>&", ""])(
    "of %j are a letter on a colour, 256 pixels",
    async (name) => {
      expect(await lookAtPicture(await converter.letter(name))).toMatchObject({
        format: "png",
        width: 256,
        height: 256,
      });
    },
  );
});

/** A PNG that says it is so large; its one row of data says nothing. */
function vastPng(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(crc32(body), body.length + 4);
    return out;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.alloc(1000))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

const lottieWith = (changes: object): Buffer =>
  Buffer.from(JSON.stringify({ ...(JSON.parse(String(samples.lottie())) as object), ...changes }));

/** Groups within groups. */
function deepLottie(depth: number): Buffer {
  let shape: object = { ty: "el", p: { a: 0, k: [0, 0] }, s: { a: 0, k: [10, 10] } };
  for (let i = 0; i < depth; i += 1) shape = { ty: "gr", it: [shape] };
  return lottieWith({ layers: [{ ty: 4, ip: 0, op: 60, st: 0, ks: {}, shapes: [shape] }] });
}

describe("hostile input ends soon and leaves nothing behind", () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>';
  const playlist = "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n";
  it.each([
    { name: "a picture of 50000 x 50000", bytes: () => vastPng(50_000, 50_000), to: "image/jpeg" },
    { name: "a picture of 2^31 pixels in a row", bytes: () => vastPng(2_147_483_647, 1), to: "image/png" },
    {
      name: "a TGS that unpacks to 300 MB",
      bytes: () => gzipSync(Buffer.alloc(300_000_000, " ")),
      to: "image/gif",
    },
    {
      name: "a TGS that is JSON and unpacks to 60 MB",
      bytes: () => gzipSync(`{"tgs":1,"nm":"${"x".repeat(60_000_000)}"}`),
      to: "image/gif",
    },
    { name: "a Lottie of no width", bytes: () => lottieWith({ w: 0, h: 0 }), to: "image/gif" },
    {
      name: "a Lottie of a million pixels a side",
      bytes: () => lottieWith({ w: 1e6, h: 1e6 }),
      to: "image/gif",
    },
    { name: "a Lottie of no frame rate", bytes: () => lottieWith({ fr: 0 }), to: "image/gif" },
    { name: "a Lottie of a million frames", bytes: () => lottieWith({ op: 1e6 }), to: "image/gif" },
    {
      name: "a Lottie that ends before it begins",
      bytes: () => lottieWith({ ip: 60, op: 0 }),
      to: "image/gif",
    },
    { name: "a Lottie with a thousand groups in each other", bytes: () => deepLottie(1000), to: "image/gif" },
    { name: "an SVG that reads files", bytes: () => Buffer.from(svg), to: "image/png" },
    { name: "a playlist that names files", bytes: () => Buffer.from(playlist), to: "video/mp4" },
    {
      name: "a film that breaks off",
      bytes: () => Buffer.from(`0000001866747970${"00".repeat(50)}`, "hex"),
      to: "video/mp4",
    },
    {
      name: "noise with the head of a film",
      bytes: () => Buffer.concat([Buffer.from("1a45dfa3", "hex"), Buffer.alloc(9_000, 7)]),
      to: "image/gif",
    },
    { name: "nothing", bytes: () => Buffer.alloc(0), to: "image/png" },
  ])("$name", { timeout: 30_000 }, async ({ bytes, to }) => {
    const before = performance.now();
    const { answer, target } = await make(bytes(), to);
    expect(performance.now() - before).toBeLessThan(25_000);
    if (answer.ok) expect(answer.bytes).toBeLessThan(8_000_001);
    else expect(readdirSync(folder).map((name) => join(folder, name))).not.toContain(target);
  });
});

describe("the workers", () => {
  it("end a job that takes too long, and do the next one", { timeout: 30_000 }, async () => {
    const hasty = createConverter({
      ffmpeg: findFfmpeg(process.env),
      clock: systemClock,
      threads: 1,
      timeoutMs: 50,
    });
    const { answer } = await make(lottieWith({ op: 1_500 }), "image/gif", {}, hasty);
    expect(answer).toMatchObject({ ok: false });
    await hasty.stop();
  });

  it("end a job whose asker has gone", { timeout: 30_000 }, async () => {
    const over = new AbortController();
    const making = make(lottieWith({ op: 1_500 }), "image/gif", {}, converter, over.signal);
    over.abort(new Error("gone"));
    await expect(making).rejects.toThrow("gone");
    expect((await make(await samples.png(), "image/jpeg")).answer.ok).toBe(true);
  });

  it("leave the main loop free", { timeout: 30_000 }, async () => {
    let longest = 0;
    let last = performance.now();
    const beat = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    await Promise.all([make(samples.tgs(), "image/gif"), make(samples.lottie(), "image/gif")]);
    clearInterval(beat);
    expect(longest).toBeLessThan(300);
  });

  it("without ffmpeg say that they cannot make films", () => {
    const alone = createConverter({ clock: systemClock });
    const film = sniff(Buffer.from("000000186674797069736f6d", "hex"));
    expect([
      alone.can(film, "video/mp4"),
      alone.can({ ...film, mime: "image/png", kind: "image" }, "image/jpeg"),
    ]).toEqual([false, true]);
  });
});
