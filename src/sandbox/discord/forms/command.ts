// Reads what a request says of one command, as strictly as Discord; `rest/commands.ts` calls it.

import type { CommandForm, Localizations } from "../interactions/command-records.ts";
import { badField, type FormFault } from "../rest/errors.ts";
import { readOptions } from "./command-options.ts";
import { checkName, readLocalizations, readRequired, upTo } from "./command-words.ts";
import { codePoints, type Fields, integerAt, listAt } from "./form.ts";
import { checkKeys, KEYS } from "./keys.ts";

type Path = FormFault["path"];

const MOST_CHARACTERS = 8000;
const PERMISSIONS = /^\d{1,19}$/;

function readNumbers(value: unknown, path: Path, most: number): readonly number[] | undefined {
  return listAt(value, path, most + 1)?.map((item, index) => {
    const number = integerAt(item, [...path, index], { min: 0, max: most });
    if (number === undefined)
      throw badField([...path, index], "BASE_TYPE_REQUIRED", "This field is required");
    return number;
  });
}

function readPermissions(value: unknown, path: Path): bigint | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== "string" || !PERMISSIONS.test(value))
    throw badField(
      path,
      "BITFIELD_PERMISSION_TYPE",
      `Value "${String(value)}" is not a permission bitfield.`,
    );
  return BigInt(value);
}

function longest(text: string, others: Localizations | null): number {
  return Math.max(codePoints(text), ...Object.values(others ?? {}).map(codePoints));
}

/** Discord docs: names, descriptions and values together, the longest language of each. */
function sizeOf(command: CommandForm): number {
  let size =
    longest(command.name, command.nameLocalizations) +
    longest(command.description, command.descriptionLocalizations);
  for (const option of command.options) {
    size += longest(option.name, option.name_localizations);
    size += longest(option.description, option.description_localizations);
    for (const { name, name_localizations, value } of option.choices ?? [])
      size += longest(name, name_localizations) + codePoints(String(value));
  }
  return size;
}

/** Menus have neither description nor options, and their names may be written freely. */
function readWords(body: Fields, path: Path, isSlash: boolean) {
  const checked = isSlash ? checkName : upTo(32);
  const name = readRequired(body.name, [...path, "name"], 32);
  checked(name, [...path, "name"]);
  const nameLocalizations = readLocalizations(
    body.name_localizations,
    [...path, "name_localizations"],
    // Observed (discord-api-docs issue 7712): of commands the error does not say which language.
    (text) => checked(text, [...path, "name_localizations"]),
  );
  if (isSlash)
    return {
      name,
      nameLocalizations,
      description: readRequired(body.description, [...path, "description"], 100),
      descriptionLocalizations: readLocalizations(
        body.description_localizations,
        [...path, "description_localizations"],
        upTo(100),
      ),
    };
  if (body.description)
    throw badField(
      [...path, "description"],
      "APPLICATION_COMMAND_INVALID_DESCRIPTION",
      "Context menu commands cannot have a description",
    );
  return { name, nameLocalizations, description: "", descriptionLocalizations: null };
}

/** `path`: where it stands in the body, for the errors. @throws ApiFailure 50035 */
export function readCommand(body: Fields, path: Path): CommandForm {
  checkKeys(body, KEYS.command, "a command");
  const type = (integerAt(body.type, [...path, "type"], { min: 1, max: 3 }) ?? 1) as 1 | 2 | 3;
  const options = readOptions(body.options, [...path, "options"]);
  if (type !== 1 && options.length > 0)
    throw badField(
      [...path, "options"],
      "APPLICATION_COMMAND_INVALID_OPTIONS",
      "Context menu commands cannot have options",
    );
  const form: CommandForm = {
    type,
    ...readWords(body, path, type === 1),
    options,
    permissions: readPermissions(body.default_member_permissions, [...path, "default_member_permissions"]),
    contexts: readNumbers(body.contexts, [...path, "contexts"], 2) ?? null,
    integrationTypes: readNumbers(body.integration_types, [...path, "integration_types"], 1) ?? [0],
  };
  if (sizeOf(form) > MOST_CHARACTERS)
    throw badField(
      path,
      "APPLICATION_COMMAND_TOO_LARGE",
      `Command exceeds maximum size (${MOST_CHARACTERS})`,
    );
  return form;
}
