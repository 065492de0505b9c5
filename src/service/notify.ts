// Tells the service manager that MateBot is ready, alive or stopping (sd_notify); `matebot run` calls it.

import { execFile } from "node:child_process";
import type { Log } from "../bridge/ports.ts";
import type { Clock, Timer } from "../model/clock.ts";

/** Of the program that speaks for us; it waits itself until the manager has read what it said. */
const SPEAK_MS = 10_000;

export interface ServiceNotifierParts {
  /** `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID` are read, as the manager set them. */
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether the process still does its work, such as a store that answers. Asked as often as the manager wants. */
  readonly alive: () => Promise<boolean>;
  /** Hands assignments such as `READY=1` over; `systemdNotify(env)` unless told. */
  readonly run?: (assignments: readonly string[]) => Promise<void>;
  /** Of this process, unless told. */
  readonly pid?: number;
}

export interface ServiceNotifier {
  /** The start is over, and from now on the watchdog is fed. `status` is what `systemctl status` shows. */
  ready(status: string): void;
  /** The stop has begun: the manager waits for the end and asks no more. */
  stopping(status?: string): void;
  /** Resolves when what was said has been handed over; nothing is said afterwards. */
  close(): Promise<void>;
}

const silent: ServiceNotifier = { ready() {}, stopping() {}, close: async () => {} };

/**
 * Without `NOTIFY_SOCKET` it does nothing. Nothing here ever throws: a manager that cannot be told is logged once. While
 * `alive` is false, throws or does not answer, the watchdog goes hungry, and the manager restarts the service.
 */
export function createServiceNotifier(parts: ServiceNotifierParts): ServiceNotifier {
  const { env, clock, log, alive, run = systemdNotify(env) } = parts;
  if (!env.NOTIFY_SOCKET) return silent;
  const everyMs = watchdogMs(env, parts.pid ?? process.pid);
  let said: Promise<void> = Promise.resolve();
  let isTold = false;
  let isOver = false;
  let beat: Timer | undefined;
  let asking = false;

  const complain = (error: unknown) => {
    if (!isTold) log.warn({ err: error }, "the service manager could not be told");
    isTold = true;
  };
  // One after the other: READY must not overtake STOPPING.
  const say = (...assignments: readonly string[]) => {
    said = said.then(() => run(assignments)).catch(complain);
  };
  const feed = async () => {
    if (asking) return;
    asking = true;
    const fault = await alive().then(
      (isAlive) => (isAlive ? undefined : "it is not well"),
      (error: unknown) => error,
    );
    asking = false;
    if (isOver) return;
    if (fault === undefined) say("WATCHDOG=1");
    else log.warn({ err: fault }, "MateBot is not alive: the service manager is not told that it is");
  };
  const beatAfter = (ms: number) => {
    beat = clock.after(ms, () => {
      beatAfter(ms);
      void feed();
    });
  };
  const end = () => {
    isOver = true;
    beat?.cancel();
  };

  return {
    ready(status) {
      if (isOver) return;
      say("READY=1", `STATUS=${oneLine(status)}`);
      if (everyMs !== undefined && beat === undefined) beatAfter(everyMs);
    },
    stopping(status) {
      if (isOver) return;
      end();
      say("STOPPING=1", ...(status === undefined ? [] : [`STATUS=${oneLine(status)}`]));
    },
    close() {
      end();
      return said;
    },
  };
}

/**
 * Speaks through the program of the same name: Node has no datagram sockets of its own for Unix. Rejects when it is not
 * installed or the manager does not answer.
 */
export function systemdNotify(env: NodeJS.ProcessEnv): (assignments: readonly string[]) => Promise<void> {
  const { PATH, NOTIFY_SOCKET } = env;
  return (assignments) =>
    new Promise((resolve, reject) => {
      const options = { env: { PATH, NOTIFY_SOCKET }, timeout: SPEAK_MS, killSignal: "SIGKILL" } as const;
      execFile("systemd-notify", [...assignments], options, (error) => (error ? reject(error) : resolve()));
    });
}

/** Half of what the manager allows; undefined when it keeps no watch, or over another process. */
function watchdogMs({ WATCHDOG_USEC, WATCHDOG_PID }: NodeJS.ProcessEnv, pid: number): number | undefined {
  const micros = Number(WATCHDOG_USEC);
  if (!Number.isFinite(micros) || micros <= 0) return undefined;
  if (WATCHDOG_PID !== undefined && WATCHDOG_PID !== String(pid)) return undefined;
  return micros / 1000 / 2;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
