// `matebot dead-letters` on the real program, beside a MateBot that runs and after one that ran.

import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { openStore } from "../../src/storage/open.ts";
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

/** Runs `matebot dead-letters …`; nothing it writes may hold a token. */
async function deadLetters(scene: World, ...args: readonly string[]) {
  const program = runProgram(["dead-letters", ...args, "--config", scene.configFile]);
  const code = await program.ended;
  const [stdout, stderr] = [program.stdout(), program.stderr()];
  for (const token of [scene.telegramBot.token, scene.discordBot.token])
    expect(`${stdout}${stderr}`).not.toContain(token);
  return { code, stdout, stderr };
}

/** Carla's message, which Telegram refuses once. */
async function refused(scene: World, words: string): Promise<void> {
  const match = ({ path }: { readonly path: string }) => path.endsWith("/sendMessage");
  const body = { ok: false, error_code: 400, description: "Bad Request: text is too long" };
  scene.telegram.faults.add({ match, times: 1, fault: { kind: "status", status: 400, body } });
  scene.discord.say(scene.channel, scene.carla, { content: words });
  // The line that tells her so is put on disk together with the dead letter.
  await eventually(() => scene.discordTexts().some((text) => text.includes("⚠")));
}

it("lists, shows and sends again what Telegram refused, while MateBot runs", {
  timeout: PATIENCE_MS,
}, async () => {
  const scene = await open();
  await scene.start();
  await refused(scene, "um segredo de amigas");

  const listed = await deadLetters(scene);
  expect(listed).toMatchObject({ code: 0, stderr: "" });
  expect(listed.stdout).toMatch(/\nd\d+ +\S+ \S+ +discord:\d+ +telegram:-\d+ +message +\S/);
  expect(listed.stdout).not.toContain("segredo");
  const json = await deadLetters(scene, "list", "--json");
  const [letter] = JSON.parse(json.stdout);
  expect(letter).toMatchObject({ kind: "delivery", from: `discord:${scene.channel}` });

  const shown = await deadLetters(scene, "show", letter.id);
  expect(shown.code).toBe(0);
  expect(shown.stdout).toMatch(/^Text +um segredo de amigas$/m);
  expect(shown.stdout).toMatch(/text is too long/);
  expect(shown.stdout).toMatch(/^Link +https:\/\/discord\.com\/channels\/\d+\/\d+\/\d+$/m);

  expect(scene.telegramTexts().join()).not.toContain("segredo");
  expect((await deadLetters(scene, "retry", letter.id)).stdout).toMatch(/^1 item goes out again/);
  await eventually(() => scene.telegramTexts().includes("Carla: um segredo de amigas"), 15_000);
  expect((await deadLetters(scene)).stdout).toBe("Everything was delivered: the list is empty.\n");
});

it("sends again at the next start, even an update that nobody understood before", {
  timeout: PATIENCE_MS,
}, async () => {
  const scene = await open({ language: "pt-BR" });
  const app = await scene.start();
  await refused(scene, "recusada");
  await app.stop();
  const chat = { id: scene.chat, type: "supergroup", title: "Grupo" };
  const from = { id: scene.ana, is_bot: false, first_name: "Ana" };
  const message = { message_id: 4_711, date: 1_700_000_000, chat, from, text: "incompreendida" };
  const body = JSON.stringify({ update_id: 900_001, message });
  const raw = { account: "telegram", key: "u900001", body, receivedAt: Date.now() };
  const store = await openStore(`sqlite:${join(scene.data, "matebot.db")}`);
  await store.transaction(async (tx) => {
    await tx.journal.insert([raw]);
    await tx.journal.bury(raw, "ParseError: a version of yesterday");
  });
  await store.close();

  expect((await deadLetters(scene)).stdout).toMatch(/\nd\d+ .*\nu[0-9a-f]{8} .*não entendeu/);
  expect((await deadLetters(scene, "retry", "--all")).stdout).toMatch(/^2 itens vão de novo/);
  await scene.start();
  await eventually(() => scene.telegramTexts().includes("Carla: recusada"), 15_000);
  await eventually(() => scene.discordTexts().includes("incompreendida"), 15_000);
  expect((await deadLetters(scene)).stdout).toBe("Tudo foi entregue: a lista está vazia.\n");
});

it("forgets for good, but never unasked", { timeout: PATIENCE_MS }, async () => {
  const scene = await open();
  await scene.start();
  await refused(scene, "a esquecer");
  const unasked = await deadLetters(scene, "drop", "--all");
  expect(unasked).toMatchObject({ code: 2, stdout: "" });
  expect(unasked.stderr).toMatch(/^There is no terminal to ask at\. Add --yes.*\n$/);
  expect(await deadLetters(scene, "drop", "--all", "--yes")).toMatchObject({
    code: 0,
    stdout: "1 item forgotten.\n",
  });
  expect((await deadLetters(scene)).stdout).toBe("Everything was delivered: the list is empty.\n");
});

it("says what is wrong in one sentence", { timeout: PATIENCE_MS }, async () => {
  const scene = await open();
  const before = await deadLetters(scene, "list");
  expect(before).toMatchObject({ code: 1, stdout: "" });
  expect(before.stderr).toMatch(/^There is no database at .*matebot\.db yet: .*\n$/);
  const app = await scene.start();
  await app.stop();
  const unknown = await deadLetters(scene, "show", "d9");
  expect(unknown).toMatchObject({ code: 1, stdout: "" });
  expect(unknown.stderr).toMatch(/^The code d9 is not in the list; .*dead-letters list.*\n$/);
  expect(await deadLetters(scene, "retry")).toMatchObject({ code: 2, stdout: "" });
});
