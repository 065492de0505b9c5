// What is converted is opened and looked at; what is hostile ends soon, in little memory, and with a plain answer.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
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
import { type Converter, createConverter, type Facts, findFfmpeg, type Recipe } from "./convert.ts";
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

/** A PNG of nothing but differences: no coder makes much less of it. */
const noise = (side: number): Promise<Buffer> => {
  const raw = { width: side, height: side, channels: 3 } as const;
  return sharp(Buffer.from(Array.from({ length: side * side * 3 }, (_, i) => (i * 7919) % 251)), { raw })
    .png()
    .toBuffer();
};

describe("pictures", () => {
  it("fit into bytes: lower quality first, then smaller", async () => {
    const { answer, bytes } = await make(await noise(900), "image/jpeg", { want: { maxBytes: 60_000 } });
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
  it("stand upright, and tell nothing of where they were taken", async () => {
    const photo = await sharp({ create: { width: 60, height: 40, channels: 3, background: "#ff0000" } })
      .withExif({ IFD3: { GPSLatitude: "52/1 30/1 0/1" } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    expect((await sharp(photo).metadata()).exif).toBeDefined();
    const { facts, bytes } = await make(photo, "image/jpeg");
    expect(facts).toMatchObject({ width: 40, height: 60 });
    const head = await sharp(bytes).metadata();
    expect(head).toMatchObject({ width: 40, height: 60 });
    expect(head.exif).toBeUndefined();
  });

  it("that are see-through are put on white where they must", async () => {
    const clear = await sharp({
      create: { width: 10, height: 10, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
      .png()
      .toBuffer();
    const { bytes } = await make(clear, "image/jpeg");
    expect([...(await sharp(bytes).raw().toBuffer()).subarray(0, 3)]).toEqual([255, 255, 255]);
  });

  it("of one frame become no film", async () => {
    const { answer } = await make(await samples.webp(), "video/webm");
    expect(answer).toMatchObject({ ok: false });
  });
});

/** A disc of half-transparent red in the middle, nothing around it. */
const halfRed = (): Buffer => {
  const still = (k: unknown) => ({ a: 0, k });
  const transform = {
    ty: "tr",
    p: still([0, 0]),
    a: still([0, 0]),
    s: still([100, 100]),
    r: still(0),
    o: still(100),
  };
  const disc = { ty: "el", d: 1, s: still([300, 300]), p: still([0, 0]) };
  const fill = { ty: "fl", c: still([1, 0, 0, 1]), o: still(50), r: 1 };
  const ks = {
    o: still(100),
    r: still(0),
    p: still([256, 256, 0]),
    a: still([0, 0, 0]),
    s: still([100, 100, 100]),
  };
  return lottieWith({
    layers: [
      { ty: 4, ind: 1, ip: 0, op: 60, st: 0, ks, shapes: [{ ty: "gr", it: [disc, fill, transform] }] },
    ],
  });
};

async function pixel(image: Buffer, at: number): Promise<readonly number[]> {
  const { data, info } = await sharp(image).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const from = (Math.floor(info.height * at) * info.width + Math.floor(info.width * at)) * 4;
  return [...data.subarray(from, from + 4)];
}

const isNear = (found: readonly number[], wanted: readonly number[], by = 12) =>
  expect(found.map((value, index) => Math.abs(value - (wanted[index] ?? 0)) <= by)).toEqual(
    wanted.map(() => true),
  );

describe("what moves", () => {
  it("keeps its colours and what is see-through as a WebP", async () => {
    const { bytes } = await make(halfRed(), "image/webp", { shape: "sticker" });
    isNear(await pixel(bytes, 0.5), [255, 0, 0, 128]);
    expect((await pixel(bytes, 0.02))[3]).toBe(0);
    const { delay = [], pages } = await sharp(bytes).metadata();
    expect(pages).toBe(delay.length);
    expect(delay.reduce((sum, ms) => sum + ms, 0)).toBe(1000);
  });

  it("of two slow frames keeps both, each as long as before", async () => {
    const frame = (background: string) =>
      sharp({ create: { width: 40, height: 40, channels: 3, background } })
        .png()
        .toBuffer();
    const slow = await sharp([await frame("#ff0000"), await frame("#0000ff")], { join: { animated: true } })
      .webp({ delay: [900, 1300], loop: 0 })
      .toBuffer();
    const { facts, bytes } = await make(slow, "image/gif");
    expect(facts).toMatchObject({ frames: 2, seconds: 2.2 });
    expect(await sharp(bytes).metadata()).toMatchObject({ pages: 2, delay: [900, 1300] });
  });

  it("gives one frame where one is wanted", async () => {
    const { bytes } = await make(samples.tgs(), "image/webp", { want: { side: 512 }, shape: "sticker" });
    expect(await lookAtPicture(bytes)).toMatchObject({ width: 512, height: 512, frames: 1 });
  });

  it("an animated sticker (TGS) becomes a GIF that moves as long", async () => {
    const { facts, bytes } = await make(samples.tgs(), "image/gif", { shape: "sticker" });
    expect(facts).toMatchObject({ width: 512, height: 512, seconds: 1, frames: 60 });
    const seen = await lookAtPicture(bytes);
    expect(seen).toMatchObject({ format: "gif", width: 320 });
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

describe("films and sounds", () => {
  needs(hasFfmpeg, NO_FFMPEG);

  /** Runs ffmpeg as anybody would. */
  function film(name: string, ...args: readonly string[]): Buffer {
    const path = join(folder, name);
    const { status, stderr } = spawnSync("ffmpeg", ["-y", "-v", "error", ...args, path]);
    expect(String(stderr)).toBe("");
    expect(status).toBe(0);
    return readFileSync(path);
  }
  const H264 = ["-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast"];

  it("of another container only change it: no picture is coded again", async () => {
    const shots = ["-f", "lavfi", "-i", "testsrc=d=2:s=320x240:r=10"];
    const mov = film("a.mov", ...shots, ...H264, "-metadata", "location=+52.5+013.4/");
    const { from, bytes } = await make(mov, "video/mp4", { want: { kind: "video" } });
    expect(from.mime).toBe("video/quicktime");
    expect(lookAtFilm(bytes)).toMatchObject({ codecs: ["h264"], seconds: 2, width: 320, height: 240 });
    expect(Math.abs(bytes.length - mov.length)).toBeLessThan(mov.length * 0.1);
    expect(bytes.includes("+52.5")).toBe(false);
  });

  it("lose their sound where none is wanted, and are cut to a circle's square", async () => {
    const { bytes } = await make(samples.mp4(1), "video/mp4", { shape: "round", trimAudio: true });
    expect(lookAtFilm(bytes)).toMatchObject({ codecs: ["h264"], width: 384, height: 384 });
  });

  it("stand on white in a film that cannot be see-through", async () => {
    const { bytes, target } = await make(halfRed(), "video/mp4", { want: { kind: "animation" } });
    expect(bytes.length).toBeGreaterThan(0);
    const frame = film("frame.png", "-i", target, "-frames:v", "1");
    isNear(await pixel(frame, 0.5), [255, 128, 128, 255], 25);
    isNear(await pixel(frame, 0.02), [255, 255, 255, 255]);
  });

  it("stay see-through as a video sticker, and on from there", async () => {
    const sticker = { want: { side: 512, maxBytes: 256 * 1024 }, shape: "sticker" } as const;
    const { bytes, answer } = await make(halfRed(), "video/webm", sticker);
    expect(answer).toMatchObject({
      ok: true,
      facts: { alpha: true, hasAudio: false, width: 512, height: 512 },
    });
    const back = await make(bytes, "image/webp", { shape: "sticker" });
    isNear(await pixel(back.bytes, 0.5), [255, 0, 0, 128], 25);
    expect((await pixel(back.bytes, 0.02))[3]).toBeLessThan(12);
  });

  it("as a video sticker last three seconds at most", async () => {
    const { bytes } = await make(samples.mp4(5), "video/webm", {
      want: { side: 512, maxBytes: 256 * 1024 },
      shape: "sticker",
    });
    expect(lookAtFilm(bytes)).toMatchObject({ codecs: ["vp9"], seconds: 3, width: 512, height: 512 });
    expect(bytes.length).toBeLessThanOrEqual(256 * 1024);
  });

  it("that cannot be squeezed into so few bytes say so", async () => {
    const { answer, target } = await make(samples.mp4(6), "video/mp4", { want: { maxBytes: 2000 } });
    expect(answer).toEqual({ ok: false, why: "too-big" });
    expect(existsSync(target)).toBe(false);
  });

  it("tell how long they are, not how long they say", async () => {
    const lying = samples.mp4(2);
    const at = lying.indexOf("mvhd") + 4;
    // Version, flags, two times; then the time scale and the length.
    lying.writeUInt32BE(lying.readUInt32BE(at + 12) * 36_000, at + 16);
    const { facts } = await make(lying, "video/mp4");
    expect(facts).toMatchObject({ hasAudio: true, width: 320, height: 240 });
    expect((facts as Facts).seconds).toBeCloseTo(2, 0);
  });

  it("have a waveform that is flat where it is silent and high where it is loud", async () => {
    const half = "aevalsrc=if(gt(t\\,1)\\,0.8*sin(2764*t)\\,0):d=2";
    const path = join(folder, "half.ogg");
    film("half.ogg", "-f", "lavfi", "-i", half, "-c:a", "libopus");
    const drawn = await converter.waveform(path, sniff(readFileSync(path)), never);
    const steps = [...Buffer.from(drawn?.base64 ?? "", "base64")];
    expect(drawn?.seconds).toBeCloseTo(2, 0);
    expect(steps.length).toBeGreaterThanOrEqual(20);
    expect(Math.max(...steps.slice(0, 9))).toBeLessThan(10);
    expect(Math.min(...steps.slice(11, 19))).toBeGreaterThan(200);
  });

  it("of silence have a flat one, and pictures have none", async () => {
    const path = join(folder, "silence.ogg");
    film("silence.ogg", "-f", "lavfi", "-i", "anullsrc=d=60", "-c:a", "libopus");
    const drawn = await converter.waveform(path, sniff(readFileSync(path)), never);
    const steps = [...Buffer.from(drawn?.base64 ?? "", "base64")];
    expect(steps).toHaveLength(256);
    expect(Math.max(...steps)).toBe(0);
    writeFileSync(path, await samples.png());
    expect(await converter.waveform(path, sniff(readFileSync(path)), never)).toBeUndefined();
  });

  it("have a still that is small", async () => {
    const source = join(folder, "still.mp4");
    const target = join(folder, "still.jpg");
    writeFileSync(source, samples.mp4(1));
    const answer = await converter.still(source, target, sniff(readFileSync(source)), 100, never);
    expect(answer).toMatchObject({ ok: true, facts: { width: 100, height: 75 } });
    expect(await lookAtPicture(readFileSync(target))).toMatchObject({ format: "jpeg", width: 100 });
  });
});

describe("faces", () => {
  it("are squares, whatever the picture's shape, and not without one", async () => {
    const source = join(folder, "face.jpg");
    const target = join(folder, "face.png");
    writeFileSync(source, await samples.jpeg(300, 900));
    const done = await converter.square(source, target, sniff(readFileSync(source)), never);
    expect(done).toMatchObject({ ok: true });
    expect(await lookAtPicture(readFileSync(target))).toMatchObject({
      format: "png",
      width: 256,
      height: 256,
    });
    const unknown = sniff(Buffer.from("words"));
    expect(await converter.square(source, target, unknown, never)).toEqual({
      ok: false,
      why: "no-converter",
    });
  });

  it("are the same for the same name, and differ with it", async () => {
    expect(await converter.letter("Ana")).toEqual(await converter.letter("Ana"));
    expect(await converter.letter("Ana")).not.toEqual(await converter.letter("Rui"));
  });

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

/** Begins as a drawing does, and unpacks to 60 MB. */
const bomb = () =>
  gzipSync(
    `{"v":"5.5.2","fr":60,"ip":0,"op":60,"w":512,"h":512,"layers":[],"nm":"${"x".repeat(60_000_000)}"}`,
  );
/** One precomposition shows the next twice, thirty times over. */
const doubling = () => {
  const show = (index: number) => ({
    ty: 0,
    refId: `c${index}`,
    w: 512,
    h: 512,
    ip: 0,
    op: 60,
    st: 0,
    ks: {},
  });
  const assets = Array.from({ length: 30 }, (_, index) => ({
    id: `c${index}`,
    layers: index === 29 ? [] : [show(index + 1), show(index + 1)],
  }));
  return lottieWith({ assets, layers: [show(0)] });
};
const tiny = (bytes: Buffer, cut: number) => bytes.subarray(0, Math.floor(bytes.length * cut));
const svg = '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>';
const playlist = "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n";

const HOSTILE: readonly (readonly [string, string, () => Buffer | Promise<Buffer>, string])[] = [
  ["a picture of 50000 x 50000", "too-big", () => vastPng(50_000, 50_000), "image/jpeg"],
  ["a picture of 2^31 pixels in a row", "broken", () => vastPng(2_147_483_647, 1), "image/png"],
  ["a picture that breaks off", "broken", async () => tiny(await noise(300), 0.5), "image/jpeg"],
  ["a gzip that unpacks to 300 MB", "no-converter", () => gzipSync(Buffer.alloc(3e8, " ")), "image/gif"],
  ["a TGS that unpacks to 60 MB", "broken", bomb, "image/gif"],
  ["a Lottie of no width", "broken", () => lottieWith({ w: 0, h: 0 }), "image/gif"],
  ["a Lottie of a million pixels a side", "broken", () => lottieWith({ w: 1e6, h: 1e6 }), "image/gif"],
  ["a Lottie of no frame rate", "broken", () => lottieWith({ fr: 0 }), "image/gif"],
  ["a Lottie of a million frames", "broken", () => lottieWith({ op: 1e6 }), "image/gif"],
  ["a Lottie that ends before it begins", "broken", () => lottieWith({ ip: 60, op: 0 }), "image/gif"],
  ["a Lottie whose size is a word", "broken", () => lottieWith({ w: "512" }), "image/gif"],
  ["a thousand groups in each other", "broken", () => deepLottie(1000), "image/gif"],
  ["an SVG that reads files", "no-converter", () => Buffer.from(svg), "image/png"],
  ["a playlist that names files", "no-converter", () => Buffer.from(playlist), "video/mp4"],
  [
    "a film that is only a head",
    "broken",
    () => Buffer.from(`00000018667479706d703432${"00".repeat(50)}`, "hex"),
    "video/mp4",
  ],
  [
    "noise with the head of a film",
    "broken",
    () => Buffer.concat([Buffer.from("1a45dfa3", "hex"), Buffer.alloc(9_000, 7)]),
    "image/gif",
  ],
  ["nothing", "no-converter", () => Buffer.alloc(0), "image/png"],
];

describe("hostile input ends soon and leaves nothing behind", () => {
  describe("of every kind", () => {
    needs(hasFfmpeg, NO_FFMPEG);
    it.each(HOSTILE)("%s is %s", { timeout: 30_000 }, async (_name, why, bytes, to) => {
      const given = await bytes();
      const before = performance.now();
      const { answer, target } = await make(given, to);
      expect(performance.now() - before).toBeLessThan(5000);
      expect(answer).toEqual({ ok: false, why });
      expect(existsSync(target)).toBe(false);
    });
  });

  it("draws what doubles itself no longer than it may", { timeout: 30_000 }, async () => {
    const hasty = createConverter({ clock: systemClock, timeoutMs: 3000 });
    const before = performance.now();
    const { answer, target } = await make(doubling(), "image/gif", {}, hasty);
    expect(performance.now() - before).toBeLessThan(8000);
    expect(answer).toEqual({ ok: false, why: "too-long" });
    expect(existsSync(target)).toBe(false);
    await hasty.stop();
  });

  it("never fetches what a drawing names, nor runs what it holds", async () => {
    let asked = 0;
    const server = createServer((_request, answer) => {
      asked += 1;
      answer.end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const image = { id: "i", w: 512, h: 512, u: `http://127.0.0.1:${port}/`, p: "a.png", e: 0 };
    const layer = {
      ty: 2,
      refId: "i",
      ip: 0,
      op: 60,
      st: 0,
      ks: { o: { a: 0, k: 100, x: "while(true){}" } },
    };
    const own = JSON.parse(String(samples.lottie())) as { layers: object[] };
    const { answer } = await make(
      lottieWith({ assets: [image], layers: [layer, ...own.layers] }),
      "image/webp",
      { want: { maxSide: 64 } },
    );
    server.close();
    expect(answer.ok).toBe(true);
    expect(asked).toBe(0);
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
