// Proves that no kind of thing Telegram sends was forgotten: the tables are whole, and the corpus shows every form.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { describeIf } from "../../../test/support/needs.ts";
import { type Form, type Kind, MESSAGE_FIELDS } from "./kinds.ts";
import { UPDATES } from "./kinds-updates.ts";
import { parseUpdate } from "./parse/parse.ts";
import { allowedUpdates } from "./receive/updates.ts";

type Data = Readonly<Record<string, unknown>>;

const corpus = new URL("../../../test/corpus/telegram/", import.meta.url);
const cases = readdirSync(corpus).map(
  (file) =>
    JSON.parse(readFileSync(new URL(file, corpus), "utf8")) as { update: Data; events: readonly unknown[] },
);
const telling = cases.filter(({ events }) => events.length > 0).map(({ update }) => update);
const kindsIn = (updates: readonly Data[]) => updates.flatMap((update) => Object.keys(update));
const fieldsIn = (updates: readonly Data[]) =>
  updates.flatMap((update) =>
    Object.entries(update).flatMap(([name, value]) =>
      /(message|post)$/.test(name) ? Object.keys(value as Data) : [],
    ),
  );

const TABLES: readonly (readonly [string, Readonly<Record<string, Kind>>, ReadonlySet<string>])[] = [
  ["message fields", MESSAGE_FIELDS, new Set(fieldsIn(telling))],
  ["updates", UPDATES, new Set(kindsIn(telling))],
];

const SILENT: ReadonlySet<Form> = new Set(["nothing", "unsaid"]);

describe.each(TABLES)("%s", (_name, table, shown) => {
  const crossing = Object.entries(table).filter(([, { as }]) => !SILENT.has(as));

  it.each(crossing.map(([key, { as }]) => [key, as]))("%s (%s) says something in the corpus", (key) => {
    expect(shown.has(key)).toBe(true);
  });

  it.each(Object.entries(table))("%s says what is shown, or why nothing is", (_key, { says }) => {
    expect(says).toMatch(/^\S.{4,}[^.]$/);
  });
});

describe("what has no form", () => {
  const message = {
    message_id: 5,
    date: 1,
    from: { id: 2, first_name: "Ana" },
    chat: { id: -1001, type: "supergroup", title: "G" },
    text: "words",
  };
  const eventsOf = (update: object) =>
    parseUpdate(
      {
        account: "telegram",
        key: "1",
        body: JSON.stringify({ update_id: 1, ...update }),
        receivedAt: 1,
      },
      { id: "1", username: "matebot", name: "MateBot" },
    );
  const fieldsOf = (form: Form) =>
    Object.entries<Kind>(MESSAGE_FIELDS).flatMap(([field, { as }]) => (as === form ? [field] : []));

  it.each(fieldsOf("unsaid"))("a message with %s says nothing, though it has words", (field) => {
    expect(eventsOf({ message: { ...message, [field]: {} } })).toEqual([]);
    expect(eventsOf({ edited_message: { ...message, [field]: {} } })).toEqual([]);
  });

  it.each(fieldsOf("nothing"))("a message is carried without its %s", (field) => {
    expect(eventsOf({ message: { ...message, [field]: {} } })).toEqual(eventsOf({ message }));
  });

  const nothing = Object.entries<Kind>(UPDATES).filter(([, { as }]) => as === "nothing");

  it.each(nothing.map(([field]) => field))("%s says nothing, though it looks like a message", (field) => {
    expect(eventsOf({ [field]: message })).toEqual([]);
  });

  it("is asked for no less than what crosses", () => {
    const crossing = Object.entries<Kind>(UPDATES).filter(([, { as }]) => as !== "nothing");
    expect(allowedUpdates).toEqual(expect.arrayContaining(crossing.map(([field]) => field)));
  });
});

const folder = process.env.MATEBOT_SPEC ?? join(import.meta.dirname, "../../../../shared/spec");
const file = join(folder, "telegram-bot-api.json");
const present = existsSync(file);
const MISSING = "telegram-bot-api.json is not here; MATEBOT_SPEC names its folder";

interface Type {
  readonly fields?: readonly { readonly name: string }[];
}

describeIf(present, MISSING, { always: false })("against the machine-readable Bot API", () => {
  const types: Readonly<Record<string, Type>> = present ? JSON.parse(readFileSync(file, "utf8")).types : {};

  it.each([
    ["Message", MESSAGE_FIELDS],
    ["Update", { update_id: undefined, ...UPDATES }],
  ])("every field of %s has its place", (name, table) => {
    const known = (types[name]?.fields ?? []).map((field) => field.name);
    expect(known.length).toBeGreaterThan(20);
    expect(known.filter((field) => !Object.hasOwn(table, field))).toEqual([]);
  });
});
