// Routes that open threads: from a message, on their own, and as posts of a forum.

import { integerAt, textAt } from "../forms/form.ts";
import { KEYS } from "../forms/keys.ts";
import { FLAG, readMessageForm, refuseEmpty } from "../forms/message.ts";
import { restMessage, restViewer } from "../message-shape.ts";
import { announceUpdate, createMessage } from "../messages.ts";
import type { ChannelRecord } from "../records.ts";
import { channelShape } from "../shapes.ts";
import { announceInParent } from "../thread-changes.ts";
import { createThread, type NewThread, readTags, threadMemberShape } from "../threads.ts";
import { enter, findMessage, isForum, may } from "../world.ts";
import { badField, refuse } from "./errors.ts";
import { botFormContext, checkDecorations, nestedMessage } from "./messages.ts";
import { type Answer, type BotCall, noContent, ok, param, type Route } from "./route.ts";

function basics(call: BotCall): { name: string; autoArchiveMinutes?: number } {
  const name = textAt(call.body.name, ["name"], { min: 1, max: 100 });
  if (name === undefined) throw badField(["name"], "BASE_TYPE_REQUIRED", "This field is required");
  const path = ["auto_archive_duration"];
  const minutes = integerAt(call.body.auto_archive_duration, path, { min: 0, max: 10080 });
  if (minutes !== undefined && ![60, 1440, 4320, 10080].includes(minutes))
    throw badField(path, "BASE_TYPE_CHOICES", "Value must be one of (60, 1440, 4320, 10080).");
  return { name, ...(minutes === undefined ? {} : { autoArchiveMinutes: minutes }) };
}

function created(call: BotCall, thread: ChannelRecord, extra = {}): Answer {
  const { world, bot } = call;
  const member = threadMemberShape(thread, bot.id, world.clock.now());
  return { status: 201, body: { ...channelShape(world, thread), member, ...extra } };
}

function createPost(call: BotCall, forum: ChannelRecord): Answer {
  const { world, bot } = call;
  if (!may(world, forum, bot.id, "SEND_MESSAGES")) throw refuse(50013);
  const about = { ...basics(call), appliedTags: readTags(call.body.applied_tags, forum) };
  const inner = nestedMessage(call);
  const id = world.newId();
  const form = readMessageForm(inner.body, botFormContext(inner, forum, id));
  checkDecorations(inner, forum, form);
  refuseEmpty(form);
  const post = createThread(world, forum, { ...about, ownerId: bot.id, type: 11, id });
  forum.lastMessageId = id;
  // The starter message has the id of its thread.
  const message = createMessage(world, post, {
    author: { kind: "user", id: bot.id },
    speaker: bot.id,
    form,
    id,
  });
  return created(call, post, { message: restMessage(world, message, restViewer(bot)) });
}

function threadType(call: BotCall, channel: ChannelRecord): NewThread["type"] {
  // Discord docs, resources/channel: private when the type is not given.
  const type = integerAt(call.body.type, ["type"], { min: 10, max: 12 }) ?? 12;
  const announcement = channel.type === 5;
  if ((type === 10) !== announcement && type !== 12)
    throw badField(["type"], "BASE_TYPE_CHOICES", "Value is not a thread type of this channel.");
  return type as NewThread["type"];
}

function create(call: BotCall): Answer {
  const { world, bot } = call;
  const channel = enter(world, param(call, "channel_id"), bot);
  if (isForum(channel)) return createPost(call, channel);
  if (channel.guildId === undefined || channel.thread) throw refuse(50024);
  const type = threadType(call, channel);
  if (!may(world, channel, bot.id, type === 12 ? "CREATE_PRIVATE_THREADS" : "CREATE_PUBLIC_THREADS"))
    throw refuse(50013);
  const thread = createThread(world, channel, { ...basics(call), ownerId: bot.id, type });
  if (type !== 12) announceInParent(world, channel, thread, bot.id);
  return created(call, thread);
}

function createFromMessage(call: BotCall): Answer {
  const { world, bot } = call;
  const channel = enter(world, param(call, "channel_id"), bot, "READ_MESSAGE_HISTORY");
  if (channel.guildId === undefined || channel.thread) throw refuse(50024);
  const message = findMessage(world, channel.id, param(call, "message_id"));
  if (!may(world, channel, bot.id, "CREATE_PUBLIC_THREADS")) throw refuse(50013);
  if (world.channels.has(message.id)) throw refuse(160004);
  const about = basics(call);
  const thread = createThread(world, channel, {
    ...about,
    ownerId: bot.id,
    type: channel.type === 5 ? 10 : 11,
    id: message.id,
  });
  message.flags |= FLAG.HAS_THREAD;
  announceUpdate(world, channel, message);
  return created(call, thread);
}

function join(call: BotCall): Answer {
  const { world, bot } = call;
  const thread = enter(world, param(call, "channel_id"), bot);
  if (!thread.thread) throw refuse(50024);
  if (thread.thread.archived) throw refuse(50083);
  thread.thread.members.set(bot.id, world.clock.now());
  return noContent;
}

function leave(call: BotCall): Answer {
  const thread = enter(call.world, param(call, "channel_id"), call.bot);
  if (!thread.thread) throw refuse(50024);
  thread.thread.members.delete(call.bot.id);
  return noContent;
}

/** Public threads of a channel that are archived, the last archived first; only threads the reader may read. */
function archivedList(call: BotCall): Answer {
  const { world, bot, query } = call;
  const channel = enter(world, param(call, "channel_id"), bot, "READ_MESSAGE_HISTORY");
  const limit = integerAt(Number(query.get("limit") ?? 50), ["limit"], { min: 2, max: 100 }) ?? 50;
  const before = Date.parse(query.get("before") ?? "");
  const found = [...world.channels.values()]
    .flatMap((each) =>
      each.thread?.archived && each.parentId === channel.id ? [{ each, state: each.thread }] : [],
    )
    .filter(({ each, state }) => each.type !== 12 && !(state.archiveChangedAt >= before))
    .sort((a, b) => b.state.archiveChangedAt - a.state.archiveChangedAt);
  const threads = found.slice(0, limit).map(({ each }) => channelShape(world, each));
  return ok({ threads, members: [], has_more: found.length > limit });
}

const MEMBER = "/channels/{channel_id}/thread-members/@me";

export const threadRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/channels/{channel_id}/threads/archived/public",
    auth: "bot",
    query: ["before", "limit"],
    handle: archivedList,
  },
  {
    method: "POST",
    path: "/channels/{channel_id}/threads",
    auth: "bot",
    keys: [KEYS.thread, KEYS.forumThread],
    files: true,
    handle: create,
  },
  {
    method: "POST",
    path: "/channels/{channel_id}/messages/{message_id}/threads",
    auth: "bot",
    keys: [KEYS.threadFromMessage],
    handle: createFromMessage,
  },
  { method: "PUT", path: MEMBER, auth: "bot", handle: join },
  { method: "DELETE", path: MEMBER, auth: "bot", handle: leave },
];
