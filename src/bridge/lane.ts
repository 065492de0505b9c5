// One lane per destination conversation: takes its deliveries in order and sends them; `lanes.ts` starts and wakes it.

import { type ConversationRef, conversationKey } from "../model/refs.ts";
import { deliver, type Outcome, waitForRight } from "./deliver.ts";
import { idle, type LaneParts, type LaneRun, Nudge, untilStored } from "./lane-run.ts";
import { take, type Waiting } from "./take.ts";

export interface Lane {
  /** There may be something to send. */
  wake(): void;
  /** An obstacle may be gone: whatever the lane waits for, it tries now. */
  nudge(): void;
  /** Finishes what is in flight, starts nothing new. */
  stop(): Promise<void>;
}

/** `signal` ends even what is in flight. */
export function createLane(to: ConversationRef, parts: LaneParts, signal: AbortSignal): Lane {
  const stopping = new AbortController();
  const run: LaneRun = {
    ...parts,
    ...{ to, stopping: stopping.signal, signal, nudge: new Nudge(), news: new Nudge() },
    memory: {
      depth: { count: 0, at: Number.NEGATIVE_INFINITY },
      callMs: 0,
      aloneUntil: 0,
      blocked: 0,
      isBegun: false,
    },
  };
  let running: Promise<void> | undefined;
  let woken = false;

  const drainAll = async () => {
    while (woken && !stopping.signal.aborted) {
      woken = false;
      await drain(run);
    }
  };
  const wake = () => {
    woken = true;
    run.news.give();
    if (stopping.signal.aborted) return;
    running ??= drainAll()
      .catch((error: unknown) => run.log.error({ lane: conversationKey(to), err: error }, "a lane failed"))
      .finally(() => {
        running = undefined;
        if (woken) wake();
      });
  };

  return {
    wake,
    nudge() {
      run.nudge.give();
      wake();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** Sends everything that waits in the lane. Returns when it is empty, stopped, halted or moved away. */
async function drain(run: LaneRun): Promise<void> {
  const { turn } = run;
  let outcome: Outcome | undefined;
  run.memory.isBegun = false;
  await turn.begin();
  try {
    for (;;) {
      if (turn.wanted) {
        if ((await writeDown(run, outcome)) === "stop") return;
        outcome = undefined;
        turn.end();
        await turn.begin();
      }
      const taken = await take(run, outcome);
      outcome = undefined;
      if (taken === "stop") return;
      if (taken === "next") continue;
      const ended = "calls" in taken ? await deliver(run, taken) : await waitFor(run, taken);
      if (ended === "stop") return;
      outcome = ended;
    }
  } finally {
    turn.end();
  }
}

async function writeDown(run: LaneRun, outcome: Outcome | undefined): Promise<unknown> {
  return outcome && untilStored(run, () => run.store.transaction(outcome));
}

/** Nothing is in flight meanwhile, so that other lanes may take their turn. */
async function waitFor(run: LaneRun, reason: Waiting): Promise<"stop" | undefined> {
  run.turn.end();
  try {
    const goesOn =
      "blocked" in reason
        ? await waitForRight(run, reason.delivery, reason.blocked)
        : await idle(run, reason.pauseMs, reason.untilNews);
    return goesOn ? undefined : "stop";
  } finally {
    await run.turn.begin();
  }
}
