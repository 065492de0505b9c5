// What of commands crosses the bridge and what does not, from both sides; answers can be answered, and their buttons pressed, on either.

import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Command } from "../../src/robot/command.ts";
import { exampleOf } from "../../src/robot/registry.ts";
import { type RobotScene, robotScene, texts } from "../support/robot-scene.ts";
import { eventually } from "../support/world.ts";

const CAFE = join(import.meta.dirname, "../../examples/plugins/cafe.ts");
const say = texts["pt-BR"];

let scene: RobotScene;
/** Who may use all commands; Bia and Dora just talk. */
let olga: number;
let bia: number;
let dora: string;
let quiet: { readonly chat: number; readonly channel: string };

beforeAll(async () => {
  scene = await robotScene({
    plugins: [CAFE],
    robot: ({ telegram, carla }) => {
      olga = telegram.createUser({ firstName: "Olga" }).id;
      const donate = [{ label: "Apoie", to: "https://example.org/apoie" }];
      return { donate, owners: [`telegram:${olga}`, `discord:${carla}`] };
    },
  });
  const { telegram, telegramBot, chat, discord, guild, carla } = scene;
  telegram.join(chat, olga, "administrator");
  bia = scene.somebody("Bia");
  const { id: admins } = discord.createRole(guild, { name: "admins", permissions: 8n });
  discord.addMember(guild, carla, { roles: [admins] });
  dora = discord.createUser({ username: "dora", globalName: "Dora" }).id;
  discord.addMember(guild, dora);
  quiet = {
    chat: telegram.createChat({ title: "Quieta", type: "supergroup" }).id,
    channel: discord.createChannel(guild, { name: "quieta" }).id,
  };
  telegram.join(quiet.chat, telegramBot.id, "administrator");
  telegram.join(quiet.chat, bia);
  const members = [`telegram:${quiet.chat}`, `discord:${quiet.channel}`];
  scene.configure(({ bridges }) => ({
    bridges: [...bridges, { name: "quieta", members, show: { commands: false } }],
  }));
  await scene.start();
  await eventually(() => discord.commands(scene.discordBot.id, guild).length > 0);
  // That people joined has been said.
  await fromTelegram();
  await fromTelegram(quiet.chat, quiet.channel);
});
afterAll(() => scene?.close());

/** As it was written, whatever the other side needs escaped. */
const plain = (text: string) => text.replaceAll("\\", "");
const onDiscord = (channel = scene.channel) =>
  scene.discord.messages(channel).map(({ content }) => plain(content));
const onTelegram = (chat = scene.chat) =>
  scene.telegram.messages(chat).map(({ text, caption }) => text ?? caption ?? "");

let count = 0;
/** Everything that was on its way has crossed when this has. */
async function fromTelegram(chat = scene.chat, channel = scene.channel): Promise<readonly string[]> {
  count += 1;
  const mark = `marca ${count}.`;
  const before = onDiscord(channel).length;
  scene.telegram.say(chat, bia, { text: mark });
  await eventually(() => onDiscord(channel).some((text) => text.endsWith(mark)));
  return onDiscord(channel).slice(before);
}

async function fromDiscord(chat = scene.chat, channel = scene.channel): Promise<readonly string[]> {
  count += 1;
  const mark = `marca ${count}.`;
  const before = onTelegram(chat).length;
  scene.discord.say(channel, dora, { content: mark });
  await eventually(() => onTelegram(chat).some((text) => text.endsWith(mark)));
  return onTelegram(chat).slice(before);
}

const inRooms = () => scene.commands.filter(({ where, isHidden }) => where !== "private" && !isHidden);
/** Some answers are for the person alone even though the question may be seen. */
const isSeen = ({ isCarried, isPrivate }: Command) => isCarried !== false && !isPrivate;

describe("from Telegram", () => {
  it("question and answer of a command cross, or neither, as its definition says", async () => {
    const teach = inRooms().find(({ name }) => name === "command");
    // What one example teaches, another asks for.
    if (teach) await scene.ask(exampleOf(teach, "pt-BR", say), olga);
    const carried = inRooms().filter(isSeen);
    expect(carried.length).toBeGreaterThan(8);
    for (const command of inRooms()) {
      const typed = exampleOf(command, "pt-BR", say);
      const before = onDiscord().length;
      const answer = await scene.ask(typed, olga);
      await fromTelegram();
      const crossed = onDiscord().slice(before, -1);
      if (!isSeen(command)) expect(crossed, typed).toEqual([]);
      else {
        expect(crossed[0], typed).toContain(typed);
        // Its links and code are written in other ways there.
        expect(crossed.length, typed).toBeGreaterThan(1);
        const [word = ""] = answer.text.split(/[\s:]/);
        expect(crossed.slice(1).join("\n"), typed).toContain(word);
      }
    }
  }, 60_000);

  it("neither crosses where the bridge shows no commands", async () => {
    const { ask } = scene;
    await ask("/dado 2d6", bia, { chat: quiet.chat });
    scene.telegram.say(quiet.chat, bia, { text: "/comandodeoutrobot" });
    expect(await fromTelegram(quiet.chat, quiet.channel)).toHaveLength(1);
  });
});

describe("from Discord", () => {
  it("question and answer of a slash command cross, the question as the person's, or neither", async () => {
    const { use, carla } = scene;
    for (const command of inRooms().filter(
      ({ args = [], onMessage }) => !onMessage && args.every(({ isRequired }) => !isRequired),
    )) {
      const name = say(`${command.texts}.name`);
      const before = onTelegram().length;
      const shown = await use({ name, locale: "pt-BR", userId: carla });
      await fromDiscord();
      const crossed = onTelegram().slice(before, -1);
      if (shown.isWhispered || !isSeen(command)) expect(crossed, name).toEqual([]);
      else {
        expect(crossed[0], name).toMatch(/^Carla\b/);
        expect(crossed[0], name).toContain(`/${name}`);
        expect(crossed.length, name).toBeGreaterThan(1);
      }
    }
  }, 60_000);

  it("what is for the eyes of one person never crosses, although its command does", async () => {
    const shown = await scene.use({
      name: "dado",
      locale: "pt-BR",
      options: { [say("robot-everyday.dice.arg.dice.name")]: "mil" },
    });
    expect(shown.isWhispered).toBe(true);
    expect(await fromDiscord()).toHaveLength(1);
  });

  it("neither crosses where the bridge shows no commands", async () => {
    await scene.use({ name: "dado", locale: "pt-BR", channelId: quiet.channel });
    await fromDiscord(quiet.chat, quiet.channel);
    expect(onTelegram(quiet.chat).slice(-1)[0]).toMatch(/marca/);
    expect(onTelegram(quiet.chat).some((text) => text.includes("🎲 1d6"))).toBe(false);
  });
});

describe("an answer of the robot", () => {
  it("to a command of Telegram can be answered on Discord, and the reply finds it", async () => {
    const { ask, telegram, chat, discord, channel } = scene;
    const { id } = await ask("/dado 3d6", bia);
    await fromTelegram();
    const copy = discord
      .messages(channel)
      .findLast(({ content, webhook_id: puppet }) => content.includes("3d6") && puppet === undefined);
    discord.say(channel, dora, { content: "que sorte", replyTo: copy?.id ?? "" });
    const reply = await eventually(() =>
      telegram.messages(chat).find(({ text }) => text?.includes("que sorte")),
    );
    expect(reply.reply_to_message?.message_id).toBe(id);
  });

  it("to a slash command can be answered on Telegram, and so can the question", async () => {
    const { use, telegram, chat, discord, channel } = scene;
    const before = telegram.messages(chat).length;
    const answer = await use({ name: "dado", locale: "pt-BR" });
    await fromDiscord();
    const [question, copy] = telegram.messages(chat).slice(before);
    telegram.say(chat, bia, { text: "boa resposta", replyTo: copy?.message_id ?? 0 });
    const reply = await eventually(() =>
      discord.messages(channel).find(({ content }) => content.endsWith("boa resposta")),
    );
    expect(JSON.stringify(reply)).toContain(answer.message);
    telegram.say(chat, bia, { text: "boa pergunta", replyTo: question?.message_id ?? 0 });
    await eventually(() => discord.messages(channel).find(({ content }) => content.endsWith("boa pergunta")));
  });

  it("that stands in two places is one message: reactions on either are seen on the other", async () => {
    const { ask, telegram, chat, discord, channel } = scene;
    const { id } = await ask("/dado 4d6", bia);
    await fromTelegram();
    const copy = discord.messages(channel).findLast(({ content }) => content.includes("4d6:"))?.id ?? "";
    discord.react(channel, copy, dora, "👍");
    const onTelegram = await eventually(() =>
      telegram.messages(chat).find(({ text }) => /^👍 Dora/.test(text ?? "")),
    );
    expect(onTelegram.reply_to_message?.message_id).toBe(id);
    telegram.react(chat, id, bia, ["🔥"]);
    const onDiscord = await eventually(() =>
      discord.messages(channel).find(({ content }) => /🔥 Bia/.test(content)),
    );
    expect((onDiscord.message_reference as { message_id?: string } | undefined)?.message_id).toBe(copy);
  });
});

describe("a button of the robot", () => {
  interface Side {
    readonly text: () => string;
    /** Each person counts their own, from one. */
    readonly press: () => unknown;
  }
  const telegramSide = (id: number, by: number): Side => {
    const { telegram, chat } = scene;
    const here = () => telegram.messages(chat).find(({ message_id: each }) => each === id);
    const data = () => /"callback_data":"([^"]+)"/.exec(JSON.stringify(here()?.reply_markup))?.[1] ?? "";
    return { text: () => here()?.text ?? "", press: () => telegram.press(chat, id, by, data()) };
  };
  const discordSide = (id: string, by: string): Side => {
    const { discord, channel } = scene;
    const press = { userId: by, type: 3, message: id } as const;
    const here = () => discord.messages(channel).find((message) => message.id === id);
    return {
      text: () => (here()?.content ?? "").replaceAll("*", ""),
      press: () => scene.use({ ...press, name: "☕ +1" }),
    };
  };
  const newcomer = (name: string) => {
    const { id } = scene.discord.createUser({ username: name.toLowerCase(), globalName: name });
    scene.discord.addMember(scene.guild, id);
    return id;
  };

  async function expectOneMessage(asked: Side, elsewhere: Side): Promise<void> {
    const sides = [asked, elsewhere];
    expect(sides.map(({ text }) => text())).toEqual(["☕ 1", "☕ 1"]);
    await elsewhere.press();
    await elsewhere.press();
    await eventually(() => sides.every(({ text }) => text() === "☕ 2"));
    await asked.press();
    await asked.press();
    await eventually(() => sides.every(({ text }) => text() === "☕ 3"));
  }

  it("stands on both sides of an answer from Telegram, and a press on either changes both", async () => {
    const eva = scene.somebody("Eva");
    const { id } = await scene.ask("/cafe", eva);
    await fromTelegram();
    const copy = scene.discord
      .messages(scene.channel)
      .findLast(({ content, components }) => content.includes("☕") && components.length > 0);
    await expectOneMessage(telegramSide(id, eva), discordSide(copy?.id ?? "", newcomer("Gil")));
  });

  it("stands on both sides of an answer from Discord, and a press on either changes both", async () => {
    const hugo = newcomer("Hugo");
    const answer = await scene.use({ name: "cafe", locale: "pt-BR", userId: hugo });
    await fromDiscord();
    const copy = scene.telegram
      .messages(scene.chat)
      .findLast(({ text, reply_markup: markup }) => text?.includes("☕") && markup);
    const ines = scene.somebody("Inês");
    await expectOneMessage(discordSide(answer.message, hugo), telegramSide(copy?.message_id ?? 0, ines));
  });

  it("that leads somewhere stands on both sides", async () => {
    const { ask, discord, channel } = scene;
    const { buttons } = await ask("/doar", bia);
    await fromTelegram();
    const copies = JSON.stringify(discord.messages(channel));
    if (buttons.some(({ url }) => url === "https://example.org/apoie"))
      expect(copies).toContain('"url":"https://example.org/apoie"');
    else expect(copies).toContain("https://example.org/apoie");
  });
});
