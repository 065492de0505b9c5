// Checks `web`, alone and against the accounts that want to be reached through it; `loadConfig` calls it.

import { isFields, isTelegramCloud } from "./check-accounts.ts";
import type { Finding } from "./finding.ts";
import { CLOUD_PORTS, cloudFault, parsePublicUrl } from "./public-url.ts";
import { inspect } from "./schema.ts";
import { listenOf, webSchema } from "./web-schema.ts";

type Fields = Readonly<Record<string, unknown>>;

export function checkWeb(web: unknown, accounts: unknown): readonly Finding[] {
  const settings = isFields(web) ? web : {};
  const findings = web === undefined || web === null ? [] : inspect(webSchema, web, ["web"]);
  const publicUrl = typeof settings.public_url === "string" ? parsePublicUrl(settings.public_url) : undefined;
  return [
    ...findings,
    ...checkTls(settings, publicUrl),
    ...(settings.public_url === "auto" && findings.length === 0 ? checkFound(settings, accounts) : []),
    ...checkWebhooks(accounts, settings.public_url !== undefined, publicUrl),
  ];
}

function checkTls(web: Fields, publicUrl: URL | undefined): readonly Finding[] {
  const path = ["web", "tls"];
  const lonely = (["certificate", "key"] as const).filter((one) => web[one] !== undefined);
  if (lonely.length === 1) return [{ path: ["web", lonely[0] ?? ""], atKey: true, code: "half-a-pair" }];
  if (web.tls === "files" && lonely.length === 0) return [{ path, code: "files-missing" }];
  if (web.tls === "acme" && web.acme === undefined) return [{ path, code: "acme-terms" }];
  if (web.tls !== "self-signed" && web.tls !== "acme") return [];
  if (web.public_url === undefined) return [{ path, code: "certificate-without-url" }];
  return publicUrl?.protocol === "http:" ? [{ path, code: "certificate-http" }] : [];
}

/** An address that is found out is called at the port that is bound. */
function checkFound(web: Fields, accounts: unknown): readonly Finding[] {
  const listen = listenOf(web);
  const path = ["web", "listen"];
  const closed = listen.kind === "unix" || /^(127\.|::1$|localhost$)/.test(listen.host);
  if (closed) return [{ path, code: "auto-closed" }];
  const called = telegramAccounts(accounts).some(
    ({ fields }) => fields.updates !== "polling" && isTelegramCloud(fields),
  );
  if (!called || CLOUD_PORTS.includes(listen.port)) return [];
  return [{ path, code: "auto-port", values: { ports: CLOUD_PORTS.join(", ") } }];
}

function checkWebhooks(accounts: unknown, hasUrl: boolean, publicUrl: URL | undefined): readonly Finding[] {
  const telegram = telegramAccounts(accounts);
  if (!hasUrl)
    return telegram
      .filter(({ fields }) => fields.updates === "webhook")
      .map(({ name }) => ({ path: ["accounts", name, "updates"], code: "webhook-without-url" }));
  const called = telegram.some(({ fields }) => fields.updates !== "polling" && isTelegramCloud(fields));
  const fault = publicUrl && called ? cloudFault(publicUrl) : undefined;
  if (fault === undefined) return [];
  return [{ path: ["web", "public_url"], code: fault, values: { ports: CLOUD_PORTS.join(", ") } }];
}

function telegramAccounts(accounts: unknown): readonly { readonly name: string; readonly fields: Fields }[] {
  return Object.entries(isFields(accounts) ? accounts : {}).flatMap(([name, fields]) =>
    isFields(fields) && fields.platform === "telegram" ? [{ name, fields }] : [],
  );
}
