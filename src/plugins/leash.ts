// Ties a plugin's process to ours: the kernel ends it with us, even when it turns in an endless loop; `life.ts` starts with it.

import { spawnSync } from "node:child_process";

/** Of util-linux, which every Debian and Fedora has; that of BusyBox knows no `--pdeathsig`. */
const PROGRAMS = ["/usr/bin/setpriv", "/bin/setpriv"];
const LEASH = ["--pdeathsig", "KILL", "--"];
const PATIENCE_MS = 2_000;

let known: readonly string[] | undefined;

/**
 * Program and first arguments to put before a command; it becomes that command itself, with the same process id and no memory
 * of its own. Empty where the system has no such thing: then a process ends once it reads that its pipe is closed.
 */
export function leash(): readonly string[] {
  known ??= PROGRAMS.filter(works).map((program) => [program, ...LEASH])[0] ?? [];
  return known;
}

function works(program: string): boolean {
  if (process.platform !== "linux") return false;
  return spawnSync(program, [...LEASH, "true"], { stdio: "ignore", timeout: PATIENCE_MS }).status === 0;
}
