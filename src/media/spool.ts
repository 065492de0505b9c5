// Files that lie on disk for a while: what is converted, and what does not tell its size; empty at each start and stop.

import { randomUUID } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { chmod, open, rm, stat } from "node:fs/promises";
import { passing } from "./watched.ts";

export interface SpoolFile {
  readonly path: string;
  readonly bytes: number;
  /** Once is enough, more does nothing. */
  remove(): Promise<void>;
}

export interface Spool {
  /** Writes the stream to its end; nothing is left of it when that fails. @throws PlatformError when there is no room */
  write(stream: AsyncIterable<Uint8Array>): Promise<SpoolFile>;
  /** A path to be written to by another program; `adopt` or `rm` it. */
  free(): string;
  adopt(path: string): Promise<SpoolFile>;
  clear(): void;
}

/** Mode 0700; what is in the folder is deleted. All files together have at most `mostBytes`. */
export function openSpool(folder: string, mostBytes: number): Spool {
  const spool = new DiskSpool(folder, mostBytes);
  spool.clear();
  return spool;
}

/** Owns the folder. */
class DiskSpool implements Spool {
  readonly #folder: string;
  readonly #most: number;
  #held = 0;

  constructor(folder: string, mostBytes: number) {
    this.#folder = folder;
    this.#most = mostBytes;
  }

  free(): string {
    return `${this.#folder}/${randomUUID()}`;
  }

  async write(stream: AsyncIterable<Uint8Array>): Promise<SpoolFile> {
    const path = this.free();
    let bytes = 0;
    try {
      const handle = await open(path, "wx", 0o600);
      try {
        for await (const chunk of stream) {
          const { byteLength } = chunk;
          if (this.#held + byteLength > this.#most)
            throw passing("spool-full", "too many files wait on our own disk");
          this.#held += byteLength;
          bytes += byteLength;
          await handle.writeFile(chunk);
        }
      } finally {
        await handle.close();
      }
      return this.#keep(path, bytes);
    } catch (error) {
      this.#held -= bytes;
      await rm(path, { force: true });
      throw diskFault(error);
    }
  }

  async adopt(path: string): Promise<SpoolFile> {
    // Whoever wrote it may have left it open to others.
    await chmod(path, 0o600);
    const { size } = await stat(path);
    this.#held += size;
    return this.#keep(path, size);
  }

  clear(): void {
    rmSync(this.#folder, { recursive: true, force: true });
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
  }

  #keep(path: string, bytes: number): SpoolFile {
    let there = true;
    return {
      path,
      bytes,
      remove: async () => {
        if (!there) return;
        there = false;
        this.#held -= bytes;
        await rm(path, { force: true });
      },
    };
  }
}

/** A fault of our own disk may pass; any other error is given back as it is. */
export function diskFault(error: unknown): unknown {
  const { code, errno } = error as NodeJS.ErrnoException;
  return errno === undefined ? error : passing("disk", `our own disk refuses (${code})`);
}
