// Knows since when each connection works or fails; the platforms report to it, the web server and `doctor` read it.

import type { HealthPort } from "../bridge/ports.ts";
import type { Clock } from "../model/clock.ts";

interface Connection {
  readonly up: boolean;
  /** Since when it is so; milliseconds since 1970. */
  readonly since: number;
  readonly lastUp?: number;
  readonly reason?: string;
}

/** One connection in the answer of `GET /health`; times are ISO 8601. */
export interface ConnectionReport {
  readonly name: string;
  readonly up: boolean;
  readonly since: string;
  readonly lastUp?: string;
  readonly reason?: string;
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

  function set(name: string, up: boolean, reason?: string): void {
    const now = clock.now();
    const before = connections.get(name);
    const old = before?.reason === STARTING ? undefined : before?.reason;
    if (reason !== old && reason !== STARTING) tell?.(name, reason);
    const lastUp = up ? now : before?.lastUp;
    connections.set(name, {
      up,
      since: before?.up === up ? before.since : now,
      ...(lastUp === undefined ? {} : { lastUp }),
      ...(reason === undefined ? {} : { reason }),
    });
  }

  return {
    up: (name) => set(name, true),
    down: (name, reason) => set(name, false, redact(reason)),
    expect: (name) => {
      if (!connections.has(name)) set(name, false, STARTING);
    },
    report: (waiting) => ({
      status: [...connections.values()].every((connection) => connection.up) ? "ok" : "down",
      connections: [...connections].map(([name, connection]) => reportOf(name, connection)),
      ...(waiting === undefined ? {} : { waiting }),
    }),
  };
}

function reportOf(name: string, { up, since, lastUp, reason }: Connection): ConnectionReport {
  return {
    name,
    up,
    since: new Date(since).toISOString(),
    ...(lastUp === undefined ? {} : { lastUp: new Date(lastUp).toISOString() }),
    ...(reason === undefined ? {} : { reason }),
  };
}
