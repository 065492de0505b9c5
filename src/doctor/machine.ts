// This machine as the doctor sees it: users, disks, files, memory, programs; `world.ts` takes it where a test gives no other.

import { execFile } from "node:child_process";
import { readdir, readFile, stat, statfs } from "node:fs/promises";
import { totalmem } from "node:os";
import { dirname } from "node:path";
import { ownAddresses } from "../web/reach/own-addresses.ts";
import { canBind, listenersOn } from "../web/reach/port-holder.ts";
import type { FileFacts, Machine } from "./check.ts";

const PROGRAM_MS = 10_000;

export const thisMachine: Machine = {
  uid: process.getuid?.() ?? -1,
  addresses: () => ownAddresses(),
  ...{ listenersOn, canBind, freeSpace, mostOpenFiles, execute, file: fileFacts },
  folder: (path) => readdir(path).catch(() => []),
  memory: () => ({
    total: memoryLimit(),
    available: process.platform === "linux" ? process.availableMemory() : undefined,
  }),
};

/** A container or a service may have less than the machine. */
function memoryLimit(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

async function freeSpace(path: string): ReturnType<Machine["freeSpace"]> {
  for (let folder = path; ; folder = dirname(folder)) {
    try {
      const { bavail, bsize, files, ffree } = await statfs(folder);
      // Some file systems make room for files as they need it, and say 0 of 0.
      return { bytes: bavail * bsize, files: files > 0 ? ffree : undefined };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT" || folder === dirname(folder)) throw error;
    }
  }
}

async function fileFacts(path: string): Promise<FileFacts | undefined> {
  try {
    const found = await stat(path);
    return { mode: found.mode & 0o777, uid: found.uid, isSocket: found.isSocket(), bytes: found.size };
  } catch {
    return undefined;
  }
}

async function mostOpenFiles(): Promise<number | undefined> {
  const limits = await readFile("/proc/self/limits", "utf8").catch(() => "");
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  return soft === undefined ? undefined : Number(soft);
}

function execute(program: string, args: readonly string[]): ReturnType<Machine["execute"]> {
  return new Promise((done) => {
    execFile(program, [...args], { timeout: PROGRAM_MS }, (error, out, said) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : undefined;
      done({ code, said: out + said });
    });
  });
}
