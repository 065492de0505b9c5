// One person with two accounts, and one who wants to be left out or forgotten, in the running app between both simulators.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RobotScene, robotScene } from "../support/robot-scene.ts";
import { eventually } from "../support/world.ts";

let scene: RobotScene;
let bia: number;
let dora: string;

beforeAll(async () => {
  scene = await robotScene();
  const { discord, guild } = scene;
  bia = scene.somebody("Bia");
  dora = discord.createUser({ username: "dora", globalName: "Dora" }).id;
  discord.addMember(guild, dora);
  await scene.start();
  await eventually(() => discord.commands(scene.discordBot.id, guild).length > 0);
});
afterAll(() => scene?.close());

type Telegram = ReturnType<RobotScene["telegram"]["messages"]>[number];
type Discord = ReturnType<RobotScene["discord"]["messages"]>[number];
const onTelegram = (is: (message: Telegram) => boolean) =>
  eventually(() => scene.telegram.messages(scene.chat).findLast(is));
const onDiscord = (is: (message: Discord) => boolean) =>
  eventually(() => scene.discord.messages(scene.channel).findLast(is));
const copyOf = (words: string) => onDiscord(({ content }) => content.endsWith(words));

async function link(): Promise<void> {
  const { text } = await scene.askPrivately("/vincular", scene.ana);
  const code = /[A-Z0-9]{4}-[A-Z0-9]{4}/.exec(text)?.[0] ?? "";
  const answer = await scene.use({ name: "vincular", locale: "pt-BR", options: { codigo: code } });
  expect(answer.isWhispered).toBe(true);
  expect(answer.text).toContain("Ana");
}

describe("a person with linked accounts", () => {
  beforeAll(link);

  it("is called by mentions from the other side, both ways", async () => {
    const { telegram, discord, chat, channel, ana, carla } = scene;
    discord.say(channel, dora, { content: `<@${carla}> vem?` });
    const called = await onTelegram(({ text }) => text?.endsWith("vem?") === true);
    const entities = called.entities as readonly { readonly type: string; readonly user?: { id: number } }[];
    expect(entities.find(({ type }) => type === "text_mention")?.user?.id).toBe(ana);
    telegram.say(chat, bia, { text: "@ana chega aí" });
    const ping = await onDiscord(({ content }) => content.endsWith("chega aí"));
    expect(ping.content).toContain(`<@${carla}>`);
    expect(ping.pinged.users).toEqual([carla]);
  });

  it("nobody else is called, and their names stay as they were written", async () => {
    const { telegram, chat } = scene;
    const { id: eva } = telegram.createUser({ firstName: "Eva", username: "eva_b" });
    telegram.join(chat, eva, "member");
    telegram.say(chat, eva, { text: "cheguei" });
    telegram.say(chat, bia, { text: "oi @eva_b e @ninguem_aqui!" });
    const copy = await onDiscord(({ content }) => content.includes("ninguem"));
    expect(copy.content.replaceAll("\\", "")).toBe("oi @eva_b e @ninguem_aqui!");
    expect(copy.pinged.users).toEqual([]);
  });

  it("takes an own message away everywhere from the other account; a stranger does not", async () => {
    const { telegram, discord, chat, channel, ana, carla } = scene;
    const said = telegram.say(chat, ana, { text: "isto some" });
    const copy = await copyOf("isto some");
    const refused = discord.say(channel, dora, { content: "/apagar", replyTo: copy.id });
    await onDiscord(
      ({ message_reference: to }) => (to as { message_id?: string } | undefined)?.message_id === refused.id,
    );
    expect(discord.messages(channel).some(({ id }) => id === copy.id)).toBe(true);
    discord.say(channel, carla, { content: "/apagar", replyTo: copy.id });
    await eventually(() => discord.messages(channel).every(({ id }) => id !== copy.id));
    await eventually(() => telegram.messages(chat).every(({ message_id: id }) => id !== said.message_id));
  });

  it("appears under the name and face they chose", async () => {
    const { telegram, chat, ana } = scene;
    await scene.ask("/perfil Ana Maria", ana);
    telegram.say(chat, ana, { text: "com outro nome" });
    expect((await copyOf("com outro nome")).author.username).toBe("Ana Maria");
  });
});

describe("a person who wants to be left out", () => {
  it("crosses with nothing, and who answers them is understood", async () => {
    const { telegram, discord, chat, channel } = scene;
    await scene.ask("/sairdaponte", bia);
    const hidden = telegram.say(chat, bia, { text: "segredo da Bia" });
    telegram.edit(chat, hidden.message_id, { text: "segredo maior da Bia" });
    telegram.react(chat, hidden.message_id, bia, ["🔥"]);
    telegram.say(chat, scene.ana, { text: "concordo com ela", replyTo: hidden.message_id });
    const answer = await copyOf("concordo com ela");
    expect(answer.content).toContain("[…]");
    expect(JSON.stringify(discord.messages(channel))).not.toMatch(/segredo|Bia\b.*🔥/);
    expect(scene.logged.join()).not.toContain("segredo");
    await scene.ask("/voltarparaaponte", bia);
    telegram.say(chat, bia, { text: "voltei" });
    await copyOf("voltei");
  });
});

describe("a person who wants to be forgotten", () => {
  it("sees what is stored, gets it as a file, and is a stranger afterwards", async () => {
    const { telegram, discord, chat, channel, ana, carla, telegramBot } = scene;
    telegram.say(chat, ana, { text: "ainda sou eu" });
    const copy = await copyOf("ainda sou eu");
    const inPrivate = new Map<number, Telegram>();
    telegram.onChange((change) => {
      if (change.kind !== "deleted" && change.chatId === ana)
        inPrivate.set(change.message.message_id, change.message);
    });
    const shown = await scene.askPrivately("/esquecer", ana);
    expect(shown.text).toMatch(/[1-9]\d* mensage/);
    const press = (label: RegExp) => {
      const button = shown.buttons.find(({ text }) => label.test(text));
      telegram.press(ana, shown.id, ana, button?.callback_data ?? "");
    };
    press(/export|arquivo|baixar/i);
    const file = await eventually(() => [...inPrivate.values()].findLast(({ document }) => document));
    expect((file.document as { file_name?: string }).file_name).toBe("matebot.json");
    expect(file.from?.id).toBe(telegramBot.id);
    press(/^(?!.*fora).*(apag|esque)/i);
    await eventually(() => (inPrivate.get(shown.id)?.text ?? shown.text) !== shown.text);
    // The link is gone, and the message is nobody's.
    const refused = discord.say(channel, carla, { content: "/apagar", replyTo: copy.id });
    await onDiscord(
      ({ message_reference: to }) => (to as { message_id?: string } | undefined)?.message_id === refused.id,
    );
    expect(discord.messages(channel).some(({ id }) => id === copy.id)).toBe(true);
    telegram.say(chat, ana, { text: "com meu nome" });
    expect((await copyOf("com meu nome")).author.username).toBe("Ana");
  });
});
