// What the tests of the lock do on both engines: wait without waiting, and use a database beside its MateBot.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect } from "vitest";
import type { Clock } from "../../src/model/clock.ts";
import { openStore } from "../../src/storage/open.ts";
import { channel, delivery, keyOf, raw } from "./store-samples.ts";

/** Time passes as fast as somebody waits for it. `onWait` is told how long was waited in all. */
export function hastyClock(onWait: (ms: number) => void = () => {}): Clock {
  let waited = 0;
  return {
    now: () => 1_700_000_000_000 + waited,
    after(ms, work) {
      const timer = setImmediate(() => {
        waited += ms;
        onWait(waited);
        work();
      });
      return { cancel: () => clearImmediate(timer) };
    },
  };
}

/** While one store takes updates, another process brings a dead letter and a buried update back, as a command would. */
export async function usedBeside(url: string): Promise<void> {
  const store = await openStore(url);
  const work = async (key: string) =>
    store.transaction(async (tx) => {
      await tx.journal.insert([raw(key)]);
      await tx.outbox.append([delivery(key)]);
    });
  await work("dead");
  await store.transaction(async (tx) => {
    const [first] = await tx.outbox.front(channel, 1);
    await tx.outbox.bury(first?.id ?? -1, "no right");
    await tx.journal.bury(raw("dead"), "PARSE");
  });
  const script = join(import.meta.dirname, "store-command.ts");
  const command = spawn(process.execPath, [script, url], { stdio: "inherit" });
  const ended = once(command, "exit");
  let written = 0;
  for (; command.exitCode === null; written += 1) await work(`${written}`);
  expect(await ended).toEqual([0, null]);
  expect(written).toBeGreaterThan(5);
  await store.transaction(async (tx) => {
    expect((await tx.outbox.front(channel, written + 2)).map(keyOf)).toEqual([
      "dead",
      ...Array.from({ length: written }, (_, i) => `${i}`),
    ]);
    expect(await tx.journal.again()).toEqual([raw("dead")]);
  });
  await store.close();
}
