// The webhook of a Telegram account: its address and secret, what answers there, and its registration.

import { hash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Update, WebhookInfo } from "@grammyjs/types";
import type { PlatformContext } from "../../bridge/platform.ts";
import type { Admit, WebPort, WebRequest } from "../../bridge/ports.ts";
import { UserError } from "../../model/errors.ts";
import type { TelegramApi } from "./api.ts";
import { isCloud, type TelegramConfig } from "./config.ts";
import type { Receiver } from "./receiver.ts";
import type { Take } from "./sightings.ts";
import { allowedUpdates, updateIdOf } from "./updates.ts";
import { textFile } from "./upload.ts";
import { type Registration, sameUrl, WebhookWatch } from "./webhook-watch.ts";

// One connection per chat that is busy at once; 40 is Telegram's own default.
const maxConnections = 40;
const cloudPorts = ["", "443", "80", "88", "8443"];
const secretHeader = "x-telegram-bot-api-secret-token";
const utf8 = new TextDecoder("utf-8", { fatal: true });

interface WebhookKeys {
  readonly path: string;
  readonly secret: string;
}

/** Receives through `context.web`. The route answers as soon as this resolves. @throws UserError when Telegram cannot call that URL */
export async function createWebhookReceiver(
  context: PlatformContext,
  config: TelegramConfig,
  api: TelegramApi,
  web: WebPort,
  publicUrl: URL,
  take: Take,
): Promise<Receiver> {
  checkPublicUrl(context, config, publicUrl);
  const keys = await loadKeys(context);
  const url = webhookUrl(publicUrl, keys.path);
  const register = (signal: AbortSignal) => registerWebhook(context, api, web, url, keys.secret, signal);
  const inFlight = new Set<Promise<number>>();
  let stopped = false;
  let watch: WebhookWatch | undefined;

  const handle = createHandler(context, keys.secret, take, () => watch?.received());
  const answerPost = (request: WebRequest) => {
    // 503 makes Telegram keep the update; 410 would remove the webhook in the end (telegram.md 1.4).
    if (stopped) return Promise.resolve(503);
    const answer = handle(request).finally(() => inFlight.delete(answer));
    inFlight.add(answer);
    return answer;
  };
  web.post(keys.path, answerPost, createAdmit(keys.secret));
  web.onCertificate(async () => watch?.renew());

  return {
    async begin(signal) {
      const uploaded = web.certificate();
      const first = await register(signal);
      const probe = (probing: AbortSignal) => api.call("getWebhookInfo", {}, probing);
      watch = new WebhookWatch({ context, url, probe, register, first });
      if (web.certificate() !== uploaded) watch.renew();
    },
    /** The webhook stays registered, so that Telegram keeps what comes meanwhile. */
    async stop() {
      stopped = true;
      await watch?.stop();
      await Promise.allSettled(inFlight);
    },
  };
}

/** @throws UserError */
function checkPublicUrl({ account, texts }: PlatformContext, config: TelegramConfig, url: URL): void {
  if (!isCloud(config)) return;
  // Bot API, setWebhook: HTTPS only, on 443, 80, 88 or 8443.
  if (url.protocol !== "https:")
    throw new UserError(texts("telegram-account.start.not-https", { account, host: url.host }), 2);
  if (!cloudPorts.includes(url.port))
    throw new UserError(texts("telegram-account.start.bad-port", { account, port: url.port }), 2);
}

/** Made once and kept: a changed path or secret would refuse the updates that are on their way. */
export async function loadKeys({ account, state, secret }: PlatformContext): Promise<WebhookKeys> {
  const kept = async (name: string, bytes: number) => {
    const known = await state.get(name);
    const value = known ?? randomBytes(bytes).toString("base64url");
    secret(value);
    if (known === undefined) await state.set(name, value);
    return value;
  };
  return {
    path: `/telegram/${account}/${await kept("webhook-path", 24)}`,
    secret: await kept("webhook-secret", 32),
  };
}

/** A name and password in the public URL stay: Telegram gives them to a proxy that asks (telegram.md 1.1). */
export function webhookUrl(publicUrl: URL, path: string): URL {
  const url = new URL(publicUrl);
  url.pathname = publicUrl.pathname.replace(/\/+$/, "") + path;
  url.search = "";
  url.hash = "";
  return url;
}

/** 401 for a head without the secret: whoever sent it has its body unread. */
export function createAdmit(secret: string): Admit {
  const expected = digest(secret);
  return ({ [secretHeader]: given }) =>
    typeof given === "string" && timingSafeEqual(digest(given), expected) ? undefined : 401;
}

/** Answers one POST: 401 without the secret, 400 for what is no update, 503 when it could not be stored, else 200. */
export function createHandler(
  { account, log }: PlatformContext,
  secret: string,
  take: Take,
  received: () => void,
): (request: WebRequest) => Promise<number> {
  const admit = createAdmit(secret);
  return async ({ headers, body }) => {
    const refused = admit(headers);
    if (refused !== undefined) return refused;
    const update = readUpdate(body);
    if (!update) return 400;
    try {
      await take(update.value, update.text);
    } catch (error) {
      log.error({ account, err: error }, "an update could not be stored; Telegram will send it again");
      return 503;
    }
    received();
    return 200;
  };
}

function readUpdate(body: Buffer): { readonly value: Update; readonly text: string } | undefined {
  try {
    const text = utf8.decode(body);
    const value: unknown = JSON.parse(text);
    return updateIdOf(value) === undefined ? undefined : { value: value as Update, text };
  } catch {
    return undefined;
  }
}

/**
 * Sets the webhook unless Telegram has it exactly so. All parameters are named every time: what is left out is
 * cleared, the certificate first of all (telegram.md 1.1).
 */
async function registerWebhook(
  context: PlatformContext,
  api: TelegramApi,
  web: WebPort,
  url: URL,
  secret: string,
  signal: AbortSignal,
): Promise<Registration> {
  const { account, state, log } = context;
  const certificate = web.certificate();
  // getWebhookInfo tells neither which certificate nor which secret is set.
  const mark = digest(JSON.stringify([secret, certificate ?? ""])).toString("base64url");
  const info = await api.call("getWebhookInfo", {}, signal);
  if (isAsWished(info, url, certificate !== undefined) && (await state.get("webhook-mark")) === mark) {
    log.info({ account }, "the webhook is set already");
    return { errorDate: info.last_error_date ?? 0, displaced: false };
  }
  await api.call(
    "setWebhook",
    {
      url: url.href,
      ...(certificate === undefined
        ? {}
        : { certificate: textFile("certificate.pem", "application/x-pem-file", certificate) }),
      secret_token: secret,
      max_connections: maxConnections,
      allowed_updates: allowedUpdates,
    },
    signal,
  );
  await state.set("webhook-mark", mark);
  log.info({ account, host: url.host, certificate: certificate !== undefined }, "the webhook was set");
  return { errorDate: 0, displaced: Boolean(info.url) && !sameUrl(info.url, url) };
}

function isAsWished(info: WebhookInfo, url: URL, ownCertificate: boolean): boolean {
  return (
    sameUrl(info.url, url) &&
    info.has_custom_certificate === ownCertificate &&
    info.max_connections === maxConnections &&
    [...(info.allowed_updates ?? [])].sort().join() === [...allowedUpdates].sort().join()
  );
}

function digest(text: string): Buffer {
  return hash("sha256", text, "buffer");
}
