// `matebot backup` while the conversation goes on, and `matebot restore` into the place of a database that was lost.

import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { runProgram } from "../support/program.ts";
import { eventually, makeWorld, type World, type WorldOptions } from "../support/world.ts";

const PATIENCE_MS = 60_000;

let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

async function open(options: WorldOptions = {}): Promise<World> {
  world = await makeWorld(options);
  return world;
}

async function matebot(scene: World, ...args: readonly string[]) {
  const program = runProgram([...args, "--config", scene.configFile]);
  const code = await program.ended;
  return { code, stdout: program.stdout(), stderr: program.stderr() };
}

function loseDatabase({ data }: World): void {
  for (const end of ["", "-wal", "-shm"]) rmSync(join(data, `matebot.db${end}`), { force: true });
}

it("brings back what a message is a copy of", { timeout: PATIENCE_MS }, async () => {
  const scene = await open();
  const { telegram, discord, chat, channel, ana, carla, data } = scene;
  const app = await scene.start();
  const said = telegram.say(chat, ana, { text: "antes da cópia" });
  await eventually(() => scene.discordTexts().includes("antes da cópia"));
  discord.say(channel, carla, { content: "também antes" });
  await eventually(() => scene.telegramTexts().includes("Carla: também antes"));
  // The first is recorded with the taking of the second: both are on disk once a third has crossed.
  telegram.say(chat, ana, { text: "a terceira" });
  await eventually(() => scene.discordTexts().includes("a terceira"));

  const file = join(data, "monday.backup");
  const made = await matebot(scene, "backup", file);
  expect(made).toMatchObject({ code: 0, stderr: "" });
  expect(made.stdout).toMatch(/^Backup made in \S+monday\.backup: [\d.]+ kB, \d messages carried\.\n/);
  expect(made.stdout).toMatch(/To go back to it: stop MateBot.*matebot restore \S+monday\.backup”/);
  for (const token of [scene.telegramBot.token, scene.discordBot.token])
    expect(readFileSync(file, "latin1")).not.toContain(token);
  await app.stop();

  const refused = await matebot(scene, "restore", file);
  expect(refused).toMatchObject({ code: 1, stdout: "" });
  expect(refused.stderr).toMatch(/matebot\.db is not empty/);
  loseDatabase(scene);
  const restored = await matebot(scene, "restore", file);
  expect(restored).toMatchObject({ code: 0, stderr: "" });
  expect(restored.stdout).toMatch(/^The backup \S+monday\.backup is back: \d messages carried\./);

  await scene.start();
  telegram.edit(chat, said.message_id, { text: "depois da cópia" });
  await eventually(() => scene.discordTexts().includes("depois da cópia"));
  expect(scene.discordTexts()).not.toContain("antes da cópia");
});

it("says in the user's language what cannot be done, and does nothing", {
  timeout: PATIENCE_MS,
}, async () => {
  const scene = await open({ language: "pt-BR" });
  const file = join(scene.data, "..", "a.backup");
  const early = await matebot(scene, "backup", file);
  expect(early).toMatchObject({ code: 1, stdout: "" });
  expect(early.stderr).toMatch(/^Ainda não há banco de dados em /);
  expect(existsSync(scene.data)).toBe(false);
  writeFileSync(file, "querido diário");
  const app = await scene.start();
  await app.stop();
  const taken = await matebot(scene, "backup", file);
  expect(taken).toMatchObject({ code: 1, stdout: "" });
  expect(taken.stderr).toContain("a.backup");
  expect(readFileSync(file, "utf8")).toBe("querido diário");
  loseDatabase(scene);
  expect(await matebot(scene, "restore", file)).toMatchObject({ code: 1, stdout: "" });
});
