// The questions to a plugin that are not answered yet, each with its time; `life.ts` owns them.

import type { Clock, Timer } from "../model/clock.ts";
import { CallFailed } from "./fall.ts";
import { ANSWERS, type Call, type CallAnswer, checked } from "./wire.ts";

export interface Answered<T extends Call["to"]> {
  readonly value: CallAnswer<T>;
  /** Of the files of an answer, one behind the other. */
  readonly bytes: Buffer;
}

export interface Calls {
  /** `late` is told when nothing came within `ms`. @throws CallFailed */
  ask<T extends Call["to"]>(
    call: Extract<Call, { to: T }>,
    ms: number,
    late?: () => void,
  ): Promise<Answered<T>>;
  answered(id: number, result: unknown, bytes: Buffer): void;
  threw(id: number, message: string): void;
  failAll(): void;
}

interface Open {
  readonly to: Call["to"];
  readonly timer: Timer;
  resolve(answered: Answered<Call["to"]>): void;
  reject(error: CallFailed): void;
}

export function createCalls(clock: Clock, send: (id: number, call: Call) => void): Calls {
  const open = new Map<number, Open>();
  let next = 1;
  const close = (id: number) => {
    const call = open.get(id);
    open.delete(id);
    call?.timer.cancel();
    return call;
  };
  return {
    ask: (call, ms, late) =>
      new Promise((resolve, reject) => {
        const id = next++;
        const timer = afterReading(
          clock,
          ms,
          () => open.has(id),
          () => {
            close(id)?.reject(new CallFailed("time", `no answer within ${ms} ms`));
            late?.();
          },
        );
        open.set(id, { to: call.to, timer, resolve: resolve as Open["resolve"], reject });
        try {
          send(id, call);
        } catch {
          close(id)?.reject(new CallFailed("nonsense", "the question cannot be said in JSON"));
        }
      }),
    answered(id, result, bytes) {
      // One that nobody waits for any more came too late.
      const call = close(id);
      if (!call) return;
      const given = checked<CallAnswer<Call["to"]>>(ANSWERS[call.to], result);
      if ("ok" in given) call.resolve({ value: given.ok, bytes });
      else call.reject(new CallFailed("nonsense", given.wrong));
    },
    threw: (id, message) => close(id)?.reject(new CallFailed("threw", message)),
    failAll() {
      for (const id of [...open.keys()]) close(id)?.reject(new CallFailed("down", "it does not run"));
    },
  };
}

/** Once `ms` are over and what has come meanwhile is read: the one who is late may be ourselves. */
export function afterReading(clock: Clock, ms: number, still: () => boolean, work: () => void): Timer {
  return clock.after(ms, () => setImmediate(() => still() && work()));
}
