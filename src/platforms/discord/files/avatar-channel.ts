// A private channel whose attachments serve as faces where nobody outside can reach us; `faces.ts` uploads to it.
//
// Discord fetches the address of an attachment of its own without a signature (reference, Signed Attachment CDN URLs).

import type { ReadyFile } from "../../../bridge/media-port.ts";
import type { PlatformContext } from "../../../bridge/platform.ts";
import type { GuildDirectory } from "../account/guild-directory.ts";
import { DiscordError } from "../errors.ts";
import { suppressNotifications } from "../render/create-part.ts";
import type { DiscordRest } from "../rest/rest.ts";

export interface AvatarChannel {
  /** The address for ever; undefined where the bot may have no such channel. @throws DiscordError */
  upload(ready: ReadyFile, guild: string | undefined, signal: AbortSignal): Promise<string | undefined>;
  /** Is it an address that this channel may still serve? */
  holds(url: string): boolean;
}

export interface AvatarChannelParts {
  readonly context: Pick<PlatformContext, "clock" | "log" | "texts">;
  readonly rest: Pick<DiscordRest, "request">;
  readonly directory: Pick<GuildDirectory, "self">;
  readonly cdn: string;
  /** As configured. */
  readonly channel: string | undefined;
}

const NAME = "matebot-avatars";
const REFUSED_MS = 10 * 60_000;
// Discord, topics/permissions.
const VIEW = 1n << 10n;
// No right may be given that the bot does not have: no more than it needs.
const OWN = VIEW | (1n << 11n) | (1n << 15n);

interface ChannelData {
  readonly id: string;
  readonly name?: string | null;
  readonly type?: number;
  readonly permission_overwrites?: readonly { readonly id: string; readonly deny: string }[];
}

export function createAvatarChannel(parts: AvatarChannelParts): AvatarChannel {
  const { context, rest, cdn } = parts;
  const found = new Map<string, Promise<string>>();
  const refusedUntil = new Map<string, number>();
  const gone = new Set<string>();
  let told = false;

  function channelFor(guild: string | undefined, signal: AbortSignal): Promise<string> | undefined {
    if (parts.channel !== undefined) return Promise.resolve(parts.channel);
    if (guild === undefined || (refusedUntil.get(guild) ?? 0) > context.clock.now()) return undefined;
    const asked = found.get(guild) ?? findOrMake(parts, guild, signal);
    found.set(guild, asked);
    asked.catch(() => found.delete(guild));
    return asked;
  }

  function refuse(guild: string | undefined, error: DiscordError): undefined {
    refusedUntil.set(guild ?? "", context.clock.now() + REFUSED_MS);
    found.delete(guild ?? "");
    if (!told)
      context.log.info({ guild, code: error.code }, context.texts("discord-account.avatars.refused"));
    told = true;
    return undefined;
  }

  return {
    async upload(ready, guild, signal) {
      let channel: string | undefined;
      try {
        channel = await channelFor(guild, signal);
        if (channel === undefined) return undefined;
        const name = "face.png";
        const answer = await rest.request({
          method: "POST",
          route: `/channels/${channel}/messages`,
          body: { attachments: [{ id: "0", filename: name }], flags: suppressNotifications },
          uploads: [{ name, ready }],
          signal,
        });
        return addressIn(answer, cdn);
      } catch (error) {
        if (!(error instanceof DiscordError) || !/^(?:refused|blocked)$/.test(error.fate.kind)) throw error;
        // What was in it is gone with it.
        if (error.json === 10003 && channel !== undefined) gone.add(channel);
        return refuse(guild, error);
      }
    },
    holds: (url) =>
      url.startsWith(`${cdn}/attachments/`) &&
      ![...gone].some((channel) => url.startsWith(`${cdn}/attachments/${channel}/`)),
  };
}

async function findOrMake(parts: AvatarChannelParts, guild: string, signal: AbortSignal): Promise<string> {
  const route = `/guilds/${guild}/channels` as const;
  const all = (await parts.rest.request({ method: "GET", route, signal })) as readonly ChannelData[];
  const known = all.find((each) => each.name === NAME && each.type === 0 && isPrivate(each, guild));
  if (known) return known.id;
  const body = {
    name: NAME,
    type: 0,
    topic: parts.context.texts("discord-account.avatars.topic"),
    permission_overwrites: [
      { id: guild, type: 0, allow: "0", deny: VIEW.toString() },
      { id: parts.directory.self.userId, type: 1, allow: OWN.toString(), deny: "0" },
    ],
  };
  const made = (await parts.rest.request({ method: "POST", route, body, signal })) as ChannelData;
  return made.id;
}

/** A channel that people can see would show them every new face. */
function isPrivate({ permission_overwrites: overwrites = [] }: ChannelData, guild: string): boolean {
  return overwrites.some(({ id, deny }) => id === guild && (BigInt(deny) & VIEW) !== 0n);
}

function addressIn(answer: unknown, cdn: string): string | undefined {
  const { attachments = [] } = Object(answer) as {
    readonly attachments?: readonly { readonly url?: string }[];
  };
  const address = attachments[0]?.url?.split("?")[0];
  return address?.startsWith(`${cdn}/attachments/`) ? address : undefined;
}
