// What is known of the guilds, kept up to date event by event; `guild-directory.ts` reads and feeds it.

import type { ChannelEntry } from "./directory.ts";
import { type Overwrite, permissionsIn } from "./permissions.ts";
import { isClosed, type ThreadData } from "./thread-state.ts";

export interface ChannelData extends ThreadData {
  readonly name?: string | null;
  readonly topic?: string | null;
  readonly type: number;
  readonly guild_id?: string;
  readonly parent_id?: string | null;
  readonly permission_overwrites?: readonly Overwrite[];
}

export interface RoleData {
  readonly id: string;
  readonly name: string;
  readonly permissions?: string;
}

export interface GuildData {
  readonly id: string;
  readonly unavailable?: boolean;
  readonly owner_id?: string;
  readonly roles?: readonly RoleData[];
  readonly channels?: readonly ChannelData[];
  readonly threads?: readonly ChannelData[];
  readonly members?: readonly MemberData[];
}

export interface MemberData {
  readonly user?: { readonly id: string };
  readonly roles?: readonly string[];
}

interface Entry extends ChannelEntry {
  readonly overwrites: readonly Overwrite[];
  /** As Discord said when it last spoke of the channel. */
  readonly lastMessage?: string;
}

interface Role {
  readonly name: string;
  readonly guild: string;
  readonly bits: bigint;
}

// Discord, resources/channel, channel types: announcement, public and private threads.
const threadTypes: ReadonlySet<number> = new Set([10, 11, 12]);

export function isThread(entry: ChannelEntry): boolean {
  return threadTypes.has(entry.type);
}

/** Owns channels, roles, and the bot's own roles, of all its guilds. */
export class GuildStore {
  readonly channels = new Map<string, Entry>();
  readonly roles = new Map<string, Role>();
  readonly #owners = new Map<string, string>();
  readonly #ownRoles = new Map<string, readonly string[]>();

  noteChannel(data: ChannelData, guildOf?: string): void {
    const guild = data.guild_id ?? guildOf ?? this.channels.get(data.id)?.guild;
    if (guild === undefined) return;
    const parent = threadTypes.has(data.type) ? data.parent_id : undefined;
    const lastMessage = data.last_message_id ?? this.channels.get(data.id)?.lastMessage;
    this.channels.set(data.id, {
      id: data.id,
      name: data.name ?? "",
      type: data.type,
      guild,
      ...(parent ? { parent } : {}),
      ...(data.topic ? { topic: data.topic } : {}),
      ...(data.thread_metadata ? { closed: isClosed(data) } : {}),
      overwrites: data.permission_overwrites ?? [],
      ...(lastMessage === undefined ? {} : { lastMessage }),
    });
  }

  noteRole(data: RoleData, guild: string): void {
    this.roles.set(data.id, { name: data.name, guild, bits: BigInt(data.permissions ?? "0") });
  }

  noteGuild(data: GuildData, selfId: string): void {
    // An outage: what is known of the guild stays true.
    if (data.unavailable) return;
    if (data.owner_id !== undefined) this.#owners.set(data.id, data.owner_id);
    for (const role of data.roles ?? []) this.noteRole(role, data.id);
    for (const channel of [...(data.channels ?? []), ...(data.threads ?? [])]) {
      this.noteChannel(channel, data.id);
    }
    const own = data.members?.find((member) => member.user?.id === selfId);
    if (own) this.noteOwnRoles(data.id, own.roles ?? []);
  }

  dropGuild(data: GuildData): void {
    if (data.unavailable) return;
    for (const entry of this.channels.values()) if (entry.guild === data.id) this.channels.delete(entry.id);
    for (const [id, role] of this.roles) if (role.guild === data.id) this.roles.delete(id);
    this.#owners.delete(data.id);
    this.#ownRoles.delete(data.id);
  }

  noteOwnRoles(guild: string, roles: readonly string[]): void {
    this.#ownRoles.set(guild, roles);
  }

  /** The rights of `selfId` in a channel, those of the parent for a thread; undefined while not all is known. */
  permissions(channel: string, selfId: string): bigint | undefined {
    const entry = this.channels.get(channel);
    const place = entry?.parent === undefined ? entry : this.channels.get(entry.parent);
    const held = place && this.#ownRoles.get(place.guild);
    if (!place || !held) return undefined;
    const bits = new Map([...this.roles].map(([id, role]) => [id, role.bits]));
    const owner = this.#owners.get(place.guild) === selfId;
    return permissionsIn({ guild: place.guild, owner, userId: selfId, roles: held, bits }, place.overwrites);
  }
}
