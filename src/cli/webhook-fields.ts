// What `matebot webhook show` says of getWebhookInfo, in words for people and as fields for programs. Pure.

import type { WebhookInfo } from "@grammyjs/types";
import type { Texts } from "../model/texts.ts";
import { differencesOf, sameUrl } from "../platforms/telegram/webhook/register.ts";
import { webhookUrl } from "../platforms/telegram/webhook/webhook.ts";
import { webhookErrorWords } from "../platforms/telegram/webhook/words.ts";
import { timeWords } from "./lay-out.ts";
import type { Running } from "./who-runs.ts";

export interface Shown {
  readonly account: string;
  readonly info: WebhookInfo;
  /** Of our webhook; undefined when there never was one. A secret: nothing here prints it. */
  readonly path: string | undefined;
  readonly isPolling: boolean;
  readonly publicUrl: URL | undefined;
  /** What would be uploaded. */
  readonly certificate: string | undefined;
  /** A certificate of our own, though it may not be made yet. */
  readonly wantsOwn: boolean;
  readonly ipAddress: string | undefined;
  readonly runs: Running | undefined;
}

/** For programs: stable names, hosts without paths. */
export function compare(shown: Shown, texts: Texts): object {
  const { account, info, isPolling, publicUrl, wantsOwn, runs } = shown;
  const ours = isOurs(shown);
  const host = hostOf(info.url);
  const error = lastError(shown, texts);
  return {
    account,
    receives: isPolling ? "polling" : "webhook",
    registered: {
      ...(host !== undefined && { host, ...(ours !== undefined && { ours }) }),
      certificate: info.has_custom_certificate,
      ...(info.ip_address !== undefined && { ipAddress: info.ip_address }),
      ...(info.max_connections !== undefined && { maxConnections: info.max_connections }),
      ...(info.allowed_updates && { allowedUpdates: info.allowed_updates }),
    },
    pending: info.pending_update_count,
    ...(error && { lastError: { ...error, at: new Date(error.at).toISOString() } }),
    wanted: isPolling || !publicUrl ? {} : { host: publicUrl.host, certificate: wantsOwn },
    differs: differing(shown),
    ...(runs && { running: runs.runs }),
  };
}

/** Names and values of all that is known, to be laid out as lines. */
export function shownFields(shown: Shown, texts: Texts, now: number): readonly (readonly [string, string])[] {
  const { account, info, isPolling, publicUrl, wantsOwn } = shown;
  const field = (name: string, value: string) => [texts(`webhook.${name}`), value] as const;
  const differs = differing(shown).map((name) => texts(`telegram-account.webhook.what.${name}`));
  const wanted = { host: publicUrl?.host ?? "", certificate: wantsOwn ? "own" : "public" };
  return [
    field("account", account),
    field("way", texts(`webhook.way-${isPolling ? "polling" : "webhook"}`)),
    field("address", addressWords(shown, texts)),
    ...(info.url ? settingFields(shown, texts, field) : []),
    field("pending", String(info.pending_update_count)),
    ...errorFields(shown, texts, now, field),
    field("wanted", isPolling ? texts("webhook.wanted-none") : texts("webhook.wanted-webhook", wanted)),
    field("differs", differs.join(", ") || texts("webhook.differs-nothing")),
    field("runs", runsWords(shown, texts)),
  ];
}

type Field = (name: string, value: string) => readonly [string, string];

function settingFields({ info }: Shown, texts: Texts, field: Field): readonly (readonly [string, string])[] {
  const { ip_address: ip, max_connections: connections, allowed_updates: updates } = info;
  return [
    field("certificate", texts(`webhook.certificate-${info.has_custom_certificate ? "uploaded" : "public"}`)),
    ...(ip === undefined ? [] : [field("ip", ip)]),
    ...(connections === undefined ? [] : [field("connections", String(connections))]),
    field("updates", updates?.join(", ") ?? texts("webhook.updates-default")),
  ];
}

function errorFields(
  shown: Shown,
  texts: Texts,
  now: number,
  field: Field,
): readonly (readonly [string, string])[] {
  const error = lastError(shown, texts);
  if (!error) return [field("error", texts("webhook.error-none"))];
  const { at, message, meaning } = error;
  const words = texts("webhook.error-at", { when: timeWords(at), ago: agoWords(now - at, texts), message });
  return [field("error", words), field("meaning", meaning)];
}

function lastError({ info, publicUrl }: Shown, texts: Texts) {
  if (!info.last_error_date) return undefined;
  const message = (info.last_error_message ?? "").slice(0, 200);
  const { key, values } = webhookErrorWords(message, hostOf(info.url) ?? publicUrl?.host ?? "?");
  return { at: info.last_error_date * 1000, message, meaning: texts(key, values) };
}

function agoWords(ms: number, texts: Texts): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  if (minutes < 120) return texts("webhook.ago.minutes", { count: minutes });
  const hours = Math.round(minutes / 60);
  return hours < 48
    ? texts("webhook.ago.hours", { count: hours })
    : texts("webhook.ago.days", { count: Math.round(hours / 24) });
}

function addressWords(shown: Shown, texts: Texts): string {
  const host = hostOf(shown.info.url);
  if (host === undefined) return texts("webhook.address-none");
  const ours = isOurs(shown);
  const name = ours === undefined ? "unknown" : ours ? "ours" : "other";
  return texts(`webhook.address-${name}`, { host });
}

function runsWords({ runs }: Shown, texts: Texts): string {
  if (!runs) return texts("webhook.runs-unknown");
  if (!runs.runs) return texts("webhook.runs-no");
  return runs.pid === undefined
    ? texts("webhook.runs-someone")
    : texts("webhook.runs-yes", { pid: runs.pid });
}

/** Undefined when it cannot be known. */
function isOurs({ info, path, publicUrl }: Shown): boolean | undefined {
  if (path === undefined || !publicUrl) return undefined;
  return sameUrl(info.url, webhookUrl(publicUrl, path));
}

function differing(shown: Shown): readonly string[] {
  const { info, path, isPolling, publicUrl, certificate, ipAddress } = shown;
  if (isPolling || !publicUrl) return info.url ? ["url"] : [];
  if (!info.url) return ["url"];
  const wish = {
    url: path === undefined ? new URL(info.url) : webhookUrl(publicUrl, path),
    ...(certificate !== undefined && { certificate }),
    ...(ipAddress !== undefined && { ipAddress }),
  };
  return differencesOf(info, wish);
}

function hostOf(url: string | undefined): string | undefined {
  return url ? (URL.parse(url)?.host ?? "?") : undefined;
}
