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

// Discord, resources/application, application flags: an intent is switched on, above or below the review limit.
const CONTENT = { flag: 1 << 18, limited: 1 << 19 } as const;
const MEMBERS = { flag: 1 << 14, limited: 1 << 15 } as const;

/** @throws DiscordError */
export async function askApplication(rest: DiscordRest, signal: AbortSignal): Promise<Application> {
  return (await rest.request({ method: "GET", route: "/applications/@me", signal })) as Application;
}

/** May it read what people write? A Discord that does not say is believed to allow it. */
export function readsContent({ flags }: Application): boolean {
  return flags === undefined || (flags & (CONTENT.flag | CONTENT.limited)) !== 0;
}

/** May it know who comes and goes? */
export function knowsMembers({ flags = 0 }: Application): boolean {
  return (flags & (MEMBERS.flag | MEMBERS.limited)) !== 0;
}

/** Asks Discord to let the bot read messages; false when it refuses (above the review limit). @throws DiscordError */
export async function switchOnContent(
  rest: DiscordRest,
  application: Application,
  signal: AbortSignal,
): Promise<boolean> {
  const changed = await switchOn(rest, (application.flags ?? 0) | CONTENT.limited, signal);
  return changed !== undefined && readsContent(changed);
}

/** The same for who comes and goes. @throws DiscordError */
export async function switchOnMembers(
  rest: DiscordRest,
  application: Application,
  signal: AbortSignal,
): Promise<boolean> {
  const changed = await switchOn(rest, (application.flags ?? 0) | MEMBERS.limited, signal);
  return changed !== undefined && knowsMembers(changed);
}

async function switchOn(
  rest: DiscordRest,
  flags: number,
  signal: AbortSignal,
): Promise<Application | undefined> {
  try {
    const body = { flags };
    return (await rest.request({
      method: "PATCH",
      route: "/applications/@me",
      body,
      signal,
    })) as Application;
  } catch (error) {
    if (error instanceof DiscordError && (error.fate.kind === "refused" || error.fate.kind === "blocked"))
      return undefined;
    throw error;
  }
}
