// Reads a form that an application shows in answer to an interaction, as strictly as Discord; the callbacks call it.

import type { ModalField, ModalRecord } from "../interactions/records.ts";
import { badField, type FormFault } from "../rest/errors.ts";
import { type CustomIds, mustBeOneOf, readCustomId } from "./component.ts";
import { type Fields, fieldsAt, integerAt, listAt, textAt } from "./form.ts";
import { checkKeys, KEYS } from "./keys.ts";

type Path = FormFault["path"];

// Discord docs, components/reference.
const TYPE = { row: 1, text: 4, words: 10, label: 18 } as const;
const MOST_FIELDS = 5;
const MOST_TEXT = 4000;

function required<T>(value: T | undefined, path: Path): T {
  if (value === undefined) throw badField(path, "BASE_TYPE_REQUIRED", "This field is required");
  return value;
}

function readInput(value: unknown, path: Path, seen: CustomIds, label: string | undefined): ModalField {
  const input = fieldsAt(value, path) ?? {};
  if (input.type !== TYPE.text) mustBeOneOf([...path, "type"], [TYPE.text]);
  checkKeys(input, KEYS.modalText, "a text input");
  const name = readCustomId(input.custom_id, [...path, "custom_id"], seen);
  required(integerAt(input.style, [...path, "style"], { min: 1, max: 2 }), [...path, "style"]);
  textAt(input.placeholder, [...path, "placeholder"], { max: 100 });
  const own = textAt(input.label, [...path, "label"], { min: 1, max: 45 });
  if (label !== undefined && own !== undefined)
    throw badField([...path, "label"], "COMPONENT_LABEL_FORBIDDEN", "The Label names this input");
  const min = integerAt(input.min_length, [...path, "min_length"], { min: 0, max: MOST_TEXT }) ?? 0;
  const max = integerAt(input.max_length, [...path, "max_length"], { min: 1, max: MOST_TEXT }) ?? MOST_TEXT;
  if (min > max)
    throw badField([...path, "min_length"], "BASE_TYPE_BAD_LENGTH", "The minimum is above the maximum");
  const preset = textAt(input.value, [...path, "value"], { max }) ?? "";
  // Discord docs: a field must be filled in unless `required` is false.
  const least = input.required === false ? 0 : Math.max(1, min);
  return {
    ...{ name, value: preset, max, min: least },
    label: label ?? required(own, [...path, "label"]),
    holder: label === undefined ? TYPE.row : TYPE.label,
  };
}

function readHolder(item: unknown, path: Path, seen: CustomIds): readonly ModalField[] {
  const holder = fieldsAt(item, path) ?? {};
  if (holder.type === TYPE.words) return [];
  if (holder.type === TYPE.row) {
    checkKeys(holder, KEYS.row, "an action row of a form");
    const inside = [...path, "components"];
    const [input, ...others] = listAt(holder.components, inside, 5) ?? [];
    if (input === undefined || others.length > 0)
      throw badField(inside, "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 1 in length.");
    return [readInput(input, [...inside, 0], seen, undefined)];
  }
  if (holder.type !== TYPE.label) return mustBeOneOf([...path, "type"], [TYPE.row, TYPE.words, TYPE.label]);
  checkKeys(holder, KEYS.modalLabel, "a label");
  const label = required(textAt(holder.label, [...path, "label"], { min: 1, max: 45 }), [...path, "label"]);
  textAt(holder.description, [...path, "description"], { max: 100 });
  return [readInput(holder.component, [...path, "component"], seen, label)];
}

/** @throws ApiFailure 50035 */
export function readModal(body: Fields): ModalRecord {
  checkKeys(body, KEYS.callbackModal, "a form");
  const title = required(textAt(body.title, ["title"], { min: 1, max: 45 }), ["title"]);
  const customId = readCustomId(body.custom_id, ["custom_id"], new Set());
  const seen: CustomIds = new Set();
  const items = listAt(body.components, ["components"], MOST_FIELDS) ?? [];
  if (items.length === 0)
    throw badField(["components"], "BASE_TYPE_BAD_LENGTH", `Must be between 1 and ${MOST_FIELDS} in length.`);
  const fields = items.flatMap((item, index) => readHolder(item, ["components", index], seen));
  return { title, customId, fields };
}

/** What the client sends back, each field in the holder it came in. */
export function sentForm(
  { customId, fields }: ModalRecord,
  values: Readonly<Record<string, string>>,
): object {
  let id = 1;
  const components = fields.map(({ name, holder, value }) => {
    const outer = id++;
    const input = { type: TYPE.text, id: id++, custom_id: name, value: values[name] ?? value };
    const inside = holder === TYPE.label ? { component: input } : { components: [input] };
    return { type: holder, id: outer, ...inside };
  });
  return { custom_id: customId, components };
}
