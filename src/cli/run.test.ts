// `matebot run`: what it says and with which code it ends, for every way a run can end.

import { EventEmitter } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it, vi } from "vitest";
import { z } from "zod";
import type { App, AppOptions } from "../app.ts";
import type { PlatformSchemas } from "../config/schema.ts";
import { UserError } from "../model/errors.ts";
import { ManualClock } from "../sandbox/manual-clock.ts";
import { type RunParts, run, STOP_MS } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "matebot-run-"));
afterAll(() => rmSync(folder, { recursive: true }));

const token = "a-literal-token-of-nobody";
const file = join(folder, "matebot.yaml");
writeFileSync(
  file,
  `accounts: {a: {platform: irc, token: ${token}}}\nbridges: [{name: x, members: ["a:1", "a:2"]}]\n`,
  { mode: 0o600 },
);

const platforms: PlatformSchemas = {
  irc: {
    schema: z.strictObject({ platform: z.string(), token: z.string() }),
    conversationIdFault: () => undefined,
  },
};

type StartApp = (options: AppOptions) => Promise<App>;

function appThat(stop: () => Promise<void>, stopped: Promise<number> = new Promise(() => {})): App {
  const health = {
    up: () => {},
    down: () => {},
    expect: () => {},
    received: () => {},
    way: () => {},
    report: vi.fn(),
  };
  return { health, stop, stopped, alive: async () => true };
}

function setUp(startApp: StartApp) {
  let written = "";
  const events = new EventEmitter();
  const exit = vi.fn();
  const clock = new ManualClock();
  const stderr = {
    write: (text: string) => {
      written += text;
    },
  };
  const env = { LANG: "en_US", MATEBOT_LOG: "debug" };
  const parts: RunParts = { env, stderr, events, exit, clock, platforms, startApp };
  return { parts, events, exit, clock, written: () => written };
}

const never = async () => {
  throw new Error("the app must not be started");
};

it("prints every fault of the configuration with its place, exit code 2", async () => {
  const bad = join(folder, "bad.yaml");
  writeFileSync(bad, "accounts:\n  a: {platform: irq, token: x}\nbridges: 7\n");
  const { parts, written } = setUp(never);
  expect(await run(bad, parts)).toBe(2);
  expect(written().split("\n")).toEqual([
    `${bad}:2:17: accounts.a.platform: this value is not allowed; did you mean irc? Choose one of: irc`,
    expect.stringContaining(`${bad}:3:10: bridges: `),
    "",
  ]);
});

it("says how to begin when there is no configuration, exit code 2", async () => {
  const { parts, written } = setUp(never);
  expect(await run(join(folder, "none.yaml"), parts)).toBe(2);
  expect(written()).toMatch(/^there is no configuration at .*npm run demo.*\n$/);
});

it.each([1, 2] as const)("says a fault of the user in one sentence, exit code %i", async (exitCode) => {
  const { parts, written } = setUp(async () => {
    throw new UserError("the port is taken; use another", exitCode);
  });
  expect(await run(file, parts)).toBe(exitCode);
  expect(written()).toBe("the port is taken; use another\n");
});

it("says a fault of the user without the token, though a platform repeated it", async () => {
  const { parts, written } = setUp(async () => {
    throw new UserError(`refused: /bot${token}/getMe`);
  });
  expect(await run(file, parts)).toBe(1);
  expect(written()).toBe("refused: /bot[secret]/getMe\n");
});

it("logs an unexpected error with its stack and without the token, exit code 1", async () => {
  const { parts, written } = setUp(async () => {
    throw new Error(`boom ${token}`);
  });
  expect(await run(file, parts)).toBe(1);
  expect(written()).toContain("boom [secret]");
  expect(written()).toContain("run.test.ts");
  expect(written()).not.toContain(token);
});

it("tells the service manager that it is ready, alive and stopping", async () => {
  const told: string[] = [];
  const { parts, events, clock } = setUp(async () => appThat(async () => {}));
  const env = { ...parts.env, NOTIFY_SOCKET: "/run/systemd/notify", WATCHDOG_USEC: "60000000" };
  const notify = async (words: readonly string[]) => void told.push(...words);
  const ended = run(file, { ...parts, env, notify });
  await vi.waitFor(() => expect(told).toEqual(["READY=1", "STATUS=polling"]));
  await clock.advance(30_000);
  await vi.waitFor(() => expect(told.slice(2)).toEqual(["WATCHDOG=1"]));
  events.emit("SIGTERM", "SIGTERM");
  expect(await ended).toBe(0);
  expect(told.slice(3)).toEqual(["STOPPING=1"]);
});

it("ends with the app's own exit code", async () => {
  const { parts } = setUp(async () => appThat(async () => {}, Promise.resolve(1)));
  expect(await run(file, parts)).toBe(1);
});

it("gives the app the configuration, and a log that learns secrets", async () => {
  const { parts, written } = setUp(async ({ config, log, addSecret, texts }) => {
    addSecret("learned-later");
    log.info({}, `${config.bridges[0]?.name} ${texts("cli.title.usage")} learned-later`);
    return appThat(async () => {}, Promise.resolve(0));
  });
  expect(await run(file, parts)).toBe(0);
  expect(JSON.parse(written()).msg).toBe("x Usage: [secret]");
});

it.each(["SIGTERM", "SIGINT"])("stops the app at %s and ends with 0, listening no more", async (signal) => {
  const stop = vi.fn(async () => {});
  const { parts, events, exit } = setUp(async () => appThat(stop));
  const code = run(file, parts);
  await vi.waitFor(() => expect(events.listenerCount(signal)).toBe(1));
  events.emit(signal, signal);
  expect(await code).toBe(0);
  expect(stop).toHaveBeenCalledOnce();
  expect(exit).not.toHaveBeenCalled();
  expect(events.eventNames()).toEqual([]);
});

it("waits for the start to end before it stops", async () => {
  const start = Promise.withResolvers<App>();
  const stop = vi.fn(async () => {});
  const { parts, events } = setUp(() => start.promise);
  const code = run(file, parts);
  events.emit("SIGTERM", "SIGTERM");
  expect(stop).not.toHaveBeenCalled();
  start.resolve(appThat(stop));
  expect(await code).toBe(0);
  expect(stop).toHaveBeenCalledOnce();
});

it("does not wait for ever: after ten seconds it ends with 0 and says so", async () => {
  const { parts, events, clock, written } = setUp(async () => appThat(() => new Promise(() => {})));
  const code = run(file, parts);
  events.emit("SIGTERM", "SIGTERM");
  await clock.advance(STOP_MS);
  expect(await code).toBe(0);
  expect(written()).toContain("not everything stopped in time");
});

it("ends at once with 1 at a second signal", async () => {
  const { parts, events, exit, clock } = setUp(async () => appThat(() => new Promise(() => {})));
  const code = run(file, parts);
  events.emit("SIGINT", "SIGINT");
  expect(exit).not.toHaveBeenCalled();
  events.emit("SIGTERM", "SIGTERM");
  expect(exit).toHaveBeenCalledExactlyOnceWith(1);
  await clock.advance(STOP_MS);
  await code;
});

it("logs an error nobody caught, without the token, and ends with 1", async () => {
  const { parts, events, exit, written, clock } = setUp(async () => appThat(async () => {}));
  const code = run(file, parts);
  events.emit("uncaughtException", new Error(`late ${token}`));
  expect(exit).toHaveBeenCalledWith(1);
  expect(written()).toContain("late [secret]");
  events.emit("SIGTERM", "SIGTERM");
  await clock.advance(0);
  await code;
});
