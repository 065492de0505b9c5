import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../model/clock.ts";
import { createFileShelf, type FileShelf } from "./file-shelf.ts";
import { createSamples } from "./samples.ts";

const samples = createSamples(undefined, "");
let folder = "";
let shelf: FileShelf;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "matebot-shelf-"));
  shelf = createFileShelf({ folder, clock: systemClock, ffmpeg: undefined });
});
afterEach(async () => {
  await shelf.stop();
  rmSync(folder, { recursive: true, force: true });
});

const idOf = (url = "") => url.replace(/^files\//, "");
const served = (bytes: Buffer) => shelf.open(idOf(shelf.put("it", () => bytes).url));

describe("the shelf of files", () => {
  it("gives each file an address of its own that nobody can guess, and keeps it", () => {
    const one = shelf.put("one", () => Buffer.from("a")).url;
    const two = shelf.put("two", () => Buffer.from("a")).url;
    expect(one).toMatch(/^files\/[\w-]{24}$/);
    expect(two).not.toBe(one);
    expect(shelf.put("one", () => expect.unreachable()).url).toBe(one);
  });

  it("finds nothing by a key or by a path", async () => {
    shelf.put("one", () => Buffer.from("a"));
    for (const id of ["one", "", "__proto__", "../package.json"])
      expect(await shelf.open(id)).toBe(undefined);
  });

  it("shows pictures as what they are", async () => {
    const webp = await samples.sticker("webp");
    expect(shelf.put("it", () => webp).shows).toBe("image");
    expect(await served(webp)).toEqual({ type: "image/webp", bytes: webp });
  });

  it.each([
    ["a page", "<!doctype html><script>alert(1)</script>"],
    ["a drawing", '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
    ["a paper", "%PDF-1.4"],
    ["words", "just words"],
  ])("only lets %s be saved", async (_, content) => {
    const bytes = Buffer.from(content);
    expect(shelf.put("it", () => bytes).shows).toBe(undefined);
    expect(await served(bytes)).toEqual({ type: "application/octet-stream", bytes });
  });

  it.each([
    ["TGS", samples.tgs()],
    ["Lottie", samples.lottie()],
  ])("draws a %s sticker as a WebP that moves, and leaves no file behind", async (_, bytes) => {
    expect(shelf.put("it", () => bytes).shows).toBe("image");
    const drawn = await served(bytes);
    expect(drawn?.type).toBe("image/webp");
    expect(drawn?.bytes.subarray(0, 200).includes("ANIM")).toBe(true);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("has no address for what cannot be had", () => {
    expect(shelf.put("it", () => undefined)).toEqual({});
  });

  it("keeps two thousand files, and lays older ones out anew", async () => {
    const first = shelf.put("0", () => Buffer.from("a")).url;
    for (let index = 1; index <= 2000; index += 1) shelf.put(String(index), () => Buffer.from("a"));
    expect(await shelf.open(idOf(first))).toBe(undefined);
    expect(shelf.put("0", () => Buffer.from("a")).url).not.toBe(first);
  });
});
