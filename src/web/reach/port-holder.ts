// Who listens on a port of this machine, and whether we could; `doctor` and others that explain a taken port ask.

import { readdir, readFile, readlink } from "node:fs/promises";
import { createServer } from "node:net";
import { endianness } from "node:os";

export interface Listener {
  /** As it is bound: `0.0.0.0` and `::` are every address. */
  readonly address: string;
  /** Absent where only root may know. */
  readonly pid?: number;
  /** Such as `nginx`. */
  readonly program?: string;
}

/** `not-here`: no interface of this machine has that address. */
export type Bindable = "free" | "taken" | "forbidden" | "not-here";

const LISTEN_STATE = "0A";

/**
 * Those that listen for TCP on the port; the program where we may know it. Only Linux tells: elsewhere the list is empty,
 * and `canBind` says whether the port is taken. Never rejects.
 */
export async function listenersOn(port: number, proc = "/proc"): Promise<readonly Listener[]> {
  const tables = await Promise.all(["tcp", "tcp6"].map((name) => readTable(`${proc}/net/${name}`)));
  const sockets = tables.flatMap((table) => listeningSockets(table, port));
  if (sockets.length === 0) return [];
  const holders = await holdersOf(new Set(sockets.map(({ inode }) => inode)), proc);
  return sockets.map(({ address, inode }) => ({ address, ...holders.get(inode) }));
}

interface ListeningSocket {
  readonly address: string;
  readonly inode: string;
}

/** Rows of /proc/net/tcp{,6}. Pure. */
export function listeningSockets(table: string, port: number): readonly ListeningSocket[] {
  return table.split("\n").flatMap((row) => {
    const [, local = "", , state, , , , , , inode = ""] = row.trim().split(/\s+/);
    const [words = "", bound = ""] = local.split(":");
    if (state !== LISTEN_STATE || Number.parseInt(bound, 16) !== port) return [];
    return [{ address: addressOf(words), inode }];
  });
}

/** The kernel writes 32-bit words in the order of bytes of the machine. */
function addressOf(words: string): string {
  const bytes = (words.match(/.{8}/g) ?? []).flatMap((word) => {
    const pairs = word.match(/../g) ?? [];
    return endianness() === "LE" ? pairs.reverse() : pairs;
  });
  if (bytes.length === 4) return bytes.map((pair) => Number.parseInt(pair, 16)).join(".");
  const groups = Array.from({ length: 8 }, (_, i) => `${bytes[2 * i]}${bytes[2 * i + 1]}`);
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}

async function readTable(path: string): Promise<string> {
  return await readFile(path, "utf8").catch(() => "");
}

/** By the inode of the socket. The files of other users' processes are closed to us: those are left out. */
async function holdersOf(inodes: ReadonlySet<string>, proc: string) {
  const found = new Map<string, { readonly pid: number; readonly program?: string }>();
  const processes = (await readdir(proc).catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const pid of processes) {
    const held = (await socketsOf(`${proc}/${pid}/fd`)).filter(
      (inode) => inodes.has(inode) && !found.has(inode),
    );
    if (held.length === 0) continue;
    const program = (await readTable(`${proc}/${pid}/comm`)).trim();
    for (const inode of held) found.set(inode, { pid: Number(pid), ...(program !== "" && { program }) });
  }
  return found;
}

async function socketsOf(folder: string): Promise<readonly string[]> {
  const files = await readdir(folder).catch(() => []);
  const targets = await Promise.all(files.map((file) => readlink(`${folder}/${file}`).catch(() => "")));
  return targets.flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []);
}

/** Binds for a moment, and lets go. `host` is an address. Never rejects. */
export function canBind(host: string, port: number): Promise<Bindable> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => resolve(refusal(error.code)));
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve("free")));
  });
}

function refusal(code: string | undefined): Bindable {
  if (code === "EADDRINUSE") return "taken";
  return code === "EACCES" || code === "EPERM" ? "forbidden" : "not-here";
}
