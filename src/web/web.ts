// Puts the web together: TLS as planned, the server, renewed certificates swapped in; only `app.ts` starts it.

import type { Log, WebPort } from "../bridge/ports.ts";
import type { WebConfig } from "../config.ts";
import type { Clock } from "../model/clock.ts";
import type { Texts } from "../model/texts.ts";
import type { HealthReport } from "./health.ts";
import { formatListen } from "./listen.ts";
import { type Reachability, reachabilityOf } from "./reachability.ts";
import { createWebServer } from "./server.ts";
import { openCertificateStore } from "./tls/certificate-store.ts";
import { planTls } from "./tls/plan.ts";

export interface WebParts {
  /** The data folder; certificates live in `tls` below it. */
  readonly data: string;
  readonly clock: Clock;
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

/** @throws UserError when the address or the data folder is refused */
export async function startWeb(config: WebConfig, parts: WebParts): Promise<Web> {
  const { data, clock, log, texts, health } = parts;
  const publicUrl = config.publicUrl === "auto" ? undefined : config.publicUrl;
  const plan = planTls(config, publicUrl);
  log.info({ tls: plan.mode }, texts(`web.tls.${plan.why.key}`, plan.why.values));
  for (const { key, values } of plan.passedOver)
    log.info({ tls: plan.mode }, texts(`web.tls.${key}`, values));
  const store =
    plan.host !== undefined
      ? await openCertificateStore({ folder: `${data}/tls`, host: plan.host, clock, log, texts })
      : undefined;
  const server = createWebServer({
    listen: config.listen,
    ...(publicUrl && { publicUrl }),
    ...(store && { tls: { ...store.current(), upload: store.current().cert } }),
    clock,
    health,
    log,
    texts,
  });
  try {
    await server.start();
  } catch (error) {
    store?.close();
    throw error;
  }
  store?.onRenewed((certificate) => {
    server.serve(certificate);
    void server.announce(certificate.cert);
  });
  const address = formatListen(server.address());
  log.info({ address }, "the web server listens");
  return {
    port: server.port,
    address,
    reach: () => reachabilityOf({ listen: address, publicUrl, plan, certificate: store?.status() }, texts),
    stop: async () => {
      store?.close();
      await server.stop();
    },
  };
}
