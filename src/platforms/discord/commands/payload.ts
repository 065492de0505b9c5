// MateBot's commands as Discord registers them, in all languages at once; `register.ts` sends them.

import type { ArgumentSheet, CommandSheet, PerLanguage } from "../../../model/ask.ts";
import { isName, localized, menuName, menuWord, optionName, slashName } from "./names.ts";
import { LARGEST_COMMAND, sizeOf } from "./size.ts";

// Discord, interactions/application-commands: types of commands and of options, and how many of each.
const SLASH = 1;
const MESSAGE_MENU = 3;
const OPTION = { text: 3, integer: 4, boolean: 5, user: 6, number: 10, file: 11, choice: 3 } as const;
const MOST = { slash: 100, menu: 15, options: 25, choices: 25, text: 100 } as const;
const LONGEST_TEXT = 6000;
/** Discord, interaction contexts: 0 servers (where what is private is whispered), 1 direct messages with the bot. */
const CONTEXTS = { rooms: [0], private: [0, 1], anywhere: [0, 1] } as const;
/** MANAGE_GUILD; the server's admins may give it to others. */
const ADMINS = "32";
/** Installed in servers, by no person for themselves. */
const GUILD_INSTALL = 0;

function cut(text: string): string {
  const letters = [...text];
  return letters.length <= MOST.text ? text : `${letters.slice(0, MOST.text - 1).join("")}…`;
}

const short = (text: string) => cut(text.trim());
const shortOr = (text: string, instead: string) => short(text) || instead;
const validName = (text: string) => (isName(text) ? text : undefined);

/** `name` where there are no words: Discord wants some. */
function described(about: PerLanguage<string>, name: string) {
  return { description: shortOr(about.en, name), description_localizations: localized(about, short) };
}

function boundsOf({ type, min, max }: ArgumentSheet): object {
  if (min !== undefined && max !== undefined && min > max) return {};
  if (type === "integer" || type === "number")
    return { ...(min !== undefined && { min_value: min }), ...(max !== undefined && { max_value: max }) };
  if (type !== "text") return {};
  return {
    ...(min !== undefined && min > 0 && { min_length: Math.min(min, LONGEST_TEXT) }),
    ...(max !== undefined && max > 0 && { max_length: Math.min(max, LONGEST_TEXT) }),
  };
}

function choicesOf({ type, choices = [] }: ArgumentSheet): object {
  if (type !== "choice") return {};
  const fitting = choices.filter(({ value }) => value !== "" && [...value].length <= MOST.text);
  const named = fitting.map(({ value, label }) => ({
    name: shortOr(label.en, value),
    name_localizations: localized(label, short),
    value,
  }));
  const list = once(named, ({ name }) => name).slice(0, MOST.choices);
  return list.length > 0 ? { choices: list } : {};
}

function optionOf(argument: ArgumentSheet): object | undefined {
  const name = optionName(argument);
  if (name === undefined) return undefined;
  const { type, isRequired, completes } = argument;
  const mayComplete = type === "text" || type === "integer" || type === "number";
  return {
    ...{ type: OPTION[type], name, name_localizations: localized(argument.name, validName) },
    ...described(argument.about, name),
    ...(isRequired && { required: true }),
    // Not of choices: Discord wants one or the other.
    ...(completes && mayComplete && { autocomplete: true }),
    ...boundsOf(argument),
    ...choicesOf(argument),
  };
}

function optionsOf({ args }: CommandSheet): object {
  const inOrder = [
    ...args.filter(({ isRequired }) => isRequired),
    ...args.filter((each) => !each.isRequired),
  ];
  const options = once(inOrder, optionName)
    .flatMap((argument) => optionOf(argument) ?? [])
    .slice(0, MOST.options);
  return options.length > 0 ? { options } : {};
}

function shownTo({ forAdmins, where }: CommandSheet) {
  return {
    default_member_permissions: forAdmins ? ADMINS : null,
    contexts: CONTEXTS[where],
    integration_types: [GUILD_INSTALL],
  };
}

function slashCommand(sheet: CommandSheet, name: string): object {
  const name_localizations = localized(sheet.names, validName);
  return {
    type: SLASH,
    name,
    name_localizations,
    ...described(sheet.about, name),
    ...optionsOf(sheet),
    ...shownTo(sheet),
  };
}

function menuCommand(sheet: CommandSheet): object {
  const name_localizations = localized(sheet.names, menuWord);
  return { type: MESSAGE_MENU, name: menuName(sheet), name_localizations, ...shownTo(sheet) };
}

/** The first of each name: a second one would make Discord refuse them all. */
function once<T>(items: readonly T[], nameOf: (item: T) => string | undefined): readonly T[] {
  const seen = new Set<string | undefined>([undefined, ""]);
  return items.filter((item) => {
    const name = nameOf(item);
    if (seen.has(name)) return false;
    seen.add(name);
    return true;
  });
}

/**
 * The body of a bulk overwrite: at most 100 slash commands and 15 of the menu of messages, which Discord takes as they
 * are. What Discord cannot be told (a name it does not allow, a second command of the same name, one that is too long)
 * is left out.
 */
export function commandsPayload(sheets: readonly CommandSheet[]): readonly object[] {
  const slash = once(sheets, slashName)
    .map((sheet) => slashCommand(sheet, slashName(sheet) ?? sheet.name))
    .filter((command) => sizeOf(command) <= LARGEST_COMMAND)
    .slice(0, MOST.slash);
  const menu = once(
    sheets.filter(({ onMessage }) => onMessage),
    menuName,
  ).slice(0, MOST.menu);
  return [...slash, ...menu.map(menuCommand)];
}
