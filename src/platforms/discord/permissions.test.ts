// Rights as Discord computes them: roles, then everyone's overwrite, then the roles', then the member's own.

import { describe, expect, it } from "vitest";
import { type MemberIn, missingRights, type Overwrite, permissionsIn, rights } from "./permissions.ts";

const all = rights.view | rights.send | rights.history | rights.threads;
const member = (more: Partial<MemberIn> = {}): MemberIn => ({
  guild: "g",
  owner: false,
  userId: "u",
  roles: ["r1", "r2"],
  bits: new Map([
    ["g", rights.view],
    ["r1", rights.send],
    ["r2", rights.history],
    ["other", rights.threads],
  ]),
  ...more,
});
const overwrite = (id: string, allow: bigint, deny: bigint): Overwrite => ({
  id,
  allow: String(allow),
  deny: String(deny),
});

describe("rights in a channel", () => {
  it("are those of everyone and of the member's roles, not of others", () => {
    expect(permissionsIn(member(), [])).toBe(rights.view | rights.send | rights.history);
  });

  it("let a role's overwrite win over everyone's, and the member's own over both", () => {
    const hidden = overwrite("g", 0n, rights.view);
    expect(permissionsIn(member(), [hidden]) & rights.view).toBe(0n);
    expect(permissionsIn(member(), [overwrite("r1", rights.view, 0n), hidden]) & rights.view).toBe(
      rights.view,
    );
    const own = overwrite("u", 0n, rights.view);
    expect(permissionsIn(member(), [own, overwrite("r1", rights.view, 0n), hidden]) & rights.view).toBe(0n);
  });

  it("let one role's permission win over another role's refusal, in either order", () => {
    const deny = overwrite("r1", 0n, rights.send);
    const allow = overwrite("r2", rights.send, 0n);
    for (const rows of [
      [deny, allow],
      [allow, deny],
    ]) {
      expect(permissionsIn(member(), rows) & rights.send).toBe(rights.send);
    }
  });

  it("are all there for the owner and for administrators, whatever the overwrites say", () => {
    const rows = [overwrite("g", 0n, all), overwrite("u", 0n, all)];
    expect(permissionsIn(member({ owner: true }), rows) & all).toBe(all);
    expect(permissionsIn(member({ bits: new Map([["r1", 8n]]) }), rows) & all).toBe(all);
  });
});

describe("what a bridge lacks", () => {
  it("is told apart for channels and threads", () => {
    expect(missingRights(rights.view | rights.send | rights.history, false)).toEqual([]);
    expect(missingRights(rights.view | rights.send | rights.history, true)).toEqual(["threads"]);
    expect(missingRights(0n, false)).toEqual(["view", "send", "history"]);
  });
});
