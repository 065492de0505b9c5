// Checks memory and how many files may be open; `checks.ts` lists it.

import type { Check } from "../check.ts";
import { mebibytes } from "../words.ts";

const LEAST_MEMORY = 128 * 1024 ** 2;
const LEAST_FILES = 1_024;

export const resourcesCheck: Check = {
  name: "resources",
  group: "machine",
  run: async ({ machine }) => {
    const { total, available } = machine.memory();
    const files = await machine.mostOpenFiles();
    const check = "memory";
    const values = { total: mebibytes(total), available: mebibytes(available ?? total) };
    return [
      (available ?? total) < LEAST_MEMORY
        ? { check, level: "warning", key: "doctor.memory.little", values }
        : { check, level: "ok", key: "doctor.memory.ok", values },
      ...(files !== undefined && files < LEAST_FILES
        ? ([
            {
              check: "open-files",
              level: "warning",
              key: "doctor.open-files.few",
              values: { files, least: LEAST_FILES },
            },
          ] as const)
        : []),
    ];
  },
};
