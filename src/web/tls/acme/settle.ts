// Asks the authority again and again until it has decided; `prove.ts` and `order.ts` wait with it.

import { type Clock, sleep } from "../../../model/clock.ts";
import { AcmeFault } from "./fault.ts";

export interface Waiting {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly place: { readonly host: string; readonly authority: string };
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;
const PATIENCE_MS = 3 * 60_000;

/** Resolves with the first answer that is a decision. @throws AcmeFault when none comes in three minutes */
export async function settle<T>(
  ask: () => Promise<T>,
  isDecided: (answer: T) => boolean,
  { clock, signal, place }: Waiting,
): Promise<T> {
  const end = clock.now() + PATIENCE_MS;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    const answer = await ask();
    if (isDecided(answer)) return answer;
    if (clock.now() >= end) throw new AcmeFault("undecided", { ...place });
    await sleep(clock, pause, signal);
    signal.throwIfAborted();
  }
}
