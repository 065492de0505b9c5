// Finds out what a destination on Discord is like before something is rendered for it; `index.ts` offers it as `prepare`.

import type { Platform } from "../../../bridge/platform.ts";
import type { Account } from "../account/account.ts";
import type { GuildDirectory } from "../account/guild-directory.ts";
import type { GuildFacts } from "../account/guild-facts.ts";
import type { DiscordPrepared } from "../request.ts";
import { usualFileBytes } from "../wants.ts";
import type { Puppets } from "./puppets.ts";

export interface PrepareParts {
  readonly directory: Pick<GuildDirectory, "channel">;
  readonly account: Pick<Account, "learn">;
  readonly facts: Pick<GuildFacts, "fileBytes">;
  readonly puppets: Pick<Puppets, "get">;
}

export function createPrepare({ directory, account, facts, puppets }: PrepareParts): Platform["prepare"] {
  const privateTalks = new Set<string>();
  return async ({ id }, signal) => {
    if (privateTalks.has(id)) return { puppets: false };
    if (directory.channel(id) === undefined) await account.learn(id, signal);
    const guild = directory.channel(id)?.guild;
    if (guild === undefined) {
      // Seen, and in no guild: there the bot speaks for itself, and webhooks there are none.
      privateTalks.add(id);
      return { puppets: false };
    }
    const fileBytes = await facts.fileBytes(guild, signal);
    const prepared: DiscordPrepared = {
      puppets: (await puppets.get(id, signal)) !== undefined,
      guild,
      ...(fileBytes === usualFileBytes ? {} : { fileBytes }),
    };
    return { ...prepared };
  };
}
