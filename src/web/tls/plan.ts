// Decides who does TLS, and says why; `web.ts` acts on it and `doctor` repeats it.

import type { WebConfig } from "../../config.ts";

export type TlsPlan =
  | { readonly mode: "self-signed"; readonly host: string; readonly why: string }
  | { readonly mode: "off"; readonly why: string };

/** `why` is a sentence for the log. `acme` and `files` never get here: the configuration refuses them. */
export function planTls({ tls, publicUrl }: Pick<WebConfig, "tls" | "publicUrl">): TlsPlan {
  if (tls === "off") return { mode: "off", why: "web.tls is off: a reverse proxy has to do TLS" };
  if (publicUrl === undefined)
    return { mode: "off", why: "there is no web.public_url: only /health is served" };
  const host = hostOf(publicUrl);
  if (tls === "self-signed") return { mode: "self-signed", host, why: "web.tls asks for it" };
  return publicUrl.protocol === "https:"
    ? { mode: "self-signed", host, why: "web.public_url is https and web.tls is auto" }
    : { mode: "off", why: "web.public_url is http" };
}

/** The host as certificates name it: an IPv6 address has no brackets there. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "");
}
