// Opens the database that the configuration names, or says in words why it cannot; `app` and the commands call it.

import type { Store } from "../bridge/store-port.ts";
import { type Clock, systemClock } from "../model/clock.ts";
import type { Texts } from "../model/texts.ts";
import { accessTo } from "./access.ts";
import type { Engine } from "./engine.ts";
import { whenFree } from "./lock.ts";
import { knownVersion, migrate, schemaVersion } from "./migrations/migrations.ts";
import { storeOver } from "./store.ts";

export interface OpenOptions {
  readonly clock?: Clock;
  /** Says the faults; without it they are said as key and values. */
  readonly texts?: Texts;
  /** For a command that looks, or leaves a mark, while MateBot may be running: the lock is not taken. */
  readonly beside?: boolean;
  /** The lock was lost with the connection, and another MateBot has it: nothing can be stored any more. */
  readonly onTakeover?: () => void;
}

/**
 * Opens `sqlite:<path>`, `sqlite::memory:` or `postgres://…` for this process alone and brings its schema up to date.
 * @throws UserError when the user can mend it (another MateBot has it, too); the database is then as it was
 */
export async function openStore(url: string, options: OpenOptions = {}): Promise<Store> {
  const { clock = systemClock } = options;
  const access = await accessTo(url, options.texts, options.onTakeover);
  let engine: Engine | undefined;
  try {
    engine = await access.open();
    await claim(engine, clock, options.beside);
    await engine.adopt();
    await migrate(engine, clock);
    return storeOver(engine, clock);
  } catch (error) {
    await engine?.close().catch(() => {});
    throw access.explain(error);
  }
}

/** A schema is changed by nobody but the holder of the lock: a MateBot that runs would not understand it any more. */
async function claim(engine: Engine, clock: Clock, beside = false): Promise<void> {
  const current = (await schemaVersion(engine)) === knownVersion;
  if (!beside || !current) await whenFree(clock, () => engine.lock(clock));
}
