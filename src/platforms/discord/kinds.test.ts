// Proves that no kind of thing Discord sends was forgotten: the tables are whole, and the corpus shows every form.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { MessageType } from "discord-api-types/v10";
import { describe, expect, it } from "vitest";
import { describeIf } from "../../../test/support/needs.ts";
import type { Directory } from "./account/directory.ts";
import {
  ATTACHMENT_FLAGS,
  COMPONENT_TYPES,
  EMBED_TYPES,
  type Kind,
  MESSAGE_FIELDS,
  MESSAGE_FLAGS,
  MESSAGE_TYPES,
  STICKER_FORMATS,
} from "./kinds.ts";
import { GATEWAY_EVENTS, isStored } from "./kinds-events.ts";
import { parseDispatch } from "./parse/parse.ts";

type Data = Readonly<Record<string, unknown>>;

const corpus = new URL("../../../test/corpus/discord/", import.meta.url);
const dispatches = readdirSync(corpus).map(
  (file) =>
    (JSON.parse(readFileSync(new URL(file, corpus), "utf8")) as { dispatch: { t: string; d: Data } })
      .dispatch,
);
const messages = dispatches.filter(({ t }) => /^MESSAGE_(CREATE|UPDATE)$/.test(t)).map(({ d }) => d);

/** Everything of this name, however deep it stands. */
function valuesOf(name: string, value: unknown): readonly unknown[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(key === name ? [inner] : []),
    ...valuesOf(name, inner),
  ]);
}

const listed = (name: string) => valuesOf(name, messages).flat() as readonly Data[];
const typesOf = (things: readonly Data[]) => new Set(things.map(({ type }) => String(type)));
const bitsOf = (things: readonly Data[]) => {
  const bits = things.reduce((sum, { flags }) => sum | Number(flags ?? 0), 0);
  return new Set(Array.from({ length: 31 }, (_, i) => String(1 << i)).filter((bit) => bits & Number(bit)));
};
const deep = (component: unknown): readonly Data[] => {
  const each = component as Data;
  return [each, ...((each.components ?? []) as unknown[]), each.accessory ?? []].flat() as readonly Data[];
};
const allComponents = listed("components").flatMap(deep).flatMap(deep).flatMap(deep);
const contents = [...messages, ...valuesOf("message", messages)] as readonly Data[];
const isSaid = (value: unknown) => value !== null && (!Array.isArray(value) || value.length > 0);

const TABLES: readonly (readonly [string, Readonly<Record<string, Kind>>, ReadonlySet<string>])[] = [
  ["message types", MESSAGE_TYPES, typesOf(messages)],
  ["message flags", MESSAGE_FLAGS, bitsOf(contents)],
  ["attachment flags", ATTACHMENT_FLAGS, bitsOf(listed("attachments"))],
  ["embed types", EMBED_TYPES, typesOf(listed("embeds"))],
  ["component types", COMPONENT_TYPES, typesOf(allComponents)],
  [
    "sticker formats",
    STICKER_FORMATS,
    new Set(listed("sticker_items").map((item) => String(item.format_type))),
  ],
  [
    "message fields",
    MESSAGE_FIELDS,
    new Set(messages.flatMap((data) => Object.keys(data).filter((key) => isSaid(data[key])))),
  ],
  ["events", GATEWAY_EVENTS, new Set(dispatches.map(({ t }) => t))],
];

/** Read elsewhere than in the corpus: the connection's own events, and what only the Gateway's tests see. */
const ELSEWHERE = /^(READY|RESUMED|GUILD_|CHANNEL_(CREATE|DELETE)|THREAD_LIST_SYNC|WEBHOOKS_UPDATE)/;

describe.each(TABLES)("%s", (_name, table, shown) => {
  const crossing = Object.entries(table).filter(([key, { as }]) => as !== "nothing" && !ELSEWHERE.test(key));

  it.each(crossing.map(([key, { as }]) => [key, as]))("%s (%s) is in the corpus", (key) => {
    // What is read in part stands in many rows under other names; it need not stand in one of its own.
    const isRead = table === MESSAGE_FIELDS && table[key]?.as === "inside";
    expect(isRead || shown.has(key)).toBe(true);
  });

  it.each(Object.entries(table))("%s says what is shown, or why nothing is", (_key, { says }) => {
    expect(says).toMatch(/^\S.{4,}[^.]$/);
  });
});

describe("what has no form", () => {
  const directory: Directory = {
    self: { userId: "1", applicationId: "1" },
    channel: () => undefined,
    roleName: () => undefined,
    isOwnWebhook: () => false,
  };
  const d = { id: "5", channel_id: "6", author: { id: "7" }, content: "words" };
  const eventsOf = (t: string, more: object) =>
    parseDispatch(
      { account: "discord", key: "k", body: JSON.stringify({ t, d: { ...d, ...more } }), receivedAt: 1 },
      directory,
    );
  const nothing = Object.entries<Kind>(MESSAGE_TYPES).filter(([, { as }]) => as === "nothing");

  it.each(nothing.map(([type]) => [MessageType[Number(type)] ?? type, Number(type)] as const))(
    "%s (%d) says nothing, though it has words",
    (_name, type) => {
      expect(eventsOf("MESSAGE_CREATE", { type })).toEqual([]);
      expect(eventsOf("MESSAGE_UPDATE", { type })).toEqual([]);
    },
  );

  it.each(Object.keys(GATEWAY_EVENTS).filter((event) => !isStored(event)))("%s is not stored", (event) => {
    expect(eventsOf(event, {})).toEqual([]);
  });

  it("an event nobody knows is not stored, and says nothing", () => {
    expect(isStored("SOMETHING_NEW")).toBe(false);
    expect(isStored("toString")).toBe(false);
    expect(eventsOf("SOMETHING_NEW", {})).toEqual([]);
  });
});

const folder = process.env.MATEBOT_SPEC ?? join(import.meta.dirname, "../../../../shared/spec");
const file = join(folder, "discord-openapi.json");
const present = existsSync(file);
const MISSING = "discord-openapi.json is not here; MATEBOT_SPEC names its folder";

interface Schema {
  readonly oneOf?: readonly { readonly const: number; readonly title: string }[];
  readonly properties?: Readonly<Record<string, unknown>>;
}

describeIf(present, MISSING, { always: false })("against Discord's OpenAPI document", () => {
  const schemas: Readonly<Record<string, Schema>> = present
    ? JSON.parse(readFileSync(file, "utf8")).components.schemas
    : {};

  it.each([
    ["MessageType", MESSAGE_TYPES],
    ["MessageComponentTypes", COMPONENT_TYPES],
    ["StickerFormatTypes", STICKER_FORMATS],
  ])("every %s has its place", (name, table) => {
    const known = schemas[name]?.oneOf ?? [];
    expect(known.length).toBeGreaterThan(3);
    expect(known.filter((each) => !Object.hasOwn(table, each.const)).map(({ title }) => title)).toEqual([]);
  });

  it.each(["MessageResponse", "MinimalContentMessageResponse"])("every field of %s has its place", (name) => {
    const known = Object.keys(schemas[name]?.properties ?? {});
    expect(known.length).toBeGreaterThan(8);
    expect(known.filter((field) => !Object.hasOwn(MESSAGE_FIELDS, field))).toEqual([]);
  });
});
