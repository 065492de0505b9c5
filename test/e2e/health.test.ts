// GET /health tells the truth at every moment: starting, well, down and why, well again.

import { afterEach, describe, expect, it } from "vitest";
import { LeapClock } from "../support/leap-clock.ts";
import { askHealth, breakStorage } from "../support/strict-client.ts";
import { eventually, makeWorld, type World, type WorldOptions } from "../support/world.ts";

let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

async function open(options: WorldOptions = {}): Promise<World> {
  world = await makeWorld(options);
  return world;
}

/** Asks until the answer fits. */
async function soon(
  scene: World,
  fits: (health: Awaited<ReturnType<typeof askHealth>>) => boolean,
): Promise<Awaited<ReturnType<typeof askHealth>>> {
  const end = performance.now() + 10_000;
  for (;;) {
    const health = await askHealth(scene);
    if (fits(health)) return health;
    if (performance.now() > end) throw new Error(`not within 10 s: ${JSON.stringify(health)}`);
  }
}

const isWell = ({ status }: { readonly status: number }) => status === 200;
const isDown = ({ status }: { readonly status: number }) => status === 503;

describe("GET /health", () => {
  it("says starting until every account is connected, then ok", async () => {
    const scene = await open();
    scene.discord.faults.add({
      match: ({ path }) => path.endsWith("/applications/@me"),
      times: 1,
      fault: { kind: "slow", ms: 500 },
    });
    const starting = scene.start();
    await eventually(() => scene.logged.some((line) => line.includes("the web server listens")));
    const before = await askHealth(scene);
    expect(before).toMatchObject({ status: 503, report: { status: "down" } });
    expect(before.report.connections).toMatchObject([
      { name: "telegram", up: false, reason: "starting" },
      { name: "discord", up: false, reason: "starting" },
      { name: "storage", up: true },
    ]);
    await starting;
    const { report } = await soon(scene, isWell);
    expect(report.status).toBe("ok");
    expect(report.waiting).toBe(0);
    expect(report.connections.every(({ up }) => up)).toBe(true);
  });

  it("says that Discord is away, why, and how much waits for it; then ok again", async () => {
    const clock = new LeapClock();
    const scene = await open({ clock });
    await scene.start();
    const { discord, telegram, chat, ana } = scene;
    telegram.say(chat, ana, { text: "oi" });
    await eventually(() => scene.discordTexts().includes("oi"));
    discord.faults.add({ match: () => true, chance: 1, fault: { kind: "cut", when: "before" } });
    discord.gateway.refuseConnections(true);
    discord.gateway.kickOffAll("cut");
    for (const text of ["um", "dois", "três"]) telegram.say(chat, ana, { text });
    const { report } = await soon(scene, (health) => isDown(health) && health.report.waiting === 3);
    expect(report.connections).toMatchObject([
      { name: "telegram", up: true },
      { name: "discord", up: false, reason: expect.stringMatching(/^No connection to Discord \(/) },
      { name: "storage", up: true },
    ]);
    discord.faults.clear();
    discord.gateway.refuseConnections(false);
    await soon(scene, (health) => {
      clock.leap(5_000);
      return isWell(health) && health.report.waiting === 0;
    });
    // What waited for so long is joined, a line for each.
    const lines = scene.discordTexts().flatMap((text) => text.split("\n"));
    expect(lines).toEqual(["oi", "um", "dois", "três"]);
  });

  it("says that Telegram is away and why, then ok again", async () => {
    const clock = new LeapClock();
    const scene = await open({ clock });
    await scene.start();
    await soon(scene, isWell);
    scene.telegram.faults.add({
      match: () => true,
      chance: 1,
      fault: { kind: "status", status: 502, html: "<h1>Bad Gateway</h1>" },
    });
    clock.leap(60_000);
    const { report } = await soon(scene, isDown);
    expect(report.connections[0]?.reason).toMatch(/^The account telegram cannot talk to Telegram \(.*502/);
    scene.telegram.faults.clear();
    await soon(scene, (health) => {
      clock.leap(5_000);
      return isWell(health);
    });
  });

  it("says that a token was revoked while it runs, with the cure, and stays down", async () => {
    const clock = new LeapClock();
    const scene = await open({ clock });
    await scene.start();
    await soon(scene, isWell);
    scene.telegram.revoke(scene.telegramBot.token);
    clock.leap(60_000);
    const { report } = await soon(scene, isDown);
    expect(report.connections[0]).toMatchObject({ up: false, reason: expect.stringContaining("@BotFather") });
    scene.discord.say(scene.channel, scene.carla, { content: "fica guardada" });
    await soon(scene, (health) => {
      clock.leap(60_000);
      return isDown(health) && health.report.waiting === 1;
    });
  });

  it("says that the storage fails, answers all the same, and nothing is lost by it", async () => {
    const clock = new LeapClock();
    const scene = await open({ clock, telegram: { clock } });
    await scene.start();
    const { discord, telegram, chat, channel, ana, carla } = scene;
    telegram.say(chat, ana, { text: "antes" });
    await eventually(() => scene.discordTexts().includes("antes"));
    await soon(scene, isWell);
    const storage = await breakStorage(scene);
    const { report } = await soon(scene, isDown);
    expect(report.connections.at(-1)).toMatchObject({ name: "storage", up: false });
    telegram.say(chat, ana, { text: "t1" });
    telegram.say(chat, ana, { text: "t2" });
    // So many that a replay of them is under way when the first cannot be stored.
    const words = Array.from({ length: 100 }, (_, i) => `d${i} ${"mate ".repeat(100)}`.trim());
    for (const content of words) discord.say(channel, carla, { content });
    await eventually(() => telegram.deliveries.some(({ status }) => status === 503));
    const refusals = () =>
      scene.logged.filter((line) => line.includes("an event could not be stored")).length;
    await soon(scene, (health) => {
      clock.leap(1_000);
      return isDown(health) && refusals() >= 3;
    });
    // The connection that is closed for want of storage is no fault of Discord's.
    expect(scene.logged.filter((line) => line.includes("No connection to Discord"))).toEqual([]);
    await storage.mend();
    const crossed = () => spoken(scene.telegramTexts().slice(3), "d");
    await soon(scene, (health) => {
      clock.leap(2_000);
      return isWell(health) && spoken(scene.discordTexts(), "t").includes("t2") && crossed().includes("d99");
    });
    expect(spoken(scene.discordTexts(), "t")).toEqual(["t1", "t2"]);
    // A lane that was held up for so long joins what waits.
    expect(crossed()).toEqual(words.map((_, i) => `d${i}`));
  });
});

/** The numbered words of one side, in the order in which they stand there. */
function spoken(texts: readonly string[], side: "t" | "d"): readonly string[] {
  return texts.join("\n").match(new RegExp(`\\b${side}\\d+\\b`, "g")) ?? [];
}
