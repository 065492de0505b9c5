// Turns a refusal of setWebhook into a text with a cure, and says whether it can pass by itself; `register.ts` asks.

import type { Words } from "./words.ts";

interface Row {
  readonly text: RegExp;
  readonly key: string;
  /** A later try may succeed although nobody changes the configuration. */
  readonly passes?: true;
}

// Bot API server, Client.cpp and WebhookActor.cpp (telegram.md 1.1); first row wins.
const rows: readonly Row[] = [
  { text: /IP address \S+ is reserved/i, key: "reserved" },
  { text: /IPv6-only addresses are not allowed/i, key: "ipv6-only" },
  { text: /Invalid IP address specified/i, key: "bad-ip" },
  { text: /only on ports/i, key: "port" },
  { text: /HTTPS URL must be provided/i, key: "not-https" },
  { text: /resolve host|Name or service not known/i, key: "dns", passes: true },
  { text: /certificate size is too big/i, key: "certificate-size" },
  { text: /custom certificate/i, key: "certificate" },
  { text: /secret token/i, key: "secret" },
  { text: /invalid webhook URL/i, key: "url" },
];

export interface RefusalWords extends Words {
  readonly passes: boolean;
}

/** `message` is that of the error. The texts hold the host and port Telegram was told, never the path. */
export function webhookRefusalWords(message: string, url: URL): RefusalWords {
  const row = rows.find(({ text }) => text.test(message));
  const ip = /IP address (\S+) is reserved/i.exec(message)?.[1] ?? url.hostname;
  const said = message.replace(/^setWebhook: 400 (Bad Request: )?/, "").replaceAll(url.href, url.host);
  return {
    key: `telegram-account.webhook.refused.${row?.key ?? "other"}`,
    values: { address: url.host, host: url.hostname, ip, message: said.slice(0, 200) },
    passes: row?.passes ?? false,
  };
}
