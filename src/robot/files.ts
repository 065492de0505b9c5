// Files that the robot made, kept while a lane may still send them; `robot.ts` owns the folder, `media` opens them.

import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { chmod, copyFile, mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { OpenedFile } from "../bridge/media-port.ts";
import type { FileAttachment } from "../model/attachment.ts";
import type { Clock } from "../model/clock.ts";
import { PlatformError } from "../model/errors.ts";
import { Refusal } from "./command.ts";
import type { RobotFiles } from "./world.ts";

/** The account in whose name they are opened; no configured account can be called so. */
export const ROBOT = "~robot";

/** A lane gives up after a day; a file that nobody sent by then is of no use. */
const KEEP_MS = 2 * 24 * 3_600_000;

export interface RobotShelf extends RobotFiles {
  open(file: FileAttachment): Promise<OpenedFile>;
  /** Removes what is too old. */
  tidy(): Promise<void>;
}

export interface ShelfParts {
  readonly folder: string;
  readonly clock: Clock;
  /** Opens a file of any account. */
  readonly open: (file: FileAttachment, signal: AbortSignal) => Promise<OpenedFile>;
}

export function createShelf({ folder, clock, open }: ShelfParts): RobotShelf {
  const fresh = async () => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return join(folder, randomBytes(16).toString("hex"));
  };
  const attachment = async (
    path: string,
    as: { readonly name: string; readonly mime: string; readonly kind: FileAttachment["kind"] },
  ): Promise<FileAttachment> => {
    const { size } = await stat(path);
    const source = basename(path);
    return { ...as, account: ROBOT, source, stable: source, bytes: size };
  };
  return {
    async put(bytes, as) {
      const path = await fresh();
      await writeFile(path, bytes, { mode: 0o600, flush: true });
      return attachment(path, as);
    },
    async adopt(given, as) {
      const path = await fresh();
      // Another disk cannot be renamed into.
      await rename(given, path).catch(async () => {
        await copyFile(given, path);
        await rm(given, { force: true });
      });
      await chmod(path, 0o600);
      return attachment(path, as);
    },
    async read(file, mostBytes, signal) {
      const opened = file.account === ROBOT ? await openHere(folder, file) : await open(file, signal);
      const chunks: Uint8Array[] = [];
      let count = 0;
      try {
        for await (const chunk of opened.stream) {
          count += chunk.length;
          if (count > mostBytes) throw new Refusal("robot.file-too-big", { mebibytes: mostBytes >> 20 });
          chunks.push(chunk);
        }
      } finally {
        opened.close();
      }
      return Buffer.concat(chunks);
    },
    open: (file) => openHere(folder, file),
    async tidy() {
      const names = await readdir(folder).catch(() => []);
      for (const name of names) {
        const path = join(folder, name);
        const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: clock.now() }));
        if (clock.now() - mtimeMs > KEEP_MS) await rm(path, { force: true });
      }
    },
  };
}

async function openHere(folder: string, file: FileAttachment): Promise<OpenedFile> {
  const name = file.source ?? "";
  const path = join(folder, name);
  const there = /^[0-9a-f]{32}$/.test(name) ? await stat(path).catch(() => undefined) : undefined;
  if (!there) throw new PlatformError("file-gone", "a file of the robot is no more", { kind: "refused" });
  const stream = createReadStream(path);
  return {
    ...{ stream, bytes: there.size, close: () => void stream.destroy() },
    ...(file.mime !== undefined && { mime: file.mime }),
  };
}
