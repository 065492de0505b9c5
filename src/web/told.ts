// What a MateBot with this configuration tells the outside: its address and what must be trusted; `webhook` and `doctor` ask.

import type { Log } from "../bridge/ports.ts";
import type { WebConfig } from "../config.ts";
import type { Clock } from "../model/clock.ts";
import type { Texts } from "../model/texts.ts";
import { findPublicUrl } from "./reach/found-url.ts";
import { ownAddresses } from "./reach/own-addresses.ts";
import { openKeeper } from "./tls/keeper.ts";
import { planTls, type TlsPlan } from "./tls/plan.ts";

export interface Told {
  readonly publicUrl?: URL;
  readonly ipAddress?: string;
  readonly plan: TlsPlan;
  /** PEM; undefined when the world vouches, or somebody else does TLS. */
  readonly upload?: string;
}

export interface ToldParts {
  readonly data: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly texts: Texts;
}

/** Only reads what a running MateBot keeps, and makes a certificate of our own where there is none yet. @throws UserError */
export async function whatIsTold(web: WebConfig, { data, ...parts }: ToldParts): Promise<Told> {
  const { publicUrl } = findPublicUrl(web, ownAddresses().publicIpv4, parts.texts);
  const plan = planTls(web, publicUrl);
  const keeping = { ...parts, folder: `${data}/tls`, random: Math.random, server: () => undefined };
  const keeper = await openKeeper(plan, web, publicUrl, keeping);
  const upload = keeper?.upload();
  await keeper?.close();
  return {
    plan,
    ...(publicUrl && { publicUrl }),
    ...(web.ipAddress !== undefined && { ipAddress: web.ipAddress }),
    ...(upload !== undefined && { upload }),
  };
}
