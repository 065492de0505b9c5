// The doctor over a configuration of a test, on this machine but for what differs between machines; its tests call it.

import type { Machine, Net } from "../../src/doctor/check.ts";
import { checksFor } from "../../src/doctor/checks.ts";
import { examineAll } from "../../src/doctor/doctor.ts";
import { thisMachine } from "../../src/doctor/machine.ts";
import { openWorld, thisNet, type WorldParts } from "../../src/doctor/world.ts";
import { systemClock } from "../../src/model/clock.ts";
import type { Diagnosis } from "../../src/model/diagnosis.ts";
import { platforms } from "../../src/platforms/index.ts";

export interface Changes extends Partial<Omit<WorldParts, "machine" | "net">> {
  readonly machine?: Partial<Machine>;
  readonly net?: Partial<Net>;
}

/** Healthy, roomy, without systemd and without DNS; accounts are not examined unless the kinds are given. */
export function doctorParts({ machine, net, ...others }: Changes = {}): WorldParts {
  return {
    ...{ env: { PATH: process.env.PATH }, clock: systemClock, version: "1.2.3", nodeVersion: "24.1.0" },
    kinds: {
      telegram: withoutExamine(platforms.telegram),
      discord: withoutExamine(platforms.discord),
    },
    ...others,
    machine: {
      ...thisMachine,
      freeSpace: async () => ({ bytes: 10 * 1024 ** 3, files: 1_000_000 }),
      memory: () => ({ total: 4 * 1024 ** 3, available: 2 * 1024 ** 3 }),
      mostOpenFiles: async () => 4_096,
      execute: async (program, args) =>
        program === "systemctl" ? { code: undefined, said: "" } : await thisMachine.execute(program, args),
      ...machine,
    },
    net: { ...thisNet, resolve4: nowhere, resolve6: nowhere, ...net },
  };
}

function withoutExamine<T extends object>(kind: T): Omit<T, "examine"> {
  const { examine: _, ...rest } = kind as T & { readonly examine?: unknown };
  return rest;
}

async function nowhere(): Promise<never> {
  throw Object.assign(new Error("nobody is asked"), { code: "ENOTFOUND" });
}

export async function examined(file: string, changes: Changes = {}): Promise<readonly Diagnosis[]> {
  const { world, close } = openWorld(file, doctorParts(changes));
  try {
    const all = await examineAll(checksFor(world), world);
    const found = all.flatMap((one) => one.found);
    // What is told can be told in words.
    for (const { key, values, level } of found) {
      world.texts(key, values);
      if (level !== "ok") world.texts(`${key}-cure`, values);
    }
    return found;
  } finally {
    await close();
  }
}

/** Everything that is not `ok`, as `level key`, sorted. */
export function troubles(found: readonly Diagnosis[]): readonly string[] {
  return found
    .filter(({ level }) => level !== "ok")
    .map(({ level, key }) => `${level} ${key}`)
    .sort();
}
