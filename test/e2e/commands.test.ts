// Each command as people type it on Telegram: by every name of it, in three languages, written in whatever way.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Language } from "../../src/model/texts.ts";
import type { Command } from "../../src/robot/command.ts";
import { aliasesIn, nameOf } from "../../src/robot/registry.ts";
import { folded } from "../../src/robot/words.ts";
import { LANGUAGES, type RobotScene, robotScene, texts } from "../support/robot-scene.ts";
import { startWebServices, type WebServices } from "../support/web-services.ts";

const EVERYTHING = {
  links: { agenda: "https://example.org/agenda" },
  replies: { horario: "Das 8 às 18." },
};
const AT_ONCE = 16;
const MOST_WORDS = 2_000;

let scene: RobotScene;
let web: WebServices;
/** In each language one room that speaks it; they are in no bridge, so that nothing is carried. */
const rooms = new Map<Language, number>();
let owners: number[] = [];

/** Somebody new each time: what a command has changed for one shows in no other's answer. */
function owner(room: number): number {
  const id = owners.pop();
  if (id === undefined) throw new Error("more owners are needed");
  scene.telegram.join(room, id, "administrator");
  return id;
}

beforeAll(async () => {
  web = await startWebServices();
  scene = await robotScene({
    // What is drawn is the same each time.
    random: () => 0.5,
    robot: ({ telegram }) => {
      owners = Array.from({ length: MOST_WORDS }, () => telegram.createUser({ firstName: "Bia" }).id);
      const network = { ...web.network, download: {} };
      return { ...EVERYTHING, network, owners: owners.map((id) => `telegram:${id}`) };
    },
  });
  const { telegram, telegramBot } = scene;
  await scene.start();
  for (const language of LANGUAGES) {
    const room = telegram.createChat({ title: "Sala", type: "supergroup" }).id;
    telegram.join(room, telegramBot.id, "administrator");
    rooms.set(language, room);
    await scene.ask(`/language ${language}`, owner(room), { chat: room });
  }
}, 60_000);
afterAll(async () => {
  await scene?.close();
  web?.close();
});

/** What differs from one answer to the next of the same command is taken out. */
function shapeOf(text: string): string {
  return text
    .replace(/\b[A-Z2-9]{4}-[A-Z2-9]{4}\b/g, "<code>")
    .replace(/[\w+/=-]{16,}/g, "<word>")
    .replace(/🪙.*/, "<side>")
    .replace(/\d+/g, "#");
}

async function answerTo(typed: string, command: Command, language: Language): Promise<string> {
  const room = rooms.get(language) ?? 0;
  const by = owner(room);
  const seen =
    command.where === "private"
      ? await scene.askPrivately(typed, by)
      : await scene.ask(typed, by, { chat: room });
  return shapeOf(seen.text);
}

/** The ways to write a command of that language. */
function waysToWrite(command: Command, language: Language): readonly string[] {
  const name = nameOf(command, language, texts[language]);
  return [
    name,
    ...aliasesIn(command, language, texts[language]),
    `${name.toUpperCase()}@Mate_Bot`,
    accented(name),
  ].map((word) => `/${word}`);
}

function accented(word: string): string {
  return folded(word)
    .replace(/[aeiou]/g, (vowel) => `${vowel}\u0301`)
    .normalize("NFC");
}

async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE)
    results.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(work))));
  return results;
}

describe("on Telegram", () => {
  it("no word is claimed by two commands", () => {
    expect(scene.registry.clashes).toEqual([]);
  });

  it.each(LANGUAGES)(
    "each command answers to all its words in %s as to its own name",
    async (language) => {
      const { commands } = scene;
      const questions = commands.flatMap((command) =>
        waysToWrite(command, language).map((typed) => ({ command, typed })),
      );
      const expected = new Map(
        await inTurns(commands, async (command) => {
          const said = await answerTo(`/${command.name}`, command, language);
          return [command, said] as const;
        }),
      );
      const strays = await inTurns(questions, async ({ command, typed }) => {
        const said = await answerTo(typed, command, language);
        return said === expected.get(command) ? [] : [{ typed, said, expected: expected.get(command) }];
      });
      expect(strays.flat()).toEqual([]);
      expect(questions.length).toBeGreaterThan(3 * commands.length);
    },
    60_000,
  );
});
