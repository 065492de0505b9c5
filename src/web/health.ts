// Knows since when each connection works or fails; the platforms report to it, the web server and `doctor` read it.

import type { HealthPort, Way } from "../bridge/ports.ts";
import type { Clock } from "../model/clock.ts";

interface Connection {
  readonly up: boolean;
  /** Since when it is so; milliseconds since 1970. */
  readonly since: number;
  readonly lastUp?: number;
  readonly reason?: string;
  readonly lastFault?: { readonly at: number; readonly reason: string };
}

/** One connection in the answer of `GET /health`; times are ISO 8601. */
export interface ConnectionReport {
  readonly name: string;
  readonly up: boolean;
  readonly since: string;
  readonly lastUp?: string;
  readonly reason?: string;
  /** How its updates come, and when the last one came. */
  readonly way?: Way;
  readonly lastUpdate?: string;
  /** Stays when it is over. */
  readonly lastFault?: { readonly at: string; readonly reason: string };
}

export interface HealthReport {
  readonly status: "ok" | "down";
  readonly connections: readonly ConnectionReport[];
  /** Deliveries that wait in their lanes. */
  readonly waiting?: number;
}

export interface Health extends HealthPort {
  /** The connection must come up: until it reports, it counts as down ("starting"). */
  expect(connection: string): void;
  /** An update came over it and is on disk. */
  received(connection: string): void;
  way(connection: string, way: Way): void;
  report(waiting?: number): HealthReport;
}

const STARTING = "starting";

export interface HealthParts {
  /** Hears of every new reason for which a connection is down, and (without a reason) of its end. */
  readonly tell?: (name: string, reason?: string) => void;
  /** Hides secrets: everybody may read the report, and a platform's refusal may repeat what it was asked. */
  readonly redact?: (text: string) => string;
}

export function createHealth(clock: Clock, { tell, redact = (text) => text }: HealthParts = {}): Health {
  const connections = new Map<string, Connection>();
  const ways = new Map<string, Way>();
  const updates = new Map<string, number>();

  function set(name: string, up: boolean, reason?: string): void {
    const now = clock.now();
    const before = connections.get(name);
    const old = before?.reason === STARTING ? undefined : before?.reason;
    if (reason !== old && reason !== STARTING) tell?.(name, reason);
    const lastUp = up ? now : before?.lastUp;
    const isNews = reason !== undefined && reason !== STARTING;
    const lastFault = isNews ? { at: now, reason } : before?.lastFault;
    connections.set(name, {
      up,
      since: before?.up === up ? before.since : now,
      ...(lastUp === undefined ? {} : { lastUp }),
      ...(reason === undefined ? {} : { reason }),
      ...(lastFault === undefined ? {} : { lastFault }),
    });
  }

  return {
    up: (name) => set(name, true),
    down: (name, reason) => set(name, false, redact(reason)),
    expect: (name) => {
      if (!connections.has(name)) set(name, false, STARTING);
    },
    received: (name) => void updates.set(name, clock.now()),
    way: (name, way) => void ways.set(name, way),
    report: (waiting) => ({
      status: [...connections.values()].every((connection) => connection.up) ? "ok" : "down",
      connections: [...connections].map(([name, connection]) =>
        reportOf(name, connection, ways.get(name), updates.get(name)),
      ),
      ...(waiting === undefined ? {} : { waiting }),
    }),
  };
}

function reportOf(
  name: string,
  { up, since, lastUp, reason, lastFault }: Connection,
  way: Way | undefined,
  lastUpdate: number | undefined,
): ConnectionReport {
  return {
    name,
    up,
    since: iso(since),
    ...(lastUp === undefined ? {} : { lastUp: iso(lastUp) }),
    ...(reason === undefined ? {} : { reason }),
    ...(way === undefined ? {} : { way }),
    ...(lastUpdate === undefined ? {} : { lastUpdate: iso(lastUpdate) }),
    ...(lastFault === undefined ? {} : { lastFault: { at: iso(lastFault.at), reason: lastFault.reason } }),
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
