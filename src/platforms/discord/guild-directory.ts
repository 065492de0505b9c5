// The directory that the Gateway's events and REST answers fill; `index.ts` makes it, `parse.ts` reads it.

import type { ChannelEntry, Directory } from "./directory.ts";
import { type Overwrite, permissionsIn } from "./permissions.ts";

export interface Self {
  readonly userId: string;
  readonly applicationId: string;
}

export interface GuildDirectory extends Directory {
  /** Who the account is; before this `self` has empty ids. */
  introduce(self: Self): void;
  /** Takes in a Gateway event; those it does not know change nothing. */
  note(type: string, data: unknown): void;
  noteChannel(data: unknown): void;
  noteGuild(data: unknown): void;
  noteOwnMember(guild: string, data: unknown): void;
  noteOwnWebhook(id: string): void;
  /** The bot's rights in a channel, those of the parent for a thread; undefined while not all is known. */
  permissions(channel: string): bigint | undefined;
}

interface ChannelData {
  readonly id: string;
  readonly name?: string | null;
  readonly type: number;
  readonly guild_id?: string;
  readonly parent_id?: string | null;
  readonly permission_overwrites?: readonly Overwrite[];
}

interface RoleData {
  readonly id: string;
  readonly name: string;
  readonly permissions?: string;
}

interface GuildData {
  readonly id: string;
  readonly unavailable?: boolean;
  readonly owner_id?: string;
  readonly roles?: readonly RoleData[];
  readonly channels?: readonly ChannelData[];
  readonly threads?: readonly ChannelData[];
  readonly members?: readonly MemberData[];
}

interface MemberData {
  readonly user?: { readonly id: string };
  readonly roles?: readonly string[];
}

interface Entry extends ChannelEntry {
  readonly overwrites: readonly Overwrite[];
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

export function createGuildDirectory(): GuildDirectory {
  const channels = new Map<string, Entry>();
  const roles = new Map<string, Role>();
  const owners = new Map<string, string>();
  const ownRoles = new Map<string, readonly string[]>();
  const webhooks = new Set<string>();
  let self: Self = { userId: "", applicationId: "" };

  function noteChannel(data: ChannelData, guildOf?: string): void {
    const guild = data.guild_id ?? guildOf ?? channels.get(data.id)?.guild;
    if (guild === undefined) return;
    const parent = threadTypes.has(data.type) ? data.parent_id : undefined;
    channels.set(data.id, {
      id: data.id,
      name: data.name ?? "",
      type: data.type,
      guild,
      ...(parent ? { parent } : {}),
      overwrites: data.permission_overwrites ?? [],
    });
  }

  function noteRole(data: RoleData, guild: string): void {
    roles.set(data.id, { name: data.name, guild, bits: BigInt(data.permissions ?? "0") });
  }

  function noteGuild(data: GuildData): void {
    // An outage: what is known of the guild stays true.
    if (data.unavailable) return;
    if (data.owner_id !== undefined) owners.set(data.id, data.owner_id);
    for (const role of data.roles ?? []) noteRole(role, data.id);
    for (const channel of [...(data.channels ?? []), ...(data.threads ?? [])]) noteChannel(channel, data.id);
    const own = data.members?.find((member) => member.user?.id === self.userId);
    if (own) ownRoles.set(data.id, own.roles ?? []);
  }

  function dropGuild(data: GuildData): void {
    if (data.unavailable) return;
    for (const entry of channels.values()) if (entry.guild === data.id) channels.delete(entry.id);
    for (const [id, role] of roles) if (role.guild === data.id) roles.delete(id);
    owners.delete(data.id);
    ownRoles.delete(data.id);
  }

  function noteMember(data: MemberData & { readonly guild_id: string }): void {
    if (data.user?.id === self.userId) ownRoles.set(data.guild_id, data.roles ?? []);
  }

  const take: Readonly<Record<string, (data: never) => void>> = {
    GUILD_CREATE: noteGuild,
    GUILD_UPDATE: noteGuild,
    GUILD_DELETE: dropGuild,
    GUILD_MEMBER_UPDATE: noteMember,
    CHANNEL_CREATE: (data: ChannelData) => noteChannel(data),
    CHANNEL_UPDATE: (data: ChannelData) => noteChannel(data),
    CHANNEL_DELETE: (data: ChannelData) => void channels.delete(data.id),
    THREAD_CREATE: (data: ChannelData) => noteChannel(data),
    THREAD_UPDATE: (data: ChannelData) => noteChannel(data),
    THREAD_DELETE: (data: ChannelData) => void channels.delete(data.id),
    THREAD_LIST_SYNC: (data: { guild_id: string; threads: readonly ChannelData[] }) => {
      for (const thread of data.threads) noteChannel(thread, data.guild_id);
    },
    GUILD_ROLE_CREATE: (data: { guild_id: string; role: RoleData }) => noteRole(data.role, data.guild_id),
    GUILD_ROLE_UPDATE: (data: { guild_id: string; role: RoleData }) => noteRole(data.role, data.guild_id),
    GUILD_ROLE_DELETE: (data: { role_id: string }) => void roles.delete(data.role_id),
  };

  function permissions(channel: string): bigint | undefined {
    const entry = channels.get(channel);
    const place = entry?.parent === undefined ? entry : channels.get(entry.parent);
    const held = place && ownRoles.get(place.guild);
    if (!place || !held) return undefined;
    const bits = new Map([...roles].map(([id, role]) => [id, role.bits]));
    const owner = owners.get(place.guild) === self.userId;
    return permissionsIn(
      { guild: place.guild, owner, userId: self.userId, roles: held, bits },
      place.overwrites,
    );
  }

  return {
    get self() {
      return self;
    },
    channel: (id) => channels.get(id),
    roleName: (id) => roles.get(id)?.name,
    isOwnWebhook: (id) => webhooks.has(id),
    introduce: (who) => {
      self = who;
    },
    note: (type, data) => take[type]?.(data as never),
    noteChannel: (data) => noteChannel(data as ChannelData),
    noteGuild: (data) => noteGuild(data as GuildData),
    noteOwnMember: (guild, data) => void ownRoles.set(guild, (data as MemberData).roles ?? []),
    noteOwnWebhook: (id) => void webhooks.add(id),
    permissions,
  };
}
