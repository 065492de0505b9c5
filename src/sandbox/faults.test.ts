// The script of faults both simulators follow.

import { describe, expect, it } from "vitest";
import { FaultScript, safeHeaders } from "./faults.ts";

const request = (path: string) => ({ method: "POST", path, body: {} });

describe("a fault script", () => {
  it("strikes matching requests as often as it says, in the order it was written", () => {
    const script = new FaultScript(() => 0);
    const match = ({ path }: { path: string }) => path === "/a";
    script.add({ match, times: 2, fault: { kind: "limit", retryAfter: 1 } });
    script.add({ match, times: 1, fault: { kind: "cut", when: "after" } });
    expect(script.take(request("/b"))).toBeUndefined();
    expect(["/a", "/a", "/a", "/a"].map((path) => script.take(request(path))?.kind)).toEqual([
      "limit",
      "limit",
      "cut",
      undefined,
    ]);
    expect(script.left).toBe(0);
  });
  it("strikes by chance with the given dice", () => {
    const dice = [0.4, 0.6];
    const script = new FaultScript(() => dice.shift() ?? 1);
    script.add({ match: () => true, chance: 0.5, fault: { kind: "slow", ms: 5 } });
    expect([script.take(request("/")), script.take(request("/"))]).toEqual([
      { kind: "slow", ms: 5 },
      undefined,
    ]);
  });
});

describe("recorded headers", () => {
  it("show that a secret was sent, not which", () => {
    expect(safeHeaders({ authorization: "Bot x", accept: ["a", "b"], other: undefined })).toEqual({
      authorization: "<hidden>",
      accept: "a, b",
    });
  });
});
