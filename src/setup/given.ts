// What the wizard is told by flags and the environment instead of asking; `init` reads it first.

import { readFileSync } from "node:fs";
import { isIPv4 } from "node:net";
import { parsePublicUrl } from "../config/public-url.ts";
import { TLS_MODES, type TlsMode } from "../config/web-schema.ts";
import { UserError } from "../model/errors.ts";
import type { Language, Texts } from "../model/texts.ts";
import { platforms } from "../platforms/index.ts";
import { LANGUAGES } from "../texts.ts";
import { parseListen } from "../web/listen.ts";
import type { PlatformName } from "./platforms.ts";

/** The options of `matebot init`; a token is never among them. */
export interface InitOptions {
  readonly config: string;
  readonly telegramTokenFile?: string;
  readonly discordTokenFile?: string;
  readonly language?: string;
  readonly publicUrl?: string;
  readonly listen?: string;
  readonly tls?: string;
  readonly acceptTerms?: boolean;
  readonly email?: string;
  readonly telegramChat?: string;
  readonly discordChannel?: string;
  readonly env?: boolean;
  readonly yes?: boolean;
  readonly start?: boolean;
  readonly print?: boolean;
}

export interface Given {
  readonly tokens: Readonly<Partial<Record<PlatformName, string>>>;
  readonly places: Readonly<Partial<Record<PlatformName, string>>>;
  readonly language?: Language;
  readonly publicUrl?: string;
  readonly listen?: string;
  readonly tls?: TlsMode;
  readonly acceptTerms: boolean;
  readonly email?: string;
}

export const TOKEN_VARIABLES: Readonly<Record<PlatformName, string>> = {
  telegram: "TELEGRAM_TOKEN",
  discord: "DISCORD_TOKEN",
};

/** @throws UserError (exit code 2) with every flag that makes no sense */
export function readGiven(options: InitOptions, env: NodeJS.ProcessEnv, texts: Texts): Given {
  const faults: string[] = [];
  const refuse = (flag: string, value: string, words: string, more: Record<string, string> = {}) =>
    void faults.push(texts(`setup.flag.${words}`, { flag, value, ...more }));
  const token = (name: PlatformName, file: string | undefined) => {
    if (file === undefined) return env[TOKEN_VARIABLES[name]]?.trim() || undefined;
    try {
      const text = readFileSync(file, "utf8").trim();
      if (text !== "") return text;
    } catch {
      // The same words for all: it is not there, or is no file, or is not ours to read.
    }
    refuse(`--${name}-token-file`, file, "token-file");
    return undefined;
  };
  const place = (name: PlatformName, flag: string, id: string | undefined) => {
    if (id === undefined) return undefined;
    const fault = platforms[name].conversationIdFault(...splitId(id));
    if (fault !== undefined) refuse(flag, id, "place", { why: texts(fault) });
    return id;
  };
  const { publicUrl, listen, email } = options;
  const language = LANGUAGES.find((one) => one === options.language);
  const tls = TLS_MODES.find((one) => one === options.tls);
  if (options.language !== undefined && language === undefined)
    refuse("--language", options.language, "choice", { choices: LANGUAGES.join(", ") });
  if (options.tls !== undefined && tls === undefined)
    refuse("--tls", options.tls, "choice", { choices: TLS_MODES.join(", ") });
  if (publicUrl !== undefined && publicUrl !== "auto" && parsePublicUrl(publicUrl) === undefined)
    refuse("--public-url", publicUrl, "url");
  if (listen !== undefined && parseListen(listen) === undefined) refuse("--listen", listen, "listen");
  if (email !== undefined && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) refuse("--email", email, "email");
  const found = {
    tokens: {
      telegram: token("telegram", options.telegramTokenFile),
      discord: token("discord", options.discordTokenFile),
    },
    places: {
      telegram: place("telegram", "--telegram-chat", options.telegramChat),
      discord: place("discord", "--discord-channel", options.discordChannel),
    },
  };
  if (faults.length > 0) throw new UserError(faults.join("\n"), 2);
  return {
    tokens: withoutHoles(found.tokens),
    places: withoutHoles(found.places),
    ...withoutHoles({ language, publicUrl, listen, tls, email }),
    acceptTerms: options.acceptTerms === true,
  };
}

/** `id` or `id/thread`. */
export function splitId(text: string): [id: string, thread?: string] {
  const [id = "", thread] = text.split("/", 2);
  return thread === undefined ? [id] : [id, thread];
}

/** One that DNS outside may know; no address. */
export function isDomainName(text: string): boolean {
  return (
    /^(?=.{4,253}$)([a-z\d]([a-z\d-]{0,61}[a-z\d])?\.)+[a-z][a-z\d-]{0,61}[a-z\d]$/i.test(text) &&
    !isIPv4(text)
  );
}

type Solid<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** With exactOptionalPropertyTypes a key that is undefined is no key that is missing. */
function withoutHoles<T extends object>(fields: T): Solid<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Solid<T>;
}
