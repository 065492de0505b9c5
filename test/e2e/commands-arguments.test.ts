// What stands behind a command on Telegram: its own example works, and wrong words are refused with the example, in three languages.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Language } from "../../src/model/texts.ts";
import type { Argument, Command } from "../../src/robot/command.ts";
import { exampleOf, nameOf } from "../../src/robot/registry.ts";
import { LANGUAGES, type RobotScene, robotScene, texts } from "../support/robot-scene.ts";
import { troubleIn } from "../support/robot-trouble.ts";
import { startWebServices, type WebServices } from "../support/web-services.ts";

interface Room {
  readonly chat: number;
  /** Who asks. */
  readonly admin: number;
  /** Who is spoken of in the examples. */
  readonly ana: number;
}

let scene: RobotScene;
let web: WebServices;
const rooms = new Map<Language, Room>();
/** A room and a channel for each language, with a bridge between that speaks it; Ana is around, too. */
function makeRooms({ telegram, telegramBot, discord, guild }: RobotScene, owners: readonly number[]) {
  return LANGUAGES.map((language, n) => {
    const admin = owners[n] ?? 0;
    const chat = telegram.createChat({ title: "Sala", type: "supergroup" }).id;
    telegram.join(chat, telegramBot.id, "administrator");
    telegram.join(chat, admin, "administrator");
    const ana = telegram.createUser({ firstName: "Ana" }).id;
    telegram.join(chat, ana);
    rooms.set(language, { chat, admin, ana });
    const channel = discord.createChannel(guild, { name: language.toLowerCase() }).id;
    return { name: language, language, members: [`telegram:${chat}`, `discord:${channel}`] };
  });
}

beforeAll(async () => {
  web = await startWebServices();
  let owners: readonly number[] = [];
  scene = await robotScene({
    robot: ({ telegram, chat }) => {
      owners = LANGUAGES.map(() => telegram.createUser({ firstName: "Olga" }).id);
      return {
        ...{ network: web.network, feedback_room: `telegram:${chat}` },
        owners: owners.map((id) => `telegram:${id}`),
      };
    },
  });
  const bridges = makeRooms(scene, owners);
  scene.configure(() => ({ bridges }));
  await scene.start();
  for (const { chat, admin, ana } of rooms.values()) {
    scene.telegram.say(chat, ana, { text: "oi" });
    await scene.ask("/moderation yes", admin, { chat });
  }
}, 60_000);
afterAll(async () => {
  await scene?.close();
  web?.close();
});

/** Says it in the room of that language, as its admin. */
function ask(typed: string, language: Language, { where, onMessage }: Partial<Command> = {}) {
  const room = rooms.get(language);
  if (!room) throw new Error(`no room speaks ${language}`);
  const { chat, admin } = room;
  if (where === "private") return scene.askPrivately(typed, admin);
  const replyTo = onMessage && scene.telegram.say(chat, admin, { text: "isto" }).message_id;
  return scene.ask(typed, admin, { chat, ...(replyTo && { saying: { replyTo } }) });
}

/** A word that this argument never is; the number is out of its bounds. */
function wrongFor(argument: Argument): string | undefined {
  switch (argument.type) {
    case "integer":
    case "number":
      return argument.max === undefined ? undefined : String(argument.max + 1);
    case "choice":
    case "boolean":
      return "xyzzy";
    default:
      return undefined;
  }
}

interface Wrong {
  readonly command: Command;
  readonly typed: string;
  readonly words: string;
  readonly argument: Argument;
}

/** Where the first words are what is wrong: what stands behind others is theirs, perhaps. */
function wrongUses(language: Language): readonly Wrong[] {
  return scene.commands.flatMap((command) => {
    const [argument, ...others] = command.args ?? [];
    const words = argument && wrongFor(argument);
    if (!argument || words === undefined) return [];
    const isPassedOn = !("max" in argument) && !argument.isRequired && others.length > 0;
    const typed = `/${nameOf(command, language, texts[language])} ${words}`;
    return isPassedOn ? [] : [{ command, typed, words, argument }];
  });
}

function sentence(kind: string, { command, argument, words }: Wrong, language: Language): string {
  const say = texts[language];
  const choices = argument.type === "choice" ? argument.choices : [];
  const { min = 0, max = 0 } = "max" in argument ? (argument as { min?: number; max?: number }) : {};
  return say(`robot.argument.${kind}`, {
    argument: say(`${command.texts}.arg.${argument.key}.name`),
    value: words,
    choices: choices.map((choice) => say(`${command.texts}.arg.${argument.key}.${choice}`)).join(", "),
    example: exampleOf(command, language, say),
    ...{ min, max, bound: "max" in argument ? "yes" : "no" },
  });
}

describe.each(LANGUAGES)("in %s", (language) => {
  it("the example of each command works", async () => {
    const troubles = [];
    // One after the other: some build on what others did.
    for (const command of scene.commands) {
      const typed = exampleOf(command, language, texts[language]);
      const trouble = troubleIn((await ask(typed, language, command)).text, command, language);
      if (trouble !== undefined) troubles.push({ typed, trouble });
    }
    expect(troubles).toEqual([]);
  }, 60_000);

  it("without what it needs each command says what is missing and shows its example", async () => {
    const needy = scene.commands.flatMap((command) => {
      const argument = command.args?.find(({ isRequired }) => isRequired);
      return argument ? [{ command, argument, words: "", typed: "" }] : [];
    });
    expect(needy.length).toBeGreaterThan(2);
    for (const wrong of needy) {
      const typed = `/${nameOf(wrong.command, language, texts[language])}`;
      expect((await ask(typed, language, wrong.command)).text).toBe(sentence("missing", wrong, language));
    }
  });

  it("without what it could do nothing with each command says how it is used", async () => {
    const say = texts[language];
    const explained = scene.commands.filter(
      ({ texts: prefix, words }) => !words && say.has(`${prefix}.usage`),
    );
    expect(explained.length).toBeGreaterThan(3);
    for (const command of explained) {
      const name = `/${nameOf(command, language, say)}`;
      expect((await ask(name, language)).text).toContain(name);
    }
  });

  it("with a wrong word each command says what it expects and shows its example", async () => {
    const uses = wrongUses(language);
    expect(uses.length).toBeGreaterThan(5);
    for (const wrong of uses) {
      const { text } = await ask(wrong.typed, language, wrong.command);
      expect(text, wrong.typed).toBe(sentence(wrong.argument.type, wrong, language));
    }
  });
});
