// What a Discord account does for the robot: rooms, people's standing, moderation, menus; `index.ts` offers it to the bridge.

import type { PlatformContext } from "../../../bridge/platform.ts";
import type { Moderation, Social } from "../../../bridge/social.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import type { Account } from "../account/account.ts";
import type { GuildDirectory } from "../account/guild-directory.ts";
import { robotLink } from "../account/install-link.ts";
import { registerCommands } from "../commands/register.ts";
import { DiscordError } from "../errors.ts";
import type { DiscordRest, RestCall } from "../rest/rest.ts";
import { isNobody, isSilenced, ownBits, placeAt, roomFacts, standingOf } from "./ask.ts";
import type { Deeds } from "./deeds.ts";
import { lacksIn, UNSEEN } from "./lacks.ts";

export interface SocialParts {
  readonly context: Pick<PlatformContext, "account" | "clock" | "log">;
  readonly rest: DiscordRest;
  readonly directory: Pick<GuildDirectory, "self" | "channel">;
  /** Told of what the robot does to people. */
  readonly deeds?: Deeds;
  readonly account?: Pick<Account, "knowsMembers">;
}

// Discord, topics/opcodes-and-status-codes: missing access; unknown guild, message, ban.
const NO_ACCESS = 50001;
const UNKNOWN_GUILD = 10004;
const UNKNOWN_MESSAGE = 10008;
const UNKNOWN_BAN = 10026;

/** Discord, resources/guild, Modify Guild Member: a timeout lasts 28 days at most. */
const LONGEST_MUTE_MS = 28 * 86_400_000 - 60_000;

/** As `Social`. A ban with an end is a ban without: Discord knows none that end by themselves. */
export function createSocial({ context, rest, directory, deeds, account: self }: SocialParts): Social {
  const { account } = context;

  /** Also of a room that nobody has spoken of yet. @throws DiscordError */
  async function guildOf(room: ConversationRef, signal: AbortSignal): Promise<string> {
    const guild = directory.channel(room.id)?.guild ?? (await placeAt({ rest, signal }, room)).guild;
    if (guild === undefined)
      throw new DiscordError("discord.no-guild", "a private talk is no server", { kind: "refused" });
    return guild;
  }

  return {
    handle: () => undefined,
    ...(self && { tellsWhoLeaves: () => self.knowsMembers() }),
    room: (ref, signal) => roomFacts({ rest, signal }, ref),
    standing: (user, room, signal) => standingOf({ rest, signal }, user.id, room),
    isSilenced: (user, room, signal) => isSilenced({ rest, signal }, user.id, room, context.clock.now()),
    async lacks(room, signal) {
      try {
        const own = await ownBits({ rest, signal }, directory.self.userId, room);
        return own === undefined ? [] : lacksIn(own.bits, own.type);
      } catch (error) {
        if (error instanceof DiscordError && error.json === NO_ACCESS) return UNSEEN;
        throw error;
      }
    },
    // Nothing that is written in the link would be told to us.
    invitation() {
      const { applicationId } = directory.self;
      return applicationId === "" ? undefined : robotLink(applicationId);
    },
    async privateRoom(user, signal) {
      const body = { recipient_id: user.id };
      const channel = await rest.request({ method: "POST", route: "/users/@me/channels", body, signal });
      return { account, id: String(Object(channel).id) };
    },
    async announce(commands, signal) {
      const { applicationId: application } = directory.self;
      if (application === "") throw notConnected();
      await registerCommands({ rest, application, sheets: commands, context }, signal);
    },
    ...createMight({ context, rest, ...(deeds && { deeds }) }, guildOf),
  };
}

/** What it may do to rooms, people and messages. */
function createMight(
  { context, rest, deeds }: Pick<SocialParts, "context" | "rest" | "deeds">,
  guildOf: (room: ConversationRef, signal: AbortSignal) => Promise<string>,
): Required<Pick<Social, "leave" | "endless" | "moderate" | "remove">> {
  return {
    async leave(room, signal) {
      const guild = await guildOf(room, signal);
      await rest
        .request({ method: "DELETE", route: `/users/@me/guilds/${guild}`, signal })
        .catch(unless(UNKNOWN_GUILD));
    },
    endless: ["ban"],
    async moderate(moderation, signal) {
      const guild = await guildOf(moderation.room, signal);
      const { act, user, reason } = moderation;
      deeds?.note(act, guild, user.id);
      const call = { ...callFor(moderation, guild, context.clock.now()), ...(reason && { reason }), signal };
      await rest.request(call).catch((error: unknown) => {
        // Who is not there cannot be put out, and who is not banned is let in already.
        const isDone = moderation.act !== "ban" && moderation.act !== "mute" && isNobody(error);
        if (!isDone) unless(UNKNOWN_BAN)(error);
      });
    },
    async remove({ conversation: { id, thread }, id: message }, signal) {
      await rest
        .request({ method: "DELETE", route: `/channels/${thread ?? id}/messages/${message}`, signal })
        .catch(unless(UNKNOWN_MESSAGE));
    },
  };
}

function notConnected(): DiscordError {
  const fate = { kind: "retry", maybeDelivered: false } as const;
  return new DiscordError("discord.not-connected", "the account has not connected yet", fate);
}

function callFor({ act, user, until }: Moderation, guild: string, now: number): RestCall {
  const ban = `/guilds/${guild}/bans/${user.id}` as const;
  const member = `/guilds/${guild}/members/${user.id}` as const;
  switch (act) {
    case "ban":
      return { method: "PUT", route: ban, body: {} };
    case "unban":
      return { method: "DELETE", route: ban };
    case "kick":
      return { method: "DELETE", route: member };
    case "mute": {
      const end = Math.min(until ?? Number.POSITIVE_INFINITY, now + LONGEST_MUTE_MS);
      const body = { communication_disabled_until: new Date(end).toISOString() };
      return { method: "PATCH", route: member, body };
    }
    case "unmute":
      return { method: "PATCH", route: member, body: { communication_disabled_until: null } };
  }
}

function unless(json: number): (error: unknown) => undefined {
  return (error) => {
    if (error instanceof DiscordError && error.json === json) return undefined;
    throw error;
  };
}
