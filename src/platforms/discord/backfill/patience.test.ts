// Asking until there is an answer: what is waited out and how long, what is not, and who goes on meanwhile.

import { describe, expect, it } from "vitest";
import { recordContext } from "../../../../test/support/platform-context.ts";
import { type Fate, PlatformError } from "../../../model/errors.ts";
import { createGate, createPatience } from "./patience.ts";

const failure = (fate: Fate) => new PlatformError("code", "words", fate);
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Fails with these fates, one after the other, then answers. */
function asked(fates: readonly Fate[], places = 1) {
  const { context, clock } = recordContext({ account: "discord" });
  const patience = createPatience(context, places);
  const left = [...fates];
  const at: number[] = [];
  const begun = clock.now();
  const end = new AbortController();
  const request = async () => {
    at.push(clock.now() - begun);
    const fate = left.shift();
    if (fate) throw failure(fate);
    return "answer";
  };
  const answer = patience.ask(request, end.signal);
  answer.catch(() => undefined);
  return { answer, at, clock, end, patience };
}

describe("a question", () => {
  it("that meets a limit is asked again when the limit is over, not before", async () => {
    const { answer, at, clock } = asked([{ kind: "wait", ms: 3_000 }]);
    await clock.advance(3_000);
    expect(await answer).toBe("answer");
    expect(at).toEqual([0, 3_000]);
  });

  it("that meets trouble is asked ever more slowly, once a minute at last", async () => {
    const trouble: Fate = { kind: "retry", maybeDelivered: true };
    const { answer, at, clock } = asked(Array.from({ length: 10 }, () => trouble));
    await clock.advance(600_000);
    expect(await answer).toBe("answer");
    const waits = at.slice(1).map((each, i) => each - (at[i] ?? 0));
    expect(waits).toEqual([437.5, 875, 1_750, 3_500, 7_000, 14_000, 28_000, 52_500, 52_500, 52_500]);
  });

  it.each(["refused", "blocked", "gone", "halt"] as const)("that is %s is not asked again", async (kind) => {
    const { answer, at, clock } = asked([{ kind }]);
    await clock.advance(600_000);
    await expect(answer).rejects.toBeInstanceOf(PlatformError);
    expect(at).toEqual([0]);
  });

  it("that is called off ends with the reason, while it waits too", async () => {
    const { answer, clock, end } = asked([{ kind: "wait", ms: 3_600_000 }]);
    await clock.advance(1);
    end.abort(new Error("over"));
    await expect(answer).rejects.toThrow("over");
  });

  it("that waits for its limit leaves its place to the others", async () => {
    const { answer, clock, patience } = asked([{ kind: "wait", ms: 60_000 }]);
    await clock.advance(1);
    const other = patience.ask(async () => "other", new AbortController().signal);
    expect(await other).toBe("other");
    await clock.advance(60_000);
    expect(await answer).toBe("answer");
  });
});

it("a gate lets so many through at once, in order, and one that fails makes room too", async () => {
  const gate = createGate(2);
  const running: number[] = [];
  const ends = Array.from({ length: 4 }, () => Promise.withResolvers<void>());
  const works = ends.map(({ promise }, i) =>
    gate(() => {
      running.push(i);
      return promise;
    }),
  );
  for (const work of works) work.catch(() => undefined);
  await turn();
  expect(running).toEqual([0, 1]);
  ends[1]?.reject(new Error("no"));
  await turn();
  expect(running).toEqual([0, 1, 2]);
  for (const { resolve } of ends) resolve();
  await Promise.allSettled(works);
  expect(running).toEqual([0, 1, 2, 3]);
});
