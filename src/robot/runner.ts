// Answers what waits for the robot on disk, one question of a person at a time; the answer ends the task in one transaction.

import type { Log } from "../bridge/ports.ts";
import type { RobotTask, Store, StoreTx } from "../bridge/store-port.ts";
import { type Clock, sleep } from "../model/clock.ts";
import { type ConversationRef, conversationKey } from "../model/refs.ts";
import { type Work, workOf } from "./task.ts";

/** What is to be written when a task ends, and done after that. */
export interface Ending {
  /** The lanes that have something to do then. */
  write(tx: StoreTx): Promise<readonly ConversationRef[]>;
  after?(): unknown;
}

export interface RunnerParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly wakeLane: (lane: ConversationRef) => void;
  /** Never rejects. */
  readonly work: (work: Work, task: RobotTask, signal: AbortSignal) => Promise<Ending>;
  /** A task was given up. */
  readonly gaveUp: (work: Work) => void;
}

export interface Runner {
  wake(): void;
  /** Ends what runs after `graceMs`; what is cut off is answered after the next start. */
  stop(graceMs: number): Promise<void>;
}

const MOST_AT_ONCE = 8;
/** A question that brought the process down so often is not asked again. */
const MOST_ATTEMPTS = 3;
const LOOK_AHEAD = 200;
const AGAIN_MS = 1_000;

export function createRunner(parts: RunnerParts): Runner {
  const { store, clock } = parts;
  const stopping = new AbortController();
  const running = new Map<string, Promise<void>>();
  const busy = new Set<string>();
  let looking: Promise<void> | undefined;
  let isNews = false;
  let isClosing = false;

  const orLater = later(parts, stopping.signal);

  const begin = (task: RobotTask, work: Work, key: string) => {
    busy.add(key);
    const done = run(task, work, parts, stopping.signal)
      .catch(orLater("an answer could not be stored"))
      .finally(() => {
        running.delete(task.id);
        busy.delete(key);
        wake();
      });
    running.set(task.id, done);
  };

  const look = async () => {
    while (isNews && !isClosing) {
      isNews = false;
      const tasks = await store.transaction((tx) => tx.tasks.all(LOOK_AHEAD));
      for (const { task, work, key } of firstOfEach(tasks)) {
        if (!busy.has(key) && running.size < MOST_AT_ONCE) begin(task, work, key);
      }
    }
  };

  function wake(): void {
    isNews = true;
    if (looking || isClosing) return;
    looking = look()
      .catch(async (error: unknown) => {
        await orLater("storage could not be asked what waits for the robot")(error);
        isNews = true;
      })
      .finally(() => {
        looking = undefined;
        if (isNews) wake();
      });
  }

  return {
    wake,
    async stop(graceMs) {
      isClosing = true;
      const late = clock.after(graceMs, () => stopping.abort());
      await Promise.all(running.values());
      stopping.abort();
      late.cancel();
      await looking;
    },
  };
}

/** Storage that refuses is asked again after a while; what waits is on disk. */
function later({ clock, log }: RunnerParts, stopping: AbortSignal) {
  return (what: string) => (error: unknown) => {
    log.error({ err: error }, `${what}; trying again`);
    return sleep(clock, AGAIN_MS, stopping);
  };
}

/** The order of one person's questions holds: only the first of them may go. */
function firstOfEach(tasks: readonly RobotTask[]) {
  const held = new Set<string>();
  return tasks.flatMap((task) => {
    const work = workOf(task);
    const key = turnOf(work);
    if (held.has(key)) return [];
    held.add(key);
    return [{ task, work, key }];
  });
}

async function run(
  task: RobotTask,
  work: Work,
  { store, work: answer, gaveUp, wakeLane }: RunnerParts,
  stopping: AbortSignal,
): Promise<void> {
  const attempts = await store.transaction((tx) => tx.tasks.begin(task.id));
  if (attempts === 0) return;
  if (attempts > MOST_ATTEMPTS) {
    await store.transaction((tx) => tx.tasks.finish(task.id));
    gaveUp(work);
    return;
  }
  const ending = await answer(work, task, stopping);
  // What a stop has cut off is asked again.
  if (stopping.aborted) return;
  const isEnded = await store.transaction(async (tx) => {
    if (!(await tx.tasks.finish(task.id))) return false;
    for (const lane of await ending.write(tx)) wakeLane(lane);
    return true;
  });
  if (isEnded) await ending.after?.();
}

/** Questions of one person in one room, and events of one room, follow each other. */
function turnOf(work: Work): string {
  if (work.kind === "ask") return `${conversationKey(work.ask.room)} ${work.ask.by.user.id}`;
  const { event } = work;
  const room =
    "message" in event
      ? event.message.ref.conversation
      : "conversation" in event
        ? event.conversation
        : undefined;
  return `${work.area} ${room ? conversationKey(room) : ""}`;
}
