// What a wizard wants to know of a Discord bot before there is a configuration, and switches on for it; `src/setup` calls it.

import type { Clock } from "../../model/clock.ts";
import { type Application, askApplication, readsContent, switchOnContent } from "./application.ts";
import { DiscordError, unauthorized } from "./errors.ts";
import { createGuildDirectory } from "./guild-directory.ts";
import { refreshGuild } from "./guild-refresh.ts";
import { missingRights } from "./permissions.ts";
import { createRest, type DiscordRest } from "./rest.ts";

/** Where Discord is, and what stops asking. */
export interface SetupTarget {
  readonly token: string;
  /** As `api` of a config. */
  readonly api: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface KnownBot {
  readonly id: string;
  readonly applicationId: string;
  readonly name: string;
  /** It may read what people write. */
  readonly messageContent: boolean;
  /** Worth trying: false when it is on, or Discord is known to demand a review. Only an attempt shows it for sure. */
  readonly canSwitchOn: boolean;
}

export type Verification = KnownBot | { readonly refused: true } | { readonly unreachable: string };

export interface SeenChannel {
  readonly guild: { readonly id: string; readonly name: string };
  readonly id: string;
  readonly name: string;
  readonly kind: "text" | "voice" | "announcement" | "stage" | "forum" | "media";
  /** The bot sees it and may speak and read there. */
  readonly mayWrite: boolean;
}

// Discord, resources/channel, channel types.
const kinds: Readonly<Record<number, SeenChannel["kind"]>> = {
  0: "text",
  2: "voice",
  5: "announcement",
  13: "stage",
  15: "forum",
  16: "media",
};
// Discord, resources/application, application flags: VERIFICATION_PENDING_GUILD_LIMIT, an application that grew too fast.
const growthHalted = 1 << 16;

/** Asks Discord whose token it is. Never rejects for Discord's sake. */
export async function verifyToken(target: SetupTarget): Promise<Verification> {
  try {
    return await withRest(target, async (rest) => {
      const application = await askApplication(rest, target.signal);
      const user = await get<{ id: string; username: string }>(rest, "/users/@me", target);
      return {
        ...{ id: user.id, applicationId: application.id, name: user.username },
        messageContent: readsContent(application),
        canSwitchOn: !readsContent(application) && !(Number(application.flags) & growthHalted),
      };
    });
  } catch (error) {
    if (!(error instanceof DiscordError)) throw error;
    return error.code === unauthorized ? { refused: true } : { unreachable: error.message };
  }
}

/** True when the bot may read messages now; false when Discord leaves the switch to people. @throws DiscordError */
export function switchOnMessageContent(target: SetupTarget): Promise<boolean> {
  return withRest(target, async (rest) => {
    const application: Application = await askApplication(rest, target.signal);
    return readsContent(application) || switchOnContent(rest, application, target.signal);
  });
}

/** Every channel of the bot's guilds that could be bridged; [] while it is in none. @throws DiscordError */
export function channelsSeen(target: SetupTarget): Promise<readonly SeenChannel[]> {
  return withRest(target, async (rest) => {
    const directory = createGuildDirectory();
    const { id: applicationId } = await askApplication(rest, target.signal);
    const { id: userId } = await get<{ id: string }>(rest, "/users/@me", target);
    directory.introduce({ userId, applicationId });
    const found: SeenChannel[] = [];
    const guilds = await get<readonly { id: string; name: string }[]>(rest, "/users/@me/guilds", target);
    for (const { id, name } of guilds) {
      await refreshGuild({ rest, directory }, id, target.signal);
      directory.noteOwnMember(id, await get(rest, `/guilds/${id}/members/${userId}`, target));
      const channels = await get<readonly ChannelData[]>(rest, `/guilds/${id}/channels`, target);
      for (const channel of channels) {
        const kind = kinds[channel.type];
        if (kind === undefined) continue;
        const bits = directory.permissions(channel.id) ?? 0n;
        const isForum = kind === "forum" || kind === "media";
        const mayWrite = missingRights(bits, isForum).length === 0;
        found.push({ guild: { id, name }, id: channel.id, name: channel.name, kind, mayWrite });
      }
    }
    return found;
  });
}

interface ChannelData {
  readonly id: string;
  readonly name: string;
  readonly type: number;
}

async function get<T>(rest: DiscordRest, route: `/${string}`, { signal }: SetupTarget): Promise<T> {
  return (await rest.request({ method: "GET", route, signal })) as T;
}

async function withRest<T>(
  { api, token, clock }: SetupTarget,
  work: (rest: DiscordRest) => Promise<T>,
): Promise<T> {
  const rest = createRest({ api, token, clock });
  try {
    return await work(rest);
  } finally {
    await rest.close();
  }
}
