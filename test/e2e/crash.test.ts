// kill -9 of the real process, again and again, while both sides write: nothing lost, order kept, and no duplicate but
// of a call that was in flight at a kill.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { fastClock } from "../support/fast-clock.ts";
import { seeded } from "../support/random.ts";
import { eventually, makeWorld, type World } from "../support/world.ts";

const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 200);
const SEED = Number(process.env.CRASH_SEED ?? 20_201_007);
const UNREAD_MS = 2_000;
const main = join(import.meta.dirname, "..", "..", "src", "main.ts");

interface Creation {
  readonly text: string;
  /** When the simulator stored it; milliseconds since 1970. */
  readonly at: number;
}

let world: World | undefined;
let child: ChildProcess | undefined;
afterAll(async () => {
  child?.kill("SIGKILL");
  await world?.close();
});

function start(configFile: string): ChildProcess {
  return spawn(process.execPath, [main, "run", "--config", configFile], {
    stdio: ["ignore", "ignore", process.env.CRASH_LOG ? "inherit" : "ignore"],
    env: {
      ...process.env,
      NODE_COMPILE_CACHE: join(configFile, "..", "compile-cache"),
      MATEBOT_LOG: "error",
    },
  });
}

/** Two people who write without a pause; some of what they write is edited, answered or deleted. */
function writers(scene: World, random: () => number) {
  const said = { telegram: [] as string[], discord: [] as string[] };
  const deleted = new Set<string>();
  let last: { readonly telegram?: number; readonly discord?: string } = {};
  const timer = setInterval(() => {
    const { telegram, discord, chat, channel, ana, carla } = scene;
    const replies = random() < 0.2;
    const word = `t${said.telegram.length}`;
    const replyTo = replies && last.telegram ? { replyTo: last.telegram } : {};
    const message = telegram.say(chat, ana, { text: word, ...replyTo });
    said.telegram.push(word);
    const other = `d${said.discord.length}`;
    const answer = replies && last.discord ? { replyTo: last.discord } : {};
    const sent = discord.say(channel, carla, { content: other, ...answer });
    said.discord.push(other);
    if (random() < 0.1) telegram.edit(chat, message.message_id, { text: `${word}!` });
    if (random() < 0.1) discord.edit(channel, sent.id, { content: `${other}!` });
    if (random() < 0.05) {
      discord.remove(channel, sent.id);
      deleted.add(other);
    } else last = { telegram: message.message_id, discord: sent.id };
  }, 25);
  return { said, deleted, stop: () => clearInterval(timer) };
}

/** The first word that was written, without the name, the reply line and the edit's mark. */
const bare = (text: string) => /\b([td]\d+)!?$/.exec(text)?.[1] ?? text;

/** Words that stand there twice, each with whether the process was killed between the two. */
function duplicates(creations: readonly Creation[], kills: readonly number[]) {
  return creations.flatMap((creation, index) => {
    const again = creations.findIndex((other, later) => later > index && other.text === creation.text);
    const twin = creations[again];
    if (!twin) return [];
    // The request of a killed process can lie unread in its socket while this process has other work.
    const killed = kills.some((at) => at >= creation.at - UNREAD_MS && at <= twin.at);
    return [{ text: creation.text, inFlight: killed && again === index + 1 }];
  });
}

describe(`killed ${ROUNDS} times (seed ${SEED})`, () => {
  it("loses nothing, keeps the order, and doubles only what was in flight", {
    timeout: 900_000,
  }, async () => {
    const random = seeded(SEED);
    const onTelegram: Creation[] = [];
    world = await makeWorld({ telegram: { clock: fastClock(20) } });
    const { telegram, discord, chat, channel, carla, telegramBot, configFile } = world;
    telegram.onChange((change) => {
      if (change.kind !== "created" || change.message.from?.id !== telegramBot.id) return;
      onTelegram.push({ text: bare(change.message.text ?? ""), at: Date.now() });
    });
    const onDiscord = (): readonly Creation[] =>
      discord
        .everSent(channel)
        .filter(({ webhook_id }) => webhook_id !== undefined)
        .map(({ content, timestamp }) => ({ text: bare(content), at: Date.parse(timestamp) }));

    // Discord keeps nothing for a session that never was: the talk begins once the first word has crossed.
    child = start(configFile);
    await eventually(() => discord.gateway.sessions().length > 0, 20_000);
    discord.say(channel, carla, { content: "d" });
    await eventually(() => onTelegram.length > 0, 20_000);
    const people = writers(world, random);
    const kills: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      if (round > 0) child = start(configFile);
      await new Promise((resolve) => setTimeout(resolve, 300 + random() * 1_400));
      kills.push(Date.now());
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    people.stop();
    child = start(configFile);
    const kept = people.said.discord.filter((word) => !people.deleted.has(word));
    const missing = () => {
      const there = new Set([...onDiscord(), ...onTelegram].map(({ text }) => text));
      return [...people.said.telegram, ...kept].filter((word) => !there.has(word));
    };
    await eventually(() => missing().length === 0, 120_000, 500).catch(() => expect(missing()).toEqual([]));

    const order = (creations: readonly Creation[]) =>
      [...new Set(creations.map(({ text }) => text).filter((text) => /\d/.test(text)))].map((text) =>
        Number(text.slice(1)),
      );
    for (const creations of [onTelegram, onDiscord()]) {
      expect(order(creations)).toEqual(order(creations).toSorted((a, b) => a - b));
    }
    const twice = [...duplicates(onDiscord(), kills), ...duplicates(onTelegram, kills)];
    const sent = people.said.telegram.length + people.said.discord.length;
    process.stdout.write(
      `${ROUNDS} kills, ${sent} messages, ${twice.length} in flight at a kill and sent again, 0 lost, 0 out of order\n`,
    );
    expect(twice.filter(({ inFlight }) => !inFlight)).toEqual([]);

    // A copy that was made twice is in the map once: a delete cannot find the other.
    const stray = new Set(twice.map(({ text }) => text));
    const undeleted = () =>
      telegram
        .messages(chat)
        .map(({ text = "" }) => bare(text))
        .filter((word) => people.deleted.has(word) && !stray.has(word));
    await eventually(() => undeleted().length === 0, 30_000, 100).catch(() =>
      expect(undeleted()).toEqual([]),
    );
  });
});
