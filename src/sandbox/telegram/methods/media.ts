// sendPhoto, sendVideo and the other senders of one file, and getFile; album.ts has those of InputMedia.

import { badRequest } from "../http/api-error.ts";
import { fileIdFor, messageJson, uniqueIdOf } from "../messages.ts";
import type { Message } from "../types.ts";
import { captionOf } from "./caption.ts";
import { capital, inputFile, type MediaKind, mediaContent, mediaInfo } from "./media-content.ts";
import { chatOf, type Method } from "./method.ts";
import { checkMaySend, postAsBot, SEND_UNSUPPORTED, SINGLE_PARAMS } from "./send.ts";

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
  {
    kind: "video_note",
    right: "can_send_video_notes",
    numbers: ["duration", "length"],
    words: [],
    params: ["video_note", "thumbnail"],
  },
  { kind: "sticker", right: "can_send_other_messages", numbers: [], words: ["emoji"], params: ["sticker"] },
];

/** The right that sending this kind needs. */
export function rightOf(kind: MediaKind): string {
  return SENDERS.find((sender) => sender.kind === kind)?.right ?? "can_send_other_messages";
}

function senderMethod(sender: Sender): Method {
  const { kind, numbers, words } = sender;
  return {
    name: `send${capital(kind)}`,
    params: [...SINGLE_PARAMS, ...sender.params, ...numbers, ...words],
    unsupported: [...SEND_UNSUPPORTED, ...(sender.unsupported ?? [])],
    run(context): Message {
      const { params, bot } = context;
      const chat = chatOf(context);
      checkMaySend(chat, bot.user.id, sender.right);
      const caption = captionOf(context);
      const asFile = params.bool("disable_content_type_detection");
      const file = inputFile(context, kind, params.text(kind), params.file(kind), asFile);
      const info = mediaInfo(Object.fromEntries(params.values), numbers, words);
      const spoiler = params.bool("has_spoiler") && { has_media_spoiler: true };
      const media = mediaContent(context.world, file, info, params.file("thumbnail"));
      const content = { ...media, ...caption, ...spoiler };
      return messageJson(postAsBot(context, chat, content), bot.user.id);
    },
  };
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

export const mediaMethods: readonly Method[] = [...SENDERS.map(senderMethod), getFile];
