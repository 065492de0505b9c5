// Shows the personalities with a taste of each and lets an admin choose one for the room; `personality.ts` has it.

import type { Saying } from "../../model/ask.ts";
import type { Button, Keyboard } from "../../model/buttons.ts";
import { type RichText, text } from "../../model/rich-text.ts";
import type { Language } from "../../model/texts.ts";
import { type Answer, type Command, type Question, Refusal, said } from "../command.ts";
import { folded } from "../words.ts";
import { inWords, type Pack } from "./pack.ts";
import type { Packs } from "./packs.ts";
import { oneOf } from "./phrase-keys.ts";
import type { Chosen } from "./phrases.ts";

export interface PersonalityParts {
  readonly packs: Packs;
  readonly chosen: Chosen;
  /** Rough ones may be chosen. */
  readonly rough: boolean;
}

/** Discord, components reference: 5 rows of 5. */
const MOST_ROWS = 5;
const MOST_BUTTONS = 25;

export function personalityCommand(parts: PersonalityParts): Command {
  return {
    name: "personality",
    texts: "robot-personality.personality",
    args: [{ key: "name", type: "text", rest: true, most: 100, completes: true }],
    ...{ who: "admin", isPrivate: true, isCarried: false },
    async answer(question) {
      const word = String(question.args.name ?? "").trim();
      if (word === "") return { say: list(question, parts) };
      const pack = named(word, question, parts);
      if (pack.rough) return { say: reallyRough(question, pack) };
      await choose(question, pack);
      return said(chosenWords(question, pack));
    },
    press: (question, words) => press(question, words, parts),
    complete: ({ world, language }, _key, typed) =>
      offered(parts, world)
        .map((pack) => ({ label: inWords(pack.title, language), value: pack.name }))
        .filter(({ label, value }) => folded(`${label} ${value}`).includes(folded(typed))),
  };
}

async function press(question: Question, words: string, parts: PersonalityParts): Promise<Answer> {
  const [act = "", name = ""] = words.split(":");
  if (act === "list") return { change: list(question, parts) };
  const pack = named(name, question, parts);
  if (pack.rough && act !== "really") return { change: reallyRough(question, pack) };
  await choose(question, pack);
  return { change: list(question, parts), toast: chosenWords(question, pack) };
}

function choose({ ask, world }: Question, { name }: Pack): Promise<void> {
  return world.rooms.set(ask.room, { personality: name });
}

function offered({ packs, rough }: PersonalityParts, world: Question["world"]): readonly Pack[] {
  return packs.all(world).filter((pack) => rough || !pack.rough);
}

/** By its name, or its title in any language. @throws Refusal */
function named(word: string, { world, language }: Question, parts: PersonalityParts): Pack {
  const wanted = folded(word);
  const pack = parts.packs
    .all(world)
    .find(({ name, title }) =>
      [name, ...Object.values(title)].some((each) => each && folded(each) === wanted),
    );
  if (!pack) {
    const names = offered(parts, world).map(({ title }) => inWords(title, language));
    throw new Refusal("robot-personality.unknown", { word, names: names.join(", ") });
  }
  if (pack.rough && !parts.rough)
    throw new Refusal("robot-personality.rough-off", { title: inWords(pack.title, language) });
  return pack;
}

function list(question: Question, parts: PersonalityParts): Saying {
  const { ask, world, language, texts } = question;
  const now = parts.chosen(ask.room, world);
  const packs = offered(parts, world).slice(0, MOST_BUTTONS);
  const labelOf = (pack: Pack) => `${pack.name === now?.name ? "✅ " : ""}${inWords(pack.title, language)}`;
  const body: RichText = packs.flatMap((pack) => [
    text("\n\n"),
    { kind: "bold", children: [text(labelOf(pack))] },
    text(` — ${inWords(pack.about, language)}`),
    ...taste(pack, language, ask.by.name),
  ]);
  const buttons = packs.map((pack) => ({ label: labelOf(pack), action: `personality:set:${pack.name}` }));
  return { body: [text(texts("robot-personality.choose")), ...body], buttons: inRows(buttons) };
}

/** How it says good day. */
function taste({ phrases }: Pack, language: Language, name: string): RichText {
  const own = phrases[language] ?? phrases["pt-BR"] ?? phrases.en ?? phrases.es;
  const words = oneOf(own?.greeting ?? own?.done ?? [], { name }, () => 0);
  return words === undefined ? [] : [text("\n"), { kind: "italic", children: [text(words)] }];
}

function inRows(buttons: readonly Button[]): Keyboard {
  const width = Math.max(2, Math.ceil(buttons.length / MOST_ROWS));
  return Array.from({ length: Math.ceil(buttons.length / width) }, (_, row) =>
    buttons.slice(row * width, (row + 1) * width),
  );
}

function reallyRough({ texts, language }: Question, pack: Pack): Saying {
  const title = inWords(pack.title, language);
  return {
    body: [text(texts("robot-personality.rough", { title }))],
    buttons: [
      [
        {
          ...{ label: texts("robot-personality.rough-yes"), style: "danger" },
          action: `personality:really:${pack.name}`,
        },
        { label: texts("robot-personality.rough-no"), action: "personality:list" },
      ],
    ],
  };
}

function chosenWords({ texts, language }: Question, pack: Pack): string {
  return texts("robot-personality.chosen", { title: inWords(pack.title, language) });
}
