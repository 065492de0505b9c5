// The gate: so many at once, the others in order, and who gives up leaves the line.

import { expect, it } from "vitest";
import { createGate } from "./gate.ts";

const patient = new AbortController().signal;

it("lets so many in, and the next when one leaves, in the order they came", async () => {
  const gate = createGate(2);
  const order: number[] = [];
  const leaves = await Promise.all([gate.enter(patient), gate.enter(patient)]);
  const third = gate.enter(patient).then((leave) => {
    order.push(3);
    return leave;
  });
  const fourth = gate.enter(patient).then((leave) => {
    order.push(4);
    return leave;
  });
  await Promise.resolve();
  expect(order).toEqual([]);
  leaves[0]();
  leaves[0]();
  (await third)();
  await fourth;
  expect(order).toEqual([3, 4]);
});

it("lets nobody in who gave up, and wastes no place on them", async () => {
  const gate = createGate(1);
  const leave = await gate.enter(patient);
  const impatient = new AbortController();
  const waiting = gate.enter(impatient.signal);
  const next = gate.enter(patient);
  impatient.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
  await expect(gate.enter(impatient.signal)).rejects.toThrow("enough");
  leave();
  await expect(next).resolves.toBeTypeOf("function");
});
