// Reads the words of a command, in one language and in many; the forms of commands and of options call it.

import type { Localizations } from "../interactions/command-records.ts";
import { badField, type FormFault } from "../rest/errors.ts";
import { fieldsAt, textAt } from "./form.ts";

type Path = FormFault["path"];

// Discord docs, reference/locales, and the specification's AvailableLocalesEnum.
const LOCALES: ReadonlySet<string> = new Set(
  "ar bg cs da de el en-GB en-US es-419 es-ES fi fr he hi hr hu id it ja ko lt nl no pl pt-BR ro ru sv-SE th tr uk vi zh-CN zh-TW".split(
    " ",
  ),
);
// Discord docs, interactions/application-commands: names of slash commands and of options.
const NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;

/** @throws ApiFailure 50035 */
export function checkName(name: string, path: Path): void {
  if (!NAME.test(name) || name !== name.toLowerCase())
    throw badField(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid");
}

/** A text in several languages; null when there is none. @throws ApiFailure 50035 */
export function readLocalizations(
  value: unknown,
  path: Path,
  check: (text: string, path: Path) => void,
): Localizations | null {
  const fields = fieldsAt(value, path);
  if (fields === undefined || Object.keys(fields).length === 0) return null;
  const out: Record<string, string> = {};
  for (const [locale, text] of Object.entries(fields)) {
    const at = [...path, locale];
    if (!LOCALES.has(locale)) throw badField(at, "BASE_TYPE_CHOICES", `"${locale}" is not a known locale.`);
    if (text === null) continue;
    if (typeof text !== "string")
      throw badField(at, "STRING_TYPE_CONVERT", `Could not interpret "${String(text)}" as string.`);
    check(text, at);
    out[locale] = text;
  }
  return out;
}

/** @throws ApiFailure 50035 */
export function readRequired(value: unknown, path: Path, max: number): string {
  const text = textAt(value, path, { min: 1, max });
  if (text === undefined) throw badField(path, "BASE_TYPE_REQUIRED", "This field is required");
  return text;
}

export const upTo = (max: number) => (text: string, path: Path) => {
  readRequired(text, path, max);
};
