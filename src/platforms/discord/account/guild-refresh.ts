// Reads over REST what the Gateway tells of a guild only when a session begins; `account.ts` and the backfill ask.

import type { DiscordRest } from "../rest/rest.ts";
import type { GuildDirectory } from "./guild-directory.ts";

export interface RefreshParts {
  readonly rest: DiscordRest;
  readonly directory: GuildDirectory;
}

/** Notes the guild, its roles, channels and active threads. @throws DiscordError */
export async function refreshGuild(
  { rest, directory }: RefreshParts,
  guild: string,
  signal: AbortSignal,
): Promise<void> {
  const get = (route: `/${string}`) => rest.request({ method: "GET", route, signal });
  directory.noteGuild(await get(`/guilds/${guild}`));
  const channels = (await get(`/guilds/${guild}/channels`)) as readonly object[];
  // The channels' list leaves threads out; what is said in an unknown one could not be told to be bridged.
  const { threads } = (await get(`/guilds/${guild}/threads/active`)) as {
    readonly threads: readonly object[];
  };
  for (const each of [...channels, ...threads]) directory.noteChannel({ guild_id: guild, ...each });
}
