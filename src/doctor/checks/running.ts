// Checks whether MateBot runs, answers, and is connected everywhere; `checks.ts` lists it.

import type { Diagnosis } from "../../model/diagnosis.ts";
import type { ConnectionReport } from "../../web/health.ts";
import type { Check } from "../check.ts";
import type { Running } from "../running.ts";

/** One that has just started is given time to connect. */
const STARTING_MS = 60_000;

export const runningCheck: Check = {
  name: "running",
  group: "program",
  run: async ({ config, running, clock }) => {
    if (!config) return [];
    const found = await running();
    const { answer } = found;
    if (answer?.kind !== "matebot") return [unanswered(found)];
    const down = answer.report.connections.filter(({ up }) => !up);
    return [
      { check: "running", level: "ok", key: "doctor.running.ok", values: process(found) },
      ...down.map((connection) => downOf(connection, clock.now())),
      ...(down.length > 0 || answer.report.connections.length === 0
        ? []
        : [connected(answer.report.connections)]),
    ];
  },
};

function unanswered(found: Running): Diagnosis {
  const { answer, isHeld } = found;
  const check = "running";
  if (isHeld === false) return { check, level: "note", key: "doctor.running.not" };
  if (isHeld === undefined) return { check, level: "skipped", key: "doctor.running.unknown" };
  if (!answer) return { check, level: "ok", key: "doctor.running.without-web", values: process(found) };
  return { check, level: "fault", key: "doctor.running.silent", values: process(found) };
}

function process({ holder }: Running): { readonly pid: string } {
  return { pid: holder === undefined ? "unknown" : String(holder.pid) };
}

function downOf({ name, since, reason = "" }: ConnectionReport, now: number): Diagnosis {
  const check = "connection";
  const age = now - Date.parse(since);
  if (reason === "starting" && age < STARTING_MS)
    return { check, level: "note", subject: name, key: "doctor.connection.starting" };
  const values = { reason, minutes: Math.max(0, Math.round(age / 60_000)) };
  return { check, level: "fault", subject: name, key: "doctor.connection.down", values };
}

function connected(all: readonly ConnectionReport[]): Diagnosis {
  const values = { names: all.map(({ name }) => name).join(", ") };
  return { check: "connection", level: "ok", key: "doctor.connection.ok", values };
}
