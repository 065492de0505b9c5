// What was converted once is kept on disk by what it is, the least used is dropped; the ladder and the faces ask it first.

import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import type { SpoolFile } from "./spool.ts";

/** What is known of a file that was made here. */
export interface MadeFile {
  readonly mime: string;
  readonly width?: number;
  readonly height?: number;
  readonly seconds?: number;
  readonly waveform?: string;
}

export interface CachedFile extends MadeFile {
  readonly key: string;
  readonly path: string;
  readonly bytes: number;
}

export interface Cache {
  /** Undefined when it is not there, or not whole. It counts as used now. */
  find(key: string): Promise<CachedFile | undefined>;
  has(key: string): boolean;
  /** Takes the file over; after a crash at any instant it is there whole or not at all. */
  put(key: string, file: SpoolFile, made: MadeFile): Promise<CachedFile>;
  /** It is not dropped until what is returned is called. */
  pin(key: string): () => void;
}

interface Entry extends CachedFile {
  touched: number;
}

/** The time of last use is written down this often. */
const TOUCH_MS = 3_600_000;
const RECORD = ".json";

/** Owns the folder, mode 0700; keys must be names of files. A file's record is written last: without it there is no file. */
export function openCache(folder: string, mostBytes: number, now: () => number): Cache {
  const entries = new Map<string, Entry>();
  const pins = new Map<string, number>();
  let total = 0;

  function load(): void {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const names = readdirSync(folder);
    const found = names.filter((name) => name.endsWith(RECORD)).map((name) => readEntry(folder, name));
    const whole = found.filter((entry) => entry !== undefined).sort((a, b) => a.touched - b.touched);
    for (const entry of whole) {
      entries.set(entry.key, entry);
      total += entry.bytes;
    }
    const known = new Set(whole.flatMap(({ key }) => [key, key + RECORD]));
    for (const name of names) if (!known.has(name)) rmSync(`${folder}/${name}`, { force: true });
  }

  async function drop(entry: Entry): Promise<void> {
    entries.delete(entry.key);
    total -= entry.bytes;
    await rm(entry.path + RECORD, { force: true });
    await rm(entry.path, { force: true });
  }

  async function makeRoom(): Promise<void> {
    for (const entry of [...entries.values()]) {
      if (total <= mostBytes) return;
      if (!pins.has(entry.key)) await drop(entry);
    }
  }

  async function touch(entry: Entry): Promise<void> {
    entries.delete(entry.key);
    entries.set(entry.key, entry);
    if (now() - entry.touched < TOUCH_MS) return;
    entry.touched = now();
    const seconds = entry.touched / 1000;
    await utimes(entry.path + RECORD, seconds, seconds).catch(() => {});
  }

  load();
  return {
    find: async (key) => {
      const entry = entries.get(key);
      if (!entry) return undefined;
      const size = await stat(entry.path).then(
        (stats) => stats.size,
        () => undefined,
      );
      if (size !== entry.bytes) await drop(entry);
      else await touch(entry);
      return entries.get(key);
    },
    has: (key) => entries.has(key),
    put: async (key, file, made) => {
      const path = `${folder}/${key}`;
      const before = entries.get(key);
      if (before) await drop(before);
      await rename(file.path, path);
      await file.remove();
      const entry = { ...made, key, path, bytes: file.bytes, touched: now() };
      await writeFile(`${path}.new`, JSON.stringify({ ...made, bytes: file.bytes }), { mode: 0o600 });
      await utimes(`${path}.new`, entry.touched / 1000, entry.touched / 1000);
      await rename(`${path}.new`, path + RECORD);
      entries.set(key, entry);
      total += entry.bytes;
      const unpin = pin(pins, key);
      await makeRoom();
      unpin();
      return entry;
    },
    pin: (key) => pin(pins, key),
  };
}

function pin(pins: Map<string, number>, key: string): () => void {
  let held = true;
  pins.set(key, (pins.get(key) ?? 0) + 1);
  return () => {
    if (!held) return;
    held = false;
    const left = (pins.get(key) ?? 1) - 1;
    if (left === 0) pins.delete(key);
    else pins.set(key, left);
  };
}

function readEntry(folder: string, name: string): Entry | undefined {
  const key = name.slice(0, -RECORD.length);
  const path = `${folder}/${key}`;
  try {
    const record = JSON.parse(readFileSync(path + RECORD, "utf8")) as MadeFile & { readonly bytes: number };
    if (statSync(path).size !== record.bytes) return undefined;
    return { ...record, key, path, touched: statSync(path + RECORD).mtimeMs };
  } catch {
    return undefined;
  }
}
