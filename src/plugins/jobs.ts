// Runs the jobs of plugins by the clock, and remembers when each ran last; the area starts it.

import type { Clock, Timer } from "../model/clock.ts";
import type { RobotWorld } from "../robot/world.ts";
import { CallFailed } from "./fall.ts";
import type { Keeper } from "./keeper.ts";
import type { PluginLimits } from "./limits.ts";
import type { JobDeclared } from "./sheet.ts";

const KIND = "plugin-jobs";
/** Timers of the system go no further than 24 days. */
const DAY_MS = 86_400_000;

export function startJobs(
  keepers: readonly Keeper[],
  limits: PluginLimits,
  world: RobotWorld,
): { stop(): Promise<void> } {
  const running = new Set<Promise<void>>();
  const timers = createTimers(world.clock);

  const keep = (keeper: Keeper, place: number, job: JobDeclared) => {
    const key = `${keeper.name}/${place}/${"at" in job ? job.at : job.everyMs}`;
    const next = (last: number | undefined) => {
      const due = nextRun(job, world.clock.now(), last);
      // What storage refused once is tried again at the next time.
      timers.at(due, () => track(run(keeper, place, key).finally(() => next(world.clock.now()))));
    };
    const known = world.store.transaction((tx) => tx.records.get(KIND, key)).then(Number);
    track(
      known.then(
        (last) => next(last || undefined),
        (error: unknown) => {
          next(undefined);
          throw error;
        },
      ),
    );
  };
  const run = async (keeper: Keeper, place: number, key: string) => {
    try {
      await world.store.transaction((tx) => tx.records.put(KIND, key, world.clock.now()));
      await keeper.call<"job">({ to: "job", place }, limits.jobMs);
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
    }
  };
  const track = (work: Promise<void>) => {
    const ended = work
      .catch((error: unknown) => world.log.error({ error }, "a job of a plugin could not be run"))
      .finally(() => running.delete(ended));
    running.add(ended);
  };

  for (const keeper of keepers) {
    if (keeper.state === "off") continue;
    keeper.sheet?.jobs.forEach((job, place) => {
      keep(keeper, place, job);
    });
  }
  return {
    async stop() {
      timers.stop();
      await Promise.all(running);
    },
  };
}

function createTimers(clock: Clock): { at(due: number, work: () => void): void; stop(): void } {
  const timers = new Set<Timer>();
  let isStopped = false;
  const at = (due: number, work: () => void) => {
    if (isStopped) return;
    const timer = clock.after(Math.max(0, Math.min(due - clock.now(), DAY_MS)), () => {
      timers.delete(timer);
      if (clock.now() >= due) work();
      else at(due, work);
    });
    timers.add(timer);
  };
  return {
    at,
    stop() {
      isStopped = true;
      for (const timer of timers) timer.cancel();
    },
  };
}

/** The next time it is due; what was missed while nothing ran is not made up for, but `every` goes on counting. */
export function nextRun(job: JobDeclared, now: number, last: number | undefined): number {
  if ("everyMs" in job) return last === undefined ? now + job.everyMs : Math.max(now, last + job.everyMs);
  const [hours = 0, minutes = 0] = job.at.split(":").map(Number);
  const due = new Date(now);
  due.setHours(hours, minutes, 0, 0);
  if (due.getTime() <= now) due.setDate(due.getDate() + 1);
  return due.getTime();
}
