// What an admin's command works with: the configuration, the store beside a running MateBot, and words; commands call it.

import { existsSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import type { Store } from "../bridge/store-port.ts";
import type { AccountConfig } from "../config/check-accounts.ts";
import { type Config, loadConfig } from "../config.ts";
import { createLog, type LineSink } from "../log.ts";
import { type Clock, systemClock } from "../model/clock.ts";
import { UserError } from "../model/errors.ts";
import { type PlatformKind, platforms } from "../platforms/index.ts";
import { openStore } from "../storage/open.ts";
import { type LoadedTexts, loadTexts } from "../texts.ts";
import { type Archive, openArchive } from "./archive.ts";
import { harmless } from "./lay-out.ts";
import { explain } from "./run.ts";

/** What the commands need of the world; tests give them another. */
export interface DeskParts {
  readonly env: NodeJS.ProcessEnv;
  readonly stdout: LineSink & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: LineSink & { readonly isTTY?: boolean };
  readonly clock: Clock;
  /** Asks the person at the terminal; absent when nobody sits there. */
  readonly ask?: (question: string) => Promise<string>;
}

/** A command that read the configuration. */
export interface Office {
  readonly config: Config;
  readonly texts: LoadedTexts;
  readonly clock: Clock;
  readonly ask?: (question: string) => Promise<string>;
  /** How wide the terminal is; undefined when the words go into a file or another program. */
  readonly columns?: number;
  /** Writes a line to standard output; known secrets are hidden in it. */
  say(line: string): void;
}

/** A command that opened the store, too. */
export interface Desk extends Omit<Office, "config"> {
  readonly config: Pick<Config, "accounts" | "bridges" | "retention">;
  readonly store: Store;
  readonly archive: Archive;
}

/** Resolves with the exit code of `work`; a fault is said on standard error. Never rejects. */
export async function inOffice(
  file: string,
  parts: DeskParts,
  work: (office: Office) => Promise<number>,
): Promise<number> {
  const { env, stdout, stderr, clock, ask } = parts;
  let log = createLog({ destination: stderr, env });
  try {
    const config = loadConfig(file, env, platforms);
    log = createLog({ destination: stderr, env, secrets: config.secrets });
    return await work({
      ...{ config, texts: loadTexts(config.language), clock },
      ...(ask && { ask }),
      // A terminal that does not know how wide it is says 0.
      ...(stdout.isTTY && stdout.columns && { columns: stdout.columns }),
      say: (line) => stdout.write(`${harmless(log.redact(line))}\n`),
    });
  } catch (error) {
    return explain(error, log, stderr);
  }
}

/** The same with the store open, beside a MateBot that may be running. */
export function atDesk(
  file: string,
  parts: DeskParts,
  work: (desk: Desk) => Promise<number>,
): Promise<number> {
  return inOffice(file, parts, async (office) => {
    const { texts, clock } = office;
    const { storage } = office.config;
    demandDatabase(office);
    const store = await openStore(storage, { clock, texts, beside: true });
    try {
      const archive = await openArchive(storage);
      try {
        return await work({ ...office, store, archive });
      } finally {
        await archive.close();
      }
    } finally {
      await store.close();
    }
  });
}

/** Opening would make an empty one, which would answer every question with "nothing". @throws UserError */
export function demandDatabase({ config, texts }: Pick<Office, "config" | "texts">): void {
  const path = /^sqlite:(.+)$/s.exec(config.storage)?.[1];
  if (path !== undefined && !existsSync(path)) throw new UserError(texts("cli.no-database", { path }));
}

/** The platform of an account; undefined for an account that is not in the configuration any more. */
export function platformOf(
  account: string,
  { accounts }: { readonly accounts: readonly AccountConfig[] },
): PlatformKind | undefined {
  const name = accounts.find((one) => one.name === account)?.platform;
  return Object.entries(platforms).find(([known]) => known === name)?.[1];
}

/** The desk of this process. */
export function processDesk({ stdin, stdout, stderr, env, exit }: NodeJS.Process): DeskParts {
  // A reader such as `head` that has seen enough closes the pipe: no fault, and nothing more to say.
  stdout.on("error", (error: NodeJS.ErrnoException) => exit(error.code === "EPIPE" ? 0 : 1));
  const ask = async (question: string) => {
    const lines = createInterface({ input: stdin, output: stderr });
    try {
      return await lines.question(question);
    } finally {
      lines.close();
    }
  };
  return { env, stdout, stderr, clock: systemClock, ...(stdin.isTTY && stderr.isTTY && { ask }) };
}
