// Routes about the application itself, its guilds and how to reach the Gateway.

import { integerAt, snowflakeAt } from "../forms/form.ts";
import { KEYS } from "../forms/keys.ts";
import { guildPermissions } from "../permissions.ts";
import type { BotRecord, ChannelRecord } from "../records.ts";
import {
  applicationShape,
  channelShape,
  emojiShape,
  guildShape,
  memberShape,
  roleShape,
  stickerShape,
  userShape,
} from "../shapes.ts";
import { activeThreads, guildChannels, threadMemberShape } from "../threads.ts";
import { findGuild, permissionsIn, type World } from "../world.ts";
import { badField, refuse } from "./errors.ts";
import { type Answer, type BotCall, ok, param, type Route } from "./route.ts";

const DAY_MS = 24 * 3_600_000;
// Discord docs, events/gateway: 1000 IDENTIFYs in 24 hours.
const IDENTIFIES_PER_DAY = 1000;
// GATEWAY_GUILD_MEMBERS_LIMITED, GATEWAY_MESSAGE_CONTENT_LIMITED, GATEWAY_PRESENCE_LIMITED.
const EDITABLE_FLAGS = (1 << 13) | (1 << 15) | (1 << 19);

export function gatewayUrl(world: World): string {
  return `${world.origin.replace("http:", "ws:")}/gateway`;
}

/** What is left of today's IDENTIFYs. */
export function sessionStartLimit(world: World, bot: BotRecord) {
  const now = world.clock.now();
  bot.identifies = bot.identifies.filter((at) => at > now - DAY_MS);
  const first = bot.identifies[0];
  return {
    total: IDENTIFIES_PER_DAY,
    remaining: Math.max(0, IDENTIFIES_PER_DAY - bot.identifies.length),
    reset_after: first === undefined ? 0 : first + DAY_MS - now,
    max_concurrency: 1,
  };
}

function self({ world, bot }: BotCall): Answer {
  return ok({
    ...userShape(world, bot.id),
    mfa_enabled: true,
    locale: "en-US",
    verified: true,
    email: null,
    premium_type: 0,
  });
}

function editApplication({ world, bot, body }: BotCall): Answer {
  const flags = integerAt(body.flags, ["flags"], { min: 0, max: 2 ** 31 - 1 });
  if (flags !== undefined) {
    if (((flags ^ bot.flags) & ~EDITABLE_FLAGS) !== 0)
      throw badField(["flags"], "APPLICATION_FLAGS_INVALID", "Only the limited intent flags can be updated.");
    if (bot.reviewed && (flags & ~bot.flags) !== 0)
      throw badField(["flags"], "APPLICATION_FLAGS_INVALID", "The application has to be reviewed first.");
    bot.flags = flags;
  }
  const { flags: _flags, ...settings } = body;
  Object.assign(bot.settings, settings);
  return ok(applicationShape(world, bot));
}

function member(call: BotCall): Answer {
  const guild = findGuild(call.world, param(call, "guild_id"), call.bot);
  const userId = param(call, "user_id");
  if (!call.world.users.has(userId)) throw refuse(10013);
  const record = guild.members.get(userId);
  if (!record) throw refuse(10007);
  return ok(memberShape(call.world, record));
}

function user(call: BotCall): Answer {
  const id = param(call, "user_id");
  if (!call.world.users.has(id)) throw refuse(10013);
  return ok(userShape(call.world, id));
}

function oneGuild(call: BotCall): Answer {
  const guild = findGuild(call.world, param(call, "guild_id"), call.bot);
  if (call.query.get("with_counts") !== "true") return ok(guildShape(guild));
  const there = guild.members.size;
  return ok({ ...guildShape(guild), approximate_member_count: there, approximate_presence_count: there });
}

function stickers(call: BotCall): Answer {
  const guild = findGuild(call.world, param(call, "guild_id"), call.bot);
  return ok(guild.stickers.map((sticker) => stickerShape(guild, sticker)));
}

function activeThreadList(call: BotCall): Answer {
  const { world, bot } = call;
  const guild = findGuild(world, param(call, "guild_id"), bot);
  const threads = activeThreads(world, guild).filter((thread) => permissionsIn(world, thread, bot.id) !== 0n);
  return ok({
    threads: threads.map((thread) => channelShape(world, thread)),
    members: threads.flatMap((thread) => {
      const joined = thread.thread?.members.get(bot.id);
      return joined === undefined ? [] : [threadMemberShape(thread, bot.id, joined)];
    }),
    has_more: false,
  });
}

/** The direct channel between two; made when there is none. */
export function directChannel(world: World, botId: string, userId: string): ChannelRecord {
  for (const channel of world.channels.values())
    if (channel.type === 1 && channel.recipients.includes(botId) && channel.recipients.includes(userId))
      return channel;
  const channel: ChannelRecord = {
    id: world.newId(),
    type: 1,
    name: "",
    topic: null,
    parentId: null,
    position: 0,
    overwrites: [],
    lastMessageId: null,
    lastPinAt: null,
    recipients: [userId, botId],
  };
  world.channels.set(channel.id, channel);
  return channel;
}

function openDirect({ world, bot, body }: BotCall): Answer {
  const userId = snowflakeAt(body.recipient_id, ["recipient_id"]);
  if (!world.users.has(userId) || userId === bot.id)
    throw badField(["recipient_id"], "INVALID_RECIPIENT", "Invalid Recipient(s)");
  const channel = directChannel(world, bot.id, userId);
  return ok(channelShape(world, channel));
}

function ownGuilds({ world, bot }: BotCall): Answer {
  const guilds = [...world.guilds.values()].filter(({ members }) => members.has(bot.id));
  return ok(
    guilds.map((guild) => ({
      id: guild.id,
      name: guild.name,
      icon: null,
      owner: guild.ownerId === bot.id,
      permissions: String(guildPermissions(guild, bot.id)),
      features: [],
    })),
  );
}

export const selfRoutes: readonly Route[] = [
  { method: "GET", path: "/users/@me", auth: "bot", handle: self },
  { method: "GET", path: "/users/@me/guilds", auth: "bot", query: ["limit"], handle: ownGuilds },
  {
    method: "GET",
    path: "/applications/@me",
    auth: "bot",
    handle: ({ world, bot }) => ok(applicationShape(world, bot)),
  },
  {
    method: "PATCH",
    path: "/applications/@me",
    auth: "bot",
    keys: [KEYS.application],
    handle: editApplication,
  },
  { method: "GET", path: "/gateway", auth: "none", handle: ({ world }) => ok({ url: gatewayUrl(world) }) },
  {
    method: "GET",
    path: "/gateway/bot",
    auth: "bot",
    handle: ({ world, bot }) =>
      ok({ url: gatewayUrl(world), shards: 1, session_start_limit: sessionStartLimit(world, bot) }),
  },
  {
    method: "POST",
    path: "/users/@me/channels",
    auth: "bot",
    keys: [KEYS.directMessage],
    handle: openDirect,
  },
  {
    method: "GET",
    path: "/guilds/{guild_id}",
    auth: "bot",
    query: ["with_counts"],
    handle: oneGuild,
  },
  {
    method: "GET",
    path: "/guilds/{guild_id}/channels",
    auth: "bot",
    handle: (call) =>
      ok(
        guildChannels(call.world, findGuild(call.world, param(call, "guild_id"), call.bot)).map((channel) =>
          channelShape(call.world, channel),
        ),
      ),
  },
  {
    method: "GET",
    path: "/guilds/{guild_id}/roles",
    auth: "bot",
    handle: (call) =>
      ok([...findGuild(call.world, param(call, "guild_id"), call.bot).roles.values()].map(roleShape)),
  },
  {
    method: "GET",
    path: "/guilds/{guild_id}/emojis",
    auth: "bot",
    handle: (call) => ok(findGuild(call.world, param(call, "guild_id"), call.bot).emojis.map(emojiShape)),
  },
  { method: "GET", path: "/guilds/{guild_id}/members/{user_id}", auth: "bot", handle: member },
  { method: "GET", path: "/guilds/{guild_id}/stickers", auth: "bot", handle: stickers },
  { method: "GET", path: "/users/{user_id}", auth: "bot", handle: user },
  { method: "GET", path: "/guilds/{guild_id}/threads/active", auth: "bot", handle: activeThreadList },
];
