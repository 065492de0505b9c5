// Reads the buttons and rows below a message, as strictly as Discord; the message forms and the callbacks call it.

import type { Component } from "../records.ts";
import { badField, type FormFault } from "../rest/errors.ts";
import { type Fields, fieldsAt, integerAt, isFields, listAt, textAt, urlAt } from "./form.ts";
import { checkKeys, KEYS } from "./keys.ts";

type Path = FormFault["path"];

// Discord docs, components/reference.
const TYPE = { row: 1, button: 2 } as const;
const SELECTS: ReadonlySet<unknown> = new Set([3, 5, 6, 7, 8]);
const LINK = 5;
const PREMIUM = 6;

/** Finds a custom id that is used twice, which Discord refuses. */
export type CustomIds = Set<string>;

/** @throws ApiFailure 50035 */
export function readCustomId(value: unknown, path: Path, seen: CustomIds): string {
  const id = textAt(value, path, { min: 1, max: 100 });
  if (id === undefined) throw badField(path, "BASE_TYPE_REQUIRED", "This field is required");
  if (seen.has(id))
    throw badField(path, "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated");
  seen.add(id);
  return id;
}

export function mustBeOneOf(path: Path, allowed: readonly number[]): never {
  const list = allowed.length === 1 ? `(${allowed[0]},)` : `(${allowed.join(", ")})`;
  throw badField(path, "BASE_TYPE_CHOICES", `Value of field "type" must be one of ${list}.`);
}

function readButton(button: Fields, path: Path, seen: CustomIds): void {
  checkKeys(button, KEYS.button, "a button");
  const style = integerAt(button.style, [...path, "style"], { min: 1, max: PREMIUM });
  if (style === undefined) throw badField([...path, "style"], "BASE_TYPE_REQUIRED", "This field is required");
  const label = textAt(button.label, [...path, "label"], { max: 80 });
  if (!label && !button.emoji)
    throw badField(path, "BUTTON_COMPONENT_INVALID_LABEL", "A button must have a label or an emoji");
  if (style !== LINK) {
    if (button.url !== undefined)
      throw badField([...path, "url"], "BUTTON_COMPONENT_URL_FORBIDDEN", "Only link buttons have a url");
    readCustomId(button.custom_id, [...path, "custom_id"], seen);
    return;
  }
  if (button.custom_id !== undefined)
    throw badField(
      path,
      "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
      "A custom id and url cannot both be specified",
    );
  const address = urlAt(button.url, [...path, "url"], ["http", "https", "discord"]);
  if (address === undefined) throw badField([...path, "url"], "BASE_TYPE_REQUIRED", "This field is required");
  textAt(address, [...path, "url"], { max: 512 });
}

function readRow(row: Fields, path: Path, seen: CustomIds): void {
  checkKeys(row, KEYS.row, "an action row");
  const inside = [...path, "components"];
  const items = listAt(row.components, inside, 5) ?? [];
  if (items.length === 0)
    throw badField(inside, "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.");
  for (const [index, item] of items.entries()) {
    const at = [...inside, index];
    const fields = fieldsAt(item, at) ?? {};
    if (fields.type === TYPE.button) readButton(fields, at, seen);
    else if (!SELECTS.has(fields.type)) mustBeOneOf([...at, "type"], [2, 3, 5, 6, 7, 8]);
    else if (items.length > 1)
      throw badField(
        inside,
        "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
        "The specified component exceeds the maximum width",
      );
    else readCustomId(fields.custom_id, [...at, "custom_id"], seen);
  }
}

/** Every component gets a number, as Discord gives it to those that have none. */
function numbered(items: readonly unknown[], next: { id: number }): readonly Component[] {
  return items.map((item) => {
    const fields = item as Fields;
    const id = typeof fields.id === "number" ? fields.id : next.id++;
    const inside = fields.components;
    return { ...fields, id, ...(Array.isArray(inside) && { components: numbered(inside, next) }) };
  });
}

/** `v2`: with the flag that lets other components than rows stand alone. @throws ApiFailure 50035 */
export function readComponents(value: unknown, v2: boolean): readonly Component[] | undefined {
  if (value === null) return [];
  const rows = listAt(value, ["components"], v2 ? 40 : 5);
  if (rows === undefined) return undefined;
  const seen: CustomIds = new Set();
  for (const [index, item] of rows.entries()) {
    const path = ["components", index];
    const row = fieldsAt(item, path) ?? {};
    if (row.type === TYPE.row) readRow(row, path, seen);
    else if (!v2) mustBeOneOf([...path, "type"], [TYPE.row]);
  }
  return numbered(rows, { id: 1 });
}

/** All that can be pressed or chosen in there, at any depth. */
export function interactive(components: readonly Component[]): readonly Component[] {
  return components.flatMap((each) => [
    ...(typeof each.custom_id === "string" ? [each] : []),
    ...interactive([each.components, each.accessory].flat().filter(isFields)),
  ]);
}
