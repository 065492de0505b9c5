// Runs the checks, each within its time, and gathers what they found; `src/cli/doctor.ts` calls it.

import { sleep } from "../model/clock.ts";
import type { Diagnosis } from "../model/diagnosis.ts";
import { UserError } from "../model/errors.ts";
import type { Check, DoctorWorld } from "./check.ts";
import { inTwo } from "./words.ts";

/** Whoever waits for an answer waits no longer. */
export const CHECK_MS = 20_000;

export interface Examined {
  readonly check: Check;
  readonly found: readonly Diagnosis[];
}

/**
 * All at once; the answers come in the order of the checks. One that takes more than 20 s is skipped, and one that fails
 * is a fault that says so. Never rejects.
 */
export function examineAll(checks: readonly Check[], world: DoctorWorld): Promise<readonly Examined[]> {
  return Promise.all(checks.map(async (check) => ({ check, found: await examineOne(check, world) })));
}

async function examineOne(check: Check, world: DoctorWorld): Promise<readonly Diagnosis[]> {
  const over = new AbortController();
  const shared = { check: check.name, ...(check.account !== undefined && { subject: check.account }) };
  const late = sleep(world.clock, CHECK_MS, over.signal).then((): readonly Diagnosis[] => {
    const values = { what: check.name, seconds: CHECK_MS / 1_000 };
    return [{ ...shared, level: "skipped", key: "doctor.late", values }];
  });
  // A check that begins with work of its own must not keep the others from beginning.
  const found = Promise.resolve()
    .then(() => check.run({ ...world, signal: over.signal }))
    .catch((error: unknown): readonly Diagnosis[] => [
      { ...shared, level: "fault", ...wordsOf(error, check.name) },
    ]);
  try {
    return await Promise.race([found, late]);
  } finally {
    over.abort();
  }
}

/** What the user can mend is said in its own words. */
function wordsOf(error: unknown, what: string): Pick<Diagnosis, "key" | "values"> {
  if (error instanceof UserError) return { key: "doctor.refused", values: inTwo(error.message) };
  const reason = error instanceof Error ? error.message : String(error);
  return { key: "doctor.broken", values: { what, reason } };
}
