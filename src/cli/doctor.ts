// `matebot doctor`: prints what every check found, with the cure of each fault; `admin.ts` calls it.

import { readFileSync } from "node:fs";
import { checksFor } from "../doctor/checks.ts";
import { type Examined, examineAll } from "../doctor/doctor.ts";
import { thisMachine } from "../doctor/machine.ts";
import { findingOf, reportLines } from "../doctor/report.ts";
import { openWorld, thisNet, type WorldParts } from "../doctor/world.ts";
import { createLog, type LineSink } from "../log.ts";
import { systemClock } from "../model/clock.ts";
import { platforms } from "../platforms/index.ts";
import { harmless } from "./lay-out.ts";
import { explain } from "./run.ts";

export interface DoctorParts extends WorldParts {
  readonly stdout: LineSink & { readonly isTTY?: boolean };
  readonly stderr: LineSink;
}

/** Resolves with the exit code: 0 no fault, 1 a fault, 2 the configuration is at fault. Changes nothing. Never rejects. */
export async function doctor(
  { config: file, json }: { readonly config: string; readonly json: boolean },
  parts: DoctorParts = processParts(process),
): Promise<number> {
  const { env, stdout, stderr } = parts;
  let log = createLog({ destination: stderr, env });
  try {
    const { world, secrets, close } = openWorld(file, parts);
    log = createLog({ destination: stderr, env, secrets });
    try {
      const examined = await examineAll(checksFor(world), world);
      const clean = (words: string) => harmless(log.redact(words));
      const { texts } = world;
      const colours = stdout.isTTY === true && env.NO_COLOR === undefined;
      const found = examined.flatMap((one) => one.found);
      const lines = json
        ? [
            clean(
              JSON.stringify(
                found.map((one) => findingOf(one, texts)),
                undefined,
                2,
              ),
            ),
          ]
        : reportLines(examined, { texts, colours, clean });
      for (const line of lines) stdout.write(`${line}\n`);
      return exitCode(examined);
    } finally {
      await close();
    }
  } catch (error) {
    return explain(error, log, stderr);
  }
}

function exitCode(examined: readonly Examined[]): 0 | 1 | 2 {
  const faulty = examined.filter(({ found }) => found.some(({ level }) => level === "fault"));
  if (faulty.some(({ check }) => check.name === "config")) return 2;
  return faulty.length > 0 ? 1 : 0;
}

function processParts({ env, stdout, stderr, versions }: NodeJS.Process): DoctorParts {
  return {
    ...{ env, stdout, stderr, clock: systemClock, kinds: platforms, machine: thisMachine, net: thisNet },
    version: packageVersion(),
    nodeVersion: versions.node,
  };
}

/** From the package.json above `src` in a checkout, above `dist` in the package. */
function packageVersion(): string {
  for (const path of ["../../package.json", "../../../package.json"]) {
    try {
      return String(JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")).version);
    } catch {
      // Not there: it is the other one.
    }
  }
  return "?";
}
