// Checks the systemd unit, where there is one: whether it runs, failed, and starts at boot; `checks.ts` lists it.

import type { Diagnosis } from "../../model/diagnosis.ts";
import type { Check, Machine } from "../check.ts";

const UNIT = "matebot.service";

export const systemdCheck: Check = {
  name: "systemd",
  group: "program",
  run: async ({ machine, env }) => {
    // A service asks nothing of the manager of a person, who may have none.
    const scopes = env.XDG_RUNTIME_DIR === undefined ? [[]] : [[], ["--user"]];
    const found = await Promise.all(scopes.map((scope) => examineUnit(machine, scope)));
    return found.flat();
  },
};

async function examineUnit(machine: Machine, scope: readonly string[]): Promise<readonly Diagnosis[]> {
  const { code, said } = await machine.execute("systemctl", [
    ...scope,
    "show",
    UNIT,
    "--property=LoadState,ActiveState,UnitFileState",
  ]);
  const state = (name: string) => new RegExp(`^${name}=(.*)$`, "m").exec(said)?.[1] ?? "";
  // Without systemd, and without the unit, there is nothing to say.
  if (code !== 0 || state("LoadState") !== "loaded") return [];
  const user = scope.length > 0 ? "--user " : "";
  const values = { unit: UNIT, user };
  const check = "systemd";
  const boot: readonly Diagnosis[] =
    state("UnitFileState") === "disabled"
      ? [{ check, level: "note", key: "doctor.systemd.disabled", values }]
      : [];
  switch (state("ActiveState")) {
    case "active":
    case "activating":
    case "reloading":
      return [{ check, level: "ok", key: "doctor.systemd.ok", values }, ...boot];
    case "failed":
      return [{ check, level: "fault", key: "doctor.systemd.failed", values }, ...boot];
    default:
      return [{ check, level: "note", key: "doctor.systemd.inactive", values }, ...boot];
  }
}
