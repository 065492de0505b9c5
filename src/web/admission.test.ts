// Who is let in, who has to leave for whom, and who is not listened to any more.

import { expect, it } from "vitest";
import { createAdmission } from "./admission.ts";

const limits = { connections: 4, perAddress: 2, refusals: 3, addresses: 5 };

function admissionAt(start = 0) {
  const time = { now: start };
  return { time, admission: createAdmission<string>(limits, () => time.now) };
}

it("sends away who has waited longest when all places are taken, so that the next always gets in", () => {
  const { admission } = admissionAt();
  for (const one of ["1", "2", "3", "4"])
    expect(admission.enter(one, `10.0.0.${one}`)).toEqual({ stays: true });
  expect(admission.enter("5", "10.0.0.5")).toEqual({ stays: true, leaves: "1" });
  expect(admission.enter("6", "10.0.0.6")).toEqual({ stays: true, leaves: "2" });
  expect(admission.connections).toBe(4);
});

it("keeps who has shown a secret, and sends the others away before", () => {
  const { admission } = admissionAt();
  for (const one of ["1", "2", "3", "4"]) admission.enter(one, `10.0.0.${one}`);
  admission.prove("1");
  for (let index = 0; index < 20; index++)
    expect(admission.enter(`x${index}`, `10.0.1.${index}`).leaves).not.toBe("1");
});

it("when all have shown one, sends away who was quiet for longest", () => {
  const { admission } = admissionAt();
  for (const one of ["1", "2", "3", "4"]) {
    admission.enter(one, `10.0.0.${one}`);
    admission.prove(one);
  }
  admission.prove("1");
  expect(admission.enter("5", "10.0.0.5").leaves).toBe("2");
});

it("gives one address no more than its share, at its own cost", () => {
  const { admission } = admissionAt();
  admission.enter("other", "10.0.0.9");
  admission.enter("1", "10.0.0.1");
  admission.enter("2", "10.0.0.1");
  expect(admission.enter("3", "10.0.0.1")).toEqual({ stays: true, leaves: "1" });
  admission.prove("2");
  admission.prove("3");
  expect(admission.enter("4", "10.0.0.1")).toEqual({ stays: false });
  admission.leave("2");
  expect(admission.enter("5", "10.0.0.1")).toEqual({ stays: true });
});

it("counts a proxy's connections for nobody, but within the whole", () => {
  const { admission } = admissionAt();
  for (const one of ["1", "2", "3", "4"]) expect(admission.enter(one, undefined)).toEqual({ stays: true });
  expect(admission.enter("5", undefined)).toEqual({ stays: true, leaves: "1" });
});

it("tires of an address after so many refusals, then does not listen, and forgets after a minute", () => {
  const { admission, time } = admissionAt(1_000);
  const refuse = (times: number) => {
    for (let index = 0; index < times; index++) admission.refuse("10.0.0.1");
  };
  refuse(2);
  expect(admission.isTiresome("10.0.0.1")).toBe(false);
  refuse(1);
  expect([admission.isTiresome("10.0.0.1"), admission.isTiresome("10.0.0.2")]).toEqual([true, false]);
  expect(admission.enter("1", "10.0.0.1").stays).toBe(true);
  refuse(4);
  expect(admission.enter("2", "10.0.0.1").stays).toBe(false);
  expect(admission.enter("3", "10.0.0.2").stays).toBe(true);
  time.now += 60_000;
  expect(admission.isTiresome("10.0.0.1")).toBe(false);
  expect(admission.enter("4", "10.0.0.1").stays).toBe(true);
});

it("never tires of who counts for nobody", () => {
  const { admission } = admissionAt();
  for (let index = 0; index < 100; index++) admission.refuse(undefined);
  expect([admission.isTiresome(undefined), admission.remembered]).toEqual([false, 0]);
});

it("remembers no more addresses than it may, and forgets who was quiet for longest", () => {
  const { admission } = admissionAt();
  for (let round = 0; round < 3; round++) admission.refuse("10.9.9.9");
  for (let index = 0; index < 1_000; index++) {
    admission.refuse(`10.0.${index >> 8}.${index & 255}`);
    if (index % 3 === 0) admission.refuse("10.9.9.9");
  }
  expect(admission.remembered).toBe(limits.addresses);
  expect(admission.isTiresome("10.9.9.9")).toBe(true);
});

it("holds nothing of those who left", () => {
  const { admission } = admissionAt();
  for (let index = 0; index < 100; index++) {
    admission.enter(String(index), "10.0.0.1");
    admission.leave(String(index));
    admission.leave(String(index));
    admission.prove(String(index));
  }
  expect(admission.connections).toBe(0);
  expect(admission.enter("a", "10.0.0.1")).toEqual({ stays: true });
});
