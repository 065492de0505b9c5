// Routes with which a bot reads, sends, edits and deletes messages under its own name.

import { fieldsAt, integerAt, listAt, snowflakeAt, textAt } from "../forms/form.ts";
import { checkKeys, KEYS } from "../forms/keys.ts";
import { FLAG, type FormContext, type MessageForm, readMessageForm, refuseEmpty } from "../forms/message.ts";
import { readReference } from "../forms/reference.ts";
import { fileLimit } from "../forms/upload.ts";
import { ALLOW_ALL } from "../mentions.ts";
import { restMessage, restViewer } from "../message-shape.ts";
import { bulkDelete, createMessage, deleteMessage, editMessage, type NewMessage } from "../messages.ts";
import type { PERMISSION } from "../permissions.ts";
import type { ChannelRecord, MessageRecord, StickerItem } from "../records.ts";
import { compareIds, snowflakeTime } from "../snowflake.ts";
import { enter, findMessage, guildOf, isForum, liveMessages, may, sendRight } from "../world.ts";
import { badField, invalidForm, refuse } from "./errors.ts";
import { type Answer, type BotCall, noContent, ok, param, type Route } from "./route.ts";

// "The past few minutes" of the documentation.
const NONCE_MS = 5 * 60_000;
// Discord docs, resources/message: older messages cannot be bulk-deleted.
const BULK_DELETE_MS = 14 * 24 * 3_600_000;
const BOT_FLAGS = FLAG.SUPPRESS_EMBEDS | FLAG.SUPPRESS_NOTIFICATIONS | FLAG.VOICE | FLAG.COMPONENTS_V2;

// Kinds that people write themselves; all others are Discord's own lines.
const OWN_WORDS: ReadonlySet<number> = new Set([0, 19, 20, 23]);

function readNonce(value: unknown): string | number | undefined {
  if (typeof value === "number" && Number.isInteger(value)) return value;
  return textAt(value, ["nonce"], { max: 25 });
}

/** @throws ApiFailure 50159-50161, 50173 */
function checkVoice(call: BotCall, channel: ChannelRecord, form: MessageForm): void {
  if (((form.flags ?? 0) & FLAG.VOICE) === 0) return;
  if (!may(call.world, channel, call.bot.id, "SEND_VOICE_MESSAGES")) throw refuse(50173);
  if (form.content || form.embeds?.length || form.poll) throw refuse(50159);
  const [file, ...others] = form.attachments ?? [];
  if (!file?.contentType.startsWith("audio/") || others.length > 0) throw refuse(50160);
  if (file.durationSecs === undefined || file.waveform === undefined) throw refuse(50161);
}

/** @throws ApiFailure 50013 for what the form carries without the right to */
export function checkDecorations(call: BotCall, channel: ChannelRecord, form: MessageForm): void {
  const has = (name: keyof typeof PERMISSION) => may(call.world, channel, call.bot.id, name);
  if (call.files.size > 0 && !has("ATTACH_FILES")) throw refuse(50013);
  if (form.embeds?.length && !has("EMBED_LINKS")) throw refuse(50013);
  if (form.poll && !has("SEND_POLLS")) throw refuse(50013);
  if (form.tts && !has("SEND_TTS_MESSAGES")) throw refuse(50013);
}

/** @throws ApiFailure 50008, 160005, 50083 where nobody can write */
function checkWritable(call: BotCall, channel: ChannelRecord): void {
  if (isForum(channel) || channel.type === 4 || channel.type === 14) throw refuse(50008);
  if (channel.thread?.locked && !may(call.world, channel, call.bot.id, "MANAGE_THREADS"))
    throw refuse(160005);
}

/** `channelId`: where the files go, which for a new post is no channel yet. */
export function botFormContext(call: BotCall, place: ChannelRecord, channelId = place.id): FormContext {
  const { world, files } = call;
  const maxFileBytes = fileLimit(guildOf(world, place));
  return { world, channelId, files, maxFileBytes, flags: BOT_FLAGS, mentionsByDefault: ALLOW_ALL, kept: [] };
}

/** The earlier message of the same author with the same nonce. @throws ApiFailure 10008 when it was deleted since */
function alreadySent(call: BotCall, nonce: string | number | undefined): MessageRecord | undefined {
  if (nonce === undefined || call.body.enforce_nonce !== true) return undefined;
  const earlier = call.world.nonces.get(`${call.bot.id} ${nonce}`);
  if (!earlier || earlier.at <= call.world.clock.now() - NONCE_MS) return undefined;
  if (earlier.message.deleted) throw refuse(10008);
  return earlier.message;
}

/** Stickers of the guild itself. @throws ApiFailure 50081 for others */
function readStickers(call: BotCall, channel: ChannelRecord): readonly StickerItem[] {
  const known = guildOf(call.world, channel)?.stickers ?? [];
  return (listAt(call.body.sticker_ids, ["sticker_ids"], 3) ?? []).map((id) => {
    const sticker = known.find((candidate) => candidate.id === id);
    if (!sticker) throw refuse(50081);
    return { id: sticker.id, name: sticker.name, format_type: sticker.format };
  });
}

function answerWith(call: BotCall, message: MessageRecord): Answer {
  return ok({
    ...restMessage(call.world, message, restViewer(call.bot)),
    ...(message.nonce === undefined ? {} : { nonce: message.nonce }),
  });
}

function create(call: BotCall): Answer {
  const { world, bot, body } = call;
  const channel = enter(world, param(call, "channel_id"), bot);
  if (!may(world, channel, bot.id, sendRight(channel))) throw refuse(50013);
  checkWritable(call, channel);
  if (channel.type === 1 && channel.recipients.some((id) => world.closedToDirect.has(id)))
    throw refuse(50007);
  const form = readMessageForm(body, botFormContext(call, channel));
  const nonce = readNonce(body.nonce);
  const stickers = readStickers(call, channel);
  const reference = readReference(call, channel, body.message_reference);
  checkDecorations(call, channel, form);
  checkVoice(call, channel, form);
  refuseEmpty({ ...form, ...reference, stickers });
  const earlier = alreadySent(call, nonce);
  if (earlier) return answerWith(call, earlier);
  const input: NewMessage = {
    author: { kind: "user", id: bot.id },
    speaker: bot.id,
    form,
    ...reference,
    stickers,
    ...(nonce === undefined ? {} : { nonce }),
  };
  const message = createMessage(world, channel, input);
  if (nonce !== undefined) world.nonces.set(`${bot.id} ${nonce}`, { message, at: world.clock.now() });
  return answerWith(call, message);
}

/** Only the flags of another's message may be changed, with MANAGE_MESSAGES. @throws ApiFailure 50005, 50013, 50021 */
function checkEditable(call: BotCall, channel: ChannelRecord, message: MessageRecord): void {
  const own = message.author.kind === "user" && message.author.id === call.bot.id;
  if (!own) {
    const keys = Object.keys(call.body);
    if (keys.some((key) => key !== "flags")) throw refuse(50005);
    if (!may(call.world, channel, call.bot.id, "MANAGE_MESSAGES")) throw refuse(50013);
  }
  if (!OWN_WORDS.has(message.type)) throw refuse(50021);
  if ((message.flags & FLAG.VOICE) !== 0) throw refuse(50162);
  if (channel.thread?.archived) throw refuse(50083);
}

function edit(call: BotCall): Answer {
  const { world, bot } = call;
  const channel = enter(world, param(call, "channel_id"), bot);
  const message = findMessage(world, channel.id, param(call, "message_id"));
  checkEditable(call, channel, message);
  const form = readMessageForm(call.body, {
    ...botFormContext(call, channel),
    flags: FLAG.SUPPRESS_EMBEDS | FLAG.COMPONENTS_V2 | message.flags,
    kept: message.attachments,
  });
  refuseEmpty({ ...message, ...form });
  editMessage(world, channel, message, form, bot.id);
  return ok(restMessage(world, message, restViewer(bot)));
}

function remove(call: BotCall): Answer {
  const { world, bot } = call;
  const channel = enter(world, param(call, "channel_id"), bot);
  const message = findMessage(world, channel.id, param(call, "message_id"));
  const own = message.author.kind === "user" && message.author.id === bot.id;
  if (!own && !may(world, channel, bot.id, "MANAGE_MESSAGES")) throw refuse(50013);
  if (channel.thread?.archived) throw refuse(50083);
  deleteMessage(world, channel, message);
  return noContent;
}

function removeMany(call: BotCall): Answer {
  const { world, bot, body } = call;
  const channel = enter(world, param(call, "channel_id"), bot, "MANAGE_MESSAGES");
  if (channel.guildId === undefined) throw refuse(50003);
  const ids = (listAt(body.messages, ["messages"], Number.MAX_SAFE_INTEGER) ?? []).map((id, index) =>
    snowflakeAt(id, ["messages", index]),
  );
  if (ids.length < 2 || ids.length > 100) throw refuse(50016);
  if (new Set(ids).size !== ids.length)
    throw badField(["messages"], "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value");
  const oldest = world.clock.now() - BULK_DELETE_MS;
  if (ids.some((id) => snowflakeTime(id) < oldest)) throw refuse(50034);
  // Ids that are no messages (any more) only count towards the limits.
  bulkDelete(
    world,
    channel,
    liveMessages(world, channel.id).filter((message) => ids.includes(message.id)),
  );
  return noContent;
}

function readOne(call: BotCall): Answer {
  const { world, bot } = call;
  const channel = enter(world, param(call, "channel_id"), bot, "READ_MESSAGE_HISTORY");
  return ok(restMessage(world, findMessage(world, channel.id, param(call, "message_id")), restViewer(bot)));
}

/** The page of a list, newest first. `after` gives the page that begins right behind the id. */
function page(messages: readonly MessageRecord[], query: URLSearchParams, limit: number): MessageRecord[] {
  const [after, before, around] = ["after", "before", "around"].map((name) => query.get(name));
  if (around) {
    const half = Math.floor(limit / 2);
    const older = messages.filter(({ id }) => compareIds(id, around) <= 0).slice(-half - 1);
    const newer = messages.filter(({ id }) => compareIds(id, around) > 0).slice(0, half);
    return [...older, ...newer].slice(-limit).reverse();
  }
  if (after)
    return messages
      .filter(({ id }) => compareIds(id, after) > 0)
      .slice(0, limit)
      .reverse();
  const older = before ? messages.filter(({ id }) => compareIds(id, before) < 0) : messages;
  return older.slice(-limit).reverse();
}

function readMany(call: BotCall): Answer {
  const { world, bot, query } = call;
  const channel = enter(world, param(call, "channel_id"), bot);
  const bounds = ["after", "before", "around"].filter((name) => query.has(name));
  if (bounds.length > 1)
    throw invalidForm(
      bounds.map((name) => ({
        path: [name],
        code: "BASE_TYPE_INVALID",
        message: "Only one of before, after, around.",
      })),
    );
  for (const name of bounds) snowflakeAt(query.get(name), [name]);
  const limit = integerAt(Number(query.get("limit") ?? 50), ["limit"], { min: 1, max: 100 }) ?? 50;
  // Discord docs, resources/message: without READ_MESSAGE_HISTORY the answer is an empty list, not an error.
  if (!may(world, channel, bot.id, "READ_MESSAGE_HISTORY")) return ok([]);
  const viewer = restViewer(bot);
  return ok(
    page(liveMessages(world, channel.id), query, limit).map((message) => restMessage(world, message, viewer)),
  );
}

const LIST = "/channels/{channel_id}/messages";
const ONE = "/channels/{channel_id}/messages/{message_id}";

export const messageRoutes: readonly Route[] = [
  {
    method: "POST",
    path: LIST,
    auth: "bot",
    keys: [KEYS.messageCreate],
    files: true,
    bucket: "messages",
    handle: create,
  },
  { method: "GET", path: LIST, auth: "bot", query: ["after", "before", "around", "limit"], handle: readMany },
  { method: "GET", path: ONE, auth: "bot", handle: readOne },
  {
    method: "PATCH",
    path: ONE,
    auth: "bot",
    keys: [KEYS.messageEdit],
    files: true,
    bucket: "messages",
    handle: edit,
  },
  { method: "DELETE", path: ONE, auth: "bot", bucket: "delete", handle: remove },
  { method: "POST", path: `${LIST}/bulk-delete`, auth: "bot", keys: [KEYS.bulkDelete], handle: removeMany },
];

/** Reads the nested `message` of a forum post. */
export function nestedMessage(call: BotCall): BotCall {
  const body = fieldsAt(call.body.message, ["message"]) ?? {};
  checkKeys(body, KEYS.forumMessage, "message");
  return { ...call, body };
}
