// Checks `web`, alone and against the accounts that want to be reached through it; `loadConfig` calls it.

import { isFields, isTelegramCloud } from "./check-accounts.ts";
import type { Finding } from "./finding.ts";
import { CLOUD_PORTS, cloudFault, parsePublicUrl } from "./public-url.ts";
import { inspect, webSchema } from "./schema.ts";

export function checkWeb(web: unknown, accounts: unknown): readonly Finding[] {
  const settings = isFields(web) ? web : {};
  const findings = web === undefined || web === null ? [] : inspect(webSchema, web, ["web"]);
  const publicUrl = typeof settings.public_url === "string" ? parsePublicUrl(settings.public_url) : undefined;
  return [
    ...findings,
    ...checkTls(settings, publicUrl),
    ...checkWebhooks(accounts, settings.public_url !== undefined, publicUrl),
  ];
}

function checkTls(web: Readonly<Record<string, unknown>>, publicUrl: URL | undefined): readonly Finding[] {
  const path = ["web", "tls"];
  if (web.tls === "acme" || web.tls === "files") return [{ path, code: "tls-later" }];
  if (web.tls !== "self-signed") return [];
  if (web.public_url === undefined) return [{ path, code: "self-signed-without-url" }];
  return publicUrl?.protocol === "http:" ? [{ path, code: "self-signed-http" }] : [];
}

function checkWebhooks(accounts: unknown, hasUrl: boolean, publicUrl: URL | undefined): readonly Finding[] {
  const telegram = Object.entries(isFields(accounts) ? accounts : {}).flatMap(([name, fields]) =>
    isFields(fields) && fields.platform === "telegram" ? [{ name, fields }] : [],
  );
  if (!hasUrl)
    return telegram
      .filter(({ fields }) => fields.updates === "webhook")
      .map(({ name }) => ({ path: ["accounts", name, "updates"], code: "webhook-without-url" }));
  const called = telegram.some(({ fields }) => fields.updates !== "polling" && isTelegramCloud(fields));
  const fault = publicUrl && called ? cloudFault(publicUrl) : undefined;
  if (fault === undefined) return [];
  return [{ path: ["web", "public_url"], code: fault, values: { ports: CLOUD_PORTS.join(", ") } }];
}
