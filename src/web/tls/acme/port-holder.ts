// Finds the name of the program that listens at a port of this machine, as far as Linux tells it; the doors say it.

import { readdir, readFile, readlink } from "node:fs/promises";

const LISTENING = "0A";

/** Undefined when nobody does, or when the system does not tell (another user's program, or no Linux). */
export async function holderOf(port: number, proc = "/proc"): Promise<string | undefined> {
  const sockets = new Set<string>();
  for (const table of ["tcp", "tcp6"]) {
    const text = await readFile(`${proc}/net/${table}`, "utf8").catch(() => "");
    for (const inode of listenersIn(text, port)) sockets.add(`socket:[${inode}]`);
  }
  if (sockets.size === 0) return undefined;
  for (const id of await readdir(proc).catch(() => [])) {
    if (/^\d+$/.test(id) && (await holdsOne(`${proc}/${id}/fd`, sockets)))
      return (await readFile(`${proc}/${id}/comm`, "utf8").catch(() => "")).trim() || undefined;
  }
  return undefined;
}

/** The inodes of the sockets that listen at it, from the text of `/proc/net/tcp`. */
export function listenersIn(table: string, port: number): readonly string[] {
  return table.split("\n").flatMap((line) => {
    const [, local = "", , state, , , , , , inode] = line.trim().split(/\s+/);
    const at = Number.parseInt(local.split(":")[1] ?? "", 16);
    return at === port && state === LISTENING && inode !== undefined ? [inode] : [];
  });
}

async function holdsOne(folder: string, sockets: ReadonlySet<string>): Promise<boolean> {
  for (const fd of await readdir(folder).catch(() => [])) {
    if (sockets.has(await readlink(`${folder}/${fd}`).catch(() => ""))) return true;
  }
  return false;
}
