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

/** Keys must be names of files. Mode 0700; what is not whole in the folder is deleted. */
export function openCache(folder: string, mostBytes: number, now: () => number): Cache {
  return new DiskCache(folder, mostBytes, now);
}

/** Owns the folder. A file's record is written last: without it there is no file. */
class DiskCache implements Cache {
  readonly #folder: string;
  readonly #most: number;
  readonly #now: () => number;
  /** The least used first. */
  readonly #entries = new Map<string, Entry>();
  readonly #pins = new Map<string, number>();
  #total = 0;
  /** One file is taken in after the other. */
  #taking: Promise<unknown> = Promise.resolve();

  constructor(folder: string, mostBytes: number, now: () => number) {
    this.#folder = folder;
    this.#most = mostBytes;
    this.#now = now;
    this.#load();
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  async find(key: string): Promise<CachedFile | undefined> {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    const { size } = await stat(entry.path).catch(() => ({ size: undefined }));
    if (size !== entry.bytes) await this.#drop(entry);
    else await this.#touch(entry);
    return this.#entries.get(key);
  }

  put(key: string, file: SpoolFile, made: MadeFile): Promise<CachedFile> {
    const taken = this.#taking.then(() => this.#take(key, file, made));
    this.#taking = taken.catch(() => {});
    return taken;
  }

  async #take(key: string, file: SpoolFile, made: MadeFile): Promise<CachedFile> {
    const path = `${this.#folder}/${key}`;
    const { bytes } = file;
    const before = this.#entries.get(key);
    if (before) await this.#drop(before);
    await rename(file.path, path);
    await file.remove();
    const entry: Entry = { ...made, key, path, bytes, touched: this.#now() };
    await writeFile(`${path}.new`, JSON.stringify({ ...made, bytes }), { mode: 0o600 });
    await touchFile(`${path}.new`, entry.touched);
    await rename(`${path}.new`, path + RECORD);
    this.#entries.set(key, entry);
    this.#total += bytes;
    const unpin = this.pin(key);
    await this.#makeRoom();
    unpin();
    return entry;
  }

  pin(key: string): () => void {
    let held = true;
    this.#pins.set(key, (this.#pins.get(key) ?? 0) + 1);
    return () => {
      if (!held) return;
      held = false;
      const left = (this.#pins.get(key) ?? 1) - 1;
      if (left === 0) this.#pins.delete(key);
      else this.#pins.set(key, left);
    };
  }

  #load(): void {
    const folder = this.#folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const names = readdirSync(folder);
    const found = names.filter((name) => name.endsWith(RECORD)).map((name) => readEntry(folder, name));
    const whole = found.filter((entry) => entry !== undefined).sort((a, b) => a.touched - b.touched);
    for (const entry of whole) {
      this.#entries.set(entry.key, entry);
      this.#total += entry.bytes;
    }
    const known = new Set(whole.flatMap(({ key }) => [key, key + RECORD]));
    for (const name of names) if (!known.has(name)) rmSync(`${folder}/${name}`, { force: true });
  }

  async #drop(entry: Entry): Promise<void> {
    // Two may have found it missing at the same time.
    if (this.#entries.get(entry.key) !== entry) return;
    this.#entries.delete(entry.key);
    this.#total -= entry.bytes;
    await rm(entry.path + RECORD, { force: true });
    await rm(entry.path, { force: true });
  }

  async #makeRoom(): Promise<void> {
    for (const entry of [...this.#entries.values()]) {
      if (this.#total <= this.#most) return;
      if (!this.#pins.has(entry.key)) await this.#drop(entry);
    }
  }

  async #touch(entry: Entry): Promise<void> {
    if (this.#entries.get(entry.key) !== entry) return;
    this.#entries.delete(entry.key);
    this.#entries.set(entry.key, entry);
    if (this.#now() - entry.touched < TOUCH_MS) return;
    entry.touched = this.#now();
    await touchFile(entry.path + RECORD, entry.touched).catch(() => {});
  }
}

function touchFile(path: string, at: number): Promise<void> {
  return utimes(path, at / 1000, at / 1000);
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
