// Finds where TLS can be looked at as the outside sees it: at the public address, else on this machine; `world.ts` asks once.

import type { Config } from "../config.ts";
import { bareHost, portOf, type Target } from "./ask.ts";
import type { Net } from "./check.ts";
import type { Handshake } from "./handshake.ts";
import { listenTarget } from "./running.ts";
import type { Told } from "./told.ts";

export interface Site {
  readonly target: Target;
  /** With the trust of a browser. */
  readonly shown: Extract<Handshake, { kind: "done" }>;
  /** The name or the address that the certificate must be for. */
  readonly host: string;
  /** Nothing newer than TLS 1.1 is spoken there. */
  readonly isOld?: true;
}

/** Undefined when nobody speaks TLS there. */
export async function findSite(
  web: NonNullable<Config["web"]>,
  told: Told,
  net: Pick<Net, "handshake">,
): Promise<Site | undefined> {
  const { publicUrl, ipAddress, plan } = told;
  if (publicUrl?.protocol !== "https:") return undefined;
  const outside: Target = {
    url: publicUrl,
    ...(ipAddress !== undefined && { at: { host: ipAddress, port: portOf(publicUrl) } }),
  };
  // Many routers let nobody inside call the address outside.
  const inside: Target =
    plan.mode === "off"
      ? { url: publicUrl, at: { host: "127.0.0.1", port: portOf(publicUrl) } }
      : { ...listenTarget(web.listen, told), url: publicUrl };
  for (const target of [outside, inside]) {
    const shown = await net.handshake(target);
    const host = bareHost(publicUrl);
    if (shown.kind === "done") return { target, shown, host };
    const old = shown.connected ? await net.handshake(target, { version: "TLSv1.1" }) : shown;
    if (old.kind === "done") return { target, shown: old, host, isOld: true };
  }
  return undefined;
}
