// Decides which connections and requests of strangers are let in, without any I/O; `door.ts` asks it.

import type { WebLimits } from "./limits.ts";

type AdmissionLimits = Pick<WebLimits, "connections" | "perAddress" | "refusals" | "addresses">;

/** `C` stands for a connection. An address that is undefined counts for nobody: a proxy, or this machine. */
export interface Admission<C> {
  /** Whether a new connection stays, and which other has to leave for it. */
  enter(connection: C, address: string | undefined): { readonly stays: boolean; readonly leaves?: C };
  /** It has shown that it knows a secret: it leaves last. */
  prove(connection: C): void;
  leave(connection: C): void;
  /** Counts a refused request. */
  refuse(address: string | undefined): void;
  /** The address had as many requests refused within a minute as anyone may. */
  isTiresome(address: string | undefined): boolean;
  readonly connections: number;
  readonly remembered: number;
}

const WINDOW_MS = 60_000;

export function createAdmission<C>(limits: AdmissionLimits, now: () => number): Admission<C> {
  const seats = new Map<C, string | undefined>();
  // Both in the order in which they will have to leave.
  const waiting = new Set<C>();
  const proven = new Set<C>();
  const byAddress = new Map<string, Set<C>>();
  const refusals = createRefusals(limits.addresses, now);

  const leave = (connection: C) => {
    const address = seats.get(connection);
    seats.delete(connection);
    waiting.delete(connection);
    proven.delete(connection);
    if (address === undefined) return;
    const others = byAddress.get(address);
    others?.delete(connection);
    if (others?.size === 0) byAddress.delete(address);
  };
  const sit = (connection: C, address: string | undefined) => {
    seats.set(connection, address);
    waiting.add(connection);
    if (address === undefined) return;
    const others = byAddress.get(address) ?? new Set();
    byAddress.set(address, others.add(connection));
  };

  return {
    enter: (connection, address) => {
      // Who was told to stop and goes on is not listened to.
      if (refusals.of(address) > 2 * limits.refusals) return { stays: false };
      const own = address === undefined ? undefined : byAddress.get(address);
      const crowd = own !== undefined && own.size >= limits.perAddress;
      if (!crowd && seats.size < limits.connections) {
        sit(connection, address);
        return { stays: true };
      }
      const leaves = crowd ? first(own, (one) => !proven.has(one)) : (first(waiting) ?? first(proven));
      if (leaves === undefined) return { stays: false };
      leave(leaves);
      sit(connection, address);
      return { stays: true, leaves };
    },
    prove: (connection) => {
      if (!seats.has(connection)) return;
      waiting.delete(connection);
      proven.delete(connection);
      proven.add(connection);
    },
    leave,
    refuse: refusals.add,
    isTiresome: (address) => refusals.of(address) >= limits.refusals,
    get connections() {
      return seats.size;
    },
    get remembered() {
      return refusals.size();
    },
  };
}

interface Refusals {
  readonly add: (address: string | undefined) => void;
  /** Within the minute that began with the first of them. */
  readonly of: (address: string | undefined) => number;
  readonly size: () => number;
}

function createRefusals(most: number, now: () => number): Refusals {
  const known = new Map<string, { readonly since: number; readonly count: number }>();
  const fresh = (address: string | undefined) => {
    const found = address === undefined ? undefined : known.get(address);
    return found === undefined || now() - found.since >= WINDOW_MS ? undefined : found;
  };
  return {
    of: (address) => fresh(address)?.count ?? 0,
    size: () => known.size,
    add: (address) => {
      if (address === undefined) return;
      const { since, count } = fresh(address) ?? { since: now(), count: 0 };
      // The last in the order is who came last; the first is forgotten.
      known.delete(address);
      known.set(address, { since, count: count + 1 });
      const oldest = first(known.keys());
      if (known.size > most && oldest !== undefined) known.delete(oldest);
    },
  };
}

function first<T>(all: Iterable<T>, wanted: (one: T) => boolean = () => true): T | undefined {
  for (const one of all) if (wanted(one)) return one;
  return undefined;
}
