// The kinds of places that can be bridged, several bridges beside each other, and the other database.

import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { fastClock } from "../support/fast-clock.ts";
import { describeIf, NO_POSTGRES } from "../support/needs.ts";
import { findPostgres, type PostgresServer, startPostgres } from "../support/postgres.ts";
import { eventually, makeWorld, type World, type WorldOptions } from "../support/world.ts";

let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

type Bridges = Readonly<Record<string, readonly string[]>>;

/** `places` makes rooms in the world and says which of them are bridged. */
async function open(
  places: (scene: World) => Bridges,
  options: WorldOptions = {},
  show: Readonly<Record<string, boolean>> = {},
): Promise<World> {
  const scene = await makeWorld({ clock: fastClock(20), ...options });
  world = scene;
  const bridges = Object.entries(places(scene)).map(([name, members]) => ({ name, members, show }));
  scene.configure(() => ({ bridges }));
  await scene.start();
  return scene;
}

const textsOf = ({ telegram }: World, chat: number) =>
  telegram.messages(chat).flatMap(({ text }) => (text === undefined ? [] : [text]));
/** What people say there; notices of the bot itself (a topic was made) are left out. */
const said = ({ discord, discordBot }: World, channel: string) =>
  discord.messages(channel).filter(({ author }) => author.id !== discordBot.id);
const contentsOf = (scene: World, channel: string) => said(scene, channel).map(({ content }) => content);

/** A further group with Ana and the bot in it. */
function newGroup({ telegram, ana, telegramBot }: World, title: string, forum = false): number {
  const chat = telegram.createChat({ title, type: "supergroup", forum }).id;
  telegram.join(chat, ana);
  telegram.join(chat, telegramBot.id, "administrator");
  return chat;
}

/** The text and topic of everything the bot sent there. */
const byBot = ({ telegram, telegramBot }: World, chat: number) =>
  telegram
    .messages(chat)
    .filter(({ from, text }) => from?.id === telegramBot.id && text !== undefined)
    .map(({ text, message_thread_id }) => ({ text, topic: message_thread_id }));

describe("a forum topic and a Discord thread", () => {
  async function openThread() {
    const made = { forum: 0, topic: 0, thread: "" };
    const scene = await open((empty) => {
      const { telegram, discord, ana, carla, channel } = empty;
      made.forum = newGroup(empty, "Fórum", true);
      made.topic = telegram.createTopic(made.forum, "Chimarrão", ana);
      made.thread = discord.createThread(channel, { name: "fio", ownerId: carla }).id;
      return { fio: [`telegram:${made.forum}/${made.topic}`, `discord:${channel}/${made.thread}`] };
    });
    return { scene, ...made };
  }

  it("are one conversation, replies and edits and deletes included", async () => {
    const { scene, forum, topic, thread } = await openThread();
    const { telegram, discord, ana, carla } = scene;
    const question = telegram.say(forum, ana, { text: "mate?", thread: topic });
    const copy = await eventually(() => said(scene, thread)[0]);
    expect(copy).toMatchObject({ content: "mate?", author: { username: "Ana" } });
    const answer = discord.say(thread, carla, { content: "sempre", replyTo: copy.id });
    await eventually(() => byBot(scene, forum).length === 1);
    expect(byBot(scene, forum)).toEqual([{ text: "Carla: sempre", topic }]);
    const standing = telegram.messages(forum).find(({ text }) => text === "Carla: sempre");
    expect(standing?.reply_to_message?.message_id).toBe(question.message_id);
    telegram.edit(forum, question.message_id, { text: "chimarrão?" });
    discord.edit(thread, answer.id, { content: "claro" });
    await eventually(() => contentsOf(scene, thread).includes("chimarrão?"));
    await eventually(() => byBot(scene, forum)[0]?.text === "Carla: claro");
    discord.remove(thread, answer.id);
    await eventually(() => byBot(scene, forum).length === 0);
  });

  it("keep the rest of the forum and the rest of the channel out", async () => {
    const { scene, forum, topic, thread } = await openThread();
    const { telegram, discord, ana, carla, channel } = scene;
    telegram.say(forum, ana, { text: "no geral do fórum" });
    const other = telegram.createTopic(forum, "Outro", ana);
    telegram.say(forum, ana, { text: "noutro tópico", thread: other });
    discord.say(channel, carla, { content: "no canal" });
    telegram.say(forum, ana, { text: "fim", thread: topic });
    discord.say(thread, carla, { content: "fim" });
    await eventually(() => contentsOf(scene, thread).length === 2 && byBot(scene, forum).length > 0);
    expect(contentsOf(scene, thread)).toEqual(["fim", "fim"]);
    expect(contentsOf(scene, channel)).toEqual(["no canal"]);
    expect(byBot(scene, forum)).toEqual([{ text: "Carla: fim", topic }]);
  });

  it("that are no members themselves belong to their chat and their channel, where topics are not shown", async () => {
    const made = { forum: 0, thread: "" };
    const places = (empty: World) => {
      made.forum = newGroup(empty, "Fórum", true);
      const { discord, channel, carla } = empty;
      made.thread = discord.createThread(channel, { name: "fio", ownerId: carla }).id;
      return { tudo: [`telegram:${made.forum}`, `discord:${channel}`] };
    };
    const scene = await open(places, {}, { topics: false });
    const { telegram, discord, ana, carla, channel } = scene;
    const topic = telegram.createTopic(made.forum, "Chimarrão", ana);
    const question = telegram.say(made.forum, ana, { text: "no tópico", thread: topic });
    await eventually(() => contentsOf(scene, channel).includes("no tópico"));
    discord.say(made.thread, carla, { content: "no fio" });
    await eventually(() => byBot(scene, made.forum).length === 1);
    expect(byBot(scene, made.forum)).toEqual([{ text: "Carla: no fio", topic: undefined }]);
    telegram.edit(made.forum, question.message_id, { text: "ainda no tópico" });
    await eventually(() => contentsOf(scene, channel).includes("ainda no tópico"));
  });

  it("one of them a member beside its own forum, each goes its own way", async () => {
    const made = { forum: 0, topic: 0, other: "" };
    const scene = await open((empty) => {
      const { telegram, discord, ana, guild, channel } = empty;
      made.forum = newGroup(empty, "Fórum", true);
      made.topic = telegram.createTopic(made.forum, "Chimarrão", ana);
      made.other = discord.createChannel(guild, { name: "mate" }).id;
      return {
        geral: [`telegram:${made.forum}`, `discord:${channel}`],
        mate: [`telegram:${made.forum}/${made.topic}`, `discord:${made.other}`],
      };
    });
    const { telegram, ana, discord, carla, channel } = scene;
    telegram.say(made.forum, ana, { text: "a todos" });
    telegram.say(made.forum, ana, { text: "só mate", thread: made.topic });
    await eventually(() => contentsOf(scene, channel).length + contentsOf(scene, made.other).length === 2);
    expect([contentsOf(scene, channel), contentsOf(scene, made.other)]).toEqual([["a todos"], ["só mate"]]);
    discord.say(made.other, carla, { content: "mate" });
    discord.say(channel, carla, { content: "geral" });
    await eventually(() => byBot(scene, made.forum).length === 2);
    expect(byBot(scene, made.forum)).toEqual(
      expect.arrayContaining([
        { text: "Carla: mate", topic: made.topic },
        { text: "Carla: geral", topic: undefined },
      ]),
    );
  });
});

describe("a Telegram channel", () => {
  it("has its posts on Discord under its own name, and gets what is said there", async () => {
    const scene = await open(({ chat, channel }) => ({ canal: [`telegram:${chat}`, `discord:${channel}`] }), {
      chat: "channel",
    });
    const { telegram, discord, chat, channel, ana, carla } = scene;
    const post = telegram.say(chat, ana, { text: "novidade" });
    const copy = await eventually(() => discord.messages(channel)[0]);
    expect(copy).toMatchObject({ content: "novidade", author: { username: "Grupo" } });
    telegram.edit(chat, post.message_id, { text: "novidade!" });
    await eventually(() => contentsOf(scene, channel).includes("novidade!"));
    discord.say(channel, carla, { content: "oba", replyTo: copy.id });
    const answer = await eventually(() => telegram.messages(chat).find(({ text }) => text === "Carla: oba"));
    expect(answer.reply_to_message?.message_id).toBe(post.message_id);
  });
});

describe("a basic group", () => {
  it("is bridged like any other", async () => {
    const scene = await open(({ chat, channel }) => ({ grupo: [`telegram:${chat}`, `discord:${channel}`] }), {
      chat: "group",
    });
    const { telegram, discord, chat, channel, ana, carla } = scene;
    const question = telegram.say(chat, ana, { text: "oi" });
    const copy = await eventually(() => discord.messages(channel)[0]);
    const answer = discord.say(channel, carla, { content: "olá", replyTo: copy.id });
    const crossed = await eventually(() => telegram.messages(chat).find(({ text }) => text === "Carla: olá"));
    expect(crossed.reply_to_message?.message_id).toBe(question.message_id);
    discord.remove(channel, answer.id);
    await eventually(() => !textsOf(scene, chat).includes("Carla: olá"));
  });
});

describe("who hides in Telegram", () => {
  it("an anonymous admin speaks under the group's name, with the title when there is one", async () => {
    const scene = await open(({ chat, channel }) => ({ g: [`telegram:${chat}`, `discord:${channel}`] }));
    const { telegram, discord, chat, channel, ana } = scene;
    telegram.join(chat, ana, "administrator");
    telegram.say(chat, ana, { text: "sem nome", asAnonymousAdmin: true });
    telegram.say(chat, ana, { text: "com título", asAnonymousAdmin: "Síndica" });
    await eventually(() => contentsOf(scene, channel).length === 2);
    const names = discord.messages(channel).map(({ author }) => author.username);
    expect(names[0]).toBe("Grupo");
    expect(names[1]).toContain("Grupo");
    expect(names.join()).not.toContain("Ana");
  });

  it("a person who writes as a channel speaks under the channel's name", async () => {
    const scene = await open(({ chat, channel }) => ({ g: [`telegram:${chat}`, `discord:${channel}`] }));
    const { telegram, discord, chat, channel, ana } = scene;
    const mask = telegram.createChat({ title: "Jornal", type: "channel" }).id;
    telegram.say(chat, ana, { text: "extra!", asChannel: mask });
    const copy = await eventually(() => discord.messages(channel)[0]);
    expect(copy.author.username).toBe("Jornal");
  });
});

describe("several bridges", () => {
  it("do not wait for each other: one at its limit delays no other", { timeout: 150_000 }, async () => {
    const made = { chat: 0, channel: "" };
    const scene = await open((empty) => {
      made.chat = newGroup(empty, "Outro");
      made.channel = empty.discord.createChannel(empty.guild, { name: "outro" }).id;
      return {
        lenta: [`telegram:${empty.chat}`, `discord:${empty.channel}`],
        livre: [`telegram:${made.chat}`, `discord:${made.channel}`],
      };
    });
    const { telegram, discord, chat, channel, ana, carla } = scene;
    const limit = { kind: "limit", retryAfter: 60 } as const;
    telegram.faults.add({
      match: ({ path, body }) => path.endsWith("/sendMessage") && JSON.stringify(body).includes(String(chat)),
      times: 1,
      fault: limit,
    });
    discord.say(channel, carla, { content: "presa" });
    await eventually(() => telegram.faults.left === 0);
    for (let i = 0; i < 10; i += 1) {
      discord.say(made.channel, carla, { content: `d${i}` });
      telegram.say(made.chat, ana, { text: `t${i}` });
    }
    // On a busy machine the lanes fall behind and join lines; what is limited waits for a minute.
    const told = (texts: readonly (string | undefined)[], side: string) =>
      texts.join("\n").match(new RegExp(`\\b${side}\\d`, "g")) ?? [];
    const onTelegram = () =>
      told(
        byBot(scene, made.chat).map(({ text }) => text),
        "d",
      );
    const onDiscord = () => told(contentsOf(scene, made.channel), "t");
    await eventually(() => onTelegram().length === 10 && onDiscord().length === 10, 40_000);
    expect(byBot(scene, chat)).toEqual([]);
    expect(onTelegram()).toEqual(Array.from({ length: 10 }, (_, i) => `d${i}`));
    expect(onDiscord()).toEqual(Array.from({ length: 10 }, (_, i) => `t${i}`));
    await eventually(() => byBot(scene, chat).length === 1);
  });

  it("with three members tell each to both others, never back to itself", async () => {
    const made = { channel: "" };
    const scene = await open(({ chat, channel, discord, guild }) => {
      made.channel = discord.createChannel(guild, { name: "segundo" }).id;
      return { trio: [`telegram:${chat}`, `discord:${channel}`, `discord:${made.channel}`] };
    });
    const { telegram, discord, chat, channel, ana, carla } = scene;
    const first = discord.say(channel, carla, { content: "do primeiro" });
    await eventually(() => contentsOf(scene, made.channel).length === 1 && byBot(scene, chat).length === 1);
    discord.say(made.channel, carla, { content: "do segundo" });
    await eventually(() => contentsOf(scene, channel).length === 2 && byBot(scene, chat).length === 2);
    const word = telegram.say(chat, ana, { text: "do grupo" });
    const everywhere = ["do primeiro", "do segundo", "do grupo"];
    await eventually(() => contentsOf(scene, channel).length === 3);
    await eventually(() => contentsOf(scene, made.channel).length === 3);
    expect(contentsOf(scene, channel)).toEqual(everywhere);
    expect(contentsOf(scene, made.channel)).toEqual(everywhere);
    expect(byBot(scene, chat).map(({ text }) => text)).toEqual(["Carla: do primeiro", "Carla: do segundo"]);

    discord.edit(channel, first.id, { content: "do primeiro!" });
    telegram.edit(chat, word.message_id, { text: "do grupo!" });
    const edited = (some: readonly string[]) => some.includes("do primeiro!") && some.includes("do grupo!");
    await eventually(() => edited(contentsOf(scene, channel)) && edited(contentsOf(scene, made.channel)));
    await eventually(() => byBot(scene, chat)[0]?.text === "Carla: do primeiro!");
    discord.remove(channel, first.id);
    await eventually(() => contentsOf(scene, made.channel).length === 2 && byBot(scene, chat).length === 1);
  });

  it("with a copy answered in the third room reply to the right message everywhere", async () => {
    const made = { channel: "" };
    const scene = await open(({ chat, channel, discord, guild }) => {
      made.channel = discord.createChannel(guild, { name: "segundo" }).id;
      return { trio: [`telegram:${chat}`, `discord:${channel}`, `discord:${made.channel}`] };
    });
    const { telegram, discord, chat, channel, guild, carla, ana } = scene;
    const original = discord.say(channel, carla, { content: "pergunta" });
    const copy = await eventually(() =>
      telegram.messages(chat).find(({ text }) => text?.includes("pergunta")),
    );
    const other = await eventually(() => discord.messages(made.channel)[0]);
    telegram.say(chat, ana, { text: "resposta", replyTo: copy.message_id });
    const inFirst = await eventually(() => discord.messages(channel)[1]);
    const inSecond = await eventually(() => discord.messages(made.channel)[1]);
    const link = (room: string, id: string) => `https://discord.com/channels/${guild}/${room}/${id}`;
    expect(inFirst.content).toContain(link(channel, original.id));
    expect(inSecond.content).toContain(link(made.channel, other.id));
  });
});

describeIf(findPostgres() !== undefined, NO_POSTGRES)("with PostgreSQL under it", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());

  it("a talk crosses both ways, survives a restart, and doubles nothing", async () => {
    const storage = await server.createDatabase();
    const scene = await makeWorld({ clock: fastClock(20), telegram: { clock: fastClock(20) }, storage });
    world = scene;
    const app = await scene.start();
    const { telegram, discord, chat, channel, ana, carla } = scene;
    const mine = telegram.say(chat, ana, { text: "um" });
    discord.say(channel, carla, { content: "dois" });
    await eventually(() => contentsOf(scene, channel).includes("um"));
    await eventually(() => byBot(scene, chat).length === 1);
    await app.stop();
    telegram.edit(chat, mine.message_id, { text: "um!" });
    telegram.say(chat, ana, { text: "três" });
    discord.say(channel, carla, { content: "quatro" });
    await scene.start();
    await eventually(() => contentsOf(scene, channel).includes("três"));
    await eventually(() => byBot(scene, chat).length === 2);
    expect(contentsOf(scene, channel).toSorted()).toEqual(["dois", "quatro", "três", "um!"]);
    expect(byBot(scene, chat).map(({ text }) => text)).toEqual(["Carla: dois", "Carla: quatro"]);
    expect(JSON.stringify(scene.logged)).not.toContain(server.password);
  });
});
