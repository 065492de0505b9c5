// A type follows from the bytes; what the sender claims counts only for what cannot be shown or played anyway.

import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { needs } from "../../../test/support/needs.ts";
import { hasFfmpeg, NO_FFMPEG, samples } from "../../../test/support/sample-files.ts";
import { sniff } from "./sniff.ts";

const head = (text: string) => Buffer.from(text, "latin1");
const box = (brand: string, ...compatible: readonly string[]) =>
  head(`\0\0\0${String.fromCharCode(16 + 4 * compatible.length)}ftyp${brand}\0\0\0\0${compatible.join("")}`);

describe("bytes tell", () => {
  it.each([
    ["a TIFF", head("II*\0\x08\0\0\0"), "image/tiff", "image"],
    ["a BMP", head(`BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0`), "image/bmp", "image"],
    ["an AVIF", box("avif", "mif1"), "image/avif", "image"],
    ["an AVIF that begins as another", box("mif1", "avif"), "image/avif", "image"],
    ["a HEIC", box("heic", "mif1"), "image/heic", "image"],
    ["an MP4", box("isom", "avc1"), "video/mp4", "video"],
    ["a QuickTime film", box("qt  "), "video/quicktime", "video"],
    ["an M4A", box("M4A "), "audio/mp4", "audio"],
    ["a FLAC", head("fLaC\0\0\0\x22"), "audio/flac", "audio"],
    ["a WAV", head("RIFF\0\0\0\0WAVEfmt "), "audio/wav", "audio"],
    ["Vorbis", head(`OggS${"\0".repeat(24)}\x01vorbis`), "audio/ogg;codecs=vorbis", "audio"],
    ["an MP3 with a title", head("ID3\x04\0\0"), "audio/mpeg", "audio"],
    ["AAC", Buffer.from("fff150800bfffc", "hex"), "audio/aac", "audio"],
    ["a ZIP", head("PK\x03\x04\x14\0"), "application/zip", "other"],
    ["a gzip", gzipSync("a log of something"), "application/gzip", "other"],
    ["a gzip of JSON that is no drawing", gzipSync('{"v":1,"rows":[]}'), "application/gzip", "other"],
    ["an SVG", head('<?xml version="1.0"?>\n<svg xmlns="">'), "image/svg+xml", "other"],
    ["a playlist", head("#EXTM3U\n"), "application/vnd.apple.mpegurl", "other"],
    ["nothing", Buffer.alloc(0), "application/octet-stream", "other"],
  ] as const)("%s", (_name, bytes, mime, kind) => {
    expect(sniff(bytes)).toMatchObject({ mime, kind });
  });

  it("of pictures whether they move", async () => {
    expect(sniff(await samples.png())).toEqual({ mime: "image/png", kind: "image", ext: "png" });
    expect(sniff(await samples.jpeg())).toEqual({ mime: "image/jpeg", kind: "image", ext: "jpg" });
    expect(sniff(await samples.webp())).toEqual({ mime: "image/webp", kind: "image", ext: "webp" });
  });

  it("of JSON and of a gzip whether they are drawings", () => {
    expect(sniff(samples.lottie())).toMatchObject({ mime: "application/json", kind: "lottie" });
    expect(sniff(samples.tgs())).toMatchObject({
      mime: "application/x-tgsticker",
      kind: "lottie",
      ext: "tgs",
    });
    expect(sniff(head('{"name":"matebot","version":1}'), "application/json")).toMatchObject({
      kind: "other",
    });
  });

  describe("of what ffmpeg makes", () => {
    needs(hasFfmpeg, NO_FFMPEG);
    it("its container and whether it moves", () => {
      expect(sniff(samples.apng())).toEqual({
        mime: "image/apng",
        kind: "image",
        ext: "png",
        animated: true,
      });
      expect(sniff(samples.gif())).toEqual({ mime: "image/gif", kind: "image", ext: "gif", animated: true });
      expect(sniff(samples.webm())).toMatchObject({ mime: "video/webm", kind: "video" });
      expect(sniff(samples.mp4(1))).toMatchObject({ mime: "video/mp4", kind: "video" });
      expect(sniff(samples.ogg(1))).toMatchObject({ mime: "audio/ogg", kind: "audio" });
      expect(sniff(samples.mp3(1))).toMatchObject({ mime: "audio/mpeg", kind: "audio" });
    });
  });
});

describe("claims", () => {
  it.each(["image/png", "video/mp4", "audio/ogg", "image/svg+xml", "IMAGE/PNG", "nonsense", "text/", ""])(
    "of %j make nothing of bytes nobody knows",
    (claimed) => {
      expect(sniff(head("\x7fELF and more"), claimed)).toMatchObject({
        mime: "application/octet-stream",
        ext: "bin",
      });
    },
  );

  it("of documents stand, without their parameters", () => {
    expect(sniff(head("Hello"), "text/plain; charset=utf-8")).toEqual({
      mime: "text/plain",
      kind: "other",
      ext: "txt",
    });
    const word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    expect(sniff(head("PK\x03\x04"), word)).toEqual({ mime: word, kind: "other", ext: "docx" });
  });

  it("never outweigh bytes that are known", async () => {
    expect(sniff(await samples.png(), "application/pdf")).toMatchObject({ mime: "image/png" });
    expect(sniff(head("%PDF-1.7"), "image/jpeg")).toMatchObject({ mime: "application/pdf", kind: "other" });
  });

  it("cannot put anything but a type into the type", () => {
    expect(sniff(head("x"), "text/html\r\nSet-Cookie: a=b").mime).toBe("application/octet-stream");
    expect(sniff(head("x"), `application/${"x".repeat(200)}`).mime).toBe("application/octet-stream");
  });
});

describe("hostile heads", () => {
  it("never throw, whatever they begin with", () => {
    const magic = [
      "\x89PNG\r\n\x1a\n",
      "\0\0\0\x20ftyp",
      "\x1aE\xdf\xa3",
      "OggS",
      "RIFF",
      "BM",
      "\xff\xfb",
      "\x1f\x8b",
    ];
    const bytes = fc.tuple(fc.constantFrom(...magic, ""), fc.uint8Array({ maxLength: 64 }));
    fc.assert(
      fc.property(bytes, fc.string(), ([start, rest], claimed) => {
        const { mime } = sniff(Buffer.concat([head(start), rest]), claimed);
        expect(mime).toMatch(/^[a-z]+\/[a-z0-9.+-]+(;codecs=[a-z]+)?$/);
      }),
    );
  });

  it("look into a bomb only as far as they must", () => {
    const before = performance.now();
    const bomb = gzipSync(Buffer.alloc(50_000_000, "{"), { level: 9 });
    const made = performance.now();
    expect(sniff(bomb.subarray(0, 16_384))).toMatchObject({ mime: "application/gzip" });
    expect(performance.now() - made).toBeLessThan(Math.max(200, made - before));
  });
});
