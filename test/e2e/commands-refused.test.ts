// Who may not, where it does not belong, and who asks too much: each refusal in words, in three languages, and nothing is done.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Language } from "../../src/model/texts.ts";
import type { Command } from "../../src/robot/command.ts";
import { exampleOf, nameOf } from "../../src/robot/registry.ts";
import { LANGUAGES, type RobotScene, robotScene, texts } from "../support/robot-scene.ts";
import { eventually } from "../support/world.ts";

const MANAGE_GUILD = 1n << 5n;

let scene: RobotScene;
/** In each language one room that speaks it, joined to a channel. */
const rooms = new Map<Language, { readonly chat: number; readonly channel: string }>();
let member: number;
let admin: number;

beforeAll(async () => {
  scene = await robotScene();
  const { telegram, telegramBot, discord, guild } = scene;
  member = scene.somebody("Bia");
  admin = scene.somebody("Olga");
  const bridges = LANGUAGES.map((language) => {
    const chat = telegram.createChat({ title: "Sala", type: "supergroup" }).id;
    telegram.join(chat, telegramBot.id, "administrator");
    telegram.join(chat, member);
    telegram.join(chat, admin, "administrator");
    const channel = discord.createChannel(guild, { name: language.toLowerCase() }).id;
    rooms.set(language, { chat, channel });
    return { name: language, language, members: [`telegram:${chat}`, `discord:${channel}`] };
  });
  scene.configure(() => ({ bridges }));
  await scene.start();
  for (const { chat } of rooms.values()) await scene.ask("/moderation yes", admin, { chat });
  await eventually(() => discord.commands(scene.discordBot.id, guild).length > 0);
}, 60_000);
afterAll(() => scene?.close());

function roomOf(language: Language) {
  const room = rooms.get(language);
  if (!room) throw new Error(`no room speaks ${language}`);
  return room;
}

/** What changes anything at Telegram. */
function deeds(): readonly string[] {
  return scene.telegram.requests
    .map(({ path }) => path.split("/").at(-1) ?? "")
    .filter((method) => /^(ban|unban|restrict|promote|delete|leave|edit)/.test(method));
}

const restricted = (role: string) => scene.commands.filter(({ who = "everyone" }) => who === role);

describe.each(LANGUAGES)("in %s", (language) => {
  const say = texts[language];
  const typed = (command: Command) => exampleOf(command, language, say);

  it("a command for admins is refused to a member, and nothing is done", async () => {
    const before = deeds().length;
    expect(restricted("admin").length).toBeGreaterThan(8);
    for (const command of restricted("admin")) {
      const { text } = await scene.ask(typed(command), member, { chat: roomOf(language).chat });
      expect(text, command.name).toBe(say("robot.only-for.admin"));
    }
    expect(deeds().slice(before)).toEqual([]);
  });

  it("a command for owners is refused to members and to admins of the room", async () => {
    for (const command of restricted("owner")) {
      for (const by of [member, admin]) {
        const { text } = await scene.ask(typed(command), by, { chat: roomOf(language).chat });
        expect(text, command.name).toBe(say("robot.only-for.owner"));
      }
    }
  });

  it("what a member may read in the room only an admin may change", async () => {
    const { chat } = roomOf(language);
    const [words, prefix] = ["robot-everyday", "robot-welcome"];
    for (const [command, refusal] of [
      [`/${say(`${words}.language.name`)} ${language === "en" ? "es" : "en"}`, `${words}.language.admins`],
      [typed(commandOf("command")), `${words}.command.admins`],
      [typed(commandOf("rules")), `${prefix}.rules.admins`],
    ] as const)
      expect((await scene.ask(command, member, { chat })).text).toBe(say(refusal));
    expect((await scene.ask(`/${say(`${prefix}.rules.name`)}`, member, { chat })).text).toBe(
      say(`${prefix}.rules.none`),
    );
  });

  it("a command for rooms is refused in private, and one for private talks in the room", async () => {
    const person = scene.somebody("Caio", "member", language);
    scene.telegram.join(roomOf(language).chat, person);
    const of = (where: string) => scene.commands.filter((command) => command.where === where);
    expect([of("rooms").length > 5, of("private").length > 0]).toEqual([true, true]);
    for (const command of of("rooms"))
      expect((await scene.askPrivately(typed(command), person)).text, command.name).toBe(
        say("robot.only-in-rooms"),
      );
    for (const command of of("private")) {
      const refused = await scene.ask(typed(command), person, { chat: roomOf(language).chat });
      expect(refused.text).toBe(say("robot.only-in-private"));
      // The button brings them there, and they need not ask again.
      const start = new URL(refused.buttons[0]?.url ?? "").searchParams.get("start");
      const firstLine = ({ text }: { readonly text: string }) => text.split("\n")[0];
      const answer = firstLine(await scene.askPrivately(`/start ${start}`, person));
      expect(answer).toBe(firstLine(await scene.askPrivately(typed(command), person)));
      const inRoom = await scene.ask(`/start ${start}`, person, { chat: roomOf(language).chat });
      expect(firstLine(inRoom)).not.toBe(answer);
    }
  });

  it("on Discord a command for admins is not shown to others, and one that is typed is refused", async () => {
    const { discord, guild } = scene;
    const { id: dora } = discord.createUser({ username: "dora" });
    discord.addMember(guild, dora);
    const { channel } = roomOf(language);
    for (const command of restricted("admin")) {
      const use = {
        name: commandName(command),
        locale: localeOf(language),
        channelId: channel,
        userId: dora,
      };
      await expect(scene.use(use)).rejects.toThrow("is not shown to this person");
      const { id } = discord.say(channel, dora, { content: typed(command) });
      const answer = await eventually(() =>
        discord.messages(channel).find((message) => answered(message) === id),
      );
      expect(answer.content, command.name).toBe(say("robot.only-for.admin"));
    }
    // Who manages the server sees the commands of the owner, too, and is no owner for it.
    const { id: role } = discord.createRole(guild, { name: "gestão", permissions: MANAGE_GUILD });
    discord.addMember(guild, dora, { roles: [role] });
    for (const command of restricted("owner")) {
      const use = {
        name: commandName(command),
        locale: localeOf(language),
        channelId: channel,
        userId: dora,
      };
      expect(await scene.use(use)).toMatchObject({ text: say("robot.only-for.owner"), isWhispered: true });
    }
  });

  it("on Discord a command stands only where it belongs", async () => {
    const { discord, discordBot, carla } = scene;
    const dm = discord.createDm(discordBot.id, carla).id;
    for (const command of scene.commands) {
      const use = { name: commandName(command), locale: localeOf(language) };
      if (command.where === "rooms")
        await expect(scene.use({ ...use, channelId: dm })).rejects.toThrow("not shown in direct messages");
      if (command.where === "private")
        expect(await scene.use({ ...use, channelId: roomOf(language).channel })).toMatchObject({
          isWhispered: true,
        });
    }
  });

  function commandOf(name: string): Command {
    const found = scene.commands.find((command) => command.name === name);
    if (!found) throw new Error(`no command ${name}`);
    return found;
  }
  const commandName = (command: Command) => nameOf(command, language, say);
});

function localeOf(language: Language): string {
  return { "pt-BR": "pt-BR", en: "en-US", es: "es-419" }[language];
}

function answered({ message_reference: to }: { readonly message_reference?: unknown }): unknown {
  return (to as { readonly message_id?: string } | undefined)?.message_id;
}
