// sendPhoto, sendVideo, sendAnimation, sendAudio, sendVoice, sendDocument, sendSticker, sendMediaGroup and getFile.

import { ApiError, badRequest, refuseUnknownKeys } from "./api-error.ts";
import { captionOf, textOfCaption } from "./caption.ts";
import { inputFile, type MediaKind, mediaContent, mediaInfo } from "./media-content.ts";
import { fileIdFor, messageJson, uniqueIdOf } from "./messages.ts";
import { chatOf, type Method, type MethodContext } from "./method.ts";
import { checkMaySend, postAsBot, SEND_PARAMS, SEND_UNSUPPORTED, SINGLE_PARAMS } from "./methods-send.ts";
import { type Content, isRecord, type Message } from "./types.ts";

interface Sender {
  readonly kind: MediaKind;
  readonly right: string;
  readonly numbers: readonly string[];
  readonly words: readonly string[];
  readonly params: readonly string[];
  readonly unsupported?: readonly string[];
}

const CAPTION = ["caption", "parse_mode", "caption_entities"];
const ABOVE = [...CAPTION, "show_caption_above_media", "has_spoiler"];

const SENDERS: readonly Sender[] = [
  { kind: "photo", right: "can_send_photos", numbers: [], words: [], params: ["photo", ...ABOVE] },
  {
    kind: "video",
    right: "can_send_videos",
    numbers: ["duration", "width", "height", "start_timestamp"],
    words: [],
    params: ["video", "thumbnail", "cover", "supports_streaming", ...ABOVE],
    unsupported: ["cover"],
  },
  {
    kind: "animation",
    right: "can_send_other_messages",
    numbers: ["duration", "width", "height"],
    words: [],
    params: ["animation", "thumbnail", ...ABOVE],
  },
  {
    kind: "audio",
    right: "can_send_audios",
    numbers: ["duration"],
    words: ["performer", "title"],
    params: ["audio", "thumbnail", ...CAPTION],
  },
  {
    kind: "voice",
    right: "can_send_voice_notes",
    numbers: ["duration"],
    words: [],
    params: ["voice", ...CAPTION],
  },
  {
    kind: "document",
    right: "can_send_documents",
    numbers: [],
    words: [],
    params: ["document", "thumbnail", "disable_content_type_detection", ...CAPTION],
  },
  { kind: "sticker", right: "can_send_other_messages", numbers: [], words: ["emoji"], params: ["sticker"] },
];

function senderMethod(sender: Sender): Method {
  const { kind, numbers, words } = sender;
  return {
    name: `send${kind.charAt(0).toUpperCase()}${kind.slice(1)}`,
    params: [...SINGLE_PARAMS, ...sender.params, ...numbers, ...words],
    unsupported: [...SEND_UNSUPPORTED, ...(sender.unsupported ?? [])],
    run(context): Message {
      const { params, bot } = context;
      const chat = chatOf(context);
      checkMaySend(chat, bot.user.id, sender.right);
      const caption = captionOf(context);
      const file = inputFile(context, kind, params.text(kind), params.file(kind));
      const info = mediaInfo(Object.fromEntries(params.values), numbers, words);
      const spoiler = params.bool("has_spoiler") && { has_media_spoiler: true };
      const content = { ...mediaContent(context, kind, file, info), ...caption, ...spoiler };
      return messageJson(postAsBot(context, chat, content), bot.user.id);
    },
  };
}

const GROUP_KINDS: readonly string[] = ["photo", "video", "audio", "document"];
const MEDIA_KEYS: readonly string[] = [
  "type",
  "media",
  "thumbnail",
  "cover",
  "start_timestamp",
  "caption",
  "parse_mode",
  "caption_entities",
  "show_caption_above_media",
  "width",
  "height",
  "duration",
  "performer",
  "title",
  "supports_streaming",
  "has_spoiler",
  "disable_content_type_detection",
];

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
    const media = items.map((item: unknown) => checkItem(item));
    checkMix(media);
    const chat = chatOf(context);
    for (const item of media) {
      const sender = SENDERS.find(({ kind }) => kind === item.type);
      checkMaySend(chat, bot.user.id, sender?.right ?? "can_send_other_messages");
    }
    const contents = media.map((item, index) => itemContent(context, item, index));
    // One item alone is sent as a plain message. tdlib MessagesManager.cpp 21800
    const group = String(13_000_000_000_000_000 + Math.floor(world.random() * 1e12));
    const extra = contents.length > 1 ? { media_group_id: group } : {};
    return contents.map((content) => messageJson(postAsBot(context, chat, content, extra), bot.user.id));
  },
};

function checkItem(item: unknown): Content & { readonly type: MediaKind } {
  const fail = (why: string) => badRequest(`can't parse InputMedia: ${why}`);
  if (!isRecord(item)) throw fail("expected an Object");
  refuseUnknownKeys(item, MEDIA_KEYS, "media");
  if (typeof item.type !== "string" || !GROUP_KINDS.includes(item.type))
    throw fail("wrong media type specified");
  if (typeof item.media !== "string" || item.media === "") throw fail("media not found");
  return { ...item, type: item.type as MediaKind };
}

/** Documents go only with documents, audio only with audio. tdlib MessageContent.cpp 5327 */
function checkMix(media: readonly { readonly type: MediaKind }[]): void {
  for (const alone of ["audio", "document"] as const) {
    if (media.some(({ type }) => type === alone) && media.some(({ type }) => type !== alone)) {
      throw badRequest(`${alone} can't be mixed with other media types`);
    }
  }
}

function itemContent(
  context: MethodContext,
  item: Content & { readonly type: MediaKind },
  index: number,
): Content {
  const { params } = context;
  const value = String(item.media);
  const part = value.startsWith("attach://") ? params.files.get(value.slice("attach://".length)) : undefined;
  const caption = textOfCaption(context, item);
  try {
    const file = inputFile(context, item.type, value, part);
    const info = mediaInfo(item, ["width", "height", "duration"], ["performer", "title"]);
    const spoiler = item.has_spoiler === true && { has_media_spoiler: true };
    return { ...mediaContent(context, item.type, file, info), ...caption, ...spoiler };
  } catch (error) {
    // One failure fails the whole album.
    if (!(error instanceof ApiError)) throw error;
    const reason = error.message.replace(/^Bad Request: /, "");
    throw badRequest(`failed to send message #${index + 1} with the error message "${reason}"`);
  }
}

const getFile: Method = {
  name: "getFile",
  params: ["file_id"],
  run({ world, bot, params }) {
    const unique = uniqueIdOf(bot.user.id, params.text("file_id"));
    if (unique === undefined) throw badRequest("invalid file_id");
    const { file, path } = world.files.link(bot.user.id, unique);
    return {
      file_id: fileIdFor(bot.user.id, unique),
      file_unique_id: unique,
      file_size: file.size,
      file_path: path,
    };
  },
};

export const mediaMethods: readonly Method[] = [...SENDERS.map(senderMethod), sendMediaGroup, getFile];
