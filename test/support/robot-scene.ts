// The robot between both simulators: asks it what people would ask and waits for what they would see; its end-to-end tests use it.

import { buildRobot } from "../../src/config/robot-schema.ts";
import type { Language } from "../../src/model/texts.ts";
import type { Command } from "../../src/robot/command.ts";
import { createRegistry, type Registry } from "../../src/robot/registry.ts";
import { ownCommands } from "../../src/robot-areas.ts";
import type { DiscordSandbox } from "../../src/sandbox/discord/sandbox.ts";
import { LANGUAGES, type LoadedTexts, loadTexts } from "../../src/texts.ts";
import { eventually, makeWorld, type World, type WorldOptions } from "./world.ts";

export const texts: Readonly<Record<Language, LoadedTexts>> = {
  ...{ "pt-BR": loadTexts("pt-BR"), en: loadTexts("en"), es: loadTexts("es") },
};
export const textsOf = (language: Language) => texts[language];
export { LANGUAGES };

/** What somebody on Telegram sees of an answer. */
export interface Seen {
  readonly id: number;
  readonly text: string;
  readonly buttons: readonly {
    readonly text: string;
    readonly callback_data?: string;
    readonly url?: string;
  }[];
}

/** What somebody on Discord sees of one. */
export interface Shown {
  readonly interaction: string;
  readonly text: string;
  readonly message: string;
  /** For the eyes of who asked alone. */
  readonly isWhispered: boolean;
  readonly buttons: readonly { readonly label: string; readonly custom_id?: string }[];
  readonly files: readonly string[];
}

type Use = Parameters<DiscordSandbox["use"]>[0];
type Saying = Parameters<World["telegram"]["say"]>[2];

export interface RobotScene extends World {
  /** The commands of the configuration, as the running app has them; those of plugins are not among them. */
  readonly commands: readonly Command[];
  readonly registry: Registry;
  /** A member of the group. */
  somebody(name: string, status?: "member" | "administrator", language?: string): number;
  /** Says it on Telegram and waits for the robot's answer to it. */
  ask(text: string, by: number, more?: { readonly chat?: number; readonly saying?: Saying }): Promise<Seen>;
  /** The same between the person and the bot alone. */
  askPrivately(text: string, by: number): Promise<Seen>;
  /** The robot's answers to this message of the group so far. */
  answersTo(message: number, chat?: number): readonly Seen[];
  /** Uses a command, a button or a form of the bot on Discord and waits for what is shown. */
  use(input: Partial<Use>): Promise<Shown>;
}

export interface SceneOptions extends WorldOptions {
  /** The section `robot` of the configuration. */
  readonly robot?: (world: World) => Readonly<Record<string, unknown>>;
  readonly plugins?: readonly unknown[];
}

/** Nobody is too quick, unless a test is about that. */
const PATIENT = { flood: { person: 100_000, room: 100_000 } };

export async function robotScene({
  robot = () => ({}),
  plugins = [],
  ...options
}: SceneOptions = {}): Promise<RobotScene> {
  const world = await makeWorld({ language: "pt-BR", ...options });
  const section = { ...PATIENT, ...robot(world) };
  world.configure(() => ({ robot: section, plugins }));
  const commands = ownCommands(buildRobot(section, world.data));
  return {
    ...world,
    commands,
    registry: createRegistry(commands, textsOf),
    somebody(name, status = "member", language) {
      const { id } = world.telegram.createUser({
        firstName: name,
        ...(language !== undefined && { languageCode: language }),
      });
      world.telegram.join(world.chat, id, status);
      return id;
    },
    ...onTelegram(world),
    use: (input) => use(world, input),
  };
}

type TelegramMessage = ReturnType<World["telegram"]["say"]>;

function onTelegram({
  telegram,
  telegramBot,
  chat: group,
}: World): Pick<RobotScene, "ask" | "askPrivately" | "answersTo"> {
  /** What the bot answered, by chat and question; the list of a chat grows too long to be looked through each time. */
  const answers = new Map<string, Map<number, TelegramMessage>>();
  telegram.onChange((change) => {
    if (change.kind === "deleted" || change.message.from?.id !== telegramBot.id) return;
    const { chatId, message } = change;
    const key = `${chatId} ${message.reply_to_message?.message_id ?? ""}`;
    answers.set(key, (answers.get(key) ?? new Map()).set(message.message_id, message));
  });
  const answersTo = (message: number, chat = group) =>
    [...(answers.get(`${chat} ${message}`)?.values() ?? [])].map(seenOf);
  return {
    answersTo,
    async ask(text, by, { chat = group, saying = {} } = {}) {
      const { message_id: id } = telegram.say(chat, by, { text, ...saying });
      return answered(text, () => answersTo(id, chat).at(0));
    },
    async askPrivately(text, by) {
      const { message_id: id } = telegram.sayPrivately(telegramBot.token, by, { text });
      return answered(text, () => answersTo(id, by).at(0));
    },
  };
}

async function answered<T>(question: string, look: () => T | undefined): Promise<T> {
  return eventually(look).catch(() => {
    throw new Error(`nobody answered ${question}`);
  });
}

function seenOf(message: TelegramMessage): Seen {
  const { text, caption, message_id: id, reply_markup: markup } = message;
  const rows = (markup as { inline_keyboard?: readonly Seen["buttons"][] } | undefined)?.inline_keyboard;
  return { id, text: text ?? caption ?? "", buttons: rows?.flat() ?? [] };
}

const EPHEMERAL = 64;

async function use({ discord, discordBot, carla, channel }: World, input: Partial<Use>): Promise<Shown> {
  const begun = await discord.use({ botId: discordBot.id, userId: carla, channelId: channel, ...input });
  const what = `${input.name ?? "a form"} ${JSON.stringify(input.options ?? {})}`;
  const shown = await answered(what, () => discord.interaction(begun.id).shown.at(-1));
  const rows = shown.components as readonly { readonly components?: Shown["buttons"] }[];
  return {
    ...{ interaction: begun.id, text: shown.content, message: shown.id },
    isWhispered: ((shown.flags ?? 0) & EPHEMERAL) !== 0,
    buttons: rows.flatMap(({ components = [] }) => components),
    files: shown.attachments.map(({ filename }) => filename),
  };
}
