// What is known of guilds beyond the directory: how large a file may be, and which emoji there are; `index.ts` feeds it.

import { DiscordError } from "../errors.ts";
import type { DiscordRest } from "../rest/rest.ts";
import { usualFileBytes } from "../wants.ts";

interface Facts {
  readonly fileBytes: number;
  readonly emoji: ReadonlySet<string>;
}

export interface GuildFacts {
  /** Takes in a Gateway event; those it does not know change nothing. */
  note(type: string, data: unknown): void;
  /** Asks when nothing is known of the guild yet; when that fails, the usual. */
  fileBytes(guild: string, signal: AbortSignal): Promise<number>;
  hasEmoji(guild: string, id: string): boolean;
}

interface GuildData {
  readonly id?: string;
  readonly guild_id?: string;
  readonly unavailable?: boolean;
  readonly premium_tier?: number;
  readonly features?: readonly string[];
  readonly emojis?: readonly { readonly id?: string | null }[];
}

const MIB = 1024 * 1024;

export function createGuildFacts(rest: Pick<DiscordRest, "request">): GuildFacts {
  const known = new Map<string, Facts>();
  const asking = new Map<string, Promise<void>>();

  function learn({ id, unavailable, ...data }: GuildData): void {
    if (id === undefined || unavailable) return;
    const emoji = data.emojis ? idsOf(data.emojis) : known.get(id)?.emoji;
    known.set(id, { fileBytes: fileBytesOf(data), emoji: emoji ?? new Set() });
  }

  async function ask(guild: string, signal: AbortSignal): Promise<void> {
    try {
      const answer = await rest.request({ method: "GET", route: `/guilds/${guild}`, signal });
      learn(Object(answer) as GuildData);
    } catch (error) {
      // What may pass is asked again with the next message; a refusal would only be repeated.
      const passes = error instanceof DiscordError && /^(?:retry|wait)$/.test(error.fate.kind);
      if (!passes) known.set(guild, { fileBytes: usualFileBytes, emoji: new Set() });
    }
  }

  return {
    note(type, data) {
      const guild = Object(data) as GuildData;
      if (type === "GUILD_CREATE" || type === "GUILD_UPDATE") learn(guild);
      const facts = guild.guild_id === undefined ? undefined : known.get(guild.guild_id);
      if (type !== "GUILD_EMOJIS_UPDATE" || !facts || guild.guild_id === undefined) return;
      known.set(guild.guild_id, { ...facts, emoji: idsOf(guild.emojis ?? []) });
    },
    async fileBytes(guild, signal) {
      if (!known.has(guild)) {
        const asked = asking.get(guild) ?? ask(guild, signal);
        asking.set(guild, asked);
        await asked.finally(() => asking.delete(guild));
      }
      return known.get(guild)?.fileBytes ?? usualFileBytes;
    },
    hasEmoji: (guild, id) => known.get(guild)?.emoji.has(id) === true,
  };
}

function idsOf(emojis: readonly { readonly id?: string | null }[]): ReadonlySet<string> {
  return new Set(emojis.flatMap(({ id }) => (id ? [id] : [])));
}

/** Discord's help on boosts: 50 MB from level 2 on, 100 MB at level 3; some guilds have it as a feature. */
function fileBytesOf({ premium_tier: tier = 0, features = [] }: GuildData): number {
  if (tier >= 3 || features.includes("MAX_FILE_SIZE_100_MB")) return 100 * MIB;
  if (tier >= 2 || features.includes("MAX_FILE_SIZE_50_MB")) return 50 * MIB;
  return usualFileBytes;
}
