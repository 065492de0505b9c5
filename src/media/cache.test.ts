// The cache: the least used goes first, what is used stays, and a crash leaves nothing that is not whole.

import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openCache } from "./cache.ts";
import { openSpool, type Spool } from "./spool.ts";

let folder: string;
let spool: Spool;
let now = Date.UTC(2026, 0, 15);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "matebot-cache-"));
  spool = openSpool(join(folder, "spool"), 1000);
});
afterEach(() => rmSync(folder, { recursive: true }));

const place = () => join(folder, "cache");
const open = (most = 100) => openCache(place(), most, () => now);

async function file(length: number) {
  return await spool.write(
    (async function* () {
      yield Buffer.alloc(length, "x");
    })(),
  );
}

const WEBP = { mime: "image/webp", width: 3 };

it("finds what it was given, with what was known of it, after a restart as well", async () => {
  await open().put("cat", await file(40), WEBP);
  const found = await open().find("cat");
  expect(found).toMatchObject({ ...WEBP, key: "cat", bytes: 40 });
  expect(statSync(found?.path ?? "").mode & 0o777).toBe(0o600);
  expect(readdirSync(join(folder, "spool"))).toEqual([]);
  expect(await open().find("dog")).toBeUndefined();
});

it("drops what was not used for longest, and never what is in use", async () => {
  const cache = open();
  for (const key of ["a", "b", "c"]) await cache.put(key, await file(30), WEBP);
  const unpin = cache.pin("b");
  await cache.find("a");
  await cache.put("d", await file(30), WEBP);
  await cache.put("e", await file(30), WEBP);
  const kept = await Promise.all(["a", "b", "c", "d", "e"].map((key) => cache.find(key)));
  expect(kept.map((entry) => entry?.key)).toEqual([undefined, "b", undefined, "d", "e"]);
  unpin();
  await cache.put("f", await file(30), WEBP);
  expect(cache.has("b")).toBe(false);
  expect(readdirSync(place()).sort()).toEqual(["d", "d.json", "e", "e.json", "f", "f.json"]);
});

it("knows after a restart what was used last", async () => {
  const cache = open();
  await cache.put("a", await file(30), WEBP);
  now += 2 * 3_600_000;
  await cache.put("b", await file(30), WEBP);
  now += 2 * 3_600_000;
  await cache.find("a");
  const later = open(70);
  await later.put("c", await file(30), WEBP);
  expect([later.has("a"), later.has("b"), later.has("c")]).toEqual([true, false, true]);
});

it("takes nothing for whole that a crash left in pieces, and clears it away", async () => {
  await open().put("cut", await file(40), WEBP);
  await open().put("good", await file(40), WEBP);
  truncateSync(join(place(), "cut"), 10);
  writeFileSync(join(place(), "no-record"), "x");
  writeFileSync(join(place(), "half.json"), '{"mime"');
  const cache = open();
  expect([cache.has("cut"), cache.has("no-record"), cache.has("half"), cache.has("good")]).toEqual([
    false,
    false,
    false,
    true,
  ]);
  expect(readdirSync(place()).sort()).toEqual(["good", "good.json"]);
});

it("notices that a file was taken away while it runs", async () => {
  const cache = open();
  await cache.put("a", await file(40), WEBP);
  rmSync(join(place(), "a"));
  expect(await cache.find("a")).toBeUndefined();
});

it("a spool that is full says so, and has its room back afterwards", async () => {
  const first = await file(600);
  await expect(file(600)).rejects.toMatchObject({ code: "media.spool-full", fate: { kind: "retry" } });
  await first.remove();
  await first.remove();
  expect((await file(1000)).bytes).toBe(1000);
});
