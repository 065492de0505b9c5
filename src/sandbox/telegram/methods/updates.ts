// getUpdates, setWebhook, deleteWebhook, getWebhookInfo: how a bot says where its updates go.

import { X509Certificate } from "node:crypto";
import { isIP, isIPv4 } from "node:net";
import type { BotState } from "../bots.ts";
import { ApiError, badRequest, tooManyRequests } from "../http/api-error.ts";
import type { Params } from "../http/request-params.ts";
import { TERMINATED_BY_WEBHOOK } from "../updates/poll-queue.ts";
import { allowedKinds } from "../updates/update-queue.ts";
import type { WebhookSettings } from "../updates/webhook-delivery.ts";
import { portOf } from "../updates/webhook-tls.ts";
import { Described, type Method, type MethodContext } from "./method.ts";
import { isReserved } from "./reserved-ip.ts";

const MAX_CERTIFICATE_BYTES = 3 << 20; // Client.h 70
const PORTS = [443, 80, 88, 8443];

/** Omitted or unreadable keeps what was; [] or only unknown names is the default. Client.cpp 16889 */
function updateAllowed(bot: BotState, params: Params): void {
  const text = params.text("allowed_updates");
  if (text === "") return;
  try {
    const names: unknown = JSON.parse(text);
    if (Array.isArray(names)) bot.allowed = allowedKinds(names);
  } catch {
    // Client.cpp 16889: what cannot be parsed changes nothing.
  }
}

const getUpdates: Method = {
  name: "getUpdates",
  params: ["offset", "limit", "timeout", "allowed_updates"],
  run({ bot, params }) {
    if (!bot.webhook) updateAllowed(bot, params);
    return bot.polling.get(bot, {
      offset: params.int("offset", 0),
      limit: params.int("limit", 100, 1, 100),
      timeoutSeconds: params.int("timeout", 0, 0, 50),
    });
  },
};

const setWebhook: Method = {
  name: "setWebhook",
  params: [
    "url",
    "certificate",
    "ip_address",
    "max_connections",
    "allowed_updates",
    "drop_pending_updates",
    "secret_token",
  ],
  async run(context) {
    const { bot, params, world } = context;
    if (params.text("url") === "") return removeWebhook(bot, params);
    const settings = readSettings(context);
    const now = world.clock.now();
    if (isSame(bot, settings) && !params.bool("drop_pending_updates")) {
      updateAllowed(bot, params);
      return new Described(true, "Webhook is already set");
    }
    if (bot.lastSetWebhookAt !== undefined && now - bot.lastSetWebhookAt < 1000) throw tooManyRequests(1);
    bot.lastSetWebhookAt = now;
    // The old webhook and its certificate are gone before the new one is tried. Client.cpp 15930
    bot.webhook?.close();
    bot.webhook = undefined;
    bot.polling.terminate(TERMINATED_BY_WEBHOOK);
    updateAllowed(bot, params);
    if (params.bool("drop_pending_updates")) bot.updates.clear();
    const ip = await checkTarget(context, settings);
    bot.webhook = context.openWebhook(bot, { ...settings, ip });
    return new Described(true, "Webhook was set");
  },
};

function isSame(bot: BotState, settings: WebhookSettings): boolean {
  const old = bot.webhook?.settings;
  return (
    old !== undefined &&
    old.given === settings.given &&
    old.secret === settings.secret &&
    old.maxConnections === settings.maxConnections &&
    old.certificate === undefined &&
    settings.certificate === undefined &&
    old.fixedIp === settings.fixedIp &&
    (!settings.fixedIp || old.ip === settings.ip)
  );
}

/** What is refused before anything changes. Client.cpp 15961 */
function readSettings({ params, world, systemCa }: MethodContext): WebhookSettings {
  const given = params.text("url");
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `https://${given}`;
  if (!URL.canParse(full) || !/^https?:/i.test(full)) throw badRequest("invalid webhook URL specified");
  const secret = params.text("secret_token");
  if (secret.length > 256) throw badRequest("secret token is too long");
  if (!/^[A-Za-z0-9_-]*$/.test(secret)) throw badRequest("secret token contains unallowed characters");
  // A text instead of a file is ignored without a word. Client.cpp 15976
  const certificate = params.file("certificate")?.bytes;
  if (certificate && certificate.length > MAX_CERTIFICATE_BYTES) {
    throw badRequest(`certificate size is too big (${certificate.length} bytes)`);
  }
  const ip = params.text("ip_address");
  return {
    given,
    url: new URL(full),
    ip,
    fixedIp: ip !== "",
    secret,
    maxConnections: maxConnections(params, world.local),
    ...(certificate && { certificate: certificate.toString("utf8") }),
    ...(systemCa && { systemCa }),
  };
}

/** Clamped, never refused; what is no number becomes 1. Client.cpp 12360 */
function maxConnections(params: Params, local: boolean): number {
  return params.int("max_connections", local ? 100 : 40, 1, local ? 100_000 : 100);
}

/** The address to deliver to. @throws ApiError "bad webhook: …", WebhookActor.cpp 705-714 */
async function checkTarget(context: MethodContext, settings: WebhookSettings): Promise<string> {
  const bad = (text: string) => badRequest(`bad webhook: ${text}`);
  const { url, certificate } = settings;
  const { local } = context.world;
  if (url.protocol === "http:" && !local) throw bad("An HTTPS URL must be provided for webhook");
  if (!local && !PORTS.includes(portOf(url))) {
    throw bad("Webhook can be set up only on ports 80, 88, 443 or 8443");
  }
  if (certificate !== undefined && !isPem(certificate)) {
    throw bad("Failed to set custom certificate file{error:0A080009:SSL routines::PEM lib}");
  }
  const ip = settings.fixedIp ? settings.ip : await resolveHost(context, url.hostname);
  if (settings.fixedIp && !isIPv4(ip)) throw bad("Invalid IP address specified");
  if (!isIPv4(ip)) throw bad("IPv6-only addresses are not allowed");
  if (!local && isReserved(ip)) throw bad(`IP address ${ip} is reserved`);
  return ip;
}

async function resolveHost({ resolve }: MethodContext, hostname: string): Promise<string> {
  const host = hostname.replace(/^\[|\]$/g, "");
  if (isIP(host)) return host;
  try {
    return await resolve(host);
  } catch {
    throw badRequest("bad webhook: Failed to resolve host: Name or service not known");
  }
}

function isPem(text: string): boolean {
  try {
    return text.includes("-----BEGIN") && new X509Certificate(text).subject !== null;
  } catch {
    return false;
  }
}

function removeWebhook(bot: BotState, params: Params): Described {
  updateAllowed(bot, params);
  if (params.bool("drop_pending_updates")) bot.updates.clear();
  if (!bot.webhook) return new Described(true, "Webhook is already deleted");
  bot.webhook.close();
  bot.webhook = undefined;
  return new Described(true, "Webhook was deleted");
}

const deleteWebhook: Method = {
  name: "deleteWebhook",
  params: ["drop_pending_updates"],
  run: ({ bot, params }) => removeWebhook(bot, params),
};

/** As the Bot API answers; the sandbox's own `webhookInfo` uses it too. Client.cpp 5948 */
export function webhookInfo(bot: BotState, now: number): Readonly<Record<string, unknown>> {
  const { webhook, updates, allowed } = bot;
  updates.dropExpired(now);
  const seconds = (ms: number) => Math.floor(ms / 1000);
  return {
    url: webhook?.settings.given ?? "",
    has_custom_certificate: webhook?.settings.certificate !== undefined,
    pending_update_count: updates.size,
    ...(webhook && { ip_address: webhook.ip, max_connections: webhook.settings.maxConnections }),
    ...(webhook?.lastErrorAt !== undefined && {
      last_error_date: seconds(webhook.lastErrorAt),
      last_error_message: webhook.lastErrorMessage,
    }),
    ...(allowed && { allowed_updates: [...allowed] }),
  };
}

const getWebhookInfo: Method = {
  name: "getWebhookInfo",
  params: [],
  run: ({ bot, world }) => webhookInfo(bot, world.clock.now()),
};

const logOut: Method = {
  name: "logOut",
  params: [],
  run({ bot }): true {
    bot.webhook?.close();
    bot.webhook = undefined;
    bot.gone = "logged out";
    return true;
  },
};

const CLOSE_AFTER_MS = 10 * 60_000;

const close: Method = {
  name: "close",
  params: [],
  run({ bot, world }): true {
    const age = world.clock.now() - bot.launchedAt;
    if (age < CLOSE_AFTER_MS) throw tooManyRequests(Math.ceil((CLOSE_AFTER_MS - age) / 1000));
    if (bot.webhook) throw new ApiError(400, "Bad Request: can't close the bot while webhook is active");
    return true;
  },
};

export const updateMethods: readonly Method[] = [
  getUpdates,
  setWebhook,
  deleteWebhook,
  getWebhookInfo,
  logOut,
  close,
];
