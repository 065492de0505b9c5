// Checks the configuration file: every fault with its line and its cure; `checks.ts` lists it.

import type { Diagnosis } from "../../model/diagnosis.ts";
import type { Check } from "../check.ts";
import { inTwo } from "../words.ts";

export const configCheck: Check = {
  name: "config",
  group: "program",
  run: async ({ file, config, broken }) => {
    const check = "config";
    if (broken?.unreadable !== undefined) {
      const values = inTwo(broken.unreadable);
      return [{ check, level: "fault", subject: file, key: "doctor.refused", values }];
    }
    if (broken || !config)
      return (broken?.faults ?? []).map(({ line, column, path, message, cure }): Diagnosis => {
        const values = { message: path === "" ? message : `${path}: ${message}`, cure };
        return { check, level: "fault", subject: `${file}:${line}:${column}`, key: "doctor.refused", values };
      });
    const values = { file, accounts: config.accounts.length, bridges: config.bridges.length };
    return [{ check, level: "ok", key: "doctor.config.ok", values }];
  },
};
