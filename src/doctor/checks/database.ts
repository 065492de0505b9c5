// Checks the database: whether it opens, is whole and current, and what waits or was given up in it; `checks.ts` lists it.

import type { Diagnosis } from "../../model/diagnosis.ts";
import { UserError } from "../../model/errors.ts";
import type { Check, DoctorWorld, RecordCounts, Records } from "../check.ts";
import { sqlitePath } from "../records.ts";
import { inTwo, mebibytes } from "../words.ts";

/** Longer than any pause between two attempts while a platform can be reached. */
const LONG_MS = 10 * 60_000;

export const databaseCheck: Check = {
  name: "database",
  group: "machine",
  run: async (world) => {
    if (world.storage === undefined) return [];
    const check = "database";
    const place = sqlitePath(world.storage) ?? "PostgreSQL";
    try {
      const records = await world.records();
      if (!records) return [{ check, level: "note", key: "doctor.database.none", values: { place } }];
      return await examine(records, place, world);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return [{ check, level: "fault", key: "doctor.refused", values: inTwo(error.message) }];
    }
  },
};

async function examine(
  records: Records,
  place: string,
  { clock }: DoctorWorld,
): Promise<readonly Diagnosis[]> {
  const check = "database";
  const damage = await records.damage();
  if (damage !== undefined && damage.length > 0) {
    const values = { place, damage: String(damage[0]).split("\n")[0] ?? "" };
    return [{ check, level: "fault", key: "doctor.database.damaged", values }];
  }
  const size = mebibytes(records.bytes);
  // Its tables are those of another time: what is in them cannot be asked for.
  if (records.isOlder) return [{ check, level: "note", key: "doctor.database.older", values: { place } }];
  const counts = await records.counts();
  const values = { place, size, journal: counts.journal };
  return [
    damage === undefined
      ? { check, level: "skipped", key: "doctor.database.big", values }
      : { check, level: "ok", key: "doctor.database.ok", values },
    deadLetters(counts),
    waiting(counts, clock.now()),
  ];
}

function deadLetters({ deadLetters: count }: RecordCounts): Diagnosis {
  const check = "dead-letters";
  if (count === 0) return { check, level: "ok", key: "doctor.dead-letters.ok" };
  return { check, level: "warning", key: "doctor.dead-letters.some", values: { count } };
}

function waiting({ waiting: count, oldest }: RecordCounts, now: number): Diagnosis {
  const check = "waiting";
  const age = oldest === undefined ? 0 : now - oldest;
  if (age < LONG_MS) return { check, level: "ok", key: "doctor.waiting.ok", values: { count } };
  const values = { count, minutes: Math.floor(age / 60_000) };
  return { check, level: "warning", key: "doctor.waiting.long", values };
}
