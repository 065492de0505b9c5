// QR codes: written as small as they can be, read again by a process of its own, and what is refused.

import { crc32 } from "node:zlib";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RobotBench, robotBench, wordsOf } from "../../../test/support/robot-world.ts";
import type { FileAttachment } from "../../model/attachment.ts";
import { qrCommand } from "./qr.ts";
import { MOST_QR_BYTES, qrPng } from "./qr-picture.ts";
import { readQrCodes } from "./qr-read.ts";

let bench: RobotBench;
beforeAll(async () => {
  bench = await robotBench();
});
afterAll(() => bench.close());

const asked = (files: readonly FileAttachment[]) =>
  ({ asked: { kind: "command", name: "qr", words: "", files } }) as const;

function picture(bytes: Uint8Array, kind: FileAttachment["kind"] = "photo"): FileAttachment {
  const source = `picture${bench.files.size}`;
  bench.files.set(source, bytes);
  return { kind, account: "telegram", source };
}

describe("a text", () => {
  it.each(["a", "Olá, comunidade! ç 😀 https://example.org/?a=1&b=ü", "x".repeat(300)])(
    "comes out of its picture as it went in: %.20s",
    async (words) => {
      const answer = await bench.command(qrCommand, { text: words });
      const png = bench.files.get(answer.say?.files?.[0]?.source ?? "") ?? new Uint8Array();
      expect(await readQrCodes(png)).toEqual([words]);
    },
  );

  it("has the smallest version, modules of 8 pixels and four modules of silence", async () => {
    const small = await sharp(qrPng("hello")).raw().toBuffer({ resolveWithObject: true });
    expect([small.info.width, small.info.height]).toEqual([(21 + 8) * 8, (21 + 8) * 8]);
    const { width, channels } = small.info;
    const quiet = [...small.data.subarray(0, width * channels * 32)];
    expect(quiet.every((value) => value === 255)).toBe(true);
    expect(small.data[(32 * width + 32) * channels]).toBe(0);
  });

  it("never makes a picture of more than 1024 pixels, and the longest can still be read", async () => {
    const longest = "z".repeat(MOST_QR_BYTES);
    const png = qrPng(longest);
    const { width = 0 } = await sharp(png).metadata();
    expect(width).toBe(185 * 5);
    expect(await readQrCodes(png)).toEqual([longest]);
  });

  it("of one byte too many is refused with the count", async () => {
    await expect(bench.command(qrCommand, { text: "é".repeat(1166) })).rejects.toMatchObject({
      key: "robot-everyday.qr.long",
      values: { bytes: 2332, most: 2331 },
    });
  });

  it("is taken from the message that is answered", async () => {
    const about = {
      ref: { conversation: { account: "telegram", id: "-1" }, id: "1" },
      files: [],
      text: "oi",
    };
    const answer = await bench.command(
      qrCommand,
      {},
      { asked: { kind: "command", name: "qr", words: "", files: [], about } },
    );
    expect(answer.say?.files).toHaveLength(1);
  });

  it("is missing: the person is told how", async () => {
    await expect(bench.command(qrCommand)).rejects.toMatchObject({ key: "robot-everyday.qr.usage" });
  });
});

describe("a picture", () => {
  it("gives all its codes, turned and blurred as they are", async () => {
    const one = await sharp(qrPng("um")).rotate(12, { background: "#fff" }).blur(1.5).png().toBuffer();
    const two = Buffer.from(qrPng("dois"));
    const both = await sharp({ create: { width: 900, height: 500, channels: 3, background: "#fff" } })
      .composite([
        { input: one, left: 20, top: 20 },
        { input: two, left: 520, top: 100 },
      ])
      .jpeg({ quality: 60 })
      .toBuffer();
    const answer = await bench.command(qrCommand, {}, asked([picture(both)]));
    const words = wordsOf(answer);
    expect(words).toContain("2 QR codes");
    expect(words).toContain("um");
    expect(words).toContain("dois");
  });

  it("without a code is told so", async () => {
    const grey = await sharp({ create: { width: 300, height: 200, channels: 3, background: "#888" } })
      .png()
      .toBuffer();
    const answer = await bench.command(qrCommand, {}, asked([picture(grey)]));
    expect(wordsOf(answer)).toContain("Não encontrei nenhum QR code");
  });

  it.each([
    ["no picture at all", async () => new TextEncoder().encode("not a picture")],
    ["one that claims more pixels than anybody sees", async () => bomb()],
  ])("that is %s is refused", async (_name, made) => {
    const file = picture(await made(), "document");
    await expect(bench.command(qrCommand, {}, asked([file]))).rejects.toMatchObject({
      key: "robot-everyday.qr.no-picture",
    });
  });
});

/** A small picture whose head claims 900 million pixels. */
function bomb(): Uint8Array {
  const png = Buffer.from(qrPng("a"));
  png.writeUInt32BE(30_000, 16);
  png.writeUInt32BE(30_000, 20);
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
  return png;
}
