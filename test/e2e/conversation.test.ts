// A conversation crosses, from the first word to the last delete, over the true path between both simulators.

import { afterEach, describe, expect, it } from "vitest";
import { eventually, makeWorld, type World, type WorldOptions } from "../support/world.ts";

let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

async function open(options: WorldOptions = {}): Promise<World> {
  world = await makeWorld(options);
  await world.start();
  return world;
}

describe.each(["webhook", "polling"] as const)("with Telegram by %s", (updates) => {
  it("what Ana writes on Telegram appears on Discord under her name", async () => {
    const { telegram, discord, chat, channel, ana } = await open({ updates });
    telegram.say(chat, ana, { text: "oi *gente*" });
    const message = await eventually(() => discord.messages(channel)[0]);
    expect(message).toMatchObject({ author: { username: "Ana" }, content: "oi \\*gente\\*" });
    expect(message.webhook_id).toBeDefined();
  });

  it("what Carla writes on Discord appears on Telegram with her name in bold", async () => {
    const { telegram, discord, chat, channel, carla } = await open({ updates });
    discord.say(channel, carla, { content: "oi **gente**" });
    const message = await eventually(() => telegram.messages(chat).find(({ text }) => text));
    expect(message.text).toBe("Carla: oi gente");
    expect(message.entities).toMatchObject([
      { type: "bold", offset: 0 },
      { type: "bold", offset: 10, length: 5 },
    ]);
  });

  it("a whole talk keeps its order on both sides", async () => {
    const { telegram, discord, chat, channel, ana, carla, discordTexts, telegramTexts } = await open({
      updates,
    });
    for (let i = 0; i < 20; i += 1) {
      telegram.say(chat, ana, { text: `t${i}` });
      discord.say(channel, carla, { content: `d${i}` });
    }
    await eventually(() => discordTexts().length === 40 && telegramTexts().length === 40);
    const numbers = Array.from({ length: 20 }, (_, i) => i);
    expect(discordTexts().filter((text) => text.startsWith("t"))).toEqual(numbers.map((i) => `t${i}`));
    expect(telegramTexts().filter((text) => text.startsWith("Carla"))).toEqual(
      numbers.map((i) => `Carla: d${i}`),
    );
  });
});

describe("replies", () => {
  it("from Discord to a copy are native on Telegram", async () => {
    const { telegram, discord, chat, channel, ana, carla } = await open();
    const question = telegram.say(chat, ana, { text: "mate?" });
    const copy = await eventually(() => discord.messages(channel)[0]);
    discord.say(channel, carla, { content: "sempre", replyTo: copy.id });
    const answer = await eventually(() =>
      telegram.messages(chat).find(({ text }) => text?.includes("sempre")),
    );
    expect(answer.reply_to_message?.message_id).toBe(question.message_id);
  });

  it("from Telegram are a line with a link, the name and the first words on Discord", async () => {
    const { telegram, discord, chat, channel, guild, ana, carla } = await open();
    const question = discord.say(channel, carla, { content: "tem água quente?" });
    const copy = await eventually(() => telegram.messages(chat).find(({ text }) => text));
    telegram.say(chat, ana, { text: "tem", replyTo: copy.message_id });
    const answer = await eventually(() => discord.messages(channel)[1]);
    expect(answer.content).toContain(`https://discord.com/channels/${guild}/${channel}/${question.id}`);
    expect(answer.content).toMatch(/^-# .*Carla.*tem água quente\?\ntem$/s);
  });

  it("to what nobody knows carry an excerpt instead", async () => {
    const { telegram, discord, chat, channel, ana, carla, telegramTexts } = await open();
    const other = discord.createChannel(world?.guild ?? "", { name: "outro" });
    const elsewhere = discord.say(other.id, carla, { content: "longe" });
    discord.say(channel, carla, {
      content: "resposta",
      type: 19,
      messageReference: { type: 0, message_id: elsewhere.id, channel_id: other.id },
    });
    await eventually(() => telegramTexts().some((text) => text.includes("resposta")));
    const before = telegram.say(chat, ana, { text: "antes" });
    telegram.remove(chat, before.message_id);
    expect(telegramTexts().join()).toContain("resposta");
  });
});

describe("edits", () => {
  it("cross both ways", async () => {
    const { telegram, discord, chat, channel, ana, carla, discordTexts, telegramTexts } = await open();
    const mine = telegram.say(chat, ana, { text: "errado" });
    const hers = discord.say(channel, carla, { content: "torto" });
    await eventually(() => discordTexts().includes("errado") && telegramTexts().includes("Carla: torto"));
    telegram.edit(chat, mine.message_id, { text: "certo" });
    discord.edit(channel, hers.id, { content: "reto" });
    await eventually(() => discordTexts().includes("certo") && telegramTexts().includes("Carla: reto"));
    expect(discordTexts()).not.toContain("errado");
  });

  it("that change nothing, and link previews, cause no call", async () => {
    const { discord, telegram, channel, carla, telegramTexts } = await open();
    const hers = discord.say(channel, carla, { content: "https://example.org" });
    await eventually(() => telegramTexts().length === 1);
    discord.unfurl(channel, hers.id);
    discord.say(channel, carla, { content: "depois" });
    await eventually(() => telegramTexts().length === 2);
    expect(telegram.requests.filter(({ path }) => /editMessage/i.test(path))).toEqual([]);
  });

  it("make a long message grow and shrink by parts", async () => {
    const { telegram, discord, chat, channel, carla, telegramTexts } = await open();
    const hers = discord.say(channel, carla, { content: "curto" });
    await eventually(() => telegramTexts().length === 1);
    discord.edit(channel, hers.id, { content: "palavra ".repeat(240).trim() });
    await eventually(() => telegramTexts()[0]?.startsWith("Carla: palavra palavra"));
    expect(telegram.messages(chat).filter(({ text }) => text)).toHaveLength(1);
  });
});

describe("deletes on Discord", () => {
  it("remove the copies on Telegram, single and in bulk", async () => {
    const { discord, channel, carla, telegramTexts } = await open();
    const ids = ["um", "dois", "três", "quatro"].map(
      (content) => discord.say(channel, carla, { content }).id,
    );
    await eventually(() => telegramTexts().length === 4);
    discord.remove(channel, ids[0] ?? "");
    await eventually(() => telegramTexts().length === 3);
    discord.bulkRemove(channel, [ids[1] ?? "", ids[3] ?? ""]);
    await eventually(() => telegramTexts().length === 1);
    expect(telegramTexts()).toEqual(["Carla: três"]);
  });
});

describe("long messages", () => {
  it("arrive whole on Discord, in parts that each fit", async () => {
    const { telegram, chat, ana, discordTexts } = await open();
    const words = Array.from({ length: 600 }, (_, i) => `palavra${i}`)
      .join(" ")
      .slice(0, 4000);
    telegram.say(chat, ana, { text: words });
    await eventually(() => discordTexts().length >= 2 && discordTexts().join(" ").length >= 3990);
    expect(discordTexts().join(" ")).toBe(words);
    for (const part of discordTexts()) expect([...part].length).toBeLessThanOrEqual(2000);
  });
});

describe("nobody pings across the bridge", () => {
  it.each(["@everyone", "@here", "<@123456789012345678>", "<@&123456789012345678>"])(
    "with %s",
    async (ping) => {
      const { telegram, discord, chat, channel, ana } = await open();
      telegram.say(chat, ana, { text: `ei ${ping}` });
      const message = await eventually(() => discord.messages(channel)[0]);
      expect(message.pinged).toEqual({ everyone: false, users: [], roles: [] });
    },
  );
});

describe("kinds that nobody knows yet", () => {
  it("cross as a line that names them, with their caption", async () => {
    const { telegram, chat, ana, discordTexts } = await open();
    telegram.say(chat, ana, { hologram: { depth: 3 }, caption: "olha" });
    await eventually(() => discordTexts().length === 1);
    expect(discordTexts()[0]).toMatch(/hologram/);
    expect(discordTexts()[0]).toMatch(/olha$/);
  });
});

describe("a group that becomes a supergroup", () => {
  it("stays bridged both ways", async () => {
    const { telegram, discord, chat, channel, ana, carla, discordTexts } = await open({ chat: "group" });
    telegram.say(chat, ana, { text: "antes" });
    await eventually(() => discordTexts().includes("antes"));
    const moved = telegram.upgrade(chat);
    telegram.say(moved, ana, { text: "depois" });
    await eventually(() => discordTexts().includes("depois"));
    discord.say(channel, carla, { content: "achei" });
    await eventually(() => telegram.messages(moved).some(({ text }) => text === "Carla: achei"));
  });

  it("loses nothing of what is said there before the old group's last word arrives", async () => {
    const { telegram, chat, ana, discordTexts } = await open({ chat: "group" });
    const isLastWord = (update: object) => JSON.stringify(update).includes("migrate_to_chat_id");
    telegram.deliveryFaults.add({ match: isLastWord, times: 1, fault: { kind: "delay", ms: 600_000 } });
    const moved = telegram.upgrade(chat);
    telegram.say(moved, ana, { text: "primeira" });
    await eventually(() => discordTexts().includes("primeira"));
  });

  it("is found by the error too, when Discord speaks first", async () => {
    const { telegram, discord, chat, channel, carla } = await open({ chat: "group" });
    telegram.deliveryFaults.add({ match: () => true, times: 9, fault: { kind: "delay", ms: 2_000 } });
    const moved = telegram.upgrade(chat);
    discord.say(channel, carla, { content: "achei" });
    await eventually(() => telegram.messages(moved).some(({ text }) => text === "Carla: achei"));
  });
});

describe("without the right to manage webhooks", () => {
  it("the bot itself speaks, with the name in bold, and says so once in the log", async () => {
    // VIEW_CHANNEL, SEND_MESSAGES, READ_MESSAGE_HISTORY
    const { telegram, discord, chat, channel, ana, logged } = await open({
      permissions: (1n << 10n) | (1n << 11n) | (1n << 16n),
    });
    telegram.say(chat, ana, { text: "um" });
    telegram.say(chat, ana, { text: "dois" });
    await eventually(() => discord.messages(channel).length === 2);
    expect(discord.messages(channel).map(({ content }) => content)).toEqual(["**Ana**: um", "**Ana**: dois"]);
    expect(logged.filter((line) => /webhook/i.test(line) && /"level":"?(warn|40)/.test(line))).toHaveLength(
      1,
    );
  });
});

describe("after everything", () => {
  it("neither platform was asked anything it does not know", async () => {
    const { telegram, discord, chat, channel, ana, carla, discordTexts, telegramTexts } = await open();
    telegram.say(chat, ana, { text: "oi" });
    discord.say(channel, carla, { content: "oi" });
    await eventually(() => discordTexts().length === 2 && telegramTexts().length === 2);
    expect(discord.unexpected).toEqual([]);
    expect(telegram.requests.filter(({ status }) => status >= 400)).toEqual([]);
  });
});
