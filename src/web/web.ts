// Puts the web together: what the outside is told, TLS as planned, the server, certificates exchanged; only `app.ts` starts it.

import type { Log, WebPort } from "../bridge/ports.ts";
import type { WebConfig } from "../config.ts";
import type { Clock } from "../model/clock.ts";
import type { Texts } from "../model/texts.ts";
import type { HealthReport } from "./health.ts";
import { formatListen } from "./listen.ts";
import { findPublicUrl } from "./reach/found-url.ts";
import { ownAddresses } from "./reach/own-addresses.ts";
import { type Reachability, reachabilityOf } from "./reachability.ts";
import { createWebServer, type WebServer } from "./server.ts";
import { openKeeper } from "./tls/keeper.ts";
import { planTls, type TlsPlan } from "./tls/plan.ts";

export interface WebParts {
  /** The data folder; certificates live in `tls` below it. */
  readonly data: string;
  readonly clock: Clock;
  /** 0 <= x < 1. */
  readonly random: () => number;
  readonly log: Log;
  readonly texts: Texts;
  readonly health: () => Promise<HealthReport>;
}

export interface Web {
  readonly port: WebPort;
  /** What is bound, in the form of `web.listen`, with the real port. */
  readonly address: string;
  reach(): Reachability;
  /** Resolves when what is in flight has been answered. */
  stop(): Promise<void>;
}

/** @throws UserError when the address, the data folder or a certificate file is refused */
export async function startWeb(config: WebConfig, parts: WebParts): Promise<Web> {
  const { data, log, texts } = parts;
  const { publicUrl, why } = findPublicUrl(config, ownAddresses().publicIpv4, texts);
  if (why !== undefined) log.info({ publicUrl: publicUrl?.origin }, why);
  const plan = planTls(config, publicUrl);
  tell(plan, log, texts);
  let server: WebServer | undefined;
  const keeping = { ...parts, folder: `${data}/tls`, server: () => server?.secure };
  const keeper = await openKeeper(plan, config, publicUrl, keeping);
  const upload = keeper?.upload();
  server = createWebServer({
    ...parts,
    listen: config.listen,
    ...(publicUrl && { publicUrl }),
    ...(config.ipAddress !== undefined && { ipAddress: config.ipAddress }),
    ...(config.proxies && { proxies: config.proxies }),
    ...(config.onlyTelegram && { onlyTelegram: true }),
    ...(keeper && { tls: { ...keeper.current(), ...(upload !== undefined && { upload }) } }),
  });
  try {
    await server.start();
  } catch (error) {
    await keeper?.close();
    throw error;
  }
  keeper?.watch(server);
  const address = formatListen(server.address());
  log.info({ address }, "the web server listens");
  return {
    port: server.port,
    address,
    reach: () => reachabilityOf({ listen: address, publicUrl, plan, certificate: keeper?.status() }, texts),
    stop: async () => {
      await keeper?.close();
      await server.stop();
    },
  };
}

function tell({ mode, why, passedOver }: TlsPlan, log: Log, texts: Texts): void {
  for (const { key, values } of [why, ...passedOver])
    log.info({ tls: mode }, texts(`web.tls.${key}`, values));
}
