// The ladder: every file takes the first form that fits, by the cheapest way, and nothing is left behind.

import { readdirSync, statSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { drain, type MediaRig, startMediaRig } from "../../test/support/media-rig.ts";
import type { ReadyFile, Unfit, Want } from "../bridge/media-port.ts";
import type { FileAttachment } from "../model/attachment.ts";
import { PlatformError } from "../model/errors.ts";

const { signal } = new AbortController();
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPj/HwADBwIAMCbHYQAAAABJRU5ErkJggg==",
  "base64",
);
const JPEG = Buffer.concat([Buffer.from("ffd8ffe000104a46494600", "hex"), Buffer.alloc(500)]);
const ANY: Want = { kind: "document", maxBytes: 1000 };
const AS_PHOTO: Want = { kind: "photo", maxBytes: 1000, types: ["image/jpeg", "image/png"] };
const text = (length: number) => Buffer.alloc(length, "mate ");

let rig: MediaRig;
beforeEach(async () => {
  rig = await startMediaRig({ limits: { fileBytes: 5000, spoolBytes: 20_000, transfers: 2 } });
});
afterEach(() => rig.stop());

const left = () => readdirSync(`${rig.folder}/spool`);

function ready(answer: ReadyFile | Unfit): ReadyFile {
  if ("unfit" in answer) throw new Error(`unfit: ${answer.unfit}`);
  return answer;
}

function ask(file: FileAttachment, want = ANY, ...more: readonly Want[]): Promise<ReadyFile | Unfit> {
  return rig.media.fit(file, [want, ...more], signal);
}

describe("as it is", () => {
  it("streams from the source, which is opened once, and leaves nothing on disk", async () => {
    const file = rig.serve(
      "a",
      { content: text(700) },
      { name: "../notes.txt", mime: "text/plain", stable: "s" },
    );
    const answer = ready(await ask(file));
    expect(answer).toMatchObject({ kind: "document", name: "notes.txt", mime: "text/plain", bytes: 700 });
    expect(left()).toEqual([]);
    expect(await drain(answer.open(signal))).toEqual(text(700));
    expect(rig.source.opened).toEqual(["a"]);
    answer.release();
    expect(rig.source.reading).toBe(0);
  });

  it("can be read again from the beginning, by opening it again", async () => {
    const answer = ready(await ask(rig.serve("a", { content: text(700) })));
    for (let attempt = 0; attempt < 3; attempt++) expect(await drain(answer.open(signal))).toEqual(text(700));
    expect(rig.source.opened).toEqual(["a", "a", "a"]);
  });

  it("does not keep a source open for a reader who is late", async () => {
    const file = rig.serve("a", { content: text(400_000) });
    const answer = ready(await ask(file, { ...ANY, maxBytes: 500_000 }));
    expect(rig.source.reading).toBe(1);
    await rig.clock.advance(10_000);
    expect(rig.source.reading).toBe(0);
    expect(await drain(answer.open(signal))).toEqual(text(400_000));
    answer.release();
  });

  it("looks at the bytes and not at what is said of them", async () => {
    const lie = rig.serve("a", { content: text(100) }, { kind: "photo", mime: "image/jpeg", name: "x.jpg" });
    rig.converter.able = false;
    expect(await ask(lie, AS_PHOTO)).toEqual({ unfit: "no-converter" });
    const exe = rig.serve(
      "b",
      { content: JPEG },
      { kind: "photo", mime: "application/x-msdownload", name: "x.exe" },
    );
    expect(ready(await ask(exe, AS_PHOTO))).toMatchObject({ mime: "image/jpeg", name: "x.jpg" });
  });

  it("goes through the disk when the size is not announced, and is gone from there after its release", async () => {
    const answer = ready(await ask(rig.serve("a", { content: text(700), announces: "none" })));
    expect(answer.bytes).toBe(700);
    expect(left()).toHaveLength(1);
    expect(statSync(`${rig.folder}/spool/${left()[0]}`).mode & 0o777).toBe(0o600);
    expect(await drain(answer.open(signal))).toEqual(text(700));
    expect(rig.source.opened).toEqual(["a"]);
    answer.release();
    await expect.poll(left).toEqual([]);
  });

  it("measures a picture only when a limit asks and nobody said", async () => {
    const want: Want = { ...AS_PHOTO, maxSides: 60 };
    const said = rig.serve("a", { content: PNG }, { kind: "photo", width: 30, height: 30 });
    expect(ready(await ask(said, want)).width).toBe(30);
    expect(left()).toEqual([]);
    const unsaid = rig.serve("b", { content: PNG }, { kind: "photo" });
    rig.converter.able = false;
    expect(await ask(unsaid, want)).toMatchObject({ unfit: "too-big" });
    expect(ready(await ask(unsaid, { ...want, maxSides: 70 }))).toMatchObject({ width: 40, height: 30 });
  });

  it("gives a voice message the waveform it lacks", async () => {
    const ogg = Buffer.concat([
      Buffer.from("OggS"),
      Buffer.alloc(24),
      Buffer.from("OpusHead"),
      Buffer.alloc(60),
    ]);
    const want: Want = { kind: "voice", maxBytes: 1000 };
    const voice = rig.serve("a", { content: ogg }, { kind: "voice", seconds: 2 });
    expect(ready(await ask(voice, want))).toMatchObject({ waveform: "AAEC", seconds: 3 });
    const told = { ...voice, waveform: "////" };
    expect(ready(await ask(told, want))).toMatchObject({ waveform: "////", seconds: 2 });
  });
});

describe("a source that lies or fails", () => {
  it("is told to be tried again when it sends less, and is broken when it always does", async () => {
    const file = rig.serve("a", { content: text(50_000), announces: 100_000 });
    const want = { ...ANY, maxBytes: 200_000 };
    for (let attempt = 0; attempt < 5; attempt++) {
      const answer = ready(await ask(file, want));
      await expect(drain(answer.open(signal))).rejects.toMatchObject({
        code: "media.short",
        fate: { kind: "retry", maybeDelivered: false },
      });
      answer.release();
    }
    expect(await ask(file, want)).toEqual({ unfit: "broken" });
    await rig.clock.advance(3_600_000);
    rig.serve("a", { content: text(50_000) });
    expect(ready(await ask(file, want)).bytes).toBe(50_000);
  });

  it("is cut when it sends more than it announced, and not asked again", async () => {
    const file = rig.serve("a", { content: text(400_000), announces: 300_000 });
    const want = { ...ANY, maxBytes: 500_000 };
    const answer = ready(await ask(file, want));
    let given = 0;
    const reading = async () => {
      for await (const chunk of answer.open(signal)) given += chunk.byteLength;
    };
    await expect(reading()).rejects.toMatchObject({ code: "media.long" });
    expect(given).toBeLessThanOrEqual(300_000);
    answer.release();
    expect(await ask(file, want)).toEqual({ unfit: "broken" });
    expect(rig.source.opened).toEqual(["a"]);
    const atOnce = rig.serve("b", { content: text(1000), announces: 10 });
    expect(await ask(atOnce)).toEqual({ unfit: "broken" });
  });

  it("is cut off when it never ends", async () => {
    const file = rig.serve("a", { content: text(100_000), announces: "none" });
    expect(await ask(file)).toMatchObject({ unfit: "too-big" });
    expect(left()).toEqual([]);
  });

  it("is tried again when it is cut", async () => {
    const file = rig.serve("a", { content: text(100_000), cutsAt: 50_000 });
    const answer = ready(await ask(file, { ...ANY, maxBytes: 200_000 }));
    await expect(drain(answer.open(signal))).rejects.toMatchObject({ fate: { kind: "retry" } });
  });

  it("is given up when it stalls, in the look at it and later", async () => {
    const early = ask(rig.serve("a", { content: text(700), stallsAt: 10 }));
    const refused = expect(early).rejects.toMatchObject({ code: "media.stalled" });
    await expect.poll(() => rig.source.reading).toBe(1);
    await rig.clock.advance(20_000);
    await refused;
    const later = ready(
      await ask(rig.serve("b", { content: text(90_000), stallsAt: 50_000 }), { ...ANY, maxBytes: 100_000 }),
    );
    const cut = expect(drain(later.open(signal))).rejects.toMatchObject({ code: "media.stalled" });
    await expect.poll(() => rig.clock.nextInMs).toBe(20_000);
    await new Promise((resolve) => setImmediate(resolve));
    await rig.clock.advance(20_000);
    await cut;
    expect(rig.source.reading).toBe(0);
  });

  it.each([
    ["toy.file-too-big", { kind: "refused" }, "too-big"],
    ["toy.no-file", { kind: "refused" }, "gone"],
    ["toy.gone", { kind: "gone" }, "gone"],
    ["toy.forbidden", { kind: "blocked" }, "gone"],
    ["toy.token", { kind: "halt" }, "gone"],
  ] as const)("that says %s is a card and no trouble of the other account", async (code, fate, unfit) => {
    const file = rig.serve("a", { content: text(1), refuses: new PlatformError(code, "no", fate) });
    expect(await ask(file)).toEqual({ unfit });
  });

  it("lets what may pass through, but not to the whole account that asks", async () => {
    const wait = new PlatformError("toy.wait", "wait", { kind: "wait", ms: 5, account: true });
    await expect(ask(rig.serve("a", { content: text(1), refuses: wait }))).rejects.toMatchObject({
      code: "toy.wait",
      fate: { kind: "wait", ms: 5 },
    });
    const retry = new PlatformError("toy.retry", "again", { kind: "retry", maybeDelivered: false });
    await expect(ask(rig.serve("b", { content: text(1), refuses: retry }))).rejects.toBe(retry);
  });

  it("is a card when its trouble lasts, and a file again when that is over", async () => {
    const refuses = new PlatformError("toy.retry", "again", { kind: "retry", maybeDelivered: false });
    const file = rig.serve("a", { content: text(10), refuses });
    const cut = rig.serve("b", { content: text(100_000), cutsAt: 50_000 });
    const want = { ...ANY, maxBytes: 200_000 };
    const readCut = async () => {
      const answer = ready(await ask(cut, want));
      await expect(drain(answer.open(signal))).rejects.toMatchObject({ code: "media.broke-off" });
      answer.release();
    };
    await expect(ask(file)).rejects.toBe(refuses);
    await readCut();
    await rig.clock.advance(9 * 60_000);
    await expect(ask(file)).rejects.toBe(refuses);
    await readCut();
    await rig.clock.advance(60_000);
    expect(await ask(file)).toEqual({ unfit: "gone" });
    await readCut();
    expect(await ask(cut, want)).toEqual({ unfit: "broken" });
    rig.serve("a", { content: text(10) });
    expect(ready(await ask(file)).bytes).toBe(10);
  });

  it("is given up when it never answers, and tells nothing of its address when it fails in its own words", async () => {
    const silent = expect(ask(rig.serve("a", { content: text(1), hangs: true }))).rejects.toMatchObject({
      code: "media.stalled",
    });
    await rig.clock.advance(20_000);
    await silent;
    const refuses = new TypeError("fetch failed: https://files.example.org/botSECRET");
    const error: unknown = await ask(rig.serve("b", { content: text(1), refuses })).catch((reason) => reason);
    expect(error).toMatchObject({ code: "media.unreachable", fate: { kind: "retry" } });
    expect(String((error as Error).stack)).not.toContain("SECRET");
  });

  it("without a source, or without a byte, is a card", async () => {
    expect(await ask({ kind: "document", account: "toy" })).toEqual({ unfit: "gone" });
    expect(await ask(rig.serve("a", { content: text(0) }))).toEqual({ unfit: "broken" });
  });
});

describe("smaller", () => {
  const sizes = [
    { source: "m", stable: "m", bytes: 900, width: 20, height: 20 },
    { source: "s", stable: "s", bytes: 90, width: 9, height: 9 },
  ];

  it("takes the largest size of a photo that fits", async () => {
    const file = rig.serve(
      "a",
      { content: Buffer.concat([JPEG, text(600)]) },
      { kind: "photo", smaller: sizes },
    );
    rig.serve("m", { content: JPEG });
    rig.serve("s", { content: PNG });
    const answer = ready(await ask(file, { ...AS_PHOTO, maxBytes: 950 }));
    expect(answer).toMatchObject({ bytes: JPEG.byteLength, width: 20 });
    answer.release();
    const small = ready(await ask(file, { ...AS_PHOTO, maxBytes: 100 }));
    expect(small).toMatchObject({ mime: "image/png", width: 9 });
    expect(rig.converter.recipes).toEqual([]);
  });

  it("never sends the still of a video for the video", async () => {
    rig.serve("s", { content: JPEG });
    const file = rig.serve("a", { content: text(2000) }, { kind: "video", smaller: sizes.slice(1) });
    rig.converter.result = "too-big";
    const answer = await ask(file, { kind: "video", maxBytes: 1000 });
    expect(answer).toMatchObject({
      unfit: "too-big",
      still: { kind: "photo", mime: "image/jpeg", bytes: 5 },
    });
    if ("unfit" in answer) answer.still?.release();
  });

  it("prefers a conversion when only the type is wrong", async () => {
    rig.serve("m", { content: JPEG });
    const file = rig.serve("a", { content: PNG }, { kind: "photo", smaller: sizes });
    expect(ready(await ask(file, { kind: "photo", maxBytes: 1000, types: ["image/jpeg"] })).width).toBe(20);
    expect(rig.converter.recipes).toHaveLength(1);
  });
});

describe("converted", () => {
  const WEBM: Want = { kind: "sticker", maxBytes: 1000, types: ["x/impossible", "video/webm"], side: 512 };

  it("is made once for all who ask at the same time, and never again", async () => {
    const gate = Promise.withResolvers<void>();
    rig.converter.gate = gate.promise;
    const file = rig.serve("a", { content: PNG }, { kind: "sticker", stable: "cat", name: "cat.png" });
    const both = [ask(file, WEBM), ask(file, WEBM)];
    await expect.poll(() => rig.converter.recipes.length).toBe(1);
    gate.resolve();
    for (const answer of (await Promise.all(both)).map(ready)) {
      expect(answer).toMatchObject({
        kind: "sticker",
        name: "cat.webm",
        mime: "video/webm",
        bytes: 9,
        width: 20,
      });
      expect(String(await drain(answer.open(signal)))).toBe("converted");
      answer.release();
    }
    const opened = rig.source.opened.length;
    await rig.restart();
    const again = ready(await ask(file, WEBM));
    expect(String(await drain(again.open(signal)))).toBe("converted");
    expect([rig.converter.recipes.length, rig.source.opened.length]).toEqual([1, opened]);
    expect(left()).toEqual([]);
    expect(statSync(`${rig.folder}/cache`).mode & 0o777).toBe(0o700);
    expect(rig.converter.recipes[0]).toMatchObject({
      to: "video/webm",
      shape: "sticker",
      from: { mime: "image/png" },
    });
  });

  it("is kept only until its release when nothing lasting is known of the source", async () => {
    const answer = ready(await ask(rig.serve("a", { content: PNG }, { kind: "sticker" }), WEBM));
    expect(answer.key).toBeUndefined();
    await expect.poll(left).toHaveLength(1);
    answer.release();
    await expect.poll(left).toEqual([]);
    expect(readdirSync(`${rig.folder}/cache`)).toEqual([]);
  });

  it("takes the next want when it fails, and remembers that it does", async () => {
    rig.converter.result = "too-long";
    const file = rig.serve("a", { content: PNG }, { kind: "sticker", stable: "cat" });
    for (let time = 0; time < 2; time++) {
      const answer = ready(await ask(file, WEBM, ANY));
      expect(answer).toMatchObject({ kind: "document", mime: "image/png" });
      answer.release();
    }
    expect(rig.converter.recipes).toHaveLength(1);
  });

  it("is not attempted with what is too big for the disk, or is somebody's document", async () => {
    const big = rig.serve("a", { content: Buffer.concat([PNG, text(6000)]) }, { kind: "photo" });
    expect(await ask(big, AS_PHOTO)).toEqual({ unfit: "too-big" });
    const document = rig.serve("b", { content: text(2000) });
    expect(await ask(document)).toEqual({ unfit: "too-big" });
    expect(rig.converter.recipes).toEqual([]);
  });

  it("goes on for the other when one gives up, and ends when both do", async () => {
    const gate = Promise.withResolvers<void>();
    rig.converter.gate = gate.promise;
    const file = rig.serve("a", { content: PNG }, { kind: "sticker", stable: "cat" });
    const over = [new AbortController(), new AbortController()] as const;
    const asked = over.map((one) => rig.media.fit(file, [WEBM], one.signal));
    const first = expect(asked[0]).rejects.toThrow("first");
    await expect.poll(() => rig.converter.recipes.length).toBe(1);
    over[0].abort(new Error("first"));
    await first;
    gate.resolve();
    ready((await asked[1]) as ReadyFile).release();

    rig.converter.gate = new Promise(() => {});
    const other = { ...file, stable: "dog" };
    const late = new AbortController();
    const last = expect(rig.media.fit(other, [WEBM], late.signal)).rejects.toThrow("last");
    await expect.poll(() => rig.converter.recipes.length).toBe(2);
    late.abort(new Error("last"));
    await last;
    await expect.poll(left).toEqual([]);
  });

  it("that breaks the converter is a broken file and a line in the log without its source", async () => {
    rig.converter.convert = async () => {
      throw new Error("worker died");
    };
    const file = rig.serve("secret-source", { content: PNG }, { kind: "sticker", stable: "cat" });
    expect(await ask(file, WEBM)).toEqual({ unfit: "broken" });
    expect(rig.lines).toHaveLength(1);
    expect(rig.lines.join()).not.toContain("secret-source");
  });
});

describe("all together", () => {
  it("reads no more files at a time than the budget says, though many ask", async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        ask(rig.serve(`f${index}`, { content: text(100_000) }), { ...ANY, maxBytes: 200_000 }),
      ),
    );
    // Nobody reads yet: what was looked at is closed, or the count of the readers below would hold it.
    await rig.clock.advance(10_000);
    rig.source.mostReading = 0;
    await Promise.all(
      answers.map(async (answer) => expect((await drain(ready(answer).open(signal))).length).toBe(100_000)),
    );
    expect(rig.source.mostReading).toBe(2);
    expect(rig.source.reading).toBe(0);
  });

  it("frees the place of a reader who was aborted and never came back", async () => {
    const want = { ...ANY, maxBytes: 200_000 };
    for (let index = 0; index < 5; index++) {
      const over = new AbortController();
      const answer = ready(await ask(rig.serve(`f${index}`, { content: text(100_000) }), want));
      await answer.open(over.signal)[Symbol.asyncIterator]().next();
      over.abort();
    }
    const last = ready(await ask(rig.serve("last", { content: text(100_000) }), want));
    expect((await drain(last.open(signal))).length).toBe(100_000);
  });

  it("frees everything when a file is released while it is read", async () => {
    const answer = ready(
      await ask(rig.serve("a", { content: text(100_000) }), { ...ANY, maxBytes: 200_000 }),
    );
    const reading = answer.open(signal)[Symbol.asyncIterator]();
    await reading.next();
    answer.release();
    answer.release();
    await expect.poll(() => rig.source.reading).toBe(0);
    await expect(reading.next().then(() => reading.next())).rejects.toThrow();
  });

  it("empties the spool at the start and at the stop", async () => {
    await ask(rig.serve("a", { content: text(700), announces: "none" }));
    expect(left()).toHaveLength(1);
    await rig.restart();
    expect(left()).toEqual([]);
    expect(rig.source.reading).toBe(0);
  });
});
