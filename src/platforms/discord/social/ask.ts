// What the robot asks of a Discord guild now, over REST: what a room is, who may what in it; `social.ts` calls it.

import type { RoomFacts, Standing } from "../../../bridge/social.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import { type ChannelData, isThread, type RoleData } from "../account/guild-store.ts";
import { type MemberIn, type Overwrite, permissionsIn, rights } from "../account/permissions.ts";
import { DiscordError } from "../errors.ts";
import type { DiscordRest } from "../rest/rest.ts";

export interface Asking {
  readonly rest: Pick<DiscordRest, "request">;
  readonly signal: AbortSignal;
}

/** A channel with what decides who may what in it: a thread's parent does. */
export interface Place {
  readonly channel: ChannelData & { readonly recipients?: readonly { readonly username?: string }[] };
  readonly overwrites: readonly Overwrite[];
  /** Undefined in a private talk. */
  readonly guild?: string;
}

interface Guild {
  readonly id: string;
  readonly name?: string;
  readonly owner_id?: string;
  readonly roles?: readonly RoleData[];
  readonly approximate_member_count?: number;
}

// Discord, topics/opcodes-and-status-codes.
const UNKNOWN_MEMBER = 10007;
const UNKNOWN_USER = 10013;
// Discord, resources/channel: types.
const PRIVATE_TALKS: ReadonlySet<number> = new Set([1, 3]);
const ANNOUNCEMENTS = 5;
const PRIVATE_THREAD = 12;
// Discord, topics/permissions: MANAGE_CHANNELS, MANAGE_GUILD, MANAGE_WEBHOOKS; ADMINISTRATOR gives them all.
const ADMIN = (1n << 4n) | (1n << 5n) | (1n << 29n);

const get = ({ rest, signal }: Asking, route: `/${string}`, query?: Readonly<Record<string, string>>) =>
  rest.request({ method: "GET", route, signal, ...(query && { query }) });

/** @throws DiscordError */
export async function placeAt(asking: Asking, { id, thread }: ConversationRef): Promise<Place> {
  const channel = (await get(asking, `/channels/${thread ?? id}`)) as Place["channel"];
  const parent =
    isThreadType(channel) && channel.parent_id
      ? ((await get(asking, `/channels/${channel.parent_id}`)) as ChannelData)
      : channel;
  const guild = channel.guild_id;
  return { channel, overwrites: parent.permission_overwrites ?? [], ...(guild !== undefined && { guild }) };
}

function isThreadType({ id, type }: ChannelData): boolean {
  return isThread({ id, type, name: "", guild: "" });
}

/**
 * `isOpen`: everybody in the server may read the room; whether anybody may join the server Discord does not tell.
 * `members` are those of the server. @throws DiscordError
 */
export async function roomFacts(asking: Asking, ref: ConversationRef): Promise<RoomFacts> {
  const { channel, overwrites, guild: id } = await placeAt(asking, ref);
  const name = channel.name ?? channel.recipients?.map(({ username }) => username).join(", ") ?? "";
  if (id === undefined || PRIVATE_TALKS.has(channel.type))
    return { name, kind: "private", isOpen: false, href: `https://discord.com/channels/@me/${channel.id}` };
  const guild = (await get(asking, `/guilds/${id}`, { with_counts: "true" })) as Guild;
  const everyone = memberIn(guild, { userId: "", roles: [] });
  const isSeen = (permissionsIn(everyone, overwrites) & rights.view) !== 0n;
  return {
    name,
    ...(guild.name && { parent: guild.name }),
    kind: isThreadType(channel) ? "thread" : channel.type === ANNOUNCEMENTS ? "channel" : "group",
    isOpen: isSeen && channel.type !== PRIVATE_THREAD,
    ...(guild.approximate_member_count !== undefined && { members: guild.approximate_member_count }),
    href: `https://discord.com/channels/${id}/${channel.id}`,
  };
}

/** @throws DiscordError */
export async function standingOf(asking: Asking, userId: string, ref: ConversationRef): Promise<Standing> {
  const place = await placeAt(asking, ref);
  if (place.guild === undefined) return "member";
  const guild = (await get(asking, `/guilds/${place.guild}`)) as Guild;
  const bits = await bitsIn(asking, userId, place, guild);
  if (bits === undefined) return "none";
  if (guild.owner_id === userId) return "owner";
  return bits & ADMIN ? "admin" : "member";
}

/** Everything the account itself may do there; undefined in a private talk. @throws DiscordError */
export async function ownBits(
  asking: Asking,
  userId: string,
  ref: ConversationRef,
): Promise<{ readonly bits: bigint; readonly type: number } | undefined> {
  const place = await placeAt(asking, ref);
  if (place.guild === undefined) return undefined;
  const guild = (await get(asking, `/guilds/${place.guild}`)) as Guild;
  return { bits: (await bitsIn(asking, userId, place, guild)) ?? 0n, type: place.channel.type };
}

/** Discord, resources/guild: a timeout ends at `communication_disabled_until`. @throws DiscordError */
export async function isSilenced(
  asking: Asking,
  userId: string,
  ref: ConversationRef,
  now: number,
): Promise<boolean> {
  const { guild } = await placeAt(asking, ref);
  if (guild === undefined) return false;
  const { communication_disabled_until: until } = Object(
    await get(asking, `/guilds/${guild}/members/${userId}`),
  ) as { readonly communication_disabled_until?: string | null };
  return until != null && Date.parse(until) > now;
}

/** Undefined for who is no member. */
async function bitsIn(
  asking: Asking,
  userId: string,
  { overwrites }: Place,
  guild: Guild,
): Promise<bigint | undefined> {
  try {
    const { roles = [] } = Object(await get(asking, `/guilds/${guild.id}/members/${userId}`)) as {
      readonly roles?: readonly string[];
    };
    return permissionsIn(memberIn(guild, { userId, roles }), overwrites);
  } catch (error) {
    if (isNobody(error)) return undefined;
    throw error;
  }
}

export function isNobody(error: unknown): boolean {
  return error instanceof DiscordError && (error.json === UNKNOWN_MEMBER || error.json === UNKNOWN_USER);
}

function memberIn(guild: Guild, { userId, roles }: Pick<MemberIn, "userId" | "roles">): MemberIn {
  const bits = new Map((guild.roles ?? []).map((role) => [role.id, BigInt(role.permissions ?? "0")]));
  return { guild: guild.id, owner: guild.owner_id === userId, userId, roles, bits };
}
