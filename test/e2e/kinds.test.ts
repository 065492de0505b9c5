// What is neither text nor file crosses, too: reactions, polls, pins, topics, places, cards, faces, typing.

import { afterEach, describe, expect, it } from "vitest";
import { NEEDED_BITS } from "../../src/platforms/discord/account/install-link.ts";
import { lookAtPicture, samples } from "../support/sample-files.ts";
import { eventually, makeWorld, type World, type WorldConfig, type WorldOptions } from "../support/world.ts";

let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

async function open(
  options: WorldOptions = {},
  configure?: (config: WorldConfig, scene: World) => Partial<WorldConfig>,
): Promise<World> {
  const scene = await makeWorld(options);
  world = scene;
  if (configure) scene.configure((config) => configure(config, scene));
  await scene.start();
  return scene;
}

/** A member of its bridge that also shows what is off unless asked for. */
const showing =
  (show: Readonly<Record<string, boolean>>) =>
  ({ bridges }: WorldConfig): Partial<WorldConfig> => ({
    bridges: bridges.map((bridge) => ({ ...bridge, show })),
  });

const byBotOnTelegram = ({ telegram, telegramBot, chat }: World) =>
  telegram.messages(chat).filter(({ from }) => from?.id === telegramBot.id);

describe("reactions", () => {
  it("from Telegram are set on Discord, and one line says whose they are", async () => {
    const { telegram, discord, chat, channel, ana } = await open();
    const said = telegram.say(chat, ana, { text: "mate?" });
    const copy = await eventually(() => discord.messages(channel)[0]);
    telegram.react(chat, said.message_id, ana, ["👍"]);
    await eventually(() => discord.messages(channel).find(({ content }) => /👍 Ana/.test(content)));
    const line = discord.messages(channel).find(({ content }) => /👍 Ana/.test(content));
    expect(line?.content).toMatch(/^-# /);
    expect((line?.message_reference as { message_id?: string } | undefined)?.message_id).toBe(copy.id);
    expect(discord.messages(channel)[0]?.reactions).toMatchObject([{ emoji: { name: "👍" }, count: 1 }]);
    telegram.react(chat, said.message_id, ana, ["🔥"]);
    await eventually(() =>
      discord.messages(channel).find(({ id, content }) => id === line?.id && /🔥 Ana/.test(content)),
    );
    telegram.react(chat, said.message_id, ana, []);
    await eventually(() => discord.messages(channel).length === 1);
    expect(discord.messages(channel)[0]?.reactions ?? []).toEqual([]);
  });

  it("from Discord are set on Telegram, where one is allowed; the others stand in the line", async () => {
    const scene = await open();
    const { telegram, discord, chat, channel, ana, carla } = scene;
    const said = telegram.say(chat, ana, { text: "mate?" });
    const copy = await eventually(() => discord.messages(channel)[0]);
    discord.react(channel, copy.id, carla, "❤️");
    discord.react(channel, copy.id, carla, "🧉");
    const line = await eventually(() =>
      byBotOnTelegram(scene).find(({ text }) => text?.includes("🧉 Carla")),
    );
    expect(line.text).toMatch(/❤\uFE0F? Carla · 🧉 Carla/);
    expect(line.reply_to_message?.message_id).toBe(said.message_id);
    discord.unreact(channel, copy.id, carla, "❤️");
    discord.unreact(channel, copy.id, carla, "🧉");
    await eventually(() => byBotOnTelegram(scene).length === 0);
  });
});

describe("a poll", () => {
  it("of Discord is one on Telegram; its votes are told on Discord, its end ends both", async () => {
    const scene = await open();
    const { telegram, discord, chat, channel, ana, carla } = scene;
    const asked = discord.say(channel, carla, {
      poll: {
        question: { text: "Mate?" },
        answers: [{ poll_media: { text: "sim" } }, { poll_media: { text: "não" } }],
      },
    });
    const copy = await eventually(() => byBotOnTelegram(scene).find(({ poll }) => poll));
    telegram.vote(chat, copy.message_id, ana, [0]);
    await eventually(() =>
      discord.messages(channel).find(({ content }) => /telegram: sim 1 · não 0/i.test(content)),
    );
    discord.endPoll(channel, asked.id);
    await eventually(() =>
      byBotOnTelegram(scene).find(({ poll }) => (poll as { is_closed?: boolean } | undefined)?.is_closed),
    );
  });

  it("of Telegram is one on Discord; its votes are told on Telegram, its end ends both", async () => {
    const scene = await open();
    const { telegram, discord, chat, channel, ana, carla } = scene;
    const asked = telegram.sendPoll(chat, ana, {
      question: "Mate?",
      options: [{ text: "sim" }, { text: "não" }],
    });
    const copy = await eventually(() => discord.messages(channel).find(({ poll }) => poll));
    // A vote in the same instant as the poll would come before the poll is known to be ours.
    const vote = () => {
      discord.unvote(channel, copy.id, carla, 2);
      discord.vote(channel, copy.id, carla, 2);
      return byBotOnTelegram(scene).find(({ text }) => /discord: sim 0 · não 1/i.test(text ?? ""));
    };
    await eventually(vote, 10_000, 100);
    telegram.closePoll(chat, asked.message_id);
    await eventually(() =>
      discord
        .messages(channel)
        .find(
          ({ poll }) => (poll as { results?: { is_finalized?: boolean } } | undefined)?.results?.is_finalized,
        ),
    );
  });

  it("that fits nowhere is a card with its options", async () => {
    const { telegram, chat, ana, discordTexts } = await open();
    const options = Array.from({ length: 12 }, (_, index) => ({ text: `opção ${index} ${"x".repeat(60)}` }));
    telegram.sendPoll(chat, ana, { question: "Qual?", options });
    const [card] = await eventually(() => discordTexts().length > 0 && discordTexts());
    expect(card).toContain("Qual?");
    expect(card).toContain("opção 11");
  });
});

describe("pins", () => {
  it("of Telegram are pins on Discord, and the other way round", async () => {
    const { telegram, discord, chat, channel, ana, carla } = await open();
    const one = telegram.say(chat, ana, { text: "regras" });
    const two = discord.say(channel, carla, { content: "avisos" });
    await eventually(() => telegram.messages(chat).find(({ text }) => text === "Carla: avisos"));
    await eventually(() => discord.messages(channel).length === 2);
    telegram.pin(chat, one.message_id);
    await eventually(() =>
      discord.messages(channel).find(({ content, pinned }) => content === "regras" && pinned),
    );
    discord.pin(channel, two.id, carla);
    await eventually(() =>
      telegram
        .pins(chat)
        .includes(telegram.messages(chat).find(({ text }) => text === "Carla: avisos")?.message_id ?? 0),
    );
  });
});

describe("a forum", () => {
  it("of Telegram makes a thread on Discord on first use, with its name, and takes its answers", async () => {
    let forum = 0;
    const scene = await open({}, ({ bridges }, { telegram, ana, telegramBot, channel }) => {
      forum = telegram.createChat({ title: "Fórum", type: "supergroup", forum: true }).id;
      telegram.join(forum, ana);
      telegram.join(forum, telegramBot.id, "administrator");
      return {
        bridges: bridges.map((bridge) => ({
          ...bridge,
          members: [`telegram:${forum}`, `discord:${channel}`],
        })),
      };
    });
    const { telegram, discord, ana, carla, channel } = scene;
    const topic = telegram.createTopic(forum, "Chimarrão", ana);
    telegram.say(forum, ana, { text: "água a 70 graus", thread: topic });
    const thread = await eventually(() => discord.threads(channel).find(({ name }) => name === "Chimarrão"));
    await eventually(() => discord.messages(thread.id).some(({ content }) => content === "água a 70 graus"));
    discord.say(thread.id, carla, { content: "nunca 80" });
    const answer = await eventually(() =>
      telegram.messages(forum).find(({ text }) => text === "Carla: nunca 80"),
    );
    expect(answer.message_thread_id).toBe(topic);
    telegram.renameTopic(forum, topic, "Mate", ana);
    await eventually(() => discord.threads(channel).find(({ name }) => name === "Mate"));
  });

  it("post of Discord makes a topic on Telegram, starter message included", async () => {
    let forum = 0;
    let channel = "";
    const scene = await open({}, ({ bridges }, { telegram, discord, guild, telegramBot }) => {
      forum = telegram.createChat({ title: "Fórum", type: "supergroup", forum: true }).id;
      telegram.join(forum, telegramBot.id, "administrator");
      channel = discord.createChannel(guild, { name: "fórum", type: 15 }).id;
      return {
        bridges: bridges.map((bridge) => ({
          ...bridge,
          members: [`telegram:${forum}`, `discord:${channel}`],
        })),
      };
    });
    const { telegram, discord, carla } = scene;
    discord.createPost(channel, carla, { title: "Erva boa", content: "qual vocês usam?" });
    const copy = await eventually(() =>
      telegram.messages(forum).find(({ text }) => text === "Carla: qual vocês usam?"),
    );
    expect(copy.message_thread_id).toBeDefined();
    expect(telegram.topics(forum).map(({ name }) => name)).toContain("Erva boa");
  });
});

describe("places and cards", () => {
  it("a live location moves in place on Discord", async () => {
    const { telegram, discord, chat, channel, ana } = await open();
    const sent = telegram.sendLocation(chat, ana, { latitude: -30.03, longitude: -51.23, livePeriod: 900 });
    const before = await eventually(() => discord.messages(channel)[0]);
    expect(before.content).toContain("openstreetmap.org");
    telegram.moveLocation(chat, sent.message_id, { latitude: -30.04, longitude: -51.2 });
    await eventually(() => discord.messages(channel)[0]?.content.includes("-30.04"));
    expect(discord.messages(channel)[0]?.id).toBe(before.id);
  });

  it("a checklist is ticked in place", async () => {
    const { telegram, discord, chat, channel, ana } = await open();
    const list = telegram.sendChecklist(chat, ana, { title: "Compras", tasks: ["erva", "bomba"] });
    await eventually(() => discord.messages(channel)[0]?.content.includes("☐ erva"));
    telegram.tickTasks(chat, list.message_id, ana, { done: [1] });
    await eventually(() => discord.messages(channel)[0]?.content.includes("☑ erva"));
    expect(discord.messages(channel)).toHaveLength(1);
  });

  it("a phone number is shown only where the bridge shows phone numbers", async () => {
    const contact = { first_name: "Duda", phone_number: "+55 51 99999-0000" };
    const quiet = await open();
    quiet.telegram.say(quiet.chat, quiet.ana, { contact } as never);
    await eventually(() => quiet.discordTexts()[0]?.includes("Duda"));
    expect(quiet.discordTexts()[0]).not.toContain("99999");
    await quiet.close();
    const open2 = await open({}, showing({ phones: true }));
    open2.telegram.say(open2.chat, open2.ana, { contact } as never);
    await eventually(() => open2.discordTexts()[0]?.includes("99999"));
  });

  it("what is switched off stays on its side", async () => {
    const { telegram, chat, ana, discordTexts } = await open({}, showing({ titles: false }));
    telegram.setTitle(chat, "Outro nome", ana);
    telegram.say(chat, ana, { text: "oi" });
    await eventually(() => discordTexts().includes("oi"));
    expect(discordTexts()).toEqual(["oi"]);
  });
});

describe("faces", () => {
  it("a person of Telegram has their picture on Discord, without any address of ours", async () => {
    // What the invitation gives the bot is enough.
    const scene = await makeWorld({ permissions: NEEDED_BITS, faces: true });
    world = scene;
    scene.telegram.setUserPhoto(scene.ana, await samples.jpeg(300, 300));
    await scene.start();
    scene.telegram.say(scene.chat, scene.ana, { text: "oi" });
    const { author, ...message } = await eventually(() => scene.discord.messages(scene.channel)[0]);
    expect(message.content).toBe("oi");
    const url = scene.discord.requests
      .map(({ body }) => (body as { avatar_url?: string } | undefined)?.avatar_url)
      .find((one) => one !== undefined);
    expect(url).toMatch(new RegExp(`^${scene.discord.cdnUrl}/attachments/`));
    const picture = scene.discord.pictureAt(url ?? "");
    expect(await lookAtPicture(picture?.bytes ?? Buffer.alloc(0))).toMatchObject({ width: 256, height: 256 });
    expect(author.username).toBe("Ana");
  });
});

describe("typing", () => {
  it("is shown on Telegram where the bridge wants it", async () => {
    const { telegram, discord, channel, carla } = await open({}, showing({ typing: true }));
    await eventually(
      () => {
        discord.type(channel, carla);
        return telegram.requests.some(({ path }) => path.endsWith("/sendChatAction"));
      },
      5_000,
      50,
    );
  });
});
