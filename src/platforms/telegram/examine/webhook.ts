// The doctor's look at how Telegram calls us: registered as configured, what failed, what waits, the name in DNS; `examine.ts` asks.

import type { WebhookInfo } from "@grammyjs/types";
import { sleep } from "../../../model/clock.ts";
import type { Diagnosis, DiagnosisLevel } from "../../../model/diagnosis.ts";
import { PlatformError } from "../../../model/errors.ts";
import type { Values } from "../../../model/texts.ts";
import { isCloud } from "../config.ts";
import { checkAddress } from "../webhook/check-address.ts";
import { type Difference, differencesOf, maxConnections } from "../webhook/register.ts";
import { webhookPath, webhookUrl } from "../webhook/webhook.ts";
import { webhookErrorWords } from "../webhook/words.ts";
import type { Examination } from "./examine.ts";
import { whenWords } from "./when-words.ts";

const probe = { everyMs: 1_000, times: 5 };
const manyPending = 100;
// What is wrong in other ways still lets most updates come.
const levels: Readonly<Record<Difference, DiagnosisLevel>> = {
  url: "fault",
  certificate: "fault",
  ip: "warning",
  updates: "warning",
  connections: "note",
};

/** [] where updates are asked for and nobody set a webhook. */
export async function examineWebhook(
  examination: Examination,
  isTokenGood: boolean,
): Promise<readonly Diagnosis[]> {
  const { context, config, resolve } = examination;
  const { publicUrl, ipAddress } = context;
  if (config.updates === "webhook" && !publicUrl) return [registered("fault", "no-public-url")];
  if (config.updates === "polling" || !publicUrl) return isTokenGood ? await unwanted(examination) : [];
  const { name, level, values } = await checkAddress(publicUrl, ipAddress, resolve, {
    allowReserved: !isCloud(config),
  });
  const address = { check: "public-address", level, key: `telegram-doctor.public-address.${name}`, values };
  return [...(isTokenGood ? await asked(examination, publicUrl) : []), address];
}

async function unwanted(examination: Examination): Promise<readonly Diagnosis[]> {
  const info = await infoOf(examination);
  return info?.url ? [registered("warning", "unwanted", { host: hostOf(info.url) })] : [];
}

async function asked(examination: Examination, publicUrl: URL): Promise<readonly Diagnosis[]> {
  const info = await infoOf(examination);
  if (!info) return [];
  const registration = await registrationOf(examination, info, publicUrl);
  return [
    ...registration,
    errorOf(examination, info, publicUrl),
    pendingOf(info),
    await probeOf(examination, info),
  ];
}

/** Undefined when Telegram fell silent since getMe: that is said by no check of the webhook. */
async function infoOf({ api, context }: Examination): Promise<WebhookInfo | undefined> {
  try {
    return await api.call("getWebhookInfo", {}, context.signal);
  } catch (error) {
    if (error instanceof PlatformError) return undefined;
    throw error;
  }
}

function registered(level: DiagnosisLevel, name: string, values: Values = {}): Diagnosis {
  return { check: "telegram-webhook", level, key: `telegram-doctor.telegram-webhook.${name}`, values };
}

async function registrationOf(
  { context }: Examination,
  info: WebhookInfo,
  publicUrl: URL,
): Promise<readonly Diagnosis[]> {
  const { certificate, ipAddress } = context;
  if (!info.url) return [registered("fault", "unset")];
  const path = await webhookPath(context);
  const told = URL.parse(info.url);
  if (path === undefined || !told?.pathname.endsWith(path))
    return [registered("fault", "elsewhere", { host: hostOf(info.url) })];
  const wish = {
    url: webhookUrl(publicUrl, path),
    ...(certificate !== undefined && { certificate }),
    ...(ipAddress !== undefined && { ipAddress }),
  };
  const differences = differencesOf(info, wish);
  if (differences.length === 0) return [registered("ok", "ok", { host: publicUrl.host })];
  const certificateName = certificate === undefined ? "certificate-extra" : "certificate-missing";
  const words: Readonly<Record<Difference, readonly [string, Values]>> = {
    url: ["moved", { host: told.host, wanted: publicUrl.host }],
    certificate: [certificateName, {}],
    ip: ["ip", { ip: info.ip_address ?? "", wanted: ipAddress ?? "" }],
    updates: ["updates", {}],
    connections: ["connections", { count: info.max_connections ?? 0, wanted: maxConnections }],
  };
  return differences.map((difference) => registered(levels[difference], ...words[difference]));
}

/** The last error stays until the webhook is set again: it is over once nothing waits any more. */
function errorOf({ context }: Examination, info: WebhookInfo, publicUrl: URL): Diagnosis {
  const check = "webhook-error";
  if (!info.last_error_date) return { check, level: "ok", key: "telegram-doctor.webhook-error.ok" };
  const message = (info.last_error_message ?? "").slice(0, 200);
  const { key, values } = webhookErrorWords(message, publicUrl.host);
  const meaning = context.texts(key, values);
  const isOver = info.pending_update_count === 0;
  return {
    check,
    level: isOver ? "note" : "fault",
    key: `telegram-doctor.webhook-error.${isOver ? "past" : "now"}`,
    values: { when: whenWords(info.last_error_date * 1000), message, meaning },
  };
}

function pendingOf({ pending_update_count: pending }: WebhookInfo): Diagnosis {
  const check = "webhook-pending";
  if (pending === 0) return { check, level: "ok", key: "telegram-doctor.webhook-pending.ok" };
  const isMany = pending > manyPending;
  return {
    check,
    level: isMany ? "warning" : "note",
    key: `telegram-doctor.webhook-pending.${isMany ? "many" : "some"}`,
    values: { pending },
  };
}

/** Nobody else can be asked whether we are reached: what waits must become less. */
async function probeOf(examination: Examination, first: WebhookInfo): Promise<Diagnosis> {
  const check = "webhook-probe";
  const { clock, signal, publicUrl } = examination.context;
  const before = first.pending_update_count;
  if (before === 0) return { check, level: "skipped", key: "telegram-doctor.webhook-probe.quiet" };
  for (let i = 0; i < probe.times && !signal.aborted; i += 1) {
    await sleep(clock, probe.everyMs, signal);
    const after = (await infoOf(examination))?.pending_update_count ?? before;
    if (after < before)
      return { check, level: "ok", key: "telegram-doctor.webhook-probe.moving", values: { before, after } };
  }
  const seconds = (probe.times * probe.everyMs) / 1000;
  const values = { pending: before, seconds, host: publicUrl?.host ?? "" };
  return { check, level: "warning", key: "telegram-doctor.webhook-probe.still", values };
}

/** Never the path, which is a secret. */
function hostOf(url: string): string {
  return URL.parse(url)?.host ?? "?";
}
