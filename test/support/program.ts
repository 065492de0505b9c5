// Runs the real program in a process of its own; the end-to-end tests judge its exit code and what it wrote.

import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";

const main = join(import.meta.dirname, "..", "..", "src", "main.ts");

export interface Program {
  /** Everything on standard error so far. */
  stderr(): string;
  stdout(): string;
  signal(name: NodeJS.Signals): void;
  /** Resolves with the exit code; with the signal's name when a signal ended it. */
  readonly ended: Promise<number | string>;
}

/** `args` without Node and the file. */
export function runProgram(args: readonly string[], env: NodeJS.ProcessEnv = {}): Program {
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env.PATH,
      LANG: "en_US.UTF-8",
      NODE_COMPILE_CACHE: join(tmpdir(), "matebot-compile-cache"),
      ...env,
    },
  });
  const written = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    written.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    written.stderr += text;
  });
  return {
    stderr: () => written.stderr,
    stdout: () => written.stdout,
    signal: (name) => void child.kill(name),
    ended: new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => resolve(code ?? String(signal)));
    }),
  };
}
