// Routes that make, find and use webhooks, with a bot's credentials or with the webhook's own token.

import { avatarFrom } from "../cdn/pictures.ts";
import { interactive } from "../forms/component.ts";
import { type Fields, snowflakeAt, textAt, urlAt } from "../forms/form.ts";
import { KEYS } from "../forms/keys.ts";
import { FLAG, type FormContext, readMessageForm, refuseEmpty } from "../forms/message.ts";
import { fileLimit } from "../forms/upload.ts";
import { ALLOW_USERS } from "../mentions.ts";
import { restMessage } from "../message-shape.ts";
import { createMessage, deleteMessage, editMessage } from "../messages.ts";
import type { AuthorRecord, ChannelRecord, MessageRecord, Snowflake, WebhookRecord } from "../records.ts";
import { webhookShape } from "../shapes.ts";
import { createThread, readTags } from "../threads.ts";
import { changeWebhook, createWebhook, readAvatar, readWebhookName, removeWebhook } from "../webhooks.ts";
import { enter, findChannel, findMessage, guildOf, isForum, may } from "../world.ts";
import { badField, refuse } from "./errors.ts";
import { answerRoute, followedUp, followUp } from "./interactions.ts";
import { type Answer, type BotCall, noContent, ok, param, type Route, type RouteCall } from "./route.ts";

// Discord docs, resources/webhook: 15 per channel, webhooks of followed channels included.
const MAX_WEBHOOKS = 15;
const WEBHOOK_FLAGS = FLAG.SUPPRESS_EMBEDS | FLAG.SUPPRESS_NOTIFICATIONS | FLAG.COMPONENTS_V2;

type GuildChannel = ChannelRecord & { readonly guildId: Snowflake };

function guildChannel(channel: ChannelRecord): GuildChannel {
  if (channel.guildId === undefined || channel.thread || channel.type === 4) throw refuse(50024);
  return { ...channel, guildId: channel.guildId };
}

function create(call: BotCall): Answer {
  const { world, bot, body } = call;
  const channel = guildChannel(enter(world, param(call, "channel_id"), bot, "MANAGE_WEBHOOKS"));
  const name = readWebhookName(body.name, ["name"]);
  if (name === undefined) throw badField(["name"], "BASE_TYPE_REQUIRED", "This field is required");
  const avatar = readAvatar(world, body.avatar);
  const there = [...world.webhooks.values()].filter((hook) => hook.channelId === channel.id);
  if (there.length >= MAX_WEBHOOKS) throw refuse(30007);
  const hook = createWebhook(world, channel, { name, avatar, userId: bot.id, bot });
  return ok(webhookShape(world, hook, bot.applicationId));
}

function list(call: BotCall): Answer {
  const { world, bot } = call;
  const channel = enter(world, param(call, "channel_id"), bot, "MANAGE_WEBHOOKS");
  const hooks = [...world.webhooks.values()].filter((hook) => hook.channelId === channel.id);
  return ok(hooks.map((hook) => webhookShape(world, hook, bot.applicationId)));
}

/** @throws ApiFailure 10015, 50013 */
function managed(call: BotCall): WebhookRecord {
  const hook = call.world.webhooks.get(param(call, "webhook_id"));
  if (!hook) throw refuse(10015);
  if (!may(call.world, findChannel(call.world, hook.channelId), call.bot.id, "MANAGE_WEBHOOKS"))
    throw refuse(50013);
  return hook;
}

function change(call: BotCall): Answer {
  const { world, bot, body } = call;
  const hook = managed(call);
  const name = readWebhookName(body.name, ["name"]);
  const target = body.channel_id ?? undefined;
  const channelId = target === undefined ? undefined : snowflakeAt(target, ["channel_id"]);
  if (channelId !== undefined) {
    const channel = guildChannel(enter(world, channelId, bot, "MANAGE_WEBHOOKS"));
    if (channel.guildId !== hook.guildId) throw refuse(10003);
  }
  changeWebhook(world, hook, {
    ...(name === undefined ? {} : { name }),
    ...("avatar" in body ? { avatar: readAvatar(world, body.avatar) } : {}),
    ...(channelId === undefined ? {} : { channelId }),
  });
  return ok(webhookShape(world, hook, bot.applicationId));
}

/** The webhook of a token route. @throws ApiFailure 10015, 50027 */
function byToken(call: RouteCall): WebhookRecord {
  const hook = call.world.webhooks.get(param(call, "webhook_id"));
  if (!hook) throw refuse(10015);
  if (hook.token !== param(call, "webhook_token")) throw refuse(50027);
  return hook;
}

/** Where the call speaks: the webhook's channel, or the thread of it that `thread_id` names. @throws ApiFailure 10003 */
function place(call: RouteCall, hook: WebhookRecord): ChannelRecord {
  const threadId = call.query.get("thread_id");
  if (threadId === null) return findChannel(call.world, hook.channelId);
  const thread = findChannel(call.world, snowflakeAt(threadId, ["thread_id"]));
  if (!thread.thread || thread.parentId !== hook.channelId) throw refuse(10003);
  return thread;
}

function context(call: RouteCall, place: ChannelRecord, channelId = place.id): FormContext {
  const { world, files } = call;
  const maxFileBytes = fileLimit(guildOf(world, place));
  const flags = WEBHOOK_FLAGS;
  return { world, channelId, files, maxFileBytes, flags, mentionsByDefault: ALLOW_USERS, kept: [] };
}

interface NewPost {
  readonly name: string;
  readonly appliedTags: readonly Snowflake[];
}

/** Forums want exactly one of `thread_id` and `thread_name`; other channels no `thread_name`. */
function checkForum(call: RouteCall, hook: WebhookRecord): NewPost | undefined {
  const name = textAt(call.body.thread_name, ["thread_name"], { max: 100 }) || undefined;
  const channel = findChannel(call.world, hook.channelId);
  const forum = isForum(channel);
  const threadId = call.query.has("thread_id");
  if (!forum && name !== undefined) throw refuse(220003);
  if (forum && name !== undefined && threadId) throw refuse(220002);
  if (forum && name === undefined && !threadId) throw refuse(220001);
  return name === undefined ? undefined : { name, appliedTags: readTags(call.body.applied_tags, channel) };
}

function speaker(call: RouteCall, hook: WebhookRecord): AuthorRecord {
  const name = readWebhookName(call.body.username, ["username"]);
  const url = urlAt(call.body.avatar_url, ["avatar_url"], ["http", "https"]);
  return {
    kind: "webhook",
    id: hook.id,
    name: name ?? hook.name,
    // Discord fetches the picture and shows a hash of its own.
    avatar: url === undefined ? hook.avatar : avatarFrom(call.world, url),
    applicationId: hook.applicationId,
    ...(url === undefined ? {} : { avatarUrl: url }),
  };
}

/**
 * Only the webhooks of applications have components that can be pressed; others have components at all only with
 * `with_components`. Discord docs, resources/webhook.
 * @throws ApiFailure 50035
 */
function wordsOf(call: RouteCall, hook: WebhookRecord): Fields {
  if (hook.applicationId !== null) return call.body;
  const { components, ...body } = call.body;
  if (components === undefined || call.query.get("with_components") !== "true") return body;
  if (Array.isArray(components) && interactive(components).length > 0)
    throw badField(
      ["components"],
      "WEBHOOK_COMPONENTS_NOT_INTERACTIVE",
      "Webhooks that no application owns cannot send interactive components",
    );
  return call.body;
}

function execute(call: RouteCall): Answer {
  const { world } = call;
  const interaction = followedUp(call);
  if (interaction) return followUp(call, interaction);
  const hook = byToken(call);
  const post = checkForum(call, hook);
  const parent = place(call, hook);
  if (parent.thread?.locked) throw refuse(160005);
  const author = speaker(call, hook);
  const postId = post === undefined ? undefined : world.newId();
  const form = readMessageForm(wordsOf(call, hook), context(call, parent, postId));
  refuseEmpty(form);
  const channel =
    post === undefined || postId === undefined
      ? parent
      : createThread(world, parent, { ...post, ownerId: hook.id, type: 11, id: postId });
  const message = createMessage(world, channel, {
    author,
    form,
    speaker: hook.userId,
    ...(postId === undefined ? {} : { id: postId }),
  });
  return call.query.get("wait") === "true" ? ok(restMessage(world, message, undefined)) : noContent;
}

/** A message of this webhook. @throws ApiFailure 10008 for others' messages, and in a thread without `thread_id` */
function own(call: RouteCall): { hook: WebhookRecord; channel: ChannelRecord; message: MessageRecord } {
  const hook = byToken(call);
  const channel = place(call, hook);
  const message = findMessage(call.world, channel.id, param(call, "message_id"));
  if (message.author.kind !== "webhook" || message.author.id !== hook.id) throw refuse(10008);
  return { hook, channel, message };
}

function edit(call: RouteCall): Answer {
  const answer = answerRoute(call, "PATCH");
  if (answer) return answer;
  const { hook, channel, message } = own(call);
  if (channel.thread?.archived) throw refuse(50083);
  const form = readMessageForm(wordsOf(call, hook), {
    ...context(call, channel),
    flags: FLAG.SUPPRESS_EMBEDS | FLAG.COMPONENTS_V2 | message.flags,
    kept: message.attachments,
  });
  refuseEmpty({ ...message, ...form });
  editMessage(call.world, channel, message, form, hook.userId);
  return ok(restMessage(call.world, message, undefined));
}

function remove(call: RouteCall): Answer {
  const answer = answerRoute(call, "DELETE");
  if (answer) return answer;
  const { channel, message } = own(call);
  deleteMessage(call.world, channel, message);
  return noContent;
}

function drop(call: RouteCall, hook: WebhookRecord): Answer {
  removeWebhook(call.world, hook);
  return noContent;
}

/** As its token's holder sees a webhook: the token, but not who made it. */
function tokenShape(call: RouteCall, hook: WebhookRecord) {
  const { user: _user, url: _url, ...shape } = webhookShape(call.world, hook, undefined);
  return { ...shape, token: hook.token };
}

const LIST = "/channels/{channel_id}/webhooks";
const HOOK = "/webhooks/{webhook_id}";
const TOKEN = "/webhooks/{webhook_id}/{webhook_token}";
const MESSAGE = `${TOKEN}/messages/{message_id}`;
// Discord docs, topics/rate-limits: a webhook's routes share one quota.
const bucket = "webhook";

export const webhookRoutes: readonly Route[] = [
  { method: "GET", path: LIST, auth: "bot", handle: list },
  { method: "POST", path: LIST, auth: "bot", keys: [KEYS.webhookCreate], handle: create },
  {
    method: "GET",
    path: HOOK,
    auth: "bot",
    handle: (call) => ok(webhookShape(call.world, managed(call), call.bot.applicationId)),
  },
  { method: "PATCH", path: HOOK, auth: "bot", keys: [KEYS.webhookUpdate], handle: change },
  { method: "DELETE", path: HOOK, auth: "bot", handle: (call) => drop(call, managed(call)) },
  { method: "GET", path: TOKEN, auth: "none", handle: (call) => ok(tokenShape(call, byToken(call))) },
  { method: "DELETE", path: TOKEN, auth: "none", handle: (call) => drop(call, byToken(call)) },
  {
    method: "POST",
    path: TOKEN,
    auth: "none",
    bucket,
    keys: [KEYS.webhookExecute],
    query: ["wait", "thread_id", "with_components"],
    files: true,
    handle: execute,
  },
  {
    method: "GET",
    path: MESSAGE,
    auth: "none",
    query: ["thread_id"],
    handle: (call) => answerRoute(call, "GET") ?? ok(restMessage(call.world, own(call).message, undefined)),
  },
  {
    method: "PATCH",
    path: MESSAGE,
    auth: "none",
    bucket,
    keys: [KEYS.webhookEdit],
    query: ["thread_id", "with_components"],
    files: true,
    handle: edit,
  },
  { method: "DELETE", path: MESSAGE, auth: "none", bucket, query: ["thread_id"], handle: remove },
];
