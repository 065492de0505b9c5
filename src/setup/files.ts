// Writes the configuration and the tokens so that nobody else may read them, and keeps what was there; `init` calls it.

import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { UserError } from "../model/errors.ts";
import type { Texts } from "../model/texts.ts";
import type { PlatformName } from "./platforms.ts";

export interface Written {
  readonly changed: boolean;
  /** Where the file that was there lies now. */
  readonly backup?: string;
}

/** Undefined when there is none. @throws UserError when it cannot be read */
export function readIfThere(file: string, texts: Texts): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new UserError(texts("config.unreadable-file", { file }), 2, { cause: error });
  }
}

/**
 * Whole or not at all; the file that was there becomes `FILE.bak`. `check` judges the new one, which lies beside it for
 * that time, and throws when it is not to be taken. @throws UserError, and what `check` throws
 */
export function saveConfig(file: string, text: string, texts: Texts, check: (path: string) => void): Written {
  const path = resolve(file);
  const before = readIfThere(path, texts);
  if (before === text) return { changed: false };
  const draft = inWords(path, texts, () => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    return putBeside(path, text);
  });
  try {
    check(draft);
    return inWords(path, texts, () => {
      const backup = `${path}.bak`;
      if (before !== undefined) replace(backup, before);
      renameSync(draft, path);
      return { changed: true, ...(before !== undefined && { backup }) };
    });
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Writes the token where its reference leads, and answers with how to undo that. On a system service's machine (`flat`)
 * it lies beside the configuration: there systemd hands all three files over in one folder. @throws UserError
 */
export function saveToken(
  config: string,
  platform: PlatformName,
  token: string,
  { flat, texts }: { readonly flat: boolean; readonly texts: Texts },
): () => void {
  const path = join(dirname(resolve(config)), tokenReference(platform, flat).slice("file:".length));
  const before = readIfThere(path, texts);
  return inWords(path, texts, () => {
    const folder = dirname(path);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!flat) chmodSync(folder, 0o700);
    replace(path, `${token}\n`);
    return () => (before === undefined ? rmSync(path, { force: true }) : replace(path, before));
  });
}

export function tokenReference(platform: PlatformName, flat: boolean): string {
  return `file:${flat ? "" : "secrets/"}${platform}-token`;
}

function replace(path: string, text: string): void {
  renameSync(putBeside(path, text), path);
}

function putBeside(path: string, text: string): string {
  const next = `${path}.new`;
  // One that was left behind could be anybody's to read.
  rmSync(next, { force: true });
  writeFileSync(next, text, { mode: 0o600, flag: "wx" });
  return next;
}

function inWords<T>(path: string, texts: Texts, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const reason = String((cause as NodeJS.ErrnoException).code ?? cause);
    throw new UserError(texts("setup.not-written", { path, reason }), 1, { cause });
  }
}
