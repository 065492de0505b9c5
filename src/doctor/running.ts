// Finds out whether a MateBot runs with this configuration, by its lock and by its /health; `world.ts` asks once.

import { accessSync, constants, existsSync } from "node:fs";
import type { Config } from "../config.ts";
import type { Clock } from "../model/clock.ts";
import { type Holder, LockHeld } from "../storage/lock.ts";
import { tryLockFile } from "../storage/sqlite/lock-file.ts";
import type { ListenAddress } from "../web/listen.ts";
import type { Answer, Target } from "./ask.ts";
import { sqlitePath } from "./records.ts";
import type { Told } from "./told.ts";

export interface Running {
  /** Whether somebody has the lock of the database; undefined where that cannot be known. */
  readonly isHeld: boolean | undefined;
  readonly holder?: Holder;
  /** Of the listener of this configuration, asked on this machine; undefined without `web`. */
  readonly answer?: Answer;
}

interface RunningParts {
  readonly storage: string;
  readonly web: Config["web"];
  readonly told: Told | undefined;
  readonly clock: Clock;
  readonly ask: (target: Target) => Promise<Answer>;
}

export async function findRunning({ storage, web, told, clock, ask }: RunningParts): Promise<Running> {
  const answer = web && told ? await ask(listenTarget(web.listen, told)) : undefined;
  return { ...lockOf(storage, clock), ...(answer && { answer }) };
}

/** What is bound, as this machine itself reaches it. */
export function listenTarget(listen: ListenAddress, { plan, publicUrl }: Told): Target {
  const scheme = plan.mode === "off" ? "http" : "https";
  const url = new URL(`${scheme}://${publicUrl?.host ?? "localhost"}`);
  if (listen.kind === "unix") return { url, at: { socketPath: listen.path } };
  return { url, at: { host: nearby(listen.host), port: listen.port } };
}

/** Who listens at every address is reached at the nearest one. */
export function nearby(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  return host === "::" ? "::1" : host;
}

/** A running MateBot has it for as long as it lives. A file that is not there is not made. */
function lockOf(storage: string, clock: Clock): Pick<Running, "isHeld" | "holder"> {
  const path = sqlitePath(storage);
  // PostgreSQL's lock would have to be taken to be seen, and a MateBot whose connection was just lost would give up.
  if (path === undefined) return { isHeld: undefined };
  const file = `${path}.lock`;
  try {
    if (!existsSync(file)) return { isHeld: false };
    accessSync(file, constants.R_OK | constants.W_OK);
    tryLockFile(file, clock).release();
    return { isHeld: false };
  } catch (error) {
    if (!(error instanceof LockHeld)) return { isHeld: undefined };
    return { isHeld: true, ...(error.holder && { holder: error.holder }) };
  }
}
