// Makes the destination of a lane ready: asks the platform, and opens the thread that shall answer to another; `take.ts` calls it.

import type { Json } from "../model/delivery.ts";
import { PlatformError } from "../model/errors.ts";
import { awaitedBy, type ConversationRef } from "../model/refs.ts";
import { asPlatformError, type LaneRun, pause, untilStored } from "./lane-run.ts";
import { decide } from "./retry.ts";
import type { StoredDelivery } from "./store-port.ts";

export type Prepared = { readonly value: Json } | PlatformError | "stop";

/** What the renderer needs to know of the destination; a refusal is handed back, so that the head can be buried. */
export async function prepare(run: LaneRun): Promise<Prepared> {
  const twin = awaitedBy(run.to);
  if (twin) return openThread(run, twin);
  const { to, platform, signal } = run;
  const value = await untilAnswered(run, () => platform.prepare(to, signal));
  return value === "stop" || value instanceof PlatformError ? value : { value: value.answer };
}

/** The lane ends with it: what waits in it goes to the lane of the thread. */
async function openThread(run: LaneRun, twin: ConversationRef): Promise<PlatformError | "stop"> {
  const { platform, signal, store, to } = run;
  const chat: ConversationRef = { account: to.account, id: to.id };
  const look = await untilStored(run, () =>
    store.transaction(async (tx) => ({
      head: (await tx.outbox.front(to, 1))[0],
      // Another lane may have opened it: a thread of a third chat answers to both.
      known: await tx.threads.find(twin, chat),
    })),
  );
  if (look === "stop" || look.head === undefined) return "stop";
  const name = nameIn(look.head) ?? run.texts("bridge.thread", { place: twin.account });
  const opened = look.known
    ? { answer: look.known }
    : await untilAnswered(run, async () => platform.openThread?.(chat, name, signal) ?? chat);
  if (opened === "stop" || opened instanceof PlatformError) return opened;
  await untilStored(run, () =>
    store.transaction(async (tx) => {
      if (!look.known) await tx.threads.pair(twin, opened.answer, chat);
      await tx.outbox.move(to, opened.answer);
      run.wake(opened.answer);
    }),
  );
  return "stop";
}

function nameIn({ event }: StoredDelivery): string | undefined {
  if (event.kind === "thread.changed") return event.name;
  return "message" in event ? event.message.topic : undefined;
}

async function untilAnswered<T>(
  run: LaneRun,
  ask: () => Promise<T>,
): Promise<{ readonly answer: T } | PlatformError | "stop"> {
  for (let attempts = 0; ; attempts += 1) {
    try {
      return { answer: await ask() };
    } catch (error) {
      const failure = asPlatformError(error);
      const decision = decide(failure.fate, attempts, 0, run.random());
      switch (decision.verdict) {
        case "halt":
          run.halt(failure.message);
          return "stop";
        case "again":
          if (!(await pause(run, failure, decision.inMs))) return "stop";
          continue;
        default:
          return failure;
      }
    }
  }
}
