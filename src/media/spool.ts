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

/** Owns the folder, mode 0700; what is in it is deleted. All files together have at most `mostBytes`. */
export function openSpool(folder: string, mostBytes: number): Spool {
  let held = 0;

  const free = () => `${folder}/${randomUUID()}`;

  function keep(path: string, bytes: number): SpoolFile {
    let there = true;
    return {
      path,
      bytes,
      remove: async () => {
        if (!there) return;
        there = false;
        held -= bytes;
        await rm(path, { force: true });
      },
    };
  }

  async function write(stream: AsyncIterable<Uint8Array>): Promise<SpoolFile> {
    const path = free();
    let bytes = 0;
    try {
      const handle = await open(path, "wx", 0o600);
      try {
        for await (const chunk of stream) {
          if (held + chunk.byteLength > mostBytes)
            throw passing("spool-full", "too many files wait on the disk");
          held += chunk.byteLength;
          bytes += chunk.byteLength;
          await handle.writeFile(chunk);
        }
      } finally {
        await handle.close();
      }
      return keep(path, bytes);
    } catch (error) {
      held -= bytes;
      await rm(path, { force: true });
      throw diskFault(error);
    }
  }

  function clear(): void {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  clear();
  return {
    write,
    free,
    adopt: async (path) => {
      // Whoever wrote it may have left it open to others.
      await chmod(path, 0o600);
      const { size } = await stat(path);
      held += size;
      return keep(path, size);
    },
    clear,
  };
}

/** A fault of our own disk may pass; any other error is given back as it is. */
export function diskFault(error: unknown): unknown {
  const { code, errno } = error as NodeJS.ErrnoException;
  return errno === undefined ? error : passing("disk", `our own disk refuses (${code})`);
}
