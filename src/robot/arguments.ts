// Reads what stands behind a command as the types that its definition names; pure, `answering.ts` calls it.

import type { Asked, OptionValue } from "../model/ask.ts";
import type { Language, Texts } from "../model/texts.ts";
import { type Argument, type Arguments, type Command, Refusal } from "./command.ts";
import { exampleOf, type TextsOf } from "./registry.ts";
import { folded, tokens } from "./words.ts";

const LANGUAGES: readonly Language[] = ["pt-BR", "en", "es"];

const NUMBER = /^[-+]?\d+([.,]\d+)?$/;

interface Reader {
  readonly command: Command;
  readonly language: Language;
  readonly texts: Texts;
  readonly textsOf: TextsOf;
}

type CommandAsked = Extract<Asked, { kind: "command" }>;

/** @throws Refusal that names the argument, what is expected and an example */
export function readArguments(asked: CommandAsked, reader: Reader): Arguments {
  const { args = [] } = reader.command;
  const found = asked.options ? fromOptions(asked.options, reader) : fromWords(asked.words, reader);
  const files = asked.files.length + (asked.about?.files.length ?? 0);
  for (const argument of args) {
    const isThere = argument.type === "file" ? files > 0 : found[argument.key] !== undefined;
    if (argument.isRequired && !isThere) throw wrong("robot.argument.missing", argument, reader);
  }
  return found;
}

function fromOptions(options: Readonly<Record<string, OptionValue>>, reader: Reader): Arguments {
  const { args = [] } = reader.command;
  return Object.fromEntries(
    args.flatMap((argument) => {
      const value = options[argument.key];
      if (value === undefined || argument.type === "file") return [];
      return [[argument.key, checked(String(value), argument, reader)]];
    }),
  );
}

function fromWords(words: string, reader: Reader): Arguments {
  const args = (reader.command.args ?? []).filter(({ type }) => type !== "file");
  const all = tokens(words);
  const found: Record<string, string | number | boolean | undefined> = {};
  let next = 0;
  for (const argument of args) {
    const token = all[next];
    if (!token) break;
    const isRest = argument.type === "text" && argument.rest === true;
    const value = isRest ? words.slice(token.at).trim() : token.word;
    const read = readable(value, argument, reader);
    // A number out of bounds was meant for the argument that takes numbers.
    const isMeant = "min" in argument && NUMBER.test(value);
    if (read === undefined && !isMeant && !argument.isRequired && argument !== args.at(-1)) continue;
    found[argument.key] = read ?? checked(value, argument, reader);
    next = isRest ? all.length : next + 1;
  }
  const extra = all[next];
  if (extra && args.length > 0) throw wrong("robot.argument.extra", undefined, reader, extra.word);
  return found;
}

function checked(value: string, argument: Argument, reader: Reader): string | number | boolean {
  const read = readable(value, argument, reader);
  if (read !== undefined) return read;
  if (argument.type === "text")
    throw wrong("robot.argument.long", argument, reader, String(argument.most ?? 0));
  throw wrong(`robot.argument.${argument.type}`, argument, reader, value);
}

/** Undefined when it is none of the type. */
function readable(value: string, argument: Argument, reader: Reader): string | number | boolean | undefined {
  switch (argument.type) {
    case "text":
      return argument.most !== undefined && [...value].length > argument.most ? undefined : value;
    case "user":
      return value === "" ? undefined : value;
    case "integer":
    case "number":
      return numberIn(value, argument);
    case "boolean":
      return booleanIn(value, reader);
    case "choice":
      return choiceIn(value, argument, reader);
    case "file":
      return undefined;
  }
}

function numberIn(
  value: string,
  {
    type,
    min = Number.NEGATIVE_INFINITY,
    max = Number.POSITIVE_INFINITY,
  }: Argument & { min?: number; max?: number },
): number | undefined {
  const number = NUMBER.test(value) ? Number(value.replace(",", ".")) : Number.NaN;
  const isRight = type === "integer" ? Number.isSafeInteger(number) : Number.isFinite(number);
  return isRight && number >= min && number <= max ? number : undefined;
}

function booleanIn(value: string, { textsOf }: Reader): boolean | undefined {
  const says = (key: string) =>
    LANGUAGES.some((language) => textsOf(language)(key).split(" ").includes(folded(value)));
  if (value === "true" || says("robot.words.yes")) return true;
  return value === "false" || says("robot.words.no") ? false : undefined;
}

function choiceIn(
  value: string,
  { key, choices }: Extract<Argument, { type: "choice" }>,
  { command, textsOf }: Reader,
): string | undefined {
  const wanted = folded(value);
  return choices.find(
    (choice) =>
      folded(choice) === wanted ||
      (!command.words &&
        LANGUAGES.some(
          (language) => folded(textsOf(language)(`${command.texts}.arg.${key}.${choice}`)) === wanted,
        )),
  );
}

function wrong(key: string, argument: Argument | undefined, reader: Reader, value = ""): Refusal {
  const { command, language, texts } = reader;
  const name = argument && nameOf(argument, reader);
  const bounds = argument && "min" in argument ? { min: argument.min ?? 0, max: argument.max ?? 0 } : {};
  const choices =
    argument?.type === "choice" && !command.words
      ? argument.choices.map((choice) => texts(`${command.texts}.arg.${argument.key}.${choice}`)).join(", ")
      : "";
  const bound = argument && "min" in argument && argument.min !== undefined && argument.max !== undefined;
  return new Refusal(key, {
    ...{
      argument: name ?? "",
      value: value.slice(0, 40),
      choices,
      example: exampleOf(command, language, texts),
    },
    ...{ min: 0, max: 0, ...bounds, bound: bound ? "yes" : "no" },
  });
}

function nameOf({ key }: Argument, { command, language, texts }: Reader): string {
  return command.words?.args?.[key]?.name[language] ?? texts(`${command.texts}.arg.${key}.name`);
}
