// Checks `bridges`: names, members, and that no conversation is bridged twice; `loadConfig` calls it.

import { conversationKey, parseConversation } from "../model/refs.ts";
import { isFields } from "./check-accounts.ts";
import type { Finding, Path } from "./finding.ts";
import { bridgeSchema, inspect, type PlatformSchemas } from "./schema.ts";
import { nearest } from "./suggest.ts";

/** The platforms of the accounts by the accounts' names; an account that is itself at fault has none. */
export type AccountPlatforms = ReadonlyMap<string, string>;

export function checkBridges(
  bridges: readonly unknown[],
  accounts: AccountPlatforms,
  platforms: PlatformSchemas,
): readonly Finding[] {
  const names = new Set<unknown>();
  const taken = new Map<string, string>();
  return bridges.flatMap((bridge, i) => {
    const path = ["bridges", i];
    const findings = [...inspect(bridgeSchema, bridge, path)];
    if (!isFields(bridge)) return findings;
    if (typeof bridge.name === "string") {
      if (names.has(bridge.name)) findings.push({ path: [...path, "name"], code: "bridge-name-twice" });
      names.add(bridge.name);
    }
    if (!Array.isArray(bridge.members)) return findings;
    const members: readonly unknown[] = bridge.members;
    if (members.length < 2) findings.push({ path: [...path, "members"], code: "lonely-bridge" });
    const label = typeof bridge.name === "string" ? bridge.name : `#${i + 1}`;
    findings.push(...checkWays(bridge.ways, members, [...path, "ways"]));
    const check = (member: unknown, at: Path) => checkMember(member, at, label, taken, accounts, platforms);
    return [...findings, ...members.flatMap((member, j) => check(member, [...path, "members", j]))];
  });
}

function checkMember(
  member: unknown,
  path: Path,
  bridge: string,
  taken: Map<string, string>,
  accounts: AccountPlatforms,
  platforms: PlatformSchemas,
): readonly Finding[] {
  // A reference that led nowhere has its finding already.
  if (member === undefined) return [];
  const ref = typeof member === "string" ? parseConversation(member) : undefined;
  if (ref === undefined) return [{ path, code: "member-shape" }];
  if (!accounts.has(ref.account)) {
    const known = [...accounts.keys()];
    const suggestion = nearest(ref.account, known) ?? "none";
    return [{ path, code: "member-account", values: { account: ref.account, suggestion } }];
  }
  const key = conversationKey(ref);
  const other = taken.get(key);
  taken.set(key, other ?? bridge);
  if (other !== undefined) return [{ path, code: "member-twice", values: { bridge: other } }];
  const fault = platforms[accounts.get(ref.account) ?? ""]?.conversationIdFault(ref.id, ref.thread);
  return fault === undefined ? [] : [{ path, code: fault, values: { id: ref.id, thread: ref.thread ?? "" } }];
}

/** Each must be about a member, and somebody must hear what somebody says. */
function checkWays(ways: unknown, members: readonly unknown[], path: Path): readonly Finding[] {
  if (!isFields(ways)) return [];
  const known = members.filter((member) => typeof member === "string");
  return Object.keys(ways)
    .filter((key) => !known.includes(key))
    .map((key) => ({
      ...{ path: [...path, key], atKey: true, code: "way-member" },
      values: { member: key, suggestion: nearest(key, known) ?? "none" },
    }));
}
