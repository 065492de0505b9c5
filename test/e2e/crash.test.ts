// kill -9 of the real process, again and again, while both sides write, answer, edit and delete: nothing is lost, nothing
// is doubled, nothing comes out of order, whatever was in flight at a kill.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { FaultRequest } from "../../src/sandbox/faults.ts";
import type { Written } from "../chaos/rooms.ts";
import type { Form } from "../chaos/story.ts";
import { judgeRooms } from "../chaos/verdict.ts";
import { wordsOf } from "../chaos/words.ts";
import { fastClock } from "../support/fast-clock.ts";
import { seeded } from "../support/random.ts";
import { eventually, makeWorld, type World, type WorldOptions } from "../support/world.ts";

const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 75);
const SEED = Number(process.env.CRASH_SEED ?? 20_201_007);
const SOME_ROUNDS = Math.ceil(ROUNDS / 4);
/** Messages of each side over failing platforms; all of them in the long form. */
const TALK = ROUNDS >= 500 ? 600 : 100;
const KILL_EVERY = TALK / 5;
/** The lag after the last kill is not what is measured here. */
const PATIENCE_MS = 180_000;
const main = join(import.meta.dirname, "..", "..", "src", "main.ts");

let world: World | undefined;
let child: ChildProcess | undefined;
afterEach(async () => {
  child?.kill("SIGKILL");
  await world?.close();
});

function start(configFile: string): ChildProcess {
  return spawn(process.execPath, [main, "run", "--config", configFile], {
    stdio: ["ignore", "ignore", process.env.CRASH_LOG ? "inherit" : "ignore"],
    env: {
      ...process.env,
      NODE_COMPILE_CACHE: join(configFile, "..", "compile-cache"),
      MATEBOT_LOG: process.env.CRASH_LOG ?? "error",
    },
  });
}

async function kill(): Promise<void> {
  if (!child || child.exitCode !== null) throw new Error("the process had ended by itself");
  child.kill("SIGKILL");
  await once(child, "exit");
}

/** People of both sides who write; some of what they write is edited, answered or deleted. */
function createPeople({ telegram, discord, chat, channel, ana, carla }: World, random: () => number) {
  const written: Written[] = [];
  const young = (side: Written["side"]) =>
    written.findLast((each) => each.side === side && !each.deleted && each.form === "answerable");

  function say(side: Written["side"]): void {
    const n = written.length;
    const form: Form = random() < 0.3 ? "answerable" : "short";
    const words = wordsOf(n, { form, version: 0 });
    const target = random() < 0.2 ? young(side) : undefined;
    const id =
      side === "telegram"
        ? telegram.say(chat, ana, { text: words, ...(target && { replyTo: Number(target.id) }) }).message_id
        : discord.say(channel, carla, { content: words, ...(target && { replyTo: target.id }) }).id;
    const answers = target ? { answers: [target.n] } : {};
    written.push({ n, side, id: String(id), form, version: 0, words, deleted: false, ...answers });
  }

  function change(message: Written): void {
    const { n, side, id, form } = message;
    if (random() < 0.1) {
      const version = message.version + 1;
      const words = wordsOf(n, { form, version });
      if (side === "telegram") telegram.edit(chat, Number(id), { text: words });
      else discord.edit(channel, id, { content: words });
      Object.assign(message, { version, words });
    }
    // Telegram tells no bot of a deletion.
    if (side === "telegram" || random() >= 0.05) return;
    discord.remove(channel, id);
    message.deleted = true;
  }

  return {
    written,
    /** Each says something, and may think better of something it said before. */
    speak(): void {
      for (const side of ["telegram", "discord"] as const) {
        say(side);
        const message = written.at(-1 - Math.floor(random() * Math.min(written.length, 30)));
        if (message && !message.deleted) change(message);
      }
    },
  };
}

/** Discord keeps nothing for a session that never was: the talk begins once the first word has crossed. */
async function meet({ telegram, discord, chat, channel, carla }: World): Promise<void> {
  await eventually(() => discord.gateway.sessions().length > 0, 20_000);
  const before = telegram.messages(chat).length;
  const { id } = discord.say(channel, carla, { content: "alô" });
  await eventually(() => telegram.messages(chat).length > before, 20_000);
  discord.remove(channel, id);
  await eventually(() => telegram.messages(chat).length === before, 20_000);
}

/** What is wrong with the rooms once there is nothing left to come. */
async function faultsInTheEnd(scene: World, written: readonly Written[]): Promise<readonly string[]> {
  let faults: readonly string[] = [];
  const look = () => {
    ({ faults } = judgeRooms(scene, written));
    return faults.length === 0;
  };
  // A look at tens of thousands of messages takes the platforms' time: they live in this process, too.
  const everyMs = Math.max(1_000, written.length);
  await eventually(look, PATIENCE_MS + 10 * everyMs, everyMs).catch(() => {});
  return faults;
}

async function killWhileTheyTalk(options: WorldOptions, rounds: number): Promise<void> {
  const random = seeded(SEED);
  world = await makeWorld(options);
  child = start(world.configFile);
  await meet(world);
  const people = createPeople(world, random);
  const talk = setInterval(people.speak, 25);
  for (let round = 0; round < rounds; round += 1) {
    if (round > 0) child = start(world.configFile);
    await new Promise((resolve) => setTimeout(resolve, 300 + random() * 1_200));
    await kill();
  }
  clearInterval(talk);
  child = start(world.configFile);
  const faults = await faultsInTheEnd(world, people.written);
  process.stdout.write(`${rounds} kills, ${people.written.length} messages\n`);
  expect(faults).toEqual([]);
}

const isSend = ({ method, path }: FaultRequest) =>
  /\/(sendMessage|editMessageText|deleteMessages?)$/.test(path) ||
  (method === "POST" && /^\/webhooks\/|\/messages$/.test(path));

describe(`killed ${ROUNDS} times (seed ${SEED})`, () => {
  it("loses nothing, doubles nothing and keeps the order", { timeout: 1_800_000 }, () =>
    killWhileTheyTalk({ telegram: { clock: fastClock(20) } }, ROUNDS),
  );
});

describe(`killed ${SOME_ROUNDS} times while it polls for a channel (seed ${SEED})`, () => {
  it("loses nothing, doubles nothing and keeps the order", { timeout: 900_000 }, () =>
    killWhileTheyTalk({ updates: "polling", chat: "channel" }, SOME_ROUNDS),
  );
});

describe.each(["supergroup", "channel"] as const)("a %s whose platforms fail all the time", (chat) => {
  it("loses nothing, doubles nothing and keeps the order", { timeout: 600_000 }, async () => {
    const random = seeded(SEED);
    world = await makeWorld({ chat, telegram: { clock: fastClock(20), random }, discord: { random } });
    child = start(world.configFile);
    await meet(world);
    for (const { faults } of [world.telegram, world.discord]) {
      faults.add({ match: isSend, chance: 0.1, fault: { kind: "status", status: 500 } });
      faults.add({ match: isSend, chance: 0.05, fault: { kind: "cut", when: "after" } });
    }
    const people = createPeople(world, random);
    for (let round = 0; round < TALK; round += 1) {
      people.speak();
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (round % KILL_EVERY !== KILL_EVERY - 1) continue;
      await kill();
      child = start(world.configFile);
    }
    const faults = await faultsInTheEnd(world, people.written);
    process.stdout.write(`${people.written.length} messages over failing platforms\n`);
    expect(faults).toEqual([]);
  });
});
