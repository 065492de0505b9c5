// Compares where Discord sends interactions and install events with what the configuration wishes; `examine.ts` asks.

import type { Diagnosis } from "../../../model/diagnosis.ts";
import type { Application } from "../account/application.ts";
import { knownPaths } from "../interactions/interactions.ts";
import { hostOf } from "../interactions/registration.ts";
import { EVENT_TYPES, usableUrl, type Wish, wishOf } from "../interactions/wish.ts";
import { type Examining, finding } from "./finding.ts";

/** Why there can be no endpoint; undefined: there can. */
function obstacle({ context }: Examining): "no-address" | "untrusted" | undefined {
  if (context.publicUrl === undefined) return "no-address";
  return usableUrl(webOf(context)) ? undefined : "untrusted";
}

function webOf({ publicUrl, certificate }: Examining["context"]) {
  return { ...(publicUrl && { publicUrl }), certificate: () => certificate };
}

async function wishIn({ context, config }: Examining): Promise<Wish> {
  const paths = await knownPaths(context.account, context.state);
  return wishOf({ config, paths }, usableUrl(webOf(context)));
}

export async function examineInteractions(
  examining: Examining,
  { interactions_endpoint_url: now }: Application,
): Promise<Diagnosis> {
  const check = "interactions-endpoint";
  const wish = await wishIn(examining);
  const values = { host: hostOf(now ?? "") };
  if (examining.config.interactions === "gateway") {
    if (!now) return finding(examining, check, "ok", "gateway");
    return wish.isOurs(now, "interactions")
      ? finding(examining, check, "warning", "left", values)
      : finding(examining, check, "fault", "foreign", values);
  }
  const why = obstacle(examining);
  if (why !== undefined) return finding(examining, check, "warning", why);
  if (now && now === wish.interactions) return finding(examining, check, "ok", "ok", values);
  return now
    ? finding(examining, check, "fault", "elsewhere", values)
    : finding(examining, check, "warning", "unset");
}

/** Nothing to say where they are neither wished nor set. */
export async function examineInstallEvents(
  examining: Examining,
  application: Application,
): Promise<readonly Diagnosis[]> {
  const check = "install-events";
  const {
    event_webhooks_url: now,
    event_webhooks_status: status,
    event_webhooks_types: types = [],
  } = application;
  const wish = await wishIn(examining);
  const values = { host: hostOf(now ?? "") };
  if (!examining.config.install_events) {
    const isLeft = now ? wish.isOurs(now, "events") : false;
    return isLeft ? [finding(examining, check, "warning", "left", values)] : [];
  }
  const why = obstacle(examining);
  if (why !== undefined) return [finding(examining, check, "warning", why)];
  if (!now) return [finding(examining, check, "warning", "unset")];
  if (now !== wish.events) return [finding(examining, check, "warning", "elsewhere", values)];
  if (status !== 2) return [finding(examining, check, "warning", "switched-off")];
  if (!EVENT_TYPES.every((type) => types.includes(type)))
    return [finding(examining, check, "warning", "unset")];
  return [finding(examining, check, "ok", "ok", values)];
}
