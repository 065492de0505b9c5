// Two rooms are joined from the rooms: no ids, no file, no restart; a few messages on each side, and clear words for whoever may not.

import { afterEach, describe, expect, it } from "vitest";
import type { App } from "../../src/app.ts";
import { eventually, makeWorld, type World } from "../support/world.ts";

const worlds: World[] = [];
const apps: App[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.stop();
  for (const world of worlds.splice(0)) await world.close();
});

const ADMINISTRATOR = 8n;

interface Scene extends World {
  /** Waits for the newest message of the robot on Telegram that says this. */
  robotSays(
    words: RegExp | string,
  ): Promise<{ readonly id: number; readonly text: string; readonly buttons: readonly Button[] }>;
  /** Uses a slash command as somebody on Discord; what they see of the answer. */
  slash(name: string, options?: Readonly<Record<string, string>>, who?: string): Promise<DiscordAnswer>;
  press(answer: DiscordAnswer, label: string, who?: string): Promise<DiscordAnswer>;
}

interface Button {
  readonly text: string;
  readonly callback_data?: string;
  readonly url?: string;
}

interface DiscordAnswer {
  readonly text: string;
  readonly message: string;
  readonly buttons: readonly { readonly label: string; readonly custom_id?: string }[];
}

async function scene(options: Parameters<typeof makeWorld>[0] = {}): Promise<Scene> {
  const world = await makeWorld({ language: "pt-BR", ...options });
  worlds.push(world);
  world.configure(() => ({ bridges: [] }));
  const { telegram, discord, chat, ana, carla, guild, channel, discordBot } = world;
  telegram.join(chat, ana, "administrator");
  const { id: admins } = discord.createRole(guild, { name: "admins", permissions: ADMINISTRATOR });
  discord.addMember(guild, carla, { roles: [admins] });
  apps.push(await world.start());
  await eventually(() => discord.commands(discordBot.id, guild).some(({ name }) => name === "bridge"));

  const seen = async (id: string): Promise<DiscordAnswer> => {
    const shown = await eventually(() => discord.interaction(id).shown.at(-1));
    const rows = shown.components as readonly {
      components?: readonly { label: string; custom_id?: string }[];
    }[];
    const buttons = rows.flatMap(({ components = [] }) => components);
    return { text: shown.content, message: shown.id, buttons };
  };
  const use = async (input: object, who = carla) =>
    seen((await discord.use({ botId: discordBot.id, userId: who, channelId: channel, ...input })).id);
  return {
    ...world,
    async robotSays(words) {
      const found = await eventually(() =>
        telegram.messages(chat).findLast(({ from, text = "" }) => from?.is_bot && text.search(words) >= 0),
      );
      const markup = found.reply_markup as { inline_keyboard?: readonly (readonly Button[])[] } | undefined;
      return { id: found.message_id, text: found.text ?? "", buttons: markup?.inline_keyboard?.flat() ?? [] };
    },
    slash: (name, given = {}, who = carla) => use({ name, options: given, locale: "pt-BR" }, who),
    press: (answer, label, who = carla) => use({ type: 3, message: answer.message, name: label }, who),
  };
}

/** As it stands in the message: letters and digits in two groups, or one. */
function codeIn(text: string): string {
  const code = /\b[A-Z2-9]{4}[- ]?[A-Z2-9]{4}\b/.exec(text)?.[0];
  if (!code) throw new Error(`no code in: ${text}`);
  return code;
}

describe("an admin of both rooms", () => {
  it("joins them with one message here, one command and one click there, and no restart", async () => {
    const world = await scene();
    const { telegram, discord, chat, ana, carla, channel, robotSays, slash, press } = world;
    telegram.say(chat, ana, { text: "/ponte" });
    const code = codeIn((await robotSays(/[A-Z2-9]{4}[- ]?[A-Z2-9]{4}/)).text);
    const asked = await slash("ponte", { code });
    // Both names are in sight before the last yes.
    expect(asked.text).toContain("Grupo");
    const yes = asked.buttons.find(({ custom_id: id }) => id?.includes(":yes:") && id.endsWith(":both"));
    expect(yes).toBeDefined();
    await press(asked, yes?.label ?? "");
    telegram.say(chat, ana, { text: "já estamos juntos?" });
    await eventually(() =>
      discord.messages(channel).some(({ content }) => content.includes("já estamos juntos?")),
    );
    discord.say(channel, carla, { content: "sim!" });
    await eventually(() => world.telegramTexts().some((text) => text.includes("sim!")));
  });

  it("may begin on Discord and end on Telegram", async () => {
    const world = await scene();
    const { telegram, discord, chat, ana, channel, robotSays, slash } = world;
    const code = codeIn((await slash("ponte")).text);
    telegram.say(chat, ana, { text: `/ponte ${code.toLowerCase()}` });
    const asked = await robotSays(/\?/);
    const yes = asked.buttons.find(({ callback_data: data }) => data?.endsWith(":both"));
    telegram.press(chat, asked.id, ana, yes?.callback_data ?? "");
    await eventually(
      () => {
        telegram.say(chat, ana, { text: "alô" });
        return discord.messages(channel).some(({ content }) => content.includes("alô"));
      },
      10_000,
      100,
    );
  });

  it("has the bridge still after a restart", async () => {
    const world = await scene();
    const { telegram, discord, chat, ana, channel, robotSays, slash, press } = world;
    telegram.say(chat, ana, { text: "/ponte" });
    const asked = await slash("ponte", {
      code: codeIn((await robotSays(/[A-Z2-9]{4}[- ]?[A-Z2-9]{4}/)).text),
    });
    await press(asked, asked.buttons.find(({ custom_id: id }) => id?.endsWith(":both"))?.label ?? "");
    await apps.splice(0)[0]?.stop();
    apps.push(await world.start());
    telegram.say(chat, ana, { text: "depois do café" });
    await eventually(() =>
      discord.messages(channel).some(({ content }) => content.includes("depois do café")),
    );
  });
});

describe("a group that becomes a supergroup while its code is out", () => {
  it("is joined under its new id and keeps what its admins chose", async () => {
    const world = await scene({ chat: "group" });
    const { telegram, discord, chat, ana, channel, robotSays, slash, press } = world;
    telegram.say(chat, ana, { text: "/regras sem gritos" });
    telegram.say(chat, ana, { text: "/ponte" });
    const code = codeIn((await robotSays(/[A-Z2-9]{4}[- ]?[A-Z2-9]{4}/)).text);
    const moved = telegram.upgrade(chat);
    telegram.say(moved, ana, { text: "/regras" });
    await eventually(() =>
      telegram.messages(moved).some(({ from, text }) => from?.is_bot && text?.includes("sem gritos")),
    );
    const asked = await slash("ponte", { code });
    await press(asked, asked.buttons.find(({ custom_id: id }) => id?.endsWith(":both"))?.label ?? "");
    telegram.say(moved, ana, { text: "mudamos" });
    await eventually(() => discord.messages(channel).some(({ content }) => content.includes("mudamos")));
  });
});

describe("who may not", () => {
  it("is told so: no admin, a code that is none, a code of this very room", async () => {
    const { telegram, discord, chat, guild, robotSays, slash } = await scene();
    const bia = telegram.createUser({ firstName: "Bia" }).id;
    telegram.join(chat, bia);
    telegram.say(chat, bia, { text: "/ponte" });
    await robotSays(/administra/);
    const { id: dora } = discord.createUser({ username: "dora" });
    discord.addMember(guild, dora);
    expect((await slash("ponte", { code: "ABCD-2345" }, dora)).text).toMatch(/administra/);
    expect((await slash("ponte", { code: "ABCD-2345" })).text).toMatch(/c[óo]digo/i);
    const code = codeIn((await slash("ponte")).text);
    expect((await slash("ponte", { code })).text).toMatch(/outra sala/i);
  });
});
