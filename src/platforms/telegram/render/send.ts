// Makes the requests of one message of text or of files, with the place where it goes; the renderers call it.

import type { Resolved } from "../../../bridge/platform.ts";
import type { Json, Part } from "../../../model/delivery.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import type { EntityText } from "../entities/render.ts";
import { type FileOrder, frozen, type Payload } from "../request.ts";
import { fileHash, textHash } from "./form-hash.ts";

/** Bot API 10.1, sendMessage: 1-4096 code points after entities parsing. */
export const MAX_TEXT = 4096;
/** Bot API 10.1, sendPhoto and its kin: 0-1024 code points after entities parsing. */
export const MAX_CAPTION = 1024;

/** Never parse_mode: entities need no escaping. */
export function sendPart(piece: EntityText, to: ConversationRef, more: Payload): Part {
  return {
    hash: textHash(piece),
    request: request("sendMessage", { ...target(to), ...wordsOf(piece), ...more }),
  };
}

/** One message, or an album with the words below its first file. */
export function filesPart(
  files: readonly [FileOrder, ...FileOrder[]],
  caption: EntityText | undefined,
  to: ConversationRef,
  more: Payload,
): Part {
  const words = caption ?? noWords;
  const [first, ...others] = files.map(({ file }, index) =>
    fileHash(file.kind, file, index === 0 ? words : undefined),
  );
  return {
    hash: first ?? "",
    ...(others.length > 0 && { more: others }),
    request: frozen({ kind: "files", payload: { ...target(to), ...more }, words, files }),
  };
}

export function request(method: string, payload: Payload): Json {
  return frozen({ method, payload });
}

export const noWords: EntityText = { text: "", entities: [] };

export function wordsOf({ text, entities }: EntityText): Payload {
  return { text, entities: entities.map((entity) => ({ ...entity }) as Json) };
}

export function codePoints(value: string): number {
  let count = 0;
  for (const _ of value) count += 1;
  return count;
}

/** The general topic (1) is named by leaving it out: else "message thread not found" [tdlib Client.cpp]. */
export function target(to: ConversationRef): Payload {
  const chat = { chat_id: Number(to.id) };
  return to.thread === undefined || to.thread === "1"
    ? chat
    : { ...chat, message_thread_id: Number(to.thread) };
}

/** A native reply, which goes out even when its target is gone. */
export function replyTo({ replyTo: ref }: Pick<Resolved, "replyTo">): Payload {
  return ref ? { reply_parameters: { message_id: Number(ref.id), allow_sending_without_reply: true } } : {};
}
