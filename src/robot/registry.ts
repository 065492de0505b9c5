// Finds the command a word means, in any language, and describes all of them for menus and lists; `robot.ts` fills it.

import type { ArgumentSheet, CommandSheet, PerLanguage } from "../model/ask.ts";
import type { Language, Texts } from "../model/texts.ts";
import type { Argument, Command } from "./command.ts";
import { folded } from "./words.ts";

const LANGUAGES: readonly Language[] = ["pt-BR", "en", "es"];
/** Bot API BotCommand and Discord's: 100 characters fit into both. */
const MOST_ABOUT = 100;

export interface Registry {
  all(): readonly Command[];
  /** By canonical name, or any name or alias in any language. */
  find(word: string): Command | undefined;
  /** Words that two commands wanted; the first has them. */
  readonly clashes: readonly { readonly word: string; readonly command: string }[];
  sheets(): readonly CommandSheet[];
}

export type TextsOf = (language: Language) => Texts;

export function createRegistry(commands: readonly Command[], textsOf: TextsOf): Registry {
  const byWord = new Map<string, Command>();
  const clashes: { word: string; command: string }[] = [];
  // What configuration and plugins bring hides nothing of ours. Names first: no alias may hide what another is called.
  const turns = [commands.filter(({ words }) => !words), commands.filter(({ words }) => words)];
  for (const turn of turns) {
    for (const wordsIn of [canonical, namesOf, aliasesOf]) {
      for (const command of turn) {
        for (const word of wordsIn(command, textsOf)) {
          const known = byWord.get(word);
          if (!known) byWord.set(word, command);
          else if (known !== command) clashes.push({ word, command: command.name });
        }
      }
    }
  }
  const reachable = commands.filter((command) => byWord.get(folded(command.name)) === command);
  return {
    all: () => reachable,
    find: (word) => byWord.get(folded(word)),
    clashes,
    sheets: () => reachable.filter(({ isHidden }) => !isHidden).map((command) => sheetOf(command, textsOf)),
  };
}

function canonical({ name }: Command): readonly string[] {
  return [folded(name)];
}

function namesOf(command: Command, textsOf: TextsOf): readonly string[] {
  return LANGUAGES.map((language) => folded(nameOf(command, language, textsOf(language))));
}

function aliasesOf(command: Command, textsOf: TextsOf): readonly string[] {
  return LANGUAGES.flatMap((language) =>
    aliasesIn(command, language, textsOf(language)).map((alias) => folded(alias)),
  );
}

/** What it is called in that language, as it is typed. */
export function nameOf({ texts: prefix, words }: Command, language: Language, texts: Texts): string {
  return words ? words.names[language] : texts(`${prefix}.name`);
}

export function aliasesIn(
  { texts: prefix, words }: Command,
  language: Language,
  texts: Texts,
): readonly string[] {
  if (words) return words.aliases[language];
  return texts(`${prefix}.aliases`)
    .split(/\s+/)
    .filter((alias) => alias !== "");
}

export function aboutOf({ texts: prefix, words }: Command, language: Language, texts: Texts): string {
  return words ? words.about[language] : texts(`${prefix}.about`);
}

/** As one would type it, with the slash. */
export function exampleOf(command: Command, language: Language, texts: Texts): string {
  const { args = [], texts: prefix, words } = command;
  const name = nameOf(command, language, texts);
  if (args.length === 0) return `/${name}`;
  return `/${words ? (words.example?.[language] ?? name) : texts(`${prefix}.example`)}`;
}

function sheetOf(command: Command, textsOf: TextsOf): CommandSheet {
  const inEach = (say: (language: Language, texts: Texts) => string) => perLanguage(say, textsOf);
  return {
    name: command.name,
    names: inEach((language, texts) => nameOf(command, language, texts)),
    about: inEach((language, texts) => aboutOf(command, language, texts).slice(0, MOST_ABOUT)),
    args: (command.args ?? []).map((argument) => argumentSheet(command, argument, textsOf)),
    forAdmins: command.who === "admin" || command.who === "owner",
    where: command.where ?? "anywhere",
    onMessage: command.onMessage === true,
  };
}

function argumentSheet(command: Command, argument: Argument, textsOf: TextsOf): ArgumentSheet {
  const said = (what: "name" | "about") =>
    perLanguage((language, texts) => {
      const own = command.words?.args?.[argument.key]?.[what][language];
      return own ?? texts(`${command.texts}.arg.${argument.key}.${what}`);
    }, textsOf);
  const { key, type } = argument;
  return {
    ...{ key, type, name: said("name"), about: said("about"), isRequired: argument.isRequired === true },
    ...("min" in argument && argument.min !== undefined && { min: argument.min }),
    ...("max" in argument && argument.max !== undefined && { max: argument.max }),
    ...(argument.type === "choice" && {
      choices: argument.choices.map((value) => ({
        value,
        label: choiceLabels(command, key, value, textsOf),
      })),
    }),
    ...(argument.type === "text" && argument.completes && { completes: true }),
  };
}

function choiceLabels(command: Command, key: string, value: string, textsOf: TextsOf): PerLanguage<string> {
  if (command.words) return { "pt-BR": value, en: value, es: value };
  return perLanguage((_, texts) => texts(`${command.texts}.arg.${key}.${value}`), textsOf);
}

function perLanguage(
  say: (language: Language, texts: Texts) => string,
  textsOf: TextsOf,
): PerLanguage<string> {
  const one = (language: Language) => say(language, textsOf(language));
  return { "pt-BR": one("pt-BR"), en: one("en"), es: one("es") };
}
