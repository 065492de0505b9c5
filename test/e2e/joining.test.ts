// More talk than a platform takes: joined on the real platforms' rules, with edits, deletes and replies of single lines.

import { afterEach, describe, expect, it } from "vitest";
import { LeapClock } from "../support/leap-clock.ts";
import { eventually, makeWorld, type World } from "../support/world.ts";

let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

/** Lets the budgets fill up, a few seconds at a time, until `look` finds something. */
async function inTime<T>(clock: LeapClock, look: () => T | undefined | false): Promise<T> {
  return eventually(
    () => {
      const found = look();
      if (found === undefined || found === false) clock.leap(1_000);
      return found;
    },
    20_000,
    25,
  );
}

async function crowd() {
  const clock = new LeapClock();
  const shared = { clock, limits: true };
  world = await makeWorld({ limits: "auto", clock, telegram: shared, discord: shared });
  await world.start();
  const { telegram, discord, chat, channel, ana, carla, guild } = world;
  const bruno = telegram.createUser({ firstName: "Bruno" }).id;
  telegram.join(chat, bruno, "member");
  const davi = discord.createUser({ username: "davi", globalName: "Davi" }).id;
  discord.addMember(guild, davi);
  return { ...world, telegram, discord, chat, channel, ana, bruno, carla, davi, clock };
}

const tokens = (texts: readonly string[]): readonly string[] => texts.join("\n").match(/⟨\w+⟩/g) ?? [];
const named = (side: string) => Array.from({ length: 30 }, (_, index) => `⟨${side}${index}⟩`);

describe("more than Telegram takes", () => {
  it("is joined, whole and in order, and each line can still be changed, deleted and answered", async () => {
    const scene = await crowd();
    const { discord, channel, carla, davi, clock, telegramTexts } = scene;
    const sent = named("d").map((text, index) =>
      discord.say(channel, index % 3 === 0 ? davi : carla, { content: text }),
    );
    await inTime(clock, () => tokens(telegramTexts()).length === 30);
    expect(tokens(telegramTexts())).toEqual(named("d"));
    expect(telegramTexts().length).toBeLessThan(20);
    const joined = telegramTexts().at(-1) ?? "";
    expect(tokens([joined]).length).toBeGreaterThan(2);
    expect(joined).toMatch(/Davi/);
    expect(joined).toMatch(/Carla/);

    const [, changed, removed] = sent.slice(-4);
    if (!changed || !removed) throw new Error("nothing was said");
    discord.edit(channel, changed.id, { content: "⟨outro⟩" });
    await inTime(clock, () => telegramTexts().at(-1)?.includes("⟨outro⟩"));
    discord.remove(channel, removed.id);
    await inTime(clock, () => !telegramTexts().at(-1)?.includes("⟨d28⟩"));
    expect(tokens(telegramTexts())).toEqual([...named("d").slice(0, 27), "⟨outro⟩", "⟨d29⟩"]);

    const target = scene.telegram.messages(scene.chat).at(-1);
    discord.say(channel, carla, { content: "⟨resposta⟩", replyTo: changed.id });
    const reply = await inTime(clock, () =>
      scene.telegram.messages(scene.chat).find(({ text }) => text?.includes("⟨resposta⟩")),
    );
    expect(reply.reply_to_message?.message_id).toBe(target?.message_id);
    expect(reply.text).toContain("⟨outro⟩");
  });
});

describe("more than Discord takes", () => {
  it("is joined, whole and in order, and each line can still be changed and answered", async () => {
    const scene = await crowd();
    const { telegram, chat, ana, bruno, clock, discordTexts } = scene;
    const sent = named("t").map((text, index) => telegram.say(chat, index % 3 === 0 ? bruno : ana, { text }));
    await inTime(clock, () => tokens(discordTexts()).length === 30);
    expect(tokens(discordTexts())).toEqual(named("t"));
    expect(discordTexts().length).toBeLessThan(25);
    const copies = scene.discord.messages(scene.channel);
    const joined = copies.find(({ content }) => tokens([content]).length > 2);
    const [, word = ""] = tokens([joined?.content ?? ""]);
    const changed = sent[named("t").indexOf(word)];
    if (!joined || !changed) throw new Error("nothing was joined");
    telegram.edit(chat, changed.message_id, { text: "⟨outro⟩" });
    await inTime(clock, () => tokens(discordTexts()).includes("⟨outro⟩"));
    expect(tokens(discordTexts())).toEqual(named("t").map((token) => (token === word ? "⟨outro⟩" : token)));

    telegram.say(chat, ana, { text: "⟨resposta⟩", replyTo: changed.message_id });
    const reply = await inTime(clock, () =>
      scene.discord.messages(scene.channel).find(({ content }) => content.includes("⟨resposta⟩")),
    );
    expect(reply.content).toContain("⟨outro⟩");
    expect(reply.content).toContain(joined.id);
  });
});
