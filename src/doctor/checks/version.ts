// Checks which MateBot this is and whether its Node is new enough; `checks.ts` lists it.

import type { Check } from "../check.ts";

const OLDEST_NODE = 24;

export const versionCheck: Check = {
  name: "version",
  group: "program",
  run: async ({ version, nodeVersion }) => {
    const isOld = Number.parseInt(nodeVersion, 10) < OLDEST_NODE;
    const values = { version: nodeVersion, oldest: OLDEST_NODE };
    return [
      { check: "version", level: "ok", key: "doctor.version.ok", values: { version } },
      isOld
        ? { check: "node", level: "fault", key: "doctor.node.old", values }
        : { check: "node", level: "ok", key: "doctor.node.ok", values: { version: nodeVersion } },
    ];
  },
};
