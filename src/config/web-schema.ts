// The shape of `web` in `matebot.yaml`; `schema.ts` has the rest of the file, `check-web.ts` checks what belongs together.

import { BlockList, isIP, isIPv4 } from "node:net";
import { z } from "zod";
import { type ListenAddress, parseListen } from "../web/listen.ts";
import { parsePublicUrl } from "./public-url.ts";

export const TLS_MODES = ["auto", "self-signed", "acme", "files", "off"] as const;
export type TlsMode = (typeof TLS_MODES)[number];

const LISTEN_DEFAULT = "127.0.0.1:8443";
/** Who wants the address to be found out wants to be reached at it. */
const LISTEN_OPEN = "0.0.0.0:8443";

/** ISRG, Let's Encrypt's directory (RFC 8555, 7.1.1). */
export const LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory";

const isAddress = (text: string) => parseListen(text)?.kind === "tcp";
const door = (word: string) =>
  z.string().refine((text) => text === word || isAddress(text), { error: "door" });

const acmeSchema = z.strictObject({
  /** Nobody but the user can agree to an authority's terms. */
  terms: z.literal("accepted"),
  email: z.email({ error: "email" }).optional(),
  directory: z.url({ protocol: /^https$/, error: "directory" }).default(LETS_ENCRYPT),
  /** A file of PEM certificates by which the directory itself is trusted, for an authority of one's own. */
  roots: z.string().min(1).optional(),
  profile: z.string().min(1).optional(),
  /** Where the authority's question to port 80 arrives. */
  http: door("off").default("0.0.0.0:80"),
  /** Where its question to port 443 arrives; `auto`: at `listen`, or at port 443 while it asks. */
  alpn: z
    .string()
    .refine((text) => /^(auto|off)$/.test(text) || isAddress(text), { error: "door" })
    .default("auto"),
});

export const webSchema = z.strictObject({
  listen: z
    .string()
    .refine((text) => parseListen(text) !== undefined, { error: "listen" })
    .optional(),
  public_url: z
    .string()
    .refine((text) => text === "auto" || parsePublicUrl(text) !== undefined, { error: "url-shape" })
    .optional(),
  ip_address: z.string().refine(isIPv4, { error: "ip-address" }).optional(),
  tls: z.enum(TLS_MODES).default("auto"),
  certificate: z.string().min(1).optional(),
  key: z.string().min(1).optional(),
  acme: acmeSchema.optional(),
  proxies: z.array(z.string().refine(isNetwork, { error: "network" })).default([]),
  only_telegram: z.boolean().default(false),
});

export type WebFields = z.infer<typeof webSchema>;

/** What is bound where nothing is said of it. */
export function listenOf({ listen, public_url }: Pick<WebFields, "listen" | "public_url">): ListenAddress {
  const text = listen ?? (public_url === "auto" ? LISTEN_OPEN : LISTEN_DEFAULT);
  const address = parseListen(text);
  if (address === undefined) throw new Error("web.listen was checked before");
  return address;
}

/** An address, or a network such as 10.0.0.0/8. */
function isNetwork(text: string): boolean {
  const [address = "", bits] = text.split("/");
  const family = isIP(address);
  if (family === 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return false;
  try {
    new BlockList().addSubnet(
      address,
      bits === undefined ? (family === 4 ? 32 : 128) : Number(bits),
      family === 4 ? "ipv4" : "ipv6",
    );
    return true;
  } catch {
    return false;
  }
}
