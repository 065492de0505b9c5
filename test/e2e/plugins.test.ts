// Plugins in the running app: two that mean no good while people talk, the example, and one that adds lines to what crosses.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RobotScene, robotScene } from "../support/robot-scene.ts";
import { eventually } from "../support/world.ts";

const CAFE = join(import.meta.dirname, "../../examples/plugins/cafe.ts");
const LOOP = `export default { name: "loop", commands: { trava: { about: "x", answer() { for (;;); } } } };`;
const STUCK = `export default { name: "stuck", before({ text }) { if (text.includes("emperra")) for (;;); } };`;
const EATER = `export default { name: "eater", commands: { devora: { about: "x",
  answer() { const all = []; for (;;) all.push(new Array(1e5).fill(1.5)); } } } };`;
const ADDER = `export default { name: "adder",
  before: ({ text }) => text.startsWith("soma") ? { add: "e mais uma linha" } : undefined };`;
/** How late a message may be while others misbehave: as ever, on a machine that does other things, too. */
const USUAL_MS = 400;
/** How long a message waits for a hook: src/plugins/limits.ts. */
const HOOK_MS = 500;

const folder = mkdtempSync(join(tmpdir(), "matebot-plugins-"));
let scene: RobotScene;

beforeAll(async () => {
  const sources = { "loop.ts": LOOP, "eater.ts": EATER, "stuck.ts": STUCK, "adder.ts": ADDER };
  for (const [name, source] of Object.entries(sources)) writeFileSync(join(folder, name), source);
  const hostile = Object.keys(sources).map((name) => ({ path: join(folder, name), megabytes: 128 }));
  scene = await robotScene({ plugins: [...hostile, { path: CAFE, config: { most: 2 } }] });
  await scene.start();
  await eventually(() => scene.discord.commands(scene.discordBot.id, scene.guild).length > 0);
}, 30_000);
afterAll(async () => {
  await scene?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Says it on Telegram; milliseconds until it stands on Discord. */
async function cross(text: string): Promise<number> {
  const { telegram, chat, ana, discord, channel } = scene;
  const since = performance.now();
  const arrived = Promise.withResolvers<number>();
  const look = () => {
    if (discord.messages(channel).at(-1)?.content.endsWith(text)) arrived.resolve(performance.now() - since);
  };
  const stop = discord.onChange(look);
  telegram.say(chat, ana, { text });
  const late = setTimeout(() => arrived.reject(new Error(`${text} did not cross`)), 10_000);
  const ms = await arrived.promise;
  clearTimeout(late);
  stop();
  return ms;
}

function p99(delays: readonly number[]): number {
  const sorted = [...delays].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.99)] ?? Number.POSITIVE_INFINITY;
}

interface LogLine {
  readonly plugin?: string;
  readonly why?: string;
}

const fallOf = (plugin: string) =>
  scene.logged
    .map((line) => JSON.parse(line) as LogLine)
    .find((line) => line.plugin === plugin && line.why !== undefined)?.why;

describe("while plugins misbehave", () => {
  it("messages cross as fast as ever, in their order, each once, and the log names who did it", async () => {
    const { telegram, chat, somebody, discord, channel } = scene;
    const quiet: number[] = [];
    for (let n = 0; n < 20; n++) await cross(`aquece ${n}.`);
    for (let n = 0; n < 100; n++) quiet.push(await cross(`antes ${n}.`));
    for (const command of ["/trava", "/devora"]) telegram.say(chat, somebody("Bia"), { text: command });
    const loud: number[] = [];
    while (fallOf("loop") === undefined || fallOf("eater") === undefined || loud.length < 100)
      loud.push(await cross(`durante ${loud.length}.`));
    process.stdout.write(
      `a message crosses in ${p99(quiet).toFixed(1)} ms (p99), beside hostile plugins in ${p99(loud).toFixed(1)} ms\n`,
    );
    expect(fallOf("loop")).toContain("laço sem fim");
    expect(fallOf("eater")).toContain("memória");
    expect(p99(loud)).toBeLessThan(Math.max(USUAL_MS, 3 * p99(quiet)));
    const crossed = discord
      .messages(channel)
      .flatMap(({ content }) => [...content.matchAll(/durante (\d+)\./g)].map(([, n]) => Number(n)));
    expect(crossed).toEqual(loud.map((_, n) => n));
  }, 40_000);

  it("who asked for it is told that the plugin is away, and other commands are answered", async () => {
    const { answersTo, ask, ana, telegram, chat } = scene;
    const asked = telegram
      .messages(chat)
      .filter(({ text }) => text === "/trava" || text === "/devora")
      .map(({ message_id: id }) => id);
    for (const id of asked) expect((await eventually(() => answersTo(id).at(0))).text).not.toBe("");
    expect((await ask("/dado", ana)).text).toContain("🎲");
  });

  it("a hook that never ends holds up one message for half a second, and the next ones not at all", async () => {
    const held = await cross("isto emperra?");
    expect(held).toBeGreaterThan(HOOK_MS / 2);
    expect(held).toBeLessThan(HOOK_MS + USUAL_MS);
    const next = [];
    for (let n = 0; n < 20; n++) next.push(await cross(`depois ${n}.`));
    expect(p99(next)).toBeLessThan(USUAL_MS);
    expect(await eventually(() => fallOf("stuck"))).toContain("laço sem fim");
  });
});

describe("the example plugin", () => {
  it("counts on both platforms by its name in each language, with a button that changes its message", async () => {
    const { ask, ana, telegram, chat, use, discord, channel } = scene;
    const first = await ask("/cafe", ana);
    expect(first.text).toBe("☕ 1");
    expect((await ask("/Cafézinho", ana)).text).toBe("☕ 2");
    expect((await ask("/espresso", ana)).text).toBe("☕ 3 😳");
    const [more] = first.buttons;
    telegram.press(chat, first.id, ana, more?.callback_data ?? "");
    const changed = () => telegram.messages(chat).find(({ message_id: id }) => id === first.id)?.text;
    await eventually(() => changed() === "☕ 4");
    expect((await use({ name: "cafe", locale: "pt-BR" })).text).toMatch(/☕ \**1/);
    const answer = await use({ name: "coffee", locale: "en-US" });
    expect(answer.text).toMatch(/☕ \**2/);
    await discord.use({
      ...{ botId: scene.discordBot.id, userId: scene.carla, channelId: channel },
      ...{ type: 3, message: answer.message, name: "☕ +1" },
    });
    const now = () => discord.messages(channel).find(({ id }) => id === answer.message)?.content;
    await eventually(() => /☕ \**3/.test(now() ?? ""));
    const ranking = await ask("/cafe ranking", ana);
    expect(ranking.text).toContain("1. Ana: 4");
    expect(ranking.text).toContain("2. Carla: 3");
  });

  it("changes what crosses, in both directions, and leaves alone what it has no word for", async () => {
    const { telegram, telegramTexts, discord, discordTexts, channel, chat, ana, carla } = scene;
    telegram.say(chat, ana, { text: "vai um café?" });
    await eventually(() => discordTexts().some((text) => text.endsWith("vai um café? ☕")));
    discord.say(channel, carla, { content: "café sim" });
    await eventually(() => telegramTexts().some((text) => text.endsWith("café sim ☕")));
    telegram.say(chat, ana, { text: "na cafeteria" });
    await eventually(() => discordTexts().some((text) => text.endsWith("na cafeteria")));
  });
});

describe("a line that a plugin adds", () => {
  it("crosses once, behind its message and as a reply to it, in both directions", async () => {
    const { telegram, discord, channel, chat, ana, carla, discordTexts, telegramTexts } = scene;
    telegram.say(chat, ana, { text: "soma um" });
    telegram.say(chat, ana, { text: "fim da soma" });
    await eventually(() => discordTexts().some((text) => text.endsWith("fim da soma")));
    const added = discord.messages(channel).filter(({ content }) => content.includes("e mais uma linha"));
    const copy = discord.messages(channel).find(({ content }) => content.endsWith("soma um"));
    expect(added).toHaveLength(1);
    expect(added[0]?.message_reference).toMatchObject({ message_id: copy?.id });
    // What was added is for the other sides.
    expect(telegramTexts().some((text) => text.includes("e mais uma linha"))).toBe(false);
    discord.say(channel, carla, { content: "soma dois" });
    discord.say(channel, carla, { content: "fim da outra" });
    await eventually(() => telegramTexts().some((text) => text.includes("fim da outra")));
    const lines = telegram.messages(chat).filter(({ text }) => text?.includes("e mais uma linha"));
    expect(lines).toHaveLength(1);
    expect(lines[0]?.reply_to_message?.text).toContain("soma dois");
  });
});
