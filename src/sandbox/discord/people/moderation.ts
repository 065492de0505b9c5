// What moderators and people who are moderated do, and what is said to a bot in private; `index.ts` offers it.

import type { SandboxMessage } from "../message-shape.ts";
import { sandboxMessage } from "../message-shape.ts";
import { ban, type Deed, kick, timeout, unban } from "../moderation.ts";
import type { GuildRecord, Snowflake } from "../records.ts";
import { refuse } from "../rest/errors.ts";
import { directChannel } from "../rest/self.ts";
import type { SayInput } from "../sandbox.ts";
import { liveMessages, type World } from "../world.ts";
import { say } from "./people.ts";

export interface DeedInput {
  /** The owner, unless told. */
  readonly by?: Snowflake;
  readonly reason?: string;
}

export interface BanView {
  readonly userId: Snowflake;
  readonly reason: string | null;
}

export interface ModerationActions {
  ban(guildId: Snowflake, userId: Snowflake, how?: DeedInput): void;
  unban(guildId: Snowflake, userId: Snowflake, how?: DeedInput): void;
  kick(guildId: Snowflake, userId: Snowflake, how?: DeedInput): void;
  /** `until` in milliseconds since 1970; undefined ends the timeout. */
  timeout(guildId: Snowflake, userId: Snowflake, until: number | undefined, how?: DeedInput): void;
  bans(guildId: Snowflake): readonly BanView[];
  /** Milliseconds since 1970, undefined when nobody silenced them. */
  timedOutUntil(guildId: Snowflake, userId: Snowflake): number | undefined;
  /** Writes to a bot alone. */
  sayPrivately(botId: Snowflake, userId: Snowflake, input: SayInput): SandboxMessage;
  /** What stands between a person and a bot, oldest first. */
  privateMessages(botId: Snowflake, userId: Snowflake): readonly SandboxMessage[];
  /** Somebody takes no direct messages (50007), or does again. */
  setDirectClosed(userId: Snowflake, isClosed: boolean): void;
}

function guildById(world: World, id: Snowflake): GuildRecord {
  const guild = world.guilds.get(id);
  if (!guild) throw refuse(10004);
  return guild;
}

const deedOf = (guild: GuildRecord, how: DeedInput = {}): Deed => ({
  by: how.by ?? guild.ownerId,
  reason: how.reason ?? null,
});

export function moderationOf(world: World): ModerationActions {
  const act =
    (deed: typeof ban) =>
    (guildId: Snowflake, userId: Snowflake, how?: DeedInput): void => {
      const guild = guildById(world, guildId);
      deed(world, guild, userId, deedOf(guild, how));
    };
  return {
    ban: act(ban),
    unban: act(unban),
    kick: act(kick),
    timeout(guildId, userId, until, how) {
      const guild = guildById(world, guildId);
      timeout(world, guild, userId, until, deedOf(guild, how));
    },
    bans: (guildId) => [...guildById(world, guildId).bans].map(([userId, reason]) => ({ userId, reason })),
    timedOutUntil: (guildId, userId) => guildById(world, guildId).members.get(userId)?.timeoutUntil,
    sayPrivately: (botId, userId, input) => say(world, directChannel(world, botId, userId).id, userId, input),
    privateMessages: (botId, userId) =>
      liveMessages(world, directChannel(world, botId, userId).id).map((each) => sandboxMessage(world, each)),
    setDirectClosed(userId, isClosed) {
      if (isClosed) world.closedToDirect.add(userId);
      else world.closedToDirect.delete(userId);
    },
  };
}
