// Builds what is said to who comes or goes: a room's own words, else the personality's, else neutral ones; `welcome.ts` and `commands.ts` call it.

import type { Saying } from "../../model/ask.ts";
import type { Button } from "../../model/buttons.ts";
import type { Author } from "../../model/message.ts";
import type { ConversationRef } from "../../model/refs.ts";
import { type RichText, text } from "../../model/rich-text.ts";
import type { Language, Texts } from "../../model/texts.ts";
import type { RobotWorld } from "../world.ts";
import { filled, hasPlaceholder, linkIn, MARKS, namesOf, unmarked, withNodes } from "./greeting-words.ts";
import { rulesOf } from "./room-rules.ts";

/** Neutral words, where nobody has others. */
const NEUTRAL = {
  "welcome-one": "robot-welcome.neutral.one",
  "welcome-many": "robot-welcome.neutral.many",
  goodbye: "robot-welcome.neutral.goodbye",
} as const;
export type GreetingKey = keyof typeof NEUTRAL;

export interface WelcomeOptions {
  /** The personality's words; undefined when it has none. `values` hold `name`, `room`, `count` and `rules`. */
  readonly say?: (
    room: ConversationRef,
    key: GreetingKey,
    values: Readonly<Record<string, string | number>>,
    world: RobotWorld,
    language: Language,
  ) => string | undefined;
}

export interface Greeted {
  readonly room: ConversationRef;
  readonly which: "welcome" | "goodbye";
  readonly people: readonly Author[];
  readonly world: RobotWorld;
  readonly signal: AbortSignal;
}

/** Longer rules are not repeated to everybody: who wants them asks for them. */
const MOST_RULES = 300;

/** Everybody is named; a welcome brings the rules of the room, as a button when they are a link. */
export async function greetingFor(greeted: Greeted, options: WelcomeOptions): Promise<Saying> {
  const { room, which, people, world } = greeted;
  const settings = world.rooms.get(room);
  const language = world.rooms.language(room);
  const texts = world.texts(language);
  const own = settings[which]?.text;
  const rules = which === "welcome" ? rulesOf(room, world) : undefined;
  const needsName = own === undefined || hasPlaceholder(own, "room");
  const values = {
    ...{ name: MARKS.name, rules: rules === undefined ? "" : MARKS.rules, count: people.length },
    room: needsName ? unmarked(await roomName(greeted)) : "",
  };
  const words =
    own === undefined
      ? wordsFor(greeted, values, language, options)
      : filled(unmarked(own), { ...values, count: String(values.count) });
  const names = namesOf(people, language, (count) => texts("robot-welcome.more", { count }));
  const body = withNodes(words, { name: names, rules: rules === undefined ? [] : inText(rules, texts) });
  return withRules(body, words.includes(MARKS.rules) ? undefined : rules, texts);
}

function wordsFor(
  { room, which, people, world }: Greeted,
  values: Readonly<Record<string, string | number>>,
  language: Language,
  { say }: WelcomeOptions,
): string {
  const welcome = people.length === 1 ? "welcome-one" : "welcome-many";
  const key = which === "goodbye" ? "goodbye" : welcome;
  const words = say?.(room, key, values, world, language);
  if (words === undefined) return world.texts(language)(NEUTRAL[key], values);
  // Nobody is greeted without being named.
  return words.includes(MARKS.name) ? words : `${MARKS.name}: ${words}`;
}

async function roomName({ room, world, signal }: Greeted): Promise<string> {
  const facts = await world
    .social(room.account)
    ?.room(room, signal)
    .catch(() => undefined);
  if (facts) return facts.name;
  return world.texts(world.rooms.language(room))("robot-welcome.this-room");
}

function inText(rules: string, texts: Texts): RichText {
  const href = linkIn(rules);
  if (href !== undefined)
    return [{ kind: "link", href, children: [text(texts("robot-welcome.rules.link"))] }];
  return [text(rules.length > MOST_RULES ? texts("robot-welcome.rules.ask") : rules)];
}

function withRules(body: RichText, rules: string | undefined, texts: Texts): Saying {
  if (rules === undefined) return { body };
  const button = rulesButton(rules, texts);
  if (button) return { body, buttons: [[button]] };
  const line = rules.length > MOST_RULES ? texts("robot-welcome.rules.ask") : rules;
  return { body: [...body, text(`\n\n${texts("robot-welcome.rules.line", { rules: line })}`)] };
}

/** Undefined when the rules are words. */
export function rulesButton(rules: string, texts: Texts): Button | undefined {
  const href = linkIn(rules);
  return href === undefined ? undefined : { label: texts("robot-welcome.rules.button"), href };
}
