// kill -9 of the real process while people ask the robot: every question is answered, once, behind the question, on both sides.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { seeded } from "../support/random.ts";
import { eventually, makeWorld, type World } from "../support/world.ts";

const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 48) / 4;
const SEED = Number(process.env.CRASH_SEED ?? 20_201_008);
const main = join(import.meta.dirname, "..", "..", "src", "main.ts");

let world: World | undefined;
let child: ChildProcess | undefined;
afterEach(async () => {
  child?.kill("SIGKILL");
  await world?.close();
});

function start(configFile: string): ChildProcess {
  const env = {
    ...process.env,
    NODE_COMPILE_CACHE: join(configFile, "..", "compile-cache"),
    MATEBOT_LOG: "error",
  };
  return spawn(process.execPath, [main, "run", "--config", configFile], { stdio: "ignore", env });
}

/** What is missing or too much of the answers, in words. */
function faultsOf({ telegram, discord, chat, channel }: World, asked: readonly number[]): readonly string[] {
  const said = telegram.messages(chat);
  // Joined messages hold several: what counts is the words, in their order.
  const copies = discord
    .messages(channel)
    .map(({ content }) => content.replaceAll("\\", ""))
    .join("\n");
  const places = (words: string) =>
    [...copies.matchAll(new RegExp(words.replace(/[[\]]/g, "\\$&"), "g"))].map(({ index }) => index);
  return asked.flatMap((id, n) => {
    const answers = said.filter((message) => message.reply_to_message?.message_id === id);
    const [question, answered] = [places(`/escolher [${n}]`), places(`I choose: [${n}]`)];
    const faults = [
      ...(answers.length === 1 ? [] : [`question ${n} has ${answers.length} answers`]),
      ...(question.length === 1 ? [] : [`question ${n} crossed ${question.length} times`]),
      ...(answered.length === 1 ? [] : [`the answer to ${n} crossed ${answered.length} times`]),
    ];
    return faults.length > 0 || (question[0] ?? 0) < (answered[0] ?? 0)
      ? faults
      : [`the answer to ${n} came first`];
  });
}

it("each question has one answer, whatever was in flight at a kill", async () => {
  const random = seeded(SEED);
  world = await makeWorld();
  world.configure(() => ({ robot: { flood: { person: 100_000, room: 100_000 } } }));
  const { telegram, chat, ana, discord, configFile } = world;
  child = start(configFile);
  await eventually(() => discord.gateway.sessions().length > 0, 20_000);
  const asked: number[] = [];
  const ask = () => {
    const n = asked.length;
    asked.push(telegram.say(chat, ana, { text: `/escolher [${n}] um, [${n}] dois` }).message_id);
  };
  const asking = setInterval(ask, 60);
  for (let round = 0; round < ROUNDS; round += 1) {
    if (round > 0) child = start(configFile);
    await new Promise((resolve) => setTimeout(resolve, 400 + random() * 1_200));
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  clearInterval(asking);
  child = start(configFile);
  let faults: readonly string[] = [];
  const settled = () => {
    faults = faultsOf(world as World, asked);
    return faults.length === 0;
  };
  await eventually(settled, 120_000, 500).catch(() => {});
  process.stdout.write(`${ROUNDS} kills, ${asked.length} questions\n`);
  expect(faults).toEqual([]);
}, 240_000);
