// What comes of another bridge's settings: a configuration of ours, and what had no counterpart; the importers make it. Pure.

import type { Way } from "../model/bridge.ts";

export interface ImportedBridge {
  readonly name: string;
  /** `account:id` or `account:id/thread`. */
  readonly members: readonly string[];
  /** Members whose id the old file does not tell, as it calls them: the bridge is written as a comment. */
  readonly unknown: readonly string[];
  readonly ways: Readonly<Record<string, Way>>;
  readonly attribution?: "name-platform" | "none";
  readonly show: Readonly<Record<string, boolean>>;
}

/** Said to the person: `import.note.<code>`, about the setting at `path`. Never a secret. */
export interface ImportNote {
  readonly path: string;
  readonly code: string;
  readonly values?: Readonly<Record<string, string | number>>;
}

export interface Imported {
  readonly accounts: Readonly<
    Record<string, { readonly platform: "telegram" | "discord"; readonly token: string }>
  >;
  readonly bridges: readonly ImportedBridge[];
  readonly notes: readonly ImportNote[];
}

export type Fields = Readonly<Record<string, unknown>>;

export function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "bigint"
    ? String(value)
    : "";
}

/** What is said about a setting: always, or only where it has this value. */
export type Rules = Readonly<Record<string, string | { readonly code: string; readonly when: unknown }>>;

/** Notes about the settings of one block; `known` are carried over and need none. */
export function notesOn(
  block: Fields,
  path: string,
  rules: Rules,
  known: readonly string[],
): readonly ImportNote[] {
  return Object.entries(block).flatMap(([key, value]): readonly ImportNote[] => {
    if (known.includes(key)) return [];
    const rule = rules[key];
    const at = path === "" ? key : `${path}.${key}`;
    if (rule === undefined) return [{ path: at, code: "unknown" }];
    if (typeof rule === "string") return [{ path: at, code: rule }];
    return rule.when === value ? [{ path: at, code: rule.code }] : [];
  });
}

/** No conversation can be in two bridges: the first has it, and the others are left out. */
export function withoutShared(bridges: readonly ImportedBridge[]): {
  readonly bridges: readonly ImportedBridge[];
  readonly notes: readonly ImportNote[];
} {
  const taken = new Map<string, string>();
  const kept: ImportedBridge[] = [];
  const notes: ImportNote[] = [];
  for (const bridge of bridges) {
    const shared = bridge.members.find((member) => taken.has(member));
    if (shared !== undefined) {
      const values = { bridge: bridge.name, member: shared, other: taken.get(shared) ?? "" };
      notes.push({ path: bridge.name, code: "shared", values });
      continue;
    }
    for (const member of bridge.members) taken.set(member, bridge.name);
    kept.push(bridge);
  }
  return { bridges: kept, notes };
}

/** Each name once: the second "general" is "general 2". */
export function uniqueName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  for (let count = 2; ; count += 1) if (!taken.has(`${name} ${count}`)) return `${name} ${count}`;
}
