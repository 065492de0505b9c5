// Says everything a user reads, from the ICU messages in `locales/<language>/*.json`; app, cli and config call it.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { IntlMessageFormat } from "intl-messageformat";
import type { Language, Texts } from "./model/texts.ts";

export const LANGUAGES: readonly Language[] = ["pt-BR", "en", "es"];

/** The language that holds every text; the others fall back to it. */
const FALLBACK: Language = "en";

export interface TextOptions {
  /** Throw when a text is missing or lacks a value. Default: only under tests and `NODE_ENV=development`. */
  readonly strict?: boolean;
  /** Where the folders of the languages lie. */
  readonly folder?: string;
}

/** A `Texts` that can be asked first. */
export interface LoadedTexts extends Texts {
  has(key: string): boolean;
}

/**
 * A `Texts` of that language. A key it lacks is said in English; a key nobody has is said as itself, or throws when
 * strict. Messages are compiled at their first use.
 */
export function loadTexts(language: Language, options: TextOptions = {}): LoadedTexts {
  const strict = options.strict ?? strictByDefault();
  const folder = options.folder ?? localesFolder();
  const sources = [...new Set([language, FALLBACK])].map((each) => ({
    language: each,
    messages: readMessages(folder, each),
  }));
  const compiled = new Map<string, IntlMessageFormat>();

  function compile(key: string): IntlMessageFormat {
    const known = compiled.get(key);
    if (known) return known;
    const source = sources.find((each) => each.messages.has(key));
    const message = source?.messages.get(key);
    if (!source || message === undefined) throw new Error(`no text "${key}" in ${language} or ${FALLBACK}`);
    const format = compileMessage(message, source.language);
    compiled.set(key, format);
    return format;
  }

  const say: Texts = (key, values = {}) => {
    try {
      return String(compile(key).format({ ...values }));
    } catch (cause) {
      if (strict) throw new Error(`text "${key}" cannot be said in ${language}`, { cause });
      return key;
    }
  };
  return Object.assign(say, { has: (key: string) => sources.some((each) => each.messages.has(key)) });
}

/** Every message of a language by its full key (`cli.run.stopping`). @throws when a file is no JSON of texts. */
export function readMessages(folder: string, language: Language): ReadonlyMap<string, string> {
  const messages = new Map<string, string>();
  for (const file of readdirSync(`${folder}/${language}`).sort()) {
    if (!file.endsWith(".json")) continue;
    const area = file.slice(0, -".json".length);
    flatten(area, JSON.parse(readFileSync(`${folder}/${language}/${file}`, "utf8")), messages);
  }
  return messages;
}

/** @throws SyntaxError when the message is not valid ICU. */
export function compileMessage(message: string, language: Language): IntlMessageFormat {
  // Texts hold no markup: a "<" is a "<".
  return new IntlMessageFormat(message, language, undefined, { ignoreTag: true });
}

/** `locales` beside `src` in a checkout, beside `dist` in the package. */
export function localesFolder(): string {
  const candidates = ["../locales", "../../locales"].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  const found = candidates.find((folder) => existsSync(folder));
  if (found === undefined) throw new Error("the folder locales is missing");
  return found;
}

/** The language the user's system speaks, English when it is none of ours. */
export function systemLanguage(env: NodeJS.ProcessEnv = process.env): Language {
  // POSIX: the first of the three that is set and not empty decides.
  const locale = [env.LC_ALL, env.LC_MESSAGES, env.LANG].find((value) => value !== undefined && value !== "");
  if (locale?.startsWith("pt")) return "pt-BR";
  if (locale?.startsWith("es")) return "es";
  return "en";
}

function flatten(prefix: string, value: unknown, into: Map<string, string>): void {
  if (typeof value === "string") {
    into.set(prefix, value);
    return;
  }
  if (typeof value !== "object" || value === null) throw new Error(`"${prefix}" is not a text`);
  for (const [key, inner] of Object.entries(value)) flatten(`${prefix}.${key}`, inner, into);
}

function strictByDefault(): boolean {
  const { VITEST, NODE_ENV } = process.env;
  return VITEST !== undefined || NODE_ENV === "test" || NODE_ENV === "development";
}
