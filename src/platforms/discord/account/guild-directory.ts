// The directory that the Gateway's events and REST answers fill; `index.ts` makes it, `parse.ts` reads it.

import type { Directory } from "./directory.ts";
import {
  type ChannelData,
  type GuildData,
  GuildStore,
  type MemberData,
  type RoleData,
} from "./guild-store.ts";

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
  /** The last message of a channel as Discord said when it last spoke of the channel; it may be deleted since. */
  lastMessage(channel: string): string | undefined;
  /** The threads of these channels that are known. */
  threads(channels: ReadonlySet<string | undefined>): readonly string[];
  /** The bot's rights in a channel, those of the parent for a thread; undefined while not all is known. */
  permissions(channel: string): bigint | undefined;
}

export function createGuildDirectory(): GuildDirectory {
  const store = new GuildStore();
  const webhooks = new Set<string>();
  let self: Self = { userId: "", applicationId: "" };
  const noteGuild = (data: GuildData) => store.noteGuild(data, self.userId);

  const take: Readonly<Record<string, (data: never) => void>> = {
    GUILD_CREATE: noteGuild,
    GUILD_UPDATE: noteGuild,
    GUILD_DELETE: (data: GuildData) => store.dropGuild(data),
    GUILD_MEMBER_UPDATE: (data: MemberData & InGuild) => {
      if (data.user?.id === self.userId) store.noteOwnRoles(data.guild_id, data.roles ?? []);
    },
    CHANNEL_CREATE: (data: ChannelData) => store.noteChannel(data),
    CHANNEL_UPDATE: (data: ChannelData) => store.noteChannel(data),
    CHANNEL_DELETE: (data: ChannelData) => void store.channels.delete(data.id),
    THREAD_CREATE: (data: ChannelData) => store.noteChannel(data),
    THREAD_UPDATE: (data: ChannelData) => store.noteChannel(data),
    THREAD_DELETE: (data: ChannelData) => void store.channels.delete(data.id),
    THREAD_LIST_SYNC: (data: InGuild & { threads: readonly ChannelData[] }) => {
      for (const thread of data.threads) store.noteChannel(thread, data.guild_id);
    },
    GUILD_ROLE_CREATE: (data: InGuild & { role: RoleData }) => store.noteRole(data.role, data.guild_id),
    GUILD_ROLE_UPDATE: (data: InGuild & { role: RoleData }) => store.noteRole(data.role, data.guild_id),
    GUILD_ROLE_DELETE: (data: { role_id: string }) => void store.roles.delete(data.role_id),
  };

  return {
    get self() {
      return self;
    },
    channel: (id) => store.channels.get(id),
    roleName: (id) => store.roles.get(id)?.name,
    isOwnWebhook: (id) => webhooks.has(id),
    introduce: (who) => {
      self = who;
    },
    note: (type, data) => take[type]?.(data as never),
    noteChannel: (data) => store.noteChannel(data as ChannelData),
    noteGuild: (data) => noteGuild(data as GuildData),
    noteOwnMember: (guild, data) => store.noteOwnRoles(guild, (data as MemberData).roles ?? []),
    noteOwnWebhook: (id) => void webhooks.add(id),
    lastMessage: (channel) => store.channels.get(channel)?.lastMessage,
    threads: (channels) =>
      [...store.channels.values()].filter(({ parent }) => channels.has(parent)).map(({ id }) => id),
    permissions: (channel) => store.permissions(channel, self.userId),
  };
}

interface InGuild {
  readonly guild_id: string;
}
