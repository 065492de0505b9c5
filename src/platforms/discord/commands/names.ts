// How MateBot's commands and their arguments are called on Discord; the payload and whoever reads an interaction ask here.

import type { ArgumentSheet, CommandSheet, PerLanguage } from "../../../model/ask.ts";

// Discord, interactions/application-commands: names of slash commands and options; always in lower case.
const NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;
const LONGEST_MENU_NAME = 32;

/** Discord knows two kinds of Spanish, and MateBot one. */
export const LOCALES = { "pt-BR": "pt-BR", "es-ES": "es", "es-419": "es" } as const;

export function isName(text: string): boolean {
  return NAME.test(text) && text === text.toLowerCase();
}

/** The name it is registered by, which interactions bring back; undefined when Discord would take none. */
export function slashName({ name, names }: CommandSheet): string | undefined {
  return [names.en, name].find(isName);
}

/** The same of an argument. */
export function optionName({ key, name }: ArgumentSheet): string | undefined {
  return [name.en, key].find(isName);
}

/** As it stands in the menu of a message: `save-quote` becomes `Save quote`. */
export function menuWord(name: string): string {
  const words = name.replaceAll(/[-_]+/g, " ").trim();
  const [first = "", ...others] = words;
  return [...first.toLocaleUpperCase(), ...others].slice(0, LONGEST_MENU_NAME).join("");
}

/** The name it is registered by in the menu of messages. */
export function menuName(sheet: CommandSheet): string {
  return menuWord(sheet.names.en);
}

/** Names in the other languages; without those that Discord would not take. */
export function localized(
  words: PerLanguage<string>,
  make: (text: string) => string | undefined,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(LOCALES).flatMap(([locale, language]) => {
      const text = make(words[language]);
      return text ? [[locale, text]] : [];
    }),
  );
}

/** The command that an interaction names by its registered name; `menu`: chosen in the menu of a message. */
export function sheetOf(
  sheets: readonly CommandSheet[],
  name: string,
  menu: boolean,
): CommandSheet | undefined {
  return sheets.find((sheet) =>
    menu ? sheet.onMessage && menuName(sheet) === name : slashName(sheet) === name,
  );
}
