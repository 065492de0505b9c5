// `matebot trace` on the real program: the story of a message that crossed, from either side, and of one nobody knows.

import { afterEach, expect, it } from "vitest";
import { runProgram } from "../support/program.ts";
import { eventually, makeWorld, type World } from "../support/world.ts";

const PATIENCE_MS = 60_000;

let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

async function trace(scene: World, name: string) {
  const program = runProgram(["trace", name, "--config", scene.configFile]);
  const code = await program.ended;
  return { code, stdout: program.stdout(), stderr: program.stderr() };
}

it("tells the same story from the original and from its copy", { timeout: PATIENCE_MS }, async () => {
  const scene = await makeWorld();
  world = scene;
  const { telegram, discord, chat, channel, guild, ana, carla } = scene;
  const app = await scene.start();
  discord.say(channel, carla, { content: "quem está aí?" });
  await eventually(() => scene.telegramTexts().includes("Carla: quem está aí?"));
  const said = telegram.say(chat, ana, { text: "eu, com um segredo" });
  await eventually(() => scene.discordTexts().includes("eu, com um segredo"));
  telegram.edit(chat, said.message_id, { text: "eu, sem segredo" });
  await eventually(() => scene.discordTexts().includes("eu, sem segredo"));
  const copy = discord.messages(channel).at(-1)?.id;
  const inTelegram = `https://t.me/c/${String(chat).slice(4)}/${said.message_id}`;
  const inDiscord = `https://discord.com/channels/${guild}/${channel}/${copy}`;

  const running = await trace(scene, inTelegram);
  expect(running).toMatchObject({ code: 0, stderr: "" });
  const lines = running.stdout.trimEnd().split("\n");
  expect(lines[0]).toBe(`Message telegram:${chat}/${said.message_id}  ${inTelegram}`);
  const moments = lines.slice(1, 4).map((line) => line.replace(/^ {2}\S+ \S+ {2}| \(u\d+\)/g, ""));
  // The edit may come in before the answer to the sending does.
  expect(new Set(moments)).toEqual(
    new Set(["received and on disk", `sent to discord:${channel}`, "edit received and on disk"]),
  );
  expect(lines.slice(4)).toEqual([`  → discord:${channel}`, `      stands at ${inDiscord}`]);
  expect(running.stdout).not.toContain("segredo");

  await app.stop();
  expect(await trace(scene, inDiscord)).toEqual(running);
});

it("answers for a message nobody knows with what was looked at", { timeout: PATIENCE_MS }, async () => {
  world = await makeWorld({ language: "pt-BR" });
  const app = await world.start();
  await app.stop();
  const unknown = await trace(world, "https://t.me/c/4711/1");
  expect(unknown).toMatchObject({ code: 1, stderr: "" });
  expect(unknown.stdout).toMatch(/^Não se sabe nada desta mensagem\. Foram vistos: /);
  expect(unknown.stdout).toContain(
    `telegram:-1004711 não está em nenhuma ponte; estão: telegram:${world.chat}`,
  );
  expect(await trace(world, "ontem")).toMatchObject({ code: 2, stdout: "" });
});
