// Reads and checks the fields of a request body with Discord's form errors; the message and webhook forms build on it.

import { badField, type FormFault } from "../rest/errors.ts";
import { isSnowflake } from "../snowflake.ts";

export type Fields = Readonly<Record<string, unknown>>;
type Path = FormFault["path"];

/** Length as Discord counts it: Unicode code points. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A nested object; undefined when absent or null. @throws ApiFailure 50035 */
export function fieldsAt(value: unknown, path: Path): Fields | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isFields(value))
    throw badField(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType");
  return value;
}

/** A text within its limits; undefined when absent or null. @throws ApiFailure 50035 */
export function textAt(
  value: unknown,
  path: Path,
  limits: { min?: number; max: number },
): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string")
    throw badField(path, "STRING_TYPE_CONVERT", `Could not interpret "${String(value)}" as string.`);
  const length = codePoints(value);
  const min = limits.min ?? 0;
  if (min > 0 && length === 0) throw badField(path, "BASE_TYPE_REQUIRED", "This field is required");
  if (length > limits.max || length < min)
    throw min > 0
      ? badField(path, "BASE_TYPE_BAD_LENGTH", `Must be between ${min} and ${limits.max} in length.`)
      : badField(path, "BASE_TYPE_MAX_LENGTH", `Must be ${limits.max} or fewer in length.`);
  return value;
}

/** A whole number within its limits; undefined when absent or null. @throws ApiFailure 50035 */
export function integerAt(
  value: unknown,
  path: Path,
  limits: { min: number; max: number },
): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value))
    throw badField(path, "NUMBER_TYPE_COERCE", `Value "${String(value)}" is not int.`);
  if (value < limits.min)
    throw badField(path, "NUMBER_TYPE_MIN", `int value should be greater than or equal to ${limits.min}.`);
  if (value > limits.max)
    throw badField(path, "NUMBER_TYPE_MAX", `int value should be less than or equal to ${limits.max}.`);
  return value;
}

/** A list within its length; undefined when absent or null. @throws ApiFailure 50035 */
export function listAt(value: unknown, path: Path, max: number): readonly unknown[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value))
    throw badField(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType");
  if (value.length > max) throw badField(path, "BASE_TYPE_MAX_LENGTH", `Must be ${max} or fewer in length.`);
  return value;
}

/** An id written as a string. @throws ApiFailure 50035 */
export function snowflakeAt(value: unknown, path: Path): string {
  if (!isSnowflake(value))
    throw badField(path, "NUMBER_TYPE_COERCE", `Value "${String(value)}" is not snowflake.`);
  return value;
}

/** A web address. @throws ApiFailure 50035 */
export function urlAt(value: unknown, path: Path, schemes: readonly string[]): string | undefined {
  const text = textAt(value, path, { max: 2048 });
  if (text === undefined) return undefined;
  const scheme = URL.parse(text)?.protocol.slice(0, -1);
  if (scheme === undefined || !schemes.includes(scheme))
    throw badField(
      path,
      scheme === undefined ? "URL_TYPE_INVALID_URL" : "URL_TYPE_INVALID_SCHEME",
      scheme === undefined
        ? "Not a well formed URL."
        : `Scheme "${scheme}" is not supported. Scheme must be one of ('${schemes.join("', '")}').`,
    );
  return text;
}
