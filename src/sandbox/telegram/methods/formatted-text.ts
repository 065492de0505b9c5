// Text and entities on their way into a message: parsing, cleaning, repair, detection, limits. Used by all senders.

import { badRequest, refuseUnknownKeys, sandboxError } from "../http/api-error.ts";
import type { Params } from "../http/request-params.ts";
import { type Entity, isRecord, type User } from "../types.ts";
import { detectEntities } from "./entities-detect.ts";
import { repairEntities, sortEntities } from "./entities-repair.ts";

export interface FormattedText {
  readonly text: string;
  readonly entities: readonly Entity[];
}

const SENT_TYPES: ReadonlySet<string> = new Set([
  "bold",
  "italic",
  "underline",
  "strikethrough",
  "spoiler",
  "blockquote",
  "expandable_blockquote",
  "code",
  "pre",
  "text_link",
  "text_mention",
  "custom_emoji",
  "date_time",
]);
/** Accepted and ignored: the server finds them again by itself. */
const DETECTED_TYPES: ReadonlySet<string> = new Set([
  "mention",
  "hashtag",
  "cashtag",
  "bot_command",
  "url",
  "email",
  "phone_number",
  "bank_card",
]);
const ENTITY_KEYS: readonly string[] = [
  "type",
  "offset",
  "length",
  "url",
  "user",
  "language",
  "custom_emoji_id",
  "unix_time",
  "date_time_format",
];
const MAX_ENTITIES = 100;
const MAX_ENTITY_BYTES = 9500;
/** Client.cpp: text longer than this is refused before parsing. */
const MAX_RAW_BYTES = 32_768;

/** Length as Telegram counts it. Bot API 10.1, sendMessage: 1-4096 code points after entities parsing. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** The text of `textName` with the entities of `entitiesName`, as a method received them. @throws ApiError */
export function textFromParams(
  params: Params,
  textName: string,
  entitiesName: string,
  findUser: (id: number) => User | undefined,
): FormattedText {
  const raw = params.text(textName);
  if (Buffer.byteLength(raw) > MAX_RAW_BYTES) throw badRequest("text is too long");
  const mode = params.text("parse_mode");
  if (mode !== "") throw parseModeError(mode);
  return formatText(raw, parseEntities(params, entitiesName, findUser));
}

function parseModeError(mode: string): Error {
  const known = ["html", "markdown", "markdownv2"].includes(mode.toLowerCase());
  return known
    ? sandboxError(`parse_mode ${mode} is not simulated, send entities`)
    : badRequest("unsupported parse_mode");
}

/** @throws ApiError as Client.cpp words it */
function parseEntities(
  params: Params,
  name: string,
  findUser: (id: number) => User | undefined,
): readonly Entity[] {
  const value = params.json(name, "can't parse entities JSON object");
  return entitiesFromJson(value, findUser);
}

export function entitiesFromJson(
  value: unknown,
  findUser: (id: number) => User | undefined,
): readonly Entity[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw badRequest("can't parse entities: expected an Array of MessageEntity");
  return value.flatMap((item: unknown) => parseEntity(item, findUser) ?? []);
}

function parseEntity(item: unknown, findUser: (id: number) => User | undefined): Entity | undefined {
  const fail = (why: string) => badRequest(`can't parse MessageEntity: ${why}`);
  if (!isRecord(item)) throw fail("expected an Object");
  refuseUnknownKeys(item, ENTITY_KEYS, "entities");
  const { type, url, language, user } = item;
  if (typeof type !== "string") throw fail('Can\'t find field "type"');
  const offset = integer(item.offset);
  const length = integer(item.length);
  if (offset === undefined) throw fail('Can\'t find field "offset"');
  if (length === undefined) throw fail('Can\'t find field "length"');
  if (DETECTED_TYPES.has(type)) return undefined;
  if (!SENT_TYPES.has(type)) throw fail("Unsupported type specified");
  const base = { type, offset, length };
  if (type === "text_link") return typeof url === "string" ? link(base, url) : undefined;
  if (type === "text_mention") {
    const known = isRecord(user) ? findUser(integer(user.id) ?? 0) : undefined;
    return known ? { ...base, user: known } : undefined;
  }
  if (type === "pre" && typeof language === "string" && language !== "") return { ...base, language };
  if (type === "custom_emoji") return { ...base, custom_emoji_id: String(item.custom_emoji_id) };
  if (type === "date_time") return dateTime(base, item);
  return base;
}

function dateTime(base: Entity, item: Readonly<Record<string, unknown>>): Entity {
  const { unix_time, date_time_format: format } = item;
  const time = { ...base, unix_time: integer(unix_time) ?? 0 };
  return typeof format === "string" ? { ...time, date_time_format: format } : time;
}

function integer(value: unknown): number | undefined {
  const number = typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isInteger(number) ? number : undefined;
}

/** The server completes and normalises the address; one it cannot read makes plain text. */
function link(base: Entity, url: string): Entity | undefined {
  const full = /^[a-z][a-z0-9+.-]*:/i.test(url) ? url : `http://${url}`;
  if (!URL.canParse(full)) return undefined;
  const parsed = new URL(full);
  if (!["http:", "https:", "ftp:", "tg:", "ton:", "mailto:", "tel:"].includes(parsed.protocol))
    return undefined;
  return { ...base, url: parsed.href };
}

/**
 * Cleans, repairs and trims, then marks what Telegram finds by itself. An empty result is the caller's to judge.
 * @throws ApiError for offsets outside the text or inside a surrogate pair
 */
export function formatText(raw: string, given: readonly Entity[]): FormattedText {
  const wellFormed = raw.toWellFormed();
  const entities = given.filter((entity) => entity.length > 0);
  checkBounds(wellFormed, entities);
  const cleaned = clean(wellFormed, entities);
  const repaired = repairEntities(cleaned.entities);
  const trimmed = trim({ text: cleaned.text, entities: repaired });
  const all = sortEntities([...trimmed.entities, ...detectEntities(trimmed.text, trimmed.entities)]);
  const kept = repairEntities(all).slice(0, MAX_ENTITIES);
  const bytes = kept.reduce((sum, e) => sum + 12 + Buffer.byteLength(e.url ?? e.language ?? ""), 0);
  if (bytes > MAX_ENTITY_BYTES) throw badRequest("entities too long");
  return { text: trimmed.text, entities: kept };
}

/** tdlib MessageEntity.cpp, fix_entity_offsets. */
function checkBounds(text: string, entities: readonly Entity[]): void {
  for (const { offset, length } of sortEntities(entities)) {
    const end = offset + length;
    if (offset < 0 || offset > text.length) {
      throw badRequest(`entity begins after the end of the text at UTF-16 offset ${offset}`);
    }
    if (end > text.length) {
      throw badRequest(
        `entity beginning at UTF-16 offset ${offset} ends after the end of the text at UTF-16 offset ${end}`,
      );
    }
    if (splitsPair(text, offset)) {
      const at = Buffer.byteLength(text.slice(0, offset - 1));
      throw badRequest(`entity begins in a middle of a UTF-16 symbol at byte offset ${at}`);
    }
    if (splitsPair(text, end)) {
      const at = Buffer.byteLength(text.slice(0, end - 1));
      throw badRequest(`entity ends in a middle of a UTF-16 symbol at byte offset ${at}`);
    }
  }
}

function splitsPair(text: string, at: number): boolean {
  return /[\uD800-\uDBFF]/.test(text.charAt(at - 1)) && /[\uDC00-\uDFFF]/.test(text.charAt(at));
}

/** tdlib misc.cpp, clean_input_string: control characters become spaces, \r and U+2028-202E go. */
function clean(text: string, entities: readonly Entity[]): FormattedText {
  const position = new Array<number>(text.length + 1);
  let out = "";
  for (let i = 0; i < text.length; i++) {
    position[i] = out.length;
    out += cleanUnit(text.charAt(i));
  }
  position[text.length] = out.length;
  const moved = entities.map((entity) => {
    const offset = position[entity.offset] ?? 0;
    return { ...entity, offset, length: (position[entity.offset + entity.length] ?? out.length) - offset };
  });
  return { text: out, entities: moved.filter((entity) => entity.length > 0) };
}

function cleanUnit(char: string): string {
  if (char === "\r" || (char >= "\u2028" && char <= "\u202E")) return "";
  return char < " " && char !== "\n" ? " " : char;
}

/** Spaces and newlines go at both ends; those at the start survive inside an entity. */
function trim({ text, entities }: FormattedText): FormattedText {
  const right = text.replace(/[ \n]+$/u, "");
  const solid = sortEntities(entities)
    .filter((entity) => entity.offset < right.length)
    .map((entity) => ({ ...entity, length: Math.min(entity.length, right.length - entity.offset) }))
    .filter((entity) => /[^ \n]/u.test(right.slice(entity.offset, entity.offset + entity.length)));
  const limit = solid[0]?.offset ?? right.length;
  let start = 0;
  while (start < limit && (right[start] === " " || right[start] === "\n")) start++;
  return {
    text: right.slice(start),
    entities: solid.map((entity) => ({ ...entity, offset: entity.offset - start })),
  };
}
