// Checks `accounts`, each by its own platform's schema; `loadConfig` calls it.

import type { Finding } from "./finding.ts";
import { inspect, missing, type PlatformSchemas } from "./schema.ts";
import { nearest } from "./suggest.ts";

export interface AccountConfig {
  readonly name: string;
  readonly platform: string;
  /** What the platform's own schema made of the account. */
  readonly settings: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function checkAccounts(accounts: Fields, platforms: PlatformSchemas): readonly Finding[] {
  const names = Object.keys(accounts);
  if (names.length === 0) return [{ path: ["accounts"], code: "no-accounts" }];
  return names.flatMap((name) => {
    const path = ["accounts", name];
    const faults: Finding[] = [];
    if (!/^[A-Za-z][\w-]*$/.test(name)) faults.push({ path, atKey: true, code: "account-name" });
    return [...faults, ...checkAccount(name, accounts[name], platforms)];
  });
}

function checkAccount(name: string, fields: unknown, platforms: PlatformSchemas): readonly Finding[] {
  const path = ["accounts", name];
  if (!isFields(fields)) return [{ path, code: "type", values: { kind: "object" } }];
  if (fields.platform === undefined || fields.platform === null) return [missing([...path, "platform"])];
  const platform = Object.hasOwn(platforms, String(fields.platform))
    ? platforms[String(fields.platform)]
    : undefined;
  if (platform === undefined) {
    const known = Object.keys(platforms);
    const suggestion = nearest(String(fields.platform), known) ?? "none";
    return [
      { path: [...path, "platform"], code: "choice", values: { choices: known.join(", "), suggestion } },
    ];
  }
  return [...inspect(platform.schema, fields, path), ...tokenShape(name, fields)];
}

/** The cloud's tokens have one shape; a local Bot API server or the sandbox may give others. */
function tokenShape(name: string, fields: Fields): readonly Finding[] {
  if (!isTelegramCloud(fields) || typeof fields.token !== "string") return [];
  if (/^\d+:[\w-]{30,}$/.test(fields.token)) return [];
  return [{ path: ["accounts", name, "token"], code: "telegram-token" }];
}

export function isTelegramCloud(fields: Fields): boolean {
  if (fields.platform !== "telegram") return false;
  return typeof fields.api !== "string" || URL.parse(fields.api)?.hostname === "api.telegram.org";
}
