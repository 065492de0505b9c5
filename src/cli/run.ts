// `matebot run`: reads the configuration, starts the app, and stops it at a signal; `main.ts` calls it.

import type { App, AppOptions } from "../app.ts";
import { ConfigError, formatFault } from "../config/finding.ts";
import type { PlatformSchemas } from "../config/schema.ts";
import { type Config, loadConfig } from "../config.ts";
import { createLog, type LineSink, type RootLog } from "../log.ts";
import { type Clock, sleep } from "../model/clock.ts";
import { UserError } from "../model/errors.ts";
import { createServiceNotifier, type ServiceNotifierParts } from "../service/notify.ts";
import { loadTexts } from "../texts.ts";

/** What is in flight at a signal may take this long; the rest waits on disk for the next start. */
export const STOP_MS = 10_000;

/** What the command needs of the world; tests give it another. */
export interface RunParts {
  readonly env: NodeJS.ProcessEnv;
  readonly stderr: LineSink & { readonly isTTY?: boolean };
  /** Signals and uncaught errors arrive here: the process. */
  readonly events: Pick<NodeJS.EventEmitter, "on" | "off">;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
  readonly clock: Clock;
  readonly platforms: PlatformSchemas;
  readonly startApp: (options: AppOptions) => Promise<App>;
  /** Hands words to the service manager; `systemd-notify` does, unless told. */
  readonly notify?: ServiceNotifierParts["run"];
}

/** Resolves with the exit code: 0 stopped as asked, 1 failed, 2 the configuration is at fault. Never rejects. */
export async function run(file: string, parts: RunParts): Promise<number> {
  let log = createLog({ destination: parts.stderr, env: parts.env });
  try {
    const config = loadConfig(file, parts.env, parts.platforms);
    log = createLog({ destination: parts.stderr, env: parts.env, secrets: config.secrets });
    return await runApp(config, log, parts);
  } catch (error) {
    return explain(error, log, parts.stderr);
  }
}

/** Says a fault of the user in its own words, and logs any other. Returns the exit code. */
export function explain(error: unknown, log: RootLog, stderr: LineSink): 1 | 2 {
  if (error instanceof ConfigError) {
    for (const fault of error.faults) stderr.write(`${formatFault(fault)}\n`);
    return error.exitCode;
  }
  if (error instanceof UserError) {
    stderr.write(`${log.redact(error.message)}\n`);
    if (error.cause !== undefined) log.debug({ err: error }, "the fault behind it");
    return error.exitCode;
  }
  log.error({ err: error }, "failed unexpectedly");
  return 1;
}

async function runApp(config: Config, log: RootLog, parts: RunParts): Promise<number> {
  for (const warning of config.warnings) log.warn({ file: config.file }, warning);
  const asked = listen(log, parts);
  // The app's timers do not keep the process alive, and between two connections nothing else does.
  const alive = setInterval(() => {}, 2 ** 30);
  let closing = async () => {};
  try {
    const starting = parts.startApp({
      config,
      log,
      texts: loadTexts(config.language),
      clock: parts.clock,
      addSecret: log.addSecret,
    });
    const service = tellService(starting, log, parts);
    void asked.signal.then(() => service.stopping());
    closing = service.close;
    const ended = starting.then((app) => app.stopped);
    const stopped = asked.signal.then(() => stopInTime(starting, log, parts.clock));
    return await Promise.race([ended, stopped]);
  } finally {
    await closing();
    clearInterval(alive);
    asked.close();
  }
}

/** Ready is who has started, and alive whose store answers. */
function tellService(starting: Promise<App>, log: RootLog, { env, clock, notify }: RunParts) {
  const alive = async () => (await starting).alive();
  const service = createServiceNotifier({ env, clock, log, alive, ...(notify && { run: notify }) });
  starting.then(
    ({ address }) => service.ready(address ?? "polling"),
    () => {},
  );
  return service;
}

async function stopInTime(starting: Promise<App>, log: RootLog, clock: Clock): Promise<number> {
  const inTime = await Promise.race([
    starting.then((app) => app.stop()).then(() => true),
    sleep(clock, STOP_MS).then(() => false),
  ]);
  if (!inTime)
    log.warn({ afterMs: STOP_MS }, "not everything stopped in time; it waits on disk for the next start");
  return 0;
}

/** `signal` resolves at the first signal; the second ends the process, and so does an error nobody caught. */
function listen(log: RootLog, { events, exit }: RunParts): { readonly signal: Promise<void>; close(): void } {
  const first = Promise.withResolvers<void>();
  let asked = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (asked) return exit(1);
    asked = true;
    log.info({ signal }, "stopping; a second signal ends at once");
    first.resolve();
  };
  const onUncaught = (error: unknown) => {
    log.error({ err: error }, "failed unexpectedly");
    exit(1);
  };
  events.on("SIGTERM", onSignal).on("SIGINT", onSignal).on("uncaughtException", onUncaught);
  return {
    signal: first.promise,
    close: () => {
      events.off("SIGTERM", onSignal).off("SIGINT", onSignal).off("uncaughtException", onUncaught);
    },
  };
}
