// The webhook of a Telegram account: its address and secret, what answers there, and its registration; `index.ts` makes it.

import { hash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Update } from "@grammyjs/types";
import type { PlatformContext } from "../../../bridge/platform.ts";
import type { Admit, WebPort, WebRequest } from "../../../bridge/ports.ts";
import { UserError } from "../../../model/errors.ts";
import type { TelegramApi } from "../api/api.ts";
import { isCloud, type TelegramConfig } from "../config.ts";
import type { Receiver } from "../receive/receiver.ts";
import type { Take } from "../receive/sightings.ts";
import { updateIdOf } from "../receive/updates.ts";
import { checkAddress, type Resolve } from "./check-address.ts";
import { differencesOf, sameUrl, setWebhook, type Wish } from "./register.ts";
import { type Registering, type Registration, WebhookWatch } from "./watch.ts";

const cloudPorts = ["", "443", "80", "88", "8443"];
const secretHeader = "x-telegram-bot-api-secret-token";
const utf8 = new TextDecoder("utf-8", { fatal: true });

interface WebhookKeys {
  readonly path: string;
  readonly secret: string;
}

export interface WebhookParts {
  readonly api: TelegramApi;
  readonly web: WebPort;
  readonly publicUrl: URL;
  readonly take: Take;
  readonly resolve: Resolve;
}

/** Receives through `context.web`. The route answers as soon as this resolves. @throws UserError when Telegram cannot call that URL */
export async function createWebhookReceiver(
  context: PlatformContext,
  config: TelegramConfig,
  parts: WebhookParts,
): Promise<Receiver> {
  const { api, web, publicUrl, take } = parts;
  checkPublicUrl(context, config, publicUrl);
  if (isCloud(config)) await checkDns(context, parts);
  const keys = await loadKeys(context);
  const url = webhookUrl(publicUrl, keys.path);
  const wish = () => wishOf(web, url, keys.secret);
  const inFlight = new Set<Promise<number>>();
  // Settled when there is a watch, or will never be one.
  const settled = Promise.withResolvers<void>();
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
  web.onCertificate(async () => {
    await settled.promise;
    await watch?.renew();
  });

  return {
    async begin(signal) {
      const register = (registering: Registering) => registerWebhook(context, api, wish(), registering);
      const first = await register({ signal, force: false });
      watch = new WebhookWatch({
        ...{ context, url, register, first },
        probe: (probing) => api.call("getWebhookInfo", {}, probing),
        differences: (info) => differencesOf(info, wish()),
      });
      settled.resolve();
    },
    /** The webhook stays registered, so that Telegram keeps what comes meanwhile. */
    async stop() {
      stopped = true;
      settled.resolve();
      await watch?.stop();
      await Promise.allSettled(inFlight);
    },
  };
}

function wishOf(web: WebPort, url: URL, secret: string): Wish {
  const certificate = web.certificate();
  const { ipAddress } = web;
  return {
    ...{ url, secret },
    ...(certificate !== undefined && { certificate }),
    ...(ipAddress !== undefined && { ipAddress }),
  };
}

/** What can only fail is said before Telegram is asked; what may pass is a warning. @throws UserError */
async function checkDns(
  { account, log, texts }: PlatformContext,
  { web, publicUrl, resolve }: WebhookParts,
): Promise<void> {
  const { level, name, values } = await checkAddress(publicUrl, web.ipAddress, resolve);
  if (level === "ok" || level === "skipped") return;
  const words = ["", "-cure"].map((part) => texts(`telegram-doctor.public-address.${name}${part}`, values));
  if (level === "fault") throw new UserError(words.join(" "), 2);
  log.warn({ account, host: publicUrl.host }, words.join(" "));
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
export async function loadKeys({
  account,
  state,
  secret,
}: Pick<PlatformContext, "account" | "state" | "secret">): Promise<WebhookKeys> {
  const kept = async (name: string, bytes: number) => {
    const known = await state.get(name);
    const value = known ?? randomBytes(bytes).toString("base64url");
    secret(value);
    if (known === undefined) await state.set(name, value);
    return value;
  };
  return {
    path: pathOf(account, await kept(pathName, 24)),
    secret: await kept("webhook-secret", 32),
  };
}

/** The path of the account's webhook, below that of the public URL; undefined when it never had one. A secret. */
export async function webhookPath({
  account,
  state,
}: {
  readonly account: string;
  readonly state: (name: string) => Promise<string | undefined>;
}): Promise<string | undefined> {
  const known = await state(pathName);
  return known === undefined ? undefined : pathOf(account, known);
}

const pathName = "webhook-path";

function pathOf(account: string, known: string): string {
  return `/telegram/${account}/${known}`;
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

/** Sets the webhook unless Telegram has it exactly so, or always with `force`. @throws WebhookRefused, PlatformError */
async function registerWebhook(
  context: PlatformContext,
  api: TelegramApi,
  wish: Wish,
  { signal, force }: Registering,
): Promise<Registration> {
  const { account, state, log } = context;
  const { url } = wish;
  const mark = markOf(wish);
  const info = await api.call("getWebhookInfo", {}, signal);
  const isSo = differencesOf(info, wish).length === 0 && (await state.get(markName)) === mark;
  if (isSo && !force) {
    log.info({ account }, "the webhook is set already");
    return { errorDate: info.last_error_date ?? 0, displaced: false };
  }
  await setWebhook(api, wish, signal);
  await state.set(markName, mark);
  const certificate = wish.certificate !== undefined;
  log.info({ account, host: url.host, certificate }, "the webhook was set");
  return { errorDate: 0, displaced: isAnothers(info.url, url) };
}

/** An address with our path is our own of before, when the public address was another. */
function isAnothers(told: string | undefined, url: URL): boolean {
  if (!told || sameUrl(told, url)) return false;
  const own = url.pathname.split("/").slice(-3).join("/");
  return !new URL(told, url).pathname.endsWith(`/${own}`);
}

/** The name under which the account keeps what it set last. */
export const markName = "webhook-mark";

/** getWebhookInfo tells neither which certificate nor which secret is set, nor whether the address was given. */
export function markOf({ secret, certificate = "", ipAddress }: Wish): string {
  const told = [secret, certificate, ...(ipAddress === undefined ? [] : [ipAddress])];
  return digest(JSON.stringify(told)).toString("base64url");
}

function digest(text: string): Buffer {
  return hash("sha256", text, "buffer");
}
