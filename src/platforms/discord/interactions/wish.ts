// What Discord shall be told of our addresses, and what of it is otherwise; pure: registration and `examine.ts` ask.

import type { WebPort } from "../../../bridge/ports.ts";
import type { Application } from "../account/application.ts";
import type { DiscordConfig } from "../config.ts";

export type EndpointKind = "interactions" | "events";

/** Below the public URL's own path. Secrets, and the same for ever. */
export type Paths = Readonly<Record<EndpointKind, string>>;

/** The events that are asked for: discord.md 1.1. */
export const EVENT_TYPES = ["APPLICATION_AUTHORIZED", "APPLICATION_DEAUTHORIZED"] as const;

export interface Wish {
  /** Null: by the Gateway. */
  readonly interactions: string | null;
  /** Null: not at all. */
  readonly events: string | null;
  /** An address of this MateBot, also an earlier one: nobody else knows the path. */
  readonly isOurs: (url: string, kind: EndpointKind) => boolean;
}

/** The public URL if Discord will trust it: https, and a certificate of a public authority. */
export function usableUrl(web: Pick<WebPort, "publicUrl" | "certificate"> | undefined): URL | undefined {
  const url = web?.publicUrl;
  if (!web || url?.protocol !== "https:" || web.certificate() !== undefined) return undefined;
  return url;
}

export function wishOf(
  {
    config,
    paths,
  }: {
    readonly config: Pick<DiscordConfig, "interactions" | "install_events">;
    readonly paths: Paths | undefined;
  },
  url: URL | undefined,
): Wish {
  const at = (kind: EndpointKind) => (url && paths ? endpointUrl(url, paths[kind]) : null);
  return {
    interactions: config.interactions === "endpoint" ? at("interactions") : null,
    events: config.install_events ? at("events") : null,
    isOurs: (given, kind) =>
      paths !== undefined && URL.canParse(given) && new URL(given).pathname.endsWith(paths[kind]),
  };
}

export function endpointUrl(publicUrl: URL, path: string): string {
  const url = new URL(publicUrl);
  url.pathname = publicUrl.pathname.replace(/\/+$/, "") + path;
  url.search = "";
  url.hash = "";
  return url.href;
}

/** The changes to make, each with the key of the sentence that tells it. What others set is left to them. */
export function differences(application: Application, wish: Wish): readonly (readonly [string, object])[] {
  return [...interactionChanges(application, wish), ...eventChanges(application, wish)];
}

function interactionChanges({ interactions_endpoint_url: now }: Application, { interactions, isOurs }: Wish) {
  if (interactions !== null)
    return now === interactions ? [] : [["set", { interactions_endpoint_url: interactions }] as const];
  return now && isOurs(now, "interactions")
    ? [["removed", { interactions_endpoint_url: null }] as const]
    : [];
}

function eventChanges(application: Application, { events, isOurs }: Wish) {
  const {
    event_webhooks_url: now,
    event_webhooks_status: status,
    event_webhooks_types: types = [],
  } = application;
  if (events !== null) {
    const isSo = now === events && status === 2 && EVENT_TYPES.every((type) => types.includes(type));
    const body = { event_webhooks_url: events, event_webhooks_status: 2, event_webhooks_types: EVENT_TYPES };
    return isSo ? [] : [["events-set", body] as const];
  }
  const off = { event_webhooks_url: null, event_webhooks_status: 1 };
  return now && isOurs(now, "events") ? [["events-removed", off] as const] : [];
}
