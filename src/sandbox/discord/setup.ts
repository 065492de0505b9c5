// Builds guilds, channels, people and bots by hand, as their owners would in Discord's own windows; `index.ts` offers it.

import { guildCreateData } from "./gateway/payloads.ts";
import { verifyKeyOf } from "./interactions/signing.ts";
import { expel } from "./moderation.ts";
import { DEFAULT_BOT, DEFAULT_EVERYONE } from "./permissions.ts";
import type { BotRecord, GuildRecord, Overwrite, RoleRecord, Snowflake } from "./records.ts";
import { refuse } from "./rest/errors.ts";
import type { DiscordSandbox, OverwriteInput } from "./sandbox.ts";
import { memberShape, roleShape } from "./shapes.ts";
import { announceChannel, createGuildChannel } from "./threads.ts";
import { hex, tokenText, type World } from "./world.ts";

type Setup = Pick<
  DiscordSandbox,
  | "createBot"
  | "createUser"
  | "createGuild"
  | "createChannel"
  | "createRole"
  | "addBot"
  | "removeBot"
  | "addMember"
  | "setPermissions"
  | "setRolePermissions"
  | "botRole"
  | "resetToken"
>;

const MEMBERS_LIMITED = 1 << 15;
const CONTENT_LIMITED = 1 << 19;

function guildById(world: World, id: Snowflake): GuildRecord {
  const guild = world.guilds.get(id);
  if (!guild) throw refuse(10004);
  return guild;
}

function botById(world: World, id: Snowflake): BotRecord {
  const bot = world.bots.get(id);
  if (!bot) throw refuse(10013);
  return bot;
}

function overwritesFrom(rows: readonly OverwriteInput[]): Overwrite[] {
  return rows.map(({ id, type, allow, deny }) => ({ id, type, allow: allow ?? 0n, deny: deny ?? 0n }));
}

function mintToken(world: World, id: Snowflake): string {
  return `${Buffer.from(id).toString("base64url")}.${tokenText(world.random, 6)}.${tokenText(world.random, 38)}`;
}

function addUser(world: World, username: string, globalName: string | null, bot: boolean): Snowflake {
  const id = world.newId();
  world.users.set(id, { id, username, globalName, avatar: bot ? null : hex(world.random, 16), bot });
  return id;
}

function addRole(
  world: World,
  guild: GuildRecord,
  role: Omit<RoleRecord, "id" | "position">,
  id = world.newId(),
) {
  const record: RoleRecord = { ...role, id, position: guild.roles.size };
  guild.roles.set(id, record);
  world.emit({
    type: "GUILD_ROLE_CREATE",
    guildId: guild.id,
    data: () => ({ guild_id: guild.id, role: roleShape(record) }),
  });
  return record;
}

function addToGuild(
  world: World,
  guild: GuildRecord,
  userId: Snowflake,
  nick: string | null,
  roles: Snowflake[],
) {
  if (guild.bans.has(userId)) throw refuse(40007);
  const member = { userId, nick, roles, avatar: null, joinedAt: world.clock.now() };
  guild.members.set(userId, member);
  world.emit({
    type: "GUILD_MEMBER_ADD",
    guildId: guild.id,
    data: () => ({ ...memberShape(world, member), guild_id: guild.id }),
  });
}

function createBot(world: World, input: Parameters<Setup["createBot"]>[0]) {
  const id = addUser(world, input.name, null, true);
  const flags =
    (input.intents?.messageContent === false ? 0 : CONTENT_LIMITED) |
    (input.intents?.members ? MEMBERS_LIMITED : 0);
  const bot: BotRecord = {
    id,
    applicationId: world.newId(),
    name: input.name,
    token: mintToken(world, id),
    flags,
    verifyKey: verifyKeyOf(id),
    reviewed: input.reviewed === true,
    identifies: [],
    settings: {},
  };
  world.bots.set(id, bot);
  return { token: bot.token, id, applicationId: bot.applicationId };
}

function createGuild(world: World, name: string) {
  const ownerId = addUser(world, `${name.toLowerCase().replace(/\W+/g, "_")}_owner`, null, false);
  const id = world.newId();
  const guild: GuildRecord = {
    id,
    name,
    ownerId,
    roles: new Map(),
    members: new Map(),
    bans: new Map(),
    emojis: [],
    stickers: [],
    premiumTier: 0,
  };
  world.guilds.set(id, guild);
  // The role of everybody has the id of its guild.
  addRole(world, guild, { name: "@everyone", permissions: DEFAULT_EVERYONE, mentionable: false }, id);
  addToGuild(world, guild, ownerId, null, []);
  return { id, ownerId };
}

function createChannel(world: World, guildId: Snowflake, input: Parameters<Setup["createChannel"]>[1]) {
  const { overwrites = [], ...about } = input;
  const channel = { ...about, overwrites: overwritesFrom(overwrites) };
  return { id: createGuildChannel(world, guildById(world, guildId), channel).id };
}

function addBot(world: World, guildId: Snowflake, botId: Snowflake, permissions: bigint): void {
  const guild = guildById(world, guildId);
  const bot = botById(world, botId);
  const role = addRole(world, guild, { name: bot.name, permissions, mentionable: false, botId });
  addToGuild(world, guild, botId, null, [role.id]);
  world.emit({
    type: "GUILD_CREATE",
    guildId,
    only: botId,
    data: () => guildCreateData(world, guild, bot),
  });
}

function removeBot(world: World, guildId: Snowflake, botId: Snowflake): void {
  expel(world, guildById(world, guildId), botId);
}

function botRoleOf(world: World, guildId: Snowflake, botId: Snowflake): Snowflake {
  for (const role of guildById(world, guildId).roles.values()) if (role.botId === botId) return role.id;
  throw refuse(10007);
}

function setPermissions(world: World, channelId: Snowflake, rows: readonly OverwriteInput[]): void {
  const channel = world.channels.get(channelId);
  if (!channel) throw refuse(10003);
  channel.overwrites = overwritesFrom(rows);
  announceChannel(world, "CHANNEL_UPDATE", channel);
}

function setRolePermissions(world: World, guildId: Snowflake, roleId: Snowflake, permissions: bigint): void {
  const role = guildById(world, guildId).roles.get(roleId);
  if (!role) throw refuse(10007);
  role.permissions = permissions;
  world.emit({
    type: "GUILD_ROLE_UPDATE",
    guildId,
    data: () => ({ guild_id: guildId, role: roleShape(role) }),
  });
}

export function setupOf(world: World): Setup {
  return {
    createBot: (input) => createBot(world, input),
    createUser: ({ username, globalName }) => ({ id: addUser(world, username, globalName ?? null, false) }),
    createGuild: ({ name }) => createGuild(world, name),
    createChannel: (guildId, input) => createChannel(world, guildId, input),
    createRole(guildId, { name, permissions, mentionable }) {
      const role = { name, permissions: permissions ?? 0n, mentionable: mentionable ?? false };
      return { id: addRole(world, guildById(world, guildId), role).id };
    },
    addBot: (guildId, botId, input) => addBot(world, guildId, botId, input?.permissions ?? DEFAULT_BOT),
    removeBot: (guildId, botId) => removeBot(world, guildId, botId),
    addMember(guildId, userId, input) {
      addToGuild(world, guildById(world, guildId), userId, input?.nick ?? null, [...(input?.roles ?? [])]);
    },
    setPermissions: (channelId, rows) => setPermissions(world, channelId, rows),
    setRolePermissions: (guildId, roleId, permissions) =>
      setRolePermissions(world, guildId, roleId, permissions),
    botRole: (guildId, botId) => botRoleOf(world, guildId, botId),
    resetToken(botId) {
      const bot = botById(world, botId);
      bot.token = mintToken(world, botId);
      return bot.token;
    },
  };
}
