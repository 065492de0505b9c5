// Reads `matebot.yaml`, checks every part, reports all faults at once and freezes the result; the commands call it.

import { readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type AccountConfig, checkAccounts, isFields } from "./config/check-accounts.ts";
import { checkBridges } from "./config/check-bridges.ts";
import { checkWeb } from "./config/check-web.ts";
import { readDocument, type YamlDocument } from "./config/document.ts";
import { ConfigError, type Fault, type Finding, formatPath, samePath } from "./config/finding.ts";
import { parsePublicUrl } from "./config/public-url.ts";
import { type Resolved, resolveReferences } from "./config/references.ts";
import { buildPlugins, buildRobot, checkRobot } from "./config/robot-schema.ts";
import { bridgeSchema, inspect, type PlatformSchemas, topSchema } from "./config/schema.ts";
import { listenOf, type TlsMode, type WebFields, webSchema } from "./config/web-schema.ts";
import type { Bridge } from "./model/bridge.ts";
import { UserError } from "./model/errors.ts";
import type { Shown } from "./model/event.ts";
import { parseConversation } from "./model/refs.ts";
import type { Language } from "./model/texts.ts";
import type { PluginConfig, RobotConfig } from "./robot/config.ts";
import { LANGUAGES, type LoadedTexts, loadTexts, systemLanguage } from "./texts.ts";
import type { ListenAddress } from "./web/listen.ts";

/** An authority that gives certificates (RFC 8555), and where its questions arrive. */
export interface AcmeConfig {
  readonly directory: string;
  readonly email?: string;
  /** A file of PEM certificates that vouch for the directory itself. */
  readonly roots?: string;
  readonly profile?: string;
  readonly http: string;
  readonly alpn: string;
}

export interface WebConfig {
  readonly listen: ListenAddress;
  /** Without a trailing slash. `auto`: the public address of this machine, where it has one. */
  readonly publicUrl?: URL | "auto";
  /** What Telegram is to call instead of asking DNS. */
  readonly ipAddress?: string;
  readonly tls: TlsMode;
  /** PEM files of somebody else, such as certbot. */
  readonly files?: { readonly certificate: string; readonly key: string };
  /** Only with its terms accepted. */
  readonly acme?: AcmeConfig;
  /** Whose word about where a request comes from is believed. */
  readonly proxies?: readonly string[];
  readonly onlyTelegram?: true;
}

export interface BridgeConfig extends Bridge {
  readonly show: Readonly<Record<Shown, boolean>>;
  readonly from: "file";
}

const HOUR_MS = 60 * 60 * 1000;

/** How long things are kept; milliseconds. */
export interface RetentionConfig {
  readonly journalMs: number;
  readonly joinedMs: number;
  readonly deadLettersMs: number;
}

/** Deeply frozen; every path is absolute. */
export interface Config {
  readonly file: string;
  readonly language: Language;
  readonly accounts: readonly AccountConfig[];
  /** Absent when the file has no `web`: then no server is started. */
  readonly web?: WebConfig;
  /** The folder of certificates and caches. */
  readonly data: string;
  /** `sqlite:/path/of/the.db` or `postgres://…`. */
  readonly storage: string;
  readonly retention: RetentionConfig;
  readonly bridges: readonly BridgeConfig[];
  readonly robot: RobotConfig;
  readonly plugins: readonly PluginConfig[];
  /** Every token and password in it, for the log to hide. */
  readonly secrets: readonly string[];
  /** What is no fault but should be mended, in the user's language. */
  readonly warnings: readonly string[];
}

/** @throws ConfigError with every fault; UserError when the file itself cannot be read. */
export function loadConfig(path: string, env: NodeJS.ProcessEnv, platforms: PlatformSchemas): Config {
  const file = resolve(path);
  const document = readDocument(readConfigFile(file, path, loadTexts(systemLanguage(env))));
  const folder = dirname(file);
  const resolved = resolveReferences(document.value ?? {}, env, folder);
  const language = languageOf(resolved.value) ?? systemLanguage(env);
  const texts = loadTexts(language);
  const faults = [
    ...document.faults.map((fault) => ({
      ...speak(fault, texts),
      file: path,
      line: fault.line,
      column: fault.column,
    })),
    ...(document.value === undefined && document.faults.length > 0
      ? []
      : collect(resolved, platforms).map((finding) => place(finding, path, document, texts))),
  ];
  if (faults.length > 0) throw new ConfigError(faults.sort((a, b) => a.line - b.line || a.column - b.column));
  return deepFreeze({
    file,
    language,
    ...build(resolved.value, folder, platforms),
    secrets: resolved.secrets,
    warnings: warningsFor(file, resolved, texts),
  });
}

function readConfigFile(file: string, path: string, texts: LoadedTexts): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code === "ENOENT" ? "missing-file" : "unreadable-file";
    throw new UserError(texts(`config.${code}`, { file: path }), 2);
  }
}

function languageOf(value: unknown): Language | undefined {
  return isFields(value) ? LANGUAGES.find((language) => language === value.language) : undefined;
}

/** The findings of all parts, without those that only follow from a reference that led nowhere. */
function collect(resolved: Resolved, platforms: PlatformSchemas): readonly Finding[] {
  const { value, findings } = resolved;
  const top = isFields(value) ? value : {};
  const accounts = isFields(top.accounts) ? top.accounts : {};
  const names = Object.entries(accounts).map(([name, fields]): [string, string] => [
    name,
    isFields(fields) ? String(fields.platform) : "",
  ]);
  const checked = [
    ...inspect(topSchema, value, []),
    ...(isFields(top.accounts) ? checkAccounts(accounts, platforms) : []),
    ...checkWeb(top.web, accounts),
    ...checkRobot(top.robot, top.plugins, Object.keys(accounts)),
    ...(Array.isArray(top.bridges) ? checkBridges(top.bridges, new Map(names), platforms) : []),
  ];
  const first = (finding: Finding, i: number) =>
    checked.findIndex((other) => samePath(other.path, finding.path)) === i;
  const unresolved = (finding: Finding) => findings.some((other) => samePath(other.path, finding.path));
  return [...findings, ...checked.filter((finding, i) => first(finding, i) && !unresolved(finding))];
}

function place(finding: Finding, file: string, document: YamlDocument, texts: LoadedTexts): Fault {
  return { ...speak(finding, texts), file, ...document.locate(finding.path, finding.atKey ?? false) };
}

function speak(finding: Finding, texts: LoadedTexts): Pick<Fault, "path" | "message" | "cure"> {
  const path = formatPath(finding.path);
  const key = `config.fault.${finding.code}`;
  if (texts.has(`${key}.message`))
    return {
      path,
      message: texts(`${key}.message`, finding.values),
      cure: texts(`${key}.cure`, finding.values),
    };
  // A platform says what is wrong in its first sentence, and the cure in the others.
  const sentence = texts.has(finding.code) ? texts(finding.code, finding.values) : finding.code;
  const [message = "", ...cure] = sentence.split(/(?<=\.)\s+/);
  return { path, message: message.replace(/\.$/, ""), cure: cure.join(" ") || texts("config.see-example") };
}

/** Only for values without a fault. */
function build(value: unknown, folder: string, platforms: PlatformSchemas) {
  const top = topSchema.parse(value);
  const data = resolve(folder, top.data);
  return {
    accounts: Object.entries(top.accounts).map(([name, fields]) => buildAccount(name, fields, platforms)),
    ...(top.web === undefined ? {} : { web: buildWeb(top.web, folder) }),
    data,
    storage: storageUrl(top.storage, data, folder),
    retention: {
      journalMs: top.retention.journal_hours * HOUR_MS,
      joinedMs: top.retention.joined_days * 24 * HOUR_MS,
      deadLettersMs: top.retention.dead_letter_days * 24 * HOUR_MS,
    },
    bridges: top.bridges.map((bridge): BridgeConfig => {
      const { name, members, show, ways, language, attribution } = bridgeSchema.parse(bridge);
      return {
        ...{ name, members: members.flatMap((member) => parseConversation(String(member)) ?? []) },
        ...{ show, ways, attribution, from: "file" },
        ...(language && { language }),
      };
    }),
    robot: buildRobot(top.robot, data),
    plugins: buildPlugins(top.plugins, folder),
  };
}

function buildAccount(name: string, fields: unknown, platforms: PlatformSchemas): AccountConfig {
  const platform = isFields(fields) ? String(fields.platform) : "";
  return { name, platform, settings: platforms[platform]?.schema.parse(fields) };
}

function buildWeb(fields: unknown, folder: string): WebConfig {
  const web = webSchema.parse(fields);
  const listen = listenOf(web);
  const { public_url: url, ip_address: ipAddress, certificate, key, proxies } = web;
  const publicUrl = url === undefined || url === "auto" ? url : parsePublicUrl(url);
  return {
    listen: listen.kind === "unix" ? { kind: "unix", path: resolve(folder, listen.path) } : listen,
    ...(publicUrl === undefined ? {} : { publicUrl }),
    ...(ipAddress === undefined ? {} : { ipAddress }),
    tls: web.tls,
    ...(certificate !== undefined &&
      key !== undefined && {
        files: { certificate: resolve(folder, certificate), key: resolve(folder, key) },
      }),
    ...(web.acme && { acme: buildAcme(web.acme, folder) }),
    ...(proxies.length > 0 && { proxies }),
    ...(web.only_telegram && { onlyTelegram: true }),
  };
}

function buildAcme(
  { directory, email, roots, profile, http, alpn }: NonNullable<WebFields["acme"]>,
  folder: string,
): AcmeConfig {
  return {
    ...{ directory, http, alpn },
    ...(email === undefined ? {} : { email }),
    ...(roots === undefined ? {} : { roots: resolve(folder, roots) }),
    ...(profile === undefined ? {} : { profile }),
  };
}

function storageUrl(storage: string | undefined, data: string, folder: string): string {
  if (storage === undefined) return `sqlite:${resolve(data, "matebot.db")}`;
  if (!storage.startsWith("sqlite:")) return storage;
  return `sqlite:${resolve(folder, storage.slice("sqlite:".length))}`;
}

function warningsFor(file: string, resolved: Resolved, texts: LoadedTexts): readonly string[] {
  const worldReadable = (statSync(file).mode & 0o004) !== 0;
  return resolved.literalSecret && worldReadable ? [texts("config.world-readable", { file })] : [];
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) deepFreeze(inner);
  return value;
}
