// One MateBot for one token on this machine, whatever its database; `app.ts` takes the lock of each account.

import { createHash } from "node:crypto";
import { rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Log } from "../bridge/ports.ts";
import type { Clock } from "../model/clock.ts";
import { UserError } from "../model/errors.ts";
import type { Texts } from "../model/texts.ts";
import { LockHeld } from "./lock.ts";
import { type HeldLock, lockFile } from "./sqlite/lock-file.ts";

export interface LoginLockParts {
  readonly clock: Clock;
  readonly texts: Texts;
  readonly log: Log;
  /** Where the programs of this machine meet; the system's folder for temporary files, unless told. */
  readonly folder?: string;
}

/**
 * Two programs with one token would send everything twice and take each other's updates away. Where the folder cannot
 * be written there is no lock. @throws UserError when another program of this machine uses the token
 */
export async function lockLogin(
  account: string,
  settings: unknown,
  parts: LoginLockParts,
): Promise<HeldLock> {
  const { clock, texts, log, folder = tmpdir() } = parts;
  const name = loginName(settings);
  if (name === undefined) return nothingHeld;
  try {
    return await lockTidily(join(folder, `matebot-${name}.lock`), clock);
  } catch (error) {
    if (error instanceof LockHeld) {
      const { pid, since } = error.holder ?? { pid: "unknown", since: 0 };
      throw new UserError(texts("storage.login-held", { account, pid, since }), 1, { cause: error });
    }
    log.debug({ account, err: error }, "no lock could be made for the token");
    return nothingHeld;
  }
}

/** Takes the file away with the lock: nobody looks after the folder. Whoever had opened it before must begin again. */
async function lockTidily(path: string, clock: Clock): Promise<HeldLock> {
  for (;;) {
    const before = fileAt(path);
    const held = await lockFile(path, clock);
    const isSame = before === undefined || fileAt(path) === before;
    if (isSame && fileAt(path) !== undefined) {
      return {
        release() {
          rmSync(path, { force: true });
          held.release();
        },
      };
    }
    held.release();
  }
}

function fileAt(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}

const nothingHeld: HeldLock = { release: () => {} };

/** The same for the same token at the same server, and tells neither. */
function loginName(settings: unknown): string | undefined {
  const { token, api } = settings as { readonly token?: unknown; readonly api?: unknown };
  if (typeof token !== "string") return undefined;
  return createHash("sha256")
    .update(`${String(api)} ${token}`)
    .digest("hex")
    .slice(0, 24);
}
