// Reads the options of a command and their choices, as strictly as Discord; `command.ts` calls it.

import type { ChoiceRecord, OptionRecord } from "../interactions/command-records.ts";
import { badField, type FormFault, sandboxRefusal } from "../rest/errors.ts";
import { checkName, readLocalizations, readRequired, upTo } from "./command-words.ts";
import { type Fields, fieldsAt, integerAt, listAt } from "./form.ts";
import { checkKeys, KEYS } from "./keys.ts";

type Path = FormFault["path"];

// Discord docs, interactions/application-commands: option types.
export const OPTION = { text: 3, integer: 4, boolean: 5, user: 6, number: 10, attachment: 11 } as const;
const SIMULATED: ReadonlySet<number> = new Set(Object.values(OPTION));
const MOST = 25;
/** Discord docs: what a number may be. */
const BOUND = 2 ** 53;
const MOST_LENGTH = 6000;

function isNumeric(type: number): boolean {
  return type === OPTION.integer || type === OPTION.number;
}

function readValue(value: unknown, type: number, path: Path): string | number {
  if (type === OPTION.text) return readRequired(value, path, 100);
  if (type === OPTION.integer) {
    const number = integerAt(value, path, { min: -BOUND, max: BOUND });
    if (number === undefined) throw badField(path, "BASE_TYPE_REQUIRED", "This field is required");
    return number;
  }
  if (typeof value !== "number")
    throw badField(path, "NUMBER_TYPE_COERCE", `Value "${String(value)}" is not float.`);
  return value;
}

/** `path` of the list; also for what an application proposes. @throws ApiFailure 50035 */
export function readChoices(value: unknown, type: number, path: Path): readonly ChoiceRecord[] | undefined {
  const choices = listAt(value, path, MOST)?.map((item, index) => {
    const at = [...path, index];
    const choice = fieldsAt(item, at) ?? {};
    checkKeys(choice, KEYS.commandChoice, "a choice");
    return {
      name: readRequired(choice.name, [...at, "name"], 100),
      name_localizations: readLocalizations(
        choice.name_localizations,
        [...at, "name_localizations"],
        upTo(100),
      ),
      value: readValue(choice.value, type, [...at, "value"]),
    };
  });
  for (const [index, { name }] of (choices ?? []).entries())
    if (choices?.slice(0, index).some((other) => other.name === name))
      throw badField(
        [...path, index, "name"],
        "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_ALREADY_EXISTS",
        "Choice name already exists",
      );
  return choices;
}

function wrong(path: Path, code: string, message: string): never {
  throw badField(path, code, message);
}

function readBounds(option: Fields, type: number, path: Path) {
  const bounds: Partial<Record<"min_value" | "max_value" | "min_length" | "max_length", number>> = {};
  for (const name of ["min_value", "max_value"] as const) {
    if (option[name] === undefined) continue;
    if (!isNumeric(type))
      wrong([...path, name], "APPLICATION_COMMAND_OPTION_TYPE", "Only numbers have values");
    bounds[name] = Number(readValue(option[name], type, [...path, name]));
  }
  for (const [name, least] of [
    ["min_length", 0],
    ["max_length", 1],
  ] as const) {
    if (option[name] === undefined) continue;
    if (type !== OPTION.text)
      wrong([...path, name], "APPLICATION_COMMAND_OPTION_TYPE", "Only texts have lengths");
    const length = integerAt(option[name], [...path, name], { min: least, max: MOST_LENGTH });
    if (length !== undefined) bounds[name] = length;
  }
  const { min_value, max_value, min_length, max_length } = bounds;
  if ((min_value ?? -Infinity) > (max_value ?? Infinity) || (min_length ?? 0) > (max_length ?? MOST_LENGTH))
    wrong(path, "APPLICATION_COMMAND_OPTION_BOUNDS", "The minimum is above the maximum");
  return bounds;
}

function readOption(item: unknown, path: Path): OptionRecord {
  const option = fieldsAt(item, path) ?? {};
  checkKeys(option, KEYS.commandOption, "an option");
  const type = integerAt(option.type, [...path, "type"], { min: 1, max: 11 });
  if (type === undefined) return wrong([...path, "type"], "BASE_TYPE_REQUIRED", "This field is required");
  if (!SIMULATED.has(type)) throw sandboxRefusal(`options of type ${type} are not simulated`);
  const name = readRequired(option.name, [...path, "name"], 32);
  checkName(name, [...path, "name"]);
  const choices = readChoices(option.choices, type, [...path, "choices"]);
  const completes = option.autocomplete === true;
  if (choices?.length && !isNumeric(type) && type !== OPTION.text)
    wrong([...path, "choices"], "APPLICATION_COMMAND_OPTION_TYPE", "Only texts and numbers have choices");
  if (completes && (choices?.length || (!isNumeric(type) && type !== OPTION.text)))
    wrong(
      [...path, "autocomplete"],
      "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE",
      "Autocomplete needs a text or number without choices",
    );
  return {
    ...{ type, name },
    name_localizations: readLocalizations(
      option.name_localizations,
      [...path, "name_localizations"],
      checkName,
    ),
    description: readRequired(option.description, [...path, "description"], 100),
    description_localizations: readLocalizations(
      option.description_localizations,
      [...path, "description_localizations"],
      upTo(100),
    ),
    ...(option.required === true && { required: true }),
    ...(completes && { autocomplete: true }),
    ...(choices?.length && { choices }),
    ...readBounds(option, type, path),
  };
}

/** The required ones first, no name twice. @throws ApiFailure 50035 */
export function readOptions(value: unknown, path: Path): readonly OptionRecord[] {
  const options = (listAt(value, path, MOST) ?? []).map((item, index) => readOption(item, [...path, index]));
  for (const [index, { name, required }] of options.entries()) {
    const earlier = options.slice(0, index);
    if (earlier.some((other) => other.name === name))
      wrong(
        [...path, index, "name"],
        "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS",
        "Option name already exists",
      );
    if (required && earlier.some((other) => !other.required))
      wrong(
        [...path, index],
        "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
        "Required options must be placed before non-required options",
      );
  }
  return options;
}
