// Checks how much room the disk of the data has left; `checks.ts` lists it.

import { dirname } from "node:path";
import type { Diagnosis, DiagnosisLevel } from "../../model/diagnosis.ts";
import type { Check, Machine } from "../check.ts";
import { sqlitePath } from "../records.ts";
import { mebibytes } from "../words.ts";

const MIB = 1024 ** 2;
const LITTLE = 1024 * MIB;
const TOO_LITTLE = 100 * MIB;

export const diskCheck: Check = {
  name: "disk",
  group: "machine",
  run: async ({ data, storage, machine }) => {
    const database = storage === undefined ? undefined : sqlitePath(storage);
    const folders = [data, database === undefined ? undefined : dirname(database)];
    const named = folders.filter((folder) => folder !== undefined);
    return await Promise.all([...new Set(named)].map((folder) => examineDisk(folder, machine)));
  },
};

async function examineDisk(folder: string, machine: Machine): Promise<Diagnosis> {
  const check = "disk";
  const { bytes, files } = await machine.freeSpace(folder);
  if (files === 0) return { check, level: "fault", key: "doctor.disk.no-files", values: { folder } };
  const free = bytes < MIB ? 0 : mebibytes(bytes);
  const level: DiagnosisLevel = bytes < TOO_LITTLE ? "fault" : bytes < LITTLE ? "warning" : "ok";
  return { check, level, key: `doctor.disk.${level === "ok" ? "ok" : "little"}`, values: { folder, free } };
}
