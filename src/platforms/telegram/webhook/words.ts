// Turns what getWebhookInfo says about failed deliveries into a text with a cure; the watch, the doctor and `matebot webhook` ask.

import type { Values } from "../../../model/texts.ts";

export interface Words {
  /** A key of locales/<language>/telegram-account.json. */
  readonly key: string;
  readonly values: Values;
}

interface Row {
  readonly text: RegExp;
  readonly key: string;
}

// Bot API server, WebhookActor.cpp, and strerror and OpenSSL's strings (telegram.md 1.5); first row wins.
const rows: readonly Row[] = [
  { text: /^Wrong response from the webhook: 40[13]\b/, key: "forbidden" },
  { text: /^Wrong response from the webhook: 404\b/, key: "not-found" },
  { text: /^Wrong response from the webhook: 413\b/, key: "too-large" },
  { text: /^Wrong response from the webhook: 3\d\d\b/, key: "redirect" },
  { text: /^Wrong response from the webhook: 50[0-4]\b/, key: "server" },
  { text: /^Wrong response from the webhook/, key: "wrong-response" },
  { text: /^(Read|Write) timeout expired/, key: "timeout" },
  { text: /^Connection refused/, key: "refused" },
  { text: /^(Connection timed out|No route to host|Network is unreachable)/, key: "unreachable" },
  { text: /^Connection reset by peer/, key: "reset" },
  { text: /certificate verify failed/, key: "certificate" },
  { text: /wrong version number|packet length too long|http request/i, key: "not-tls" },
  { text: /^SSL error|^Can't create an SSL connection/, key: "tls" },
  { text: /^Can't connect to the webhook/, key: "unreachable" },
  { text: /resolve host|Name or service not known/i, key: "dns" },
];

/** Another secret or another certificate than ours would look so from Telegram. */
export function isSuspect(message: string): boolean {
  return /^Wrong response from the webhook: 401\b|certificate verify failed/.test(message);
}

/** `address` is the host and port Telegram was told, never the path. */
export function webhookErrorWords(message: string, address: string): Words {
  const key = rows.find((row) => row.text.test(message))?.key ?? "other";
  return {
    key: `telegram-account.webhook.error.${key}`,
    values: { address, message: message.slice(0, 200) },
  };
}
