// Sets a webhook with everything named, tells what is not as it should be, and explains refusals; the account and `matebot webhook` call it.

import type { WebhookInfo } from "@grammyjs/types";
import { PlatformError } from "../../../model/errors.ts";
import type { Values } from "../../../model/texts.ts";
import type { TelegramApi } from "../api/api.ts";
import { textFile } from "../api/upload.ts";
import { allowedUpdates } from "../receive/updates.ts";
import { webhookRefusalWords } from "./refusal.ts";

/** One connection per chat that is busy at once; 40 is Telegram's own default. */
export const maxConnections = 40;

/** What Telegram shall know of us. */
export interface Wish {
  readonly url: URL;
  readonly secret: string;
  /** PEM; absent when a public CA vouches for us. */
  readonly certificate?: string;
  readonly ipAddress?: string;
}

/** Keys of locales/<language>/telegram-account.json, below `webhook.what`. */
export type Difference = "url" | "certificate" | "ip" | "updates" | "connections";

/** `setWebhook` was refused; `values` fill the text that `words` names. */
export class WebhookRefused extends PlatformError {
  readonly values: Values;
  constructor(error: PlatformError, url: URL) {
    const { key, values, passes } = webhookRefusalWords(error.message, url);
    super(
      "telegram.webhook-refused",
      error.message,
      passes ? { kind: "retry", maybeDelivered: false } : { kind: "refused" },
      { cause: error, words: key },
    );
    this.values = values;
  }
}

/** All that getWebhookInfo shows to be otherwise; it tells neither the secret nor which certificate is set. */
export function differencesOf(info: WebhookInfo, wish: Omit<Wish, "secret">): readonly Difference[] {
  const { ipAddress } = wish;
  const sees: Readonly<Record<Difference, boolean>> = {
    url: !sameUrl(info.url, wish.url),
    certificate: info.has_custom_certificate !== (wish.certificate !== undefined),
    // The server says "<unknown>" while it has not looked yet.
    ip: ipAddress !== undefined && /^[\d.]+$/.test(info.ip_address ?? "") && info.ip_address !== ipAddress,
    updates: [...(info.allowed_updates ?? [])].sort().join() !== [...allowedUpdates].sort().join(),
    connections: info.max_connections !== maxConnections,
  };
  return (Object.keys(sees) as Difference[]).filter((name) => sees[name]);
}

/** Telegram normalises the URL it was given, and so does `URL`. */
export function sameUrl(told: string | undefined, url: URL): boolean {
  return told !== undefined && URL.canParse(told) && new URL(told).href === url.href;
}

/**
 * All parameters are named every time: what is left out is cleared, the certificate first of all (telegram.md 1.1).
 * What waits at Telegram stays. @throws WebhookRefused with words, PlatformError
 */
export async function setWebhook(api: TelegramApi, wish: Wish, signal: AbortSignal): Promise<void> {
  const { url, secret, certificate, ipAddress } = wish;
  try {
    await api.call(
      "setWebhook",
      {
        url: url.href,
        ...(certificate === undefined
          ? {}
          : { certificate: textFile("certificate.pem", "application/x-pem-file", certificate) }),
        ...(ipAddress === undefined ? {} : { ip_address: ipAddress }),
        secret_token: secret,
        max_connections: maxConnections,
        allowed_updates: allowedUpdates,
      },
      signal,
    );
  } catch (error) {
    const isRefused = error instanceof PlatformError && /^setWebhook: 400 /.test(error.message);
    throw isRefused && error.fate.kind !== "halt" ? new WebhookRefused(error, url) : error;
  }
}
