// Two MateBots at once: the second one says so and stops, and one that comes after a kill -9 takes over at once.

import { cpSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type Program, runProgram } from "../support/program.ts";
import { eventually, makeWorld, type World } from "../support/world.ts";

let world: World | undefined;
const programs: Program[] = [];
afterEach(async () => {
  for (const program of programs.splice(0)) program.signal("SIGKILL");
  await world?.close();
  world = undefined;
});

function run(configFile: string): Program {
  const program = runProgram(["run", "--config", configFile]);
  programs.push(program);
  return program;
}

async function running() {
  world = await makeWorld({ updates: "polling" });
  const first = run(world.configFile);
  await eventually(() => first.stderr().includes("session begun"), 20_000);
  return { ...world, first };
}

describe("a second MateBot", () => {
  it("on the same database says so and stops, and the first goes on", async () => {
    const { first, configFile, discord, channel, carla, telegramTexts } = await running();
    const second = run(configFile);
    expect(await second.ended).toBe(1);
    expect(second.stderr()).toMatch(/A MateBot is running on the database .*\(process \d+, since/);
    discord.say(channel, carla, { content: "still here" });
    await eventually(() => telegramTexts().includes("Carla: still here"));
    first.signal("SIGTERM");
    expect(await first.ended).toBe(0);
  });

  it("with the same tokens but another database says so and stops", async () => {
    const { configFile, configure } = await running();
    const elsewhere = join(dirname(configFile), "elsewhere.yaml");
    configure((config) => ({ ...config, data: "./elsewhere", storage: "sqlite:./elsewhere/matebot.db" }));
    cpSync(configFile, elsewhere);
    const second = run(elsewhere);
    expect(await second.ended).toBe(1);
    expect(second.stderr()).toMatch(/uses the token of the account telegram on this machine already/);
  });

  it("takes over when the first was killed", async () => {
    const { first, configFile, discord, channel, carla, telegramTexts } = await running();
    first.signal("SIGKILL");
    const second = run(configFile);
    await eventually(() => second.stderr().includes("session"), 20_000);
    discord.say(channel, carla, { content: "back" });
    await eventually(() => telegramTexts().includes("Carla: back"));
  });
});
