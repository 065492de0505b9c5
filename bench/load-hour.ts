// Row "limits-hour": a chat at twice the limits for an hour, both ways, on a clock that leaps; is the bridge ever behind?

import { type ChildProcess, fork } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { freePort } from "../src/demo/free-port.ts";
import { startDiscordSandbox } from "../src/sandbox/discord/index.ts";
import { ManualClock } from "../src/sandbox/manual-clock.ts";
import { startTelegramSandbox } from "../src/sandbox/telegram/index.ts";
import { otherSide, refusals, reportCalls } from "./load-limits.ts";
import { type Calm, type Memory, type Order, pass } from "./lockstep.ts";
import { openChannels, openGroups, type Side } from "./rooms.ts";
import { head, percentile, report } from "./stats.ts";
import { Ear } from "./talk.ts";
import { accountsOf, configOf, lifelike } from "./world.ts";

const minuteMs = 60_000;
const megabyte = 1024 * 1024;
/** Twice what the other side takes: 30 a minute in a Discord channel, 20 in a Telegram group. */
const everyMs: Readonly<Record<Side, number>> = { telegram: minuteMs / 60, discord: minuteMs / 40 };

/** Prints the lag of each tenth of the time, and what the app's process holds after a third of it and at its end. */
export async function measureHour(quick: boolean): Promise<void> {
  const lastsMs = (quick ? 12 : 60) * minuteMs;
  const clock = new ManualClock();
  const shared = { clock, limits: true, latency: lifelike };
  const telegram = await startTelegramSandbox({ ...shared, local: true, resolve: async () => "127.0.0.1" });
  const discord = await startDiscordSandbox(shared);
  const rooms = {
    telegram: openGroups(telegram, "hour", 1, 4),
    discord: openChannels(discord, "hour", 1, 4),
  };
  const folder = mkdtempSync(join(tmpdir(), "matebot-bench-hour-"));
  const configFile = join(folder, "matebot.yaml");
  const accounts = accountsOf(telegram, discord, {
    group: rooms.telegram,
    guild: rooms.discord,
    limits: "auto",
  });
  const listen = `127.0.0.1:${await freePort()}`;
  const config = configOf(
    accounts,
    { listen, public_url: `http://${listen}`, tls: "off" },
    rooms.telegram.ids,
    rooms.discord.ids,
  );
  writeFileSync(configFile, stringify(config), { mode: 0o600 });
  const app = startFollower(configFile, clock.now(), join(folder, "log"));
  try {
    await pass(clock, app, minuteMs, true);
    const ears = (["telegram", "discord"] as const).map(
      (from) => new Ear({ from, room: 0, count: lastsMs / everyMs[from], everyMs: everyMs[from] }),
    );
    for (const ear of ears) {
      const { from } = ear.talk;
      rooms[from === "telegram" ? "discord" : "telegram"].onCrossing((crossing) =>
        ear.hear({ ...crossing, at: clock.now() }),
      );
      speak(clock, ear, rooms[from].say);
    }
    const memories: Memory[] = [await app.memory()];
    for (const _ of [1, 2, 3]) {
      await pass(clock, app, lastsMs / 3);
      memories.push(await app.memory());
    }
    await pass(clock, app, minuteMs);
    for (const ear of ears) tellLags(ear, lastsMs);
    head("the app's process, garbage collected");
    console.log(`    requests that were refused with 429: ${refusals({ telegram, discord })}`);
    tellMemory(memories);
  } finally {
    await app.kill();
    await Promise.all([telegram.close(), discord.close()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

function speak(clock: ManualClock, { talk, saidAt }: Ear, say: (room: number, number: number) => void): void {
  const sayNext = () => {
    const number = saidAt.length;
    if (number === talk.count) return;
    clock.after(talk.everyMs, sayNext);
    saidAt.push(clock.now());
    say(0, number);
  };
  sayNext();
}

/** @throws when a message was lost, doubled or out of order */
function tellLags(ear: Ear, lastsMs: number): void {
  const { talk, lagsMs, fault, missing, calls } = ear;
  if (fault !== undefined || missing.length > 0) throw new Error(fault ?? missing.join());
  head(
    `${talk.count} messages in ${lastsMs / minuteMs} min to ${otherSide[talk.from]}: all arrived once and in order`,
  );
  reportCalls({ ...talk, lagsMs, calls: Math.round(calls) });
  const each = Math.ceil(lagsMs.length / 10);
  const tenths = Array.from({ length: 10 }, (_, i) => lagsMs.slice(i * each, (i + 1) * each));
  const greatest = tenths.map((lags) => Math.max(...lags) / 1000);
  console.log(`    greatest lag of each tenth, s: ${greatest.map((s) => s.toFixed(1)).join("  ")}`);
  report("  lag, p50", [percentile(lagsMs, 0.5) / 1000], "s");
  report("  greatest lag of the last tenth", greatest.slice(-1), "s", { limit: 20, kind: "at most" });
  report("  growth, last tenth to the third", [(greatest[9] ?? 0) / (greatest[2] ?? 0)], "x", {
    limit: 1.2,
    kind: "at most",
  });
}

function tellMemory(memories: readonly Memory[]): void {
  const parts = ["at the start", "after a third", "after two thirds", "at the end"];
  for (const [i, { heapBytes, rssBytes }] of memories.entries()) {
    report(`  heap in use ${parts[i]}`, [heapBytes / megabyte], "MiB");
    report("    resident", [rssBytes / megabyte], "MiB");
  }
  const [, third, , end] = memories;
  const flat = { limit: 1.2, kind: "at most" } as const;
  report("  heap in use, end to a third", [(end?.heapBytes ?? 0) / (third?.heapBytes ?? 0)], "x", flat);
}

/** The app in a process of its own: what the simulators remember must not be taken for what it holds. */
function startFollower(configFile: string, startMs: number, logFile: string) {
  const log = openSync(logFile, "a");
  const child = fork(new URL("./hour-app.ts", import.meta.url), [configFile, String(startMs)], {
    execArgv: ["--max-semi-space-size=8", "--expose-gc", "--disable-warning=ExperimentalWarning"],
    stdio: ["ignore", log, log, "ipc"],
  });
  closeSync(log);
  const ask = <T>(order: Order) => answer<T>(child, order, logFile);
  return {
    calm: () => ask<Calm>({ order: "calm" }),
    memory: () => ask<Memory>({ order: "memory" }),
    advance: (ms: number) => ask<void>({ order: "advance", ms }),
    kill: () =>
      new Promise<void>((resolve) => {
        child.once("exit", () => resolve());
        child.kill("SIGKILL");
      }),
  };
}

function answer<T>(child: ChildProcess, order: Order, logFile: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`the app ended with ${code}: see ${logFile}`));
    child.once("exit", onExit);
    child.once("message", (message) => {
      child.off("exit", onExit);
      resolve(message as T);
    });
    child.send(order);
  });
}
