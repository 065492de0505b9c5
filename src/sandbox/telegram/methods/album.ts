// sendMediaGroup and editMessageMedia: the methods that take an InputMedia, with the rules of albums.

import { ApiError, badRequest, refuseUnknownKeys } from "../http/api-error.ts";
import type { FilePart } from "../http/multipart.ts";
import { messageJson } from "../messages.ts";
import { type Content, isRecord, type Message } from "../types.ts";
import { textOfCaption } from "./caption.ts";
import { applyEdit, EDIT_TARGET, EDIT_UNSUPPORTED, editable } from "./edit.ts";
import { rightOf } from "./media.ts";
import { inputFile, type MediaKind, mediaContent, mediaInfo } from "./media-content.ts";
import { chatOf, type Method, type MethodContext } from "./method.ts";
import { checkMaySend, postAsBot, SEND_PARAMS } from "./send.ts";

type Item = Content & { readonly type: MediaKind };

const GROUP_KINDS: readonly string[] = ["photo", "video", "audio", "document"];
const COMMON = ["type", "media", "caption", "parse_mode", "caption_entities"];
const VISUAL = ["show_caption_above_media", "has_spoiler"];
const MOVING = ["thumbnail", "width", "height", "duration"];
// Bot API 10.1, InputMediaPhoto and its kin. `cover` and `start_timestamp` are not simulated: refused like unknown ones.
const ITEM_KEYS: Readonly<Record<string, readonly string[]>> = {
  photo: [...COMMON, ...VISUAL],
  video: [...COMMON, ...VISUAL, ...MOVING, "supports_streaming"],
  animation: [...COMMON, ...VISUAL, ...MOVING],
  audio: [...COMMON, "thumbnail", "duration", "performer", "title"],
  document: [...COMMON, "thumbnail", "disable_content_type_detection"],
};

const sendMediaGroup: Method = {
  name: "sendMediaGroup",
  params: [...SEND_PARAMS, "media"],
  unsupported: ["business_connection_id", "direct_messages_topic_id", "message_effect_id"],
  run(context): readonly Message[] {
    const { params, bot, world } = context;
    const items = params.json("media", "can't parse media JSON object");
    if (!Array.isArray(items)) throw badRequest("expected an Array of InputMedia");
    if (items.length === 0) throw badRequest("there are no messages to send");
    if (items.length > 10) throw badRequest("too many messages to send as an album");
    const media = items.map((item: unknown) => checkItem(item, GROUP_KINDS));
    checkMix(media);
    const chat = chatOf(context);
    for (const { type } of media) checkMaySend(chat, bot.user.id, rightOf(type));
    const contents = media.map((item, index) => albumContent(context, item, index));
    // One item alone is sent as a plain message. tdlib MessagesManager.cpp 21800
    const group = String(13_000_000_000_000_000 + Math.floor(world.random() * 1e12));
    const extra = contents.length > 1 ? { media_group_id: group } : {};
    return contents.map((content) => messageJson(postAsBot(context, chat, content, extra), bot.user.id));
  },
};

function checkItem(item: unknown, kinds: readonly string[]): Item {
  const fail = (why: string) => badRequest(`can't parse InputMedia: ${why}`);
  if (!isRecord(item)) throw fail("expected an Object");
  const { type, media } = item;
  if (typeof type !== "string" || !kinds.includes(type)) throw fail("wrong media type specified");
  refuseUnknownKeys(item, ITEM_KEYS[type] ?? [], `media of type ${type}`);
  if (typeof media !== "string" || media === "") throw fail("media not found");
  return { ...item, type: type as MediaKind };
}

/** Documents go only with documents, audio only with audio. tdlib MessageContent.cpp 5327 */
function checkMix(media: readonly Item[]): void {
  for (const alone of ["audio", "document"] as const) {
    if (media.some(({ type }) => type === alone) && media.some(({ type }) => type !== alone)) {
      throw badRequest(`${alone} can't be mixed with other media types`);
    }
  }
}

function albumContent(context: MethodContext, item: Item, index: number): Content {
  try {
    return itemContent(context, item, true);
  } catch (error) {
    // One failure fails the whole album.
    if (!(error instanceof ApiError)) throw error;
    const reason = error.message.replace(/^Bad Request: /, "");
    throw badRequest(`failed to send message #${index + 1} with the error message "${reason}"`);
  }
}

/** Documents of an album are never looked into (Bot API 10.1, InputMediaDocument). */
function itemContent(context: MethodContext, item: Item, inAlbum: boolean): Content {
  const caption = textOfCaption(context, item);
  const asFile = inAlbum || item.disable_content_type_detection === true;
  const file = inputFile(context, item.type, String(item.media), attached(context, item.media), asFile);
  const info = mediaInfo(item, ["width", "height", "duration"], ["performer", "title"]);
  const spoiler = item.has_spoiler === true && { has_media_spoiler: true };
  return {
    ...mediaContent(context.world, file, info, attached(context, item.thumbnail)),
    ...caption,
    ...spoiler,
  };
}

function attached({ params }: MethodContext, value: unknown): FilePart | undefined {
  if (typeof value !== "string" || !value.startsWith("attach://")) return undefined;
  const part = params.files.get(value.slice("attach://".length));
  if (!part) throw badRequest("wrong file identifier/HTTP URL specified");
  return part;
}

const REPLACEABLE = ["text", "animation", "audio", "document", "photo", "video"];
const ALONE: readonly (string | undefined)[] = ["audio", "document"];

/** tdlib MessagesManager.cpp, edit_message_media: members of an album keep their class. */
function checkReplaceable(old: Content, item: Item, inAlbum: boolean): void {
  const kind = REPLACEABLE.find((name) => name in old);
  if (kind === undefined) throw badRequest("message media can't be edited");
  if (!inAlbum || kind === item.type) return;
  if (!GROUP_KINDS.includes(item.type)) throw badRequest("message content type can't be used in an album");
  if (ALONE.includes(kind) || ALONE.includes(item.type))
    throw badRequest("can't change media type in the album");
}

/** Text becomes media, media other media; never media text. */
const editMessageMedia: Method = {
  name: "editMessageMedia",
  params: [...EDIT_TARGET, "media"],
  unsupported: EDIT_UNSUPPORTED,
  run(context) {
    const value = context.params.json("media", "can't parse input media JSON object");
    const item = checkItem(value, Object.keys(ITEM_KEYS));
    const message = editable(context);
    const inAlbum = "media_group_id" in message.extra;
    checkReplaceable(message.content, item, inAlbum);
    return applyEdit(context, message, itemContent(context, item, inAlbum));
  },
};

export const albumMethods: readonly Method[] = [sendMediaGroup, editMessageMedia];
