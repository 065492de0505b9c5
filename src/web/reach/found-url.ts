// What the outside is told where `web.public_url` is `auto`: the public address of this machine; `web.ts` asks at the start.

import type { WebConfig } from "../../config.ts";
import type { Texts } from "../../model/texts.ts";

export interface FoundUrl {
  /** Undefined: nobody outside can reach this machine. */
  readonly publicUrl: URL | undefined;
  /** A sentence for the log; undefined when there was nothing to find out. */
  readonly why?: string;
}

/** `publicIpv4` are the public addresses of this machine; the first one is told. */
export function findPublicUrl(
  { publicUrl, listen }: Pick<WebConfig, "publicUrl" | "listen">,
  publicIpv4: readonly string[],
  texts: Texts,
): FoundUrl {
  if (publicUrl !== "auto") return { publicUrl };
  const bound = listen.kind === "tcp" ? listen : undefined;
  // Who listens at one address only is reached at that one.
  const address = publicIpv4.find((one) => one === bound?.host) ?? publicIpv4[0];
  if (address === undefined || bound === undefined)
    return { publicUrl: undefined, why: texts("web.url.none") };
  const url = new URL(`https://${address}:${bound.port}`);
  url.pathname = "";
  return { publicUrl: url, why: texts("web.url.found", { address, url: url.origin }) };
}
