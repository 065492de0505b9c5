// The application behind a bot as Discord describes it, and its switch for the text of messages; account, setup and doctor ask.

import { DiscordError } from "../errors.ts";
import type { DiscordRest } from "../rest/rest.ts";

/** Discord, resources/application; only what is read here. */
export interface Application {
  readonly id: string;
  readonly name?: string;
  /** Ed25519, 32 bytes in hex. */
  readonly verify_key?: string;
  readonly flags?: number;
  readonly approximate_guild_count?: number;
  readonly interactions_endpoint_url?: string | null;
  readonly event_webhooks_url?: string | null;
  /** 1: off, 2: on, 3: switched off by Discord after too many failures. */
  readonly event_webhooks_status?: number;
  readonly event_webhooks_types?: readonly string[];
}

// Discord, resources/application, application flags: MESSAGE_CONTENT is switched on, above or below the review limit.
const contentFlag = 1 << 18;
const contentLimitedFlag = 1 << 19;

/** @throws DiscordError */
export async function askApplication(rest: DiscordRest, signal: AbortSignal): Promise<Application> {
  return (await rest.request({ method: "GET", route: "/applications/@me", signal })) as Application;
}

/** May it read what people write? A Discord that does not say is believed to allow it. */
export function readsContent({ flags }: Application): boolean {
  return flags === undefined || (flags & (contentFlag | contentLimitedFlag)) !== 0;
}

/** Asks Discord to let the bot read messages; false when it refuses (above the review limit). @throws DiscordError */
export async function switchOnContent(
  rest: DiscordRest,
  application: Application,
  signal: AbortSignal,
): Promise<boolean> {
  const body = { flags: (application.flags ?? 0) | contentLimitedFlag };
  try {
    const changed = await rest.request({ method: "PATCH", route: "/applications/@me", body, signal });
    return readsContent(changed as Application);
  } catch (error) {
    if (error instanceof DiscordError && (error.fate.kind === "refused" || error.fate.kind === "blocked"))
      return false;
    throw error;
  }
}
