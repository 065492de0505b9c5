// Puts what the wizard found out into the text of matebot.yaml, and leaves everything else of it as it was; `init` calls it. Pure.

import { type Document, isMap, isScalar, isSeq, parseDocument, Scalar, type YAMLMap } from "yaml";
import { UserError } from "../model/errors.ts";
import type { Texts } from "../model/texts.ts";
import type { Answers, WebAnswers } from "./answers.ts";
import type { PlatformName } from "./platforms.ts";

const NAMES: readonly PlatformName[] = ["telegram", "discord"];

/** What of a file that is there matters to the wizard. */
export interface Standing {
  readonly language: unknown;
  readonly hasWeb: boolean;
  readonly bridges: number;
  /** By platform: the account's name and its fields as they are written. */
  readonly accounts: Readonly<
    Partial<
      Record<PlatformName, { readonly name: string; readonly fields: Readonly<Record<string, unknown>> }>
    >
  >;
}

/** `before`: the file as it is; undefined: there is none. @throws UserError when it is no YAML */
export function readStanding(before: string | undefined, file: string, texts: Texts): Standing {
  const document = open(before ?? "", file, texts);
  const bridges = document.get("bridges");
  const found = (name: PlatformName) => {
    const account = accountOf(document, name);
    const fields = account === undefined ? undefined : document.getIn(["accounts", account]);
    if (account === undefined || !isMap(fields)) return {};
    return { [name]: { name: account, fields: fields.toJS(document) as Record<string, unknown> } };
  };
  return {
    language: document.get("language"),
    hasWeb: isMap(document.get("web")),
    bridges: isSeq(bridges) ? bridges.items.length : 0,
    accounts: { ...found("telegram"), ...found("discord") },
  };
}

/** The new text; comments, order and every other bridge and account of `before` stay. @throws UserError */
export function writeConfig(
  before: string | undefined,
  answers: Answers,
  file: string,
  texts: Texts,
): string {
  const document = open(before ?? "", file, texts);
  const untouched = String(document);
  if (!isMap(document.contents)) {
    const head = document.commentBefore ?? document.comment;
    document.contents = document.createNode({}) as never;
    document.comment = null;
    document.commentBefore = head ?? lines(texts("setup.yaml.head"));
  }
  if (answers.language !== undefined) put(document, ["language"], answers.language, texts);
  for (const name of NAMES) putAccount(document, name, answers.tokens[name], texts);
  putWeb(document, answers.web, before === undefined, texts);
  if (answers.data !== undefined && !document.has("data")) put(document, ["data"], answers.data, texts);
  putBridge(document, answers, texts);
  // Where nothing changed, not even a space shall.
  return before !== undefined && String(document) === untouched
    ? before
    : document.toString({ lineWidth: 0 });
}

function open(text: string, file: string, texts: Texts): Document {
  const document = parseDocument(text, { prettyErrors: false });
  if (document.errors.length > 0) throw new UserError(texts("setup.broken-file", { file }), 2);
  if (document.contents !== null && !isMap(document.contents))
    throw new UserError(texts("setup.broken-file", { file }), 2);
  return document;
}

function putAccount(
  document: Document,
  platform: PlatformName,
  token: string | undefined,
  texts: Texts,
): void {
  const account = accountOf(document, platform);
  if (token === undefined) return;
  if (account === undefined) section(document, "accounts", texts);
  const name = account ?? freeName(document, platform);
  if (account === undefined) document.setIn(["accounts", name, "platform"], platform);
  const key = ["accounts", name, "token"];
  put(document, key, token, texts, `${platform}-token`);
}

function putWeb(document: Document, web: Answers["web"], isNew: boolean, texts: Texts): void {
  if (web === undefined) return;
  // Who is reached no more is not told to anybody: the rest of the section, such as the ports, stays.
  if (web === "none" && !isNew)
    return void (document.hasIn(["web", "public_url"]) && document.deleteIn(["web", "public_url"]));
  if (web === "none") {
    // Who opens the file shall see that nothing was forgotten.
    const map = document.contents as YAMLMap;
    const last = map.items.at(-1)?.value;
    const note = lines(texts("setup.yaml.polling"));
    if (isMap(last) || isSeq(last)) last.comment = note;
    else document.comment = note;
    return;
  }
  section(document, "web", texts);
  const fields: readonly (readonly [Exclude<keyof WebAnswers, "acme">, string])[] = [
    ["listen", "listen"],
    ["publicUrl", "public_url"],
    ["ipAddress", "ip_address"],
    ["tls", "tls"],
  ];
  for (const [field, key] of fields) {
    const value = web[field];
    if (value !== undefined) put(document, ["web", key], value, texts, key.replace("_", "-"));
  }
  if (web.acme === undefined) return;
  put(document, ["web", "acme", "terms"], "accepted", texts);
  if (web.acme.email !== undefined) put(document, ["web", "acme", "email"], web.acme.email, texts);
}

function putBridge(document: Document, { bridge }: Answers, texts: Texts): void {
  section(document, "bridges", texts, []);
  const bridges = document.get("bridges");
  if (bridge === undefined || !isSeq(bridges)) return;
  const members = NAMES.map((name) => `${accountOf(document, name) ?? name}:${bridge[name]}`);
  const known = (bridges.toJS(document) as readonly unknown[]).map((one) => (isRecord(one) ? one : {}));
  const isThere = known.some(({ members: present }) => {
    const ids = Array.isArray(present) ? present.map(String) : [];
    return members.every((member) => ids.includes(member));
  });
  if (isThere) return;
  const names = new Set(known.map(({ name }) => String(name)));
  let name = bridge.name;
  for (let i = 2; names.has(name); i++) name = `${bridge.name} ${i}`;
  bridges.flow = false;
  const list = document.createNode(members);
  list.flow = true;
  const item = document.createNode({ name }) as YAMLMap;
  item.set("members", list);
  bridges.add(item);
}

/** Makes an empty one with a comment over it where there is none. */
function section(document: Document, key: string, texts: Texts, empty: object = {}): void {
  const present = document.get(key);
  if (isMap(present) || isSeq(present)) return;
  if (document.has(key)) document.set(key, document.createNode(empty));
  else add(document, [key], document.createNode(empty), lines(texts(`setup.yaml.${key}`)));
}

/** A value that is the same stays as it is written; a new key gets its comment. */
function put(document: Document, path: readonly string[], value: string, texts: Texts, words?: string): void {
  if (document.getIn(path) === value) return;
  if (document.hasIn(path)) return void document.setIn(path, value);
  const comment = words ?? (path.length === 1 ? path[0] : undefined);
  add(document, path, value, comment === undefined ? undefined : lines(texts(`setup.yaml.${comment}`)));
}

function add(document: Document, path: readonly string[], value: unknown, comment: string | undefined): void {
  const parent = path.slice(0, -1);
  if (parent.length > 0 && !isMap(document.getIn(parent))) document.setIn(parent, document.createNode({}));
  const map = parent.length === 0 ? document.contents : document.getIn(parent);
  if (!isMap(map)) return;
  const key = new Scalar(path.at(-1));
  if (comment !== undefined) key.commentBefore = comment;
  if (path.length === 1 && map.items.length > 0) key.spaceBefore = true;
  map.add(document.createPair(key, value) as never);
}

function accountOf(document: Document, platform: PlatformName): string | undefined {
  const accounts = document.get("accounts");
  if (!isMap(accounts)) return undefined;
  const found = accounts.items.find(({ value }) => isMap(value) && value.get("platform") === platform);
  if (found === undefined) return undefined;
  return String(isScalar(found.key) ? found.key.value : found.key);
}

function freeName(document: Document, platform: string): string {
  let name = platform;
  for (let i = 2; document.hasIn(["accounts", name]); i++) name = `${platform}${i}`;
  return name;
}

/** A comment as the library wants it: each line begins with the space after the #. */
function lines(text: string): string {
  return text.replace(/^/gm, " ");
}

function isRecord(
  value: unknown,
): value is Readonly<Record<string, unknown>> & { readonly members?: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
