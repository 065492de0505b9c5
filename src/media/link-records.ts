// What the links lead to, kept on disk: sources are secrets, so no link may hold one; `links.ts` writes and reads them.

import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import type { FileAttachment } from "../model/attachment.ts";
import type { Clock } from "../model/clock.ts";

export interface LinkRecord {
  readonly file: FileAttachment;
  readonly name: string;
  readonly mime: string;
  /** Absent: nobody announced it. */
  readonly bytes?: number;
}

export interface LinkRecords {
  read(id: string): Promise<LinkRecord | undefined>;
  write(id: string, record: LinkRecord): Promise<void>;
  stop(): void;
}

const CLEAN_MS = 6 * 3_600_000;

/** Owns the folder, mode 0700; what was not written again for `keepMs` is deleted. Ids must be names of files. */
export function openLinkRecords(folder: string, clock: Clock, keepMs: number): LinkRecords {
  const pathOf = (id: string) => `${folder}/${id}.json`;

  async function clean(): Promise<void> {
    for (const name of await readdir(folder).catch(() => [])) {
      const written = await stat(`${folder}/${name}`).catch(() => undefined);
      if (written && written.mtimeMs < clock.now() - keepMs) await rm(`${folder}/${name}`, { force: true });
    }
  }

  mkdirSync(folder, { recursive: true, mode: 0o700 });
  void clean();
  let timer = clock.after(CLEAN_MS, again);
  function again(): void {
    void clean();
    timer = clock.after(CLEAN_MS, again);
  }

  return {
    read: async (id) => {
      try {
        return JSON.parse(await readFile(pathOf(id), "utf8")) as LinkRecord;
      } catch {
        return undefined;
      }
    },
    write: async (id, record) => {
      // The same link may be given twice at the same time.
      const draft = `${folder}/${randomUUID()}`;
      await writeFile(draft, JSON.stringify(record), { mode: 0o600 });
      const seconds = clock.now() / 1000;
      await utimes(draft, seconds, seconds);
      await rename(draft, pathOf(id));
    },
    stop: () => timer.cancel(),
  };
}
