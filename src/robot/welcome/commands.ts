// The commands with which admins have their room greet: on, off, in which words, with rules to accept; `welcome.ts` collects them.

import type { RoomSettings } from "../../model/room.ts";
import type { Language } from "../../model/texts.ts";
import { type Answer, type Command, type Question, Refusal } from "../command.ts";
import { folded } from "../words.ts";
import type { RobotWorld } from "../world.ts";
import { forgetLacking, pressed } from "./accepting.ts";
import { greetingFor, type WelcomeOptions } from "./greeting.ts";
import { PLACEHOLDERS, unknownPlaceholders } from "./greeting-words.ts";

const LANGUAGES: readonly Language[] = ["pt-BR", "en", "es"];
const MOST_TEXT = 1_000;

const WELCOME_ACTIONS = ["on", "off", "text", "accept", "show"] as const;
const GOODBYE_ACTIONS = ["on", "off", "text", "show"] as const;

type Which = "welcome" | "goodbye";

export function welcomeCommand(options: WelcomeOptions): Command {
  return {
    ...greetingCommand("welcome", WELCOME_ACTIONS, options),
    texts: "robot-welcome.welcome",
    // Who comes in presses it; `pressed` knows who that is.
    pressedBy: "everyone",
    press: pressed,
  };
}

export function goodbyeCommand(options: WelcomeOptions): Command {
  return { ...greetingCommand("goodbye", GOODBYE_ACTIONS, options), texts: "robot-welcome.goodbye" };
}

function greetingCommand(
  which: Which,
  choices: readonly string[],
  options: WelcomeOptions,
): Omit<Command, "texts"> {
  return {
    ...{ name: which, who: "admin", where: "rooms", isCarried: false },
    args: [
      { key: "action", type: "choice", choices },
      { key: "words", type: "text", rest: true, most: MOST_TEXT },
    ],
    async answer(question) {
      await change(question, which);
      return shown(question, which, options);
    },
  };
}

async function change(question: Question, which: Which): Promise<void> {
  const { ask, args, world } = question;
  const words = String(args.words ?? "").trim();
  const was = world.rooms.get(ask.room)[which];
  switch (args.action) {
    case "on":
    case "off":
      return world.rooms.set(ask.room, { [which]: { ...was, on: args.action === "on" } });
    case "text":
      return world.rooms.set(ask.room, {
        [which]: { on: was?.on ?? false, ...ownText(words, which, world) },
      });
    case "accept":
      return changeAccept(question, words);
    default:
      if (words !== "") throw new Refusal("robot-welcome.what", { example: wordFor(question, which) });
  }
}

function ownText(words: string, which: Which, world: RobotWorld): { readonly text?: string } {
  if (words === "") throw new Refusal("robot-welcome.no-text", { which });
  if (isNothing(words, world)) return {};
  const unknown = unknownPlaceholders(words);
  if (unknown.length > 0) {
    const known = PLACEHOLDERS.map((name) => `{${name}}`).join(" ");
    throw new Refusal("robot-welcome.unknown-placeholder", { unknown: unknown.join(" "), known });
  }
  return { text: words };
}

/** Who has to accept has to be welcomed. */
async function changeAccept({ ask, world }: Question, words: string): Promise<void> {
  const isOn = switchIn(words, world);
  if (isOn === undefined) throw new Refusal("robot-welcome.accept.what");
  if (!isOn) return world.rooms.set(ask.room, { accept: undefined });
  const welcome = { ...world.rooms.get(ask.room).welcome, on: true };
  await world.rooms.set(ask.room, { accept: true, welcome });
  await world.store.transaction((tx) => forgetLacking(tx, ask.room));
}

/** In any of the three languages; undefined for what is neither. */
function switchIn(words: string, world: RobotWorld): boolean | undefined {
  const word = folded(words);
  const means = (key: string) =>
    LANGUAGES.some((language) => folded(world.texts(language)(key)).split(" ").includes(word));
  if (means("robot-welcome.accept.on-words")) return true;
  return means("robot-welcome.accept.off-words") ? false : undefined;
}

/** `-`, or the word for nothing in any of the three languages. */
export function isNothing(words: string, world: RobotWorld): boolean {
  const word = folded(words);
  const isSaid = (language: Language) => folded(world.texts(language)("robot-welcome.nothing")) === word;
  return word === "-" || LANGUAGES.some(isSaid);
}

function wordFor({ texts }: Question, which: Which): string {
  return texts(which === "welcome" ? "robot-welcome.welcome.example" : "robot-welcome.goodbye.example");
}

/** How things stand, and how it would look for who asks. */
async function shown(question: Question, which: Which, options: WelcomeOptions): Promise<Answer> {
  const { ask, texts, world, signal } = question;
  const settings: RoomSettings = world.rooms.get(ask.room);
  const preview = await greetingFor({ room: ask.room, which, people: [ask.by], world, signal }, options);
  const state = {
    on: settings[which]?.on ? "on" : "off",
    accept: settings.accept ? "on" : "off",
  };
  const words = texts(
    which === "welcome" ? "robot-welcome.welcome.state" : "robot-welcome.goodbye.state",
    state,
  );
  const isDeaf = which === "goodbye" && world.social(ask.account)?.tellsWhoLeaves?.() === false;
  const after = isDeaf ? [{ kind: "text", text: `\n\n${texts("robot-welcome.goodbye.deaf")}` } as const] : [];
  const body = [{ kind: "text", text: `${words}\n\n` } as const, ...preview.body, ...after];
  return { say: { ...preview, body } };
}
