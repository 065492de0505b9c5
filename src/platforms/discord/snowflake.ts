// Reads and makes Discord's ids, which carry their time; whatever looks into the history uses it.

const epoch = 1_420_070_400_000;

/** Milliseconds since 1970, by Discord's own clock. */
export function timeOfId(id: string): number {
  return Number(BigInt(id) >> 22n) + epoch;
}

/** The first id that could be made at this time. */
export function idAt(ms: number): string {
  return (BigInt(Math.max(0, Math.floor(ms) - epoch)) << 22n).toString();
}

/** Orders ids by value, oldest first. */
export function compareIds(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

export function isAfter(id: string, other: string): boolean {
  return compareIds(id, other) > 0;
}

/** The newest of the ids; undefined when there is none. */
export function newest(ids: Iterable<string | undefined>): string | undefined {
  let found: string | undefined;
  for (const id of ids) if (id !== undefined && (found === undefined || isAfter(id, found))) found = id;
  return found;
}

export function isId(value: unknown): value is string {
  return typeof value === "string" && /^\d{1,20}$/.test(value);
}
