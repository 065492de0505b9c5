// Each command as people use it on Discord, by the name their client shows, with its own example; by the Gateway and over HTTPS.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Language } from "../../src/model/texts.ts";
import { readArguments } from "../../src/robot/arguments.ts";
import type { Command } from "../../src/robot/command.ts";
import { ofLocale } from "../../src/robot/language.ts";
import { exampleOf, nameOf } from "../../src/robot/registry.ts";
import { typedCommand } from "../../src/robot/words.ts";
import { makeSelfSigned } from "../../src/web/tls/self-signed.ts";
import { type RobotScene, robotScene, type SceneOptions, texts, textsOf } from "../support/robot-scene.ts";
import { troubleIn } from "../support/robot-trouble.ts";
import { type TlsFront, tlsFront } from "../support/tls-front.ts";
import { startWebServices, type WebServices } from "../support/web-services.ts";
import { eventually } from "../support/world.ts";

const ADMINISTRATOR = 8n;

let web: WebServices;
beforeAll(async () => {
  web = await startWebServices();
});
afterAll(() => web.close());

interface Guests {
  /** Who ask, one after the other (wrong codes are counted): operators, who are admins of the server, too. */
  readonly owners: string[];
  /** Whom the examples are about. */
  readonly ana: string;
}

/** Ready to be asked; interactions go the way the configuration says. */
async function scene(
  options: SceneOptions,
  change: (made: RobotScene) => Promise<void> = async () => {},
): Promise<{ readonly made: RobotScene; readonly guests: Guests }> {
  const owners: string[] = [];
  const made = await robotScene({
    ...options,
    robot({ discord, chat }) {
      for (let n = 0; n < 8; n++) owners.push(discord.createUser({ username: `olga${n}` }).id);
      return {
        ...{ network: web.network, feedback_room: `telegram:${chat}` },
        owners: owners.map((id) => `discord:${id}`),
      };
    },
  });
  const { discord, discordBot, guild } = made;
  const { id: admins } = discord.createRole(guild, { name: "admins", permissions: ADMINISTRATOR });
  for (const olga of owners) discord.addMember(guild, olga, { roles: [admins] });
  const ana = discord.createUser({ username: "ana" }).id;
  discord.addMember(guild, ana);
  await change(made);
  await made.start();
  await eventually(() => discord.commands(discordBot.id, guild).length > 0);
  return { made, guests: { owners, ana } };
}

/** What somebody fills in who does as the example says. */
function optionsOf(command: Command, language: Language, { ana }: Guests) {
  const words = typedCommand(exampleOf(command, language, texts[language]))?.rest ?? "";
  const asked = { kind: "command", name: command.name, words, files: [] } as const;
  const args = readArguments(asked, { command, language, texts: texts[language], textsOf });
  return Object.fromEntries(
    (command.args ?? []).flatMap(({ key, type }) => {
      const value = args[key];
      if (value === undefined) return [];
      const name = texts[language](`${command.texts}.arg.${key}.name`);
      return [[name, type === "user" ? { user: ana } : value]];
    }),
  );
}

/** Uses all commands as a client in that language shows them; what went wrong. */
async function useAll(made: RobotScene, guests: Guests, locale: string) {
  const { channel, commands, discord, discordBot, use } = made;
  const language = ofLocale(locale) ?? "en";
  const olga = guests.owners.pop() ?? "";
  const dm = discord.createDm(discordBot.id, olga).id;
  await use({ name: "moderation", options: { on: true }, userId: olga, locale: "en-US" });
  const troubles = [];
  // A message has a menu, not a slash: it comes below.
  for (const command of commands.filter(({ onMessage }) => !onMessage)) {
    const name = nameOf(command, language, texts[language]);
    const channelId = command.where === "private" ? dm : channel;
    const options = optionsOf(command, language, guests);
    const shown = await use({ name, options, locale, channelId, userId: olga });
    const trouble = troubleIn(shown.text, command, language);
    if (trouble !== undefined) troubles.push({ name, options, trouble });
  }
  // From now on the room has no language of its own again.
  await use({ name: "language", options: { to: "default" }, userId: olga, locale: "en-US" });
  return troubles;
}

describe("by the Gateway", () => {
  let made: RobotScene;
  let guests: Guests;
  beforeAll(async () => {
    ({ made, guests } = await scene({ language: "en" }));
  });
  afterAll(() => made?.close());

  it.each(["pt-BR", "en-US", "en-GB", "es-ES", "es-419"])(
    "each command works by the name that %s shows, and says its words in that language",
    async (locale) => {
      expect(await useAll(made, guests, locale)).toEqual([]);
      const language = ofLocale(locale) ?? "en";
      const { text } = await made.use({ name: "feedback", locale, userId: guests.ana });
      expect(text).toBe(texts[language]("robot-everyday.feedback.usage"));
    },
  );

  it("a client in a language that MateBot does not speak shows English, and gets the default", async () => {
    const { text } = await made.use({ name: "feedback", locale: "fr", userId: guests.ana });
    expect(text).toBe(texts.en("robot-everyday.feedback.usage"));
  });

  it("what somebody types is completed with what there is, for those who may choose", async () => {
    const { discord, discordBot, channel } = made;
    const typing = { botId: discordBot.id, channelId: channel, type: 4, name: "personality" } as const;
    const choices = async (typed: string) => {
      const who = { userId: guests.owners[0] ?? "", options: { name: typed }, focused: "name" };
      const { id } = await discord.use({ ...typing, ...who });
      const found = await eventually(() => discord.interaction(id).choices);
      return found.map(({ value }) => value);
    };
    expect((await choices("")).length).toBeGreaterThan(2);
    expect(await choices("galp")).toEqual(["galpao"]);
    expect(await choices("xyzzy")).toEqual([]);
  });

  it.each(["pt-BR", "en-US", "es-ES", "es-419"])("no two commands have the same name in %s", (locale) => {
    const { discord, discordBot, guild } = made;
    const names = discord.commands(discordBot.id, guild).map(({ type, shown }) => `${type} ${shown(locale)}`);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(30);
  });

  it.each(["pt-BR", "en-US", "es-419"])(
    "a command about a message stands in its menu in %s",
    async (locale) => {
      const { discord, discordBot, guild, channel, telegramTexts, use } = made;
      const language = ofLocale(locale) ?? "en";
      const menus = discord.commands(discordBot.id, guild).filter(({ type }) => type === 3);
      expect(menus).toHaveLength(made.commands.filter(({ onMessage }) => onMessage).length);
      const { id } = discord.say(channel, guests.ana, { content: `isto vai embora (${locale})` });
      const isThere = () => telegramTexts().some((text) => text.includes(`embora (${locale})`));
      await eventually(isThere);
      const name = menus.find((menu) => menu.name === "Delete")?.shown(locale) ?? "";
      const shown = await use({ name, target: id, locale, userId: guests.ana });
      expect(shown).toMatchObject({ text: texts[language]("robot-people.delete.done"), isWhispered: true });
      await eventually(() => !isThere());
      expect(discord.messages(channel).some((message) => message.id === id)).toBe(false);
    },
  );
});

describe("over HTTPS", () => {
  let made: RobotScene;
  let guests: Guests;
  let front: TlsFront;
  beforeAll(async () => {
    // Whoever signs it counts as a public authority at this Discord.
    const pair = await makeSelfSigned("127.0.0.1", Date.now());
    ({ made, guests } = await scene(
      { language: "en", discord: { trust: pair.cert }, updates: "polling" },
      async ({ publicUrl, configure }) => {
        const { host: listen, port } = new URL(publicUrl);
        front = await tlsFront(pair, Number(port));
        configure(({ accounts }) => ({
          accounts: { ...accounts, discord: { ...accounts.discord, interactions: "endpoint" } },
          web: { listen, public_url: front.url, tls: "off" },
        }));
      },
    ));
    const { discord, discordBot } = made;
    await eventually(() => discord.application(discordBot.id).interactions_endpoint_url);
  });
  afterAll(async () => {
    await made?.close();
    front?.close();
  });

  it.each(["pt-BR", "en-US", "es-419"])("each command works by the name that %s shows", async (locale) => {
    expect(await useAll(made, guests, locale)).toEqual([]);
    const { discord, use, channel } = made;
    const { interaction, message } = await use({ name: "dice", locale, userId: guests.ana });
    expect(discord.interaction(interaction).via).toBe("endpoint");
    expect(discord.messages(channel).some(({ id }) => id === message)).toBe(true);
    expect(discord.unexpected).toEqual([]);
  });
});
