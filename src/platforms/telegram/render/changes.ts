// Makes the requests that change or remove what stands on Telegram; the bridge calls it, pure.

import type { DeleteRequest, Resolved } from "../../../bridge/platform.ts";
import type { Copy, Json, Part } from "../../../model/delivery.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import { text } from "../../../model/rich-text.ts";
import { treeToEntities } from "../entities/render.ts";
import { type FilesRequest, frozen, type Payload, thawed } from "../request.ts";
import { albumClass } from "../wants.ts";
import { type CopyForm, formOf } from "./form-hash.ts";
import { noWords, request, wordsOf } from "./send.ts";

/** Bot API 10.1, deleteMessages: 1-100 identifiers. */
const MAX_DELETES = 100;

/** A bot may delete what was sent less than 48 hours ago; 5 minutes less, for the way there. */
const DELETABLE_MS = (48 * 60 - 5) * 60 * 1000;

/** Bot API 10.1, editMessageMedia: what can be replaced, and what can take its place. */
const REPLACEABLE: ReadonlySet<string> = new Set(["photo", "video", "animation", "audio", "document"]);

/**
 * Turns `copy` into message `index` of `part`; undefined when no edit can. A file that is the same is not sent again,
 * and a card is tried as the file once more.
 */
export function renderEdit(part: Part, copy: Copy, _known: Resolved, index = 0): Json | undefined {
  const wanted = thawed(part.request);
  const stands = formOf(copy.hash);
  if (wanted.kind === "files") return editFiles(wanted, part, copy, stands, index);
  if (wanted.kind !== undefined || wanted.method !== "sendMessage") return undefined;
  if (stands.form !== "text" && stands.form !== "card") return undefined;
  const { text: value = "", entities = [], link_preview_options, reply_markup } = wanted.payload;
  return editText(copy, {
    text: value,
    entities,
    ...(link_preview_options === undefined ? {} : { link_preview_options }),
    // An edit without a keyboard removes the one that stands there.
    ...(reply_markup === undefined ? {} : { reply_markup }),
  });
}

function editFiles(
  { files, words, payload: { reply_markup } }: FilesRequest,
  part: Part,
  copy: Copy,
  stands: CopyForm,
  index: number,
): Json | undefined {
  const order = files[index];
  const wanted = formOf((index === 0 ? part.hash : part.more?.[index - 1]) ?? "");
  if (!order) return undefined;
  const keyboard = reply_markup === undefined ? {} : { reply_markup };
  const edit = (was: "text" | "media" | "caption") =>
    frozen({
      ...{ kind: "edit-files", payload: { ...placeOf(copy), ...keyboard } },
      ...{ words: index === 0 ? words : noWords, order, was },
    });
  const { kind } = order.file;
  const isSame = stands.file === wanted.file;
  if (isSame && stands.form === "card") return edit("text");
  if (isSame && stands.form === "still") return edit("media");
  if (isSame && stands.form === kind) return edit("caption");
  if (!REPLACEABLE.has(kind)) return undefined;
  if (stands.form === "text" || stands.form === "card") return files.length > 1 ? undefined : edit("text");
  if (stands.form === "still") return edit("media");
  if (stands.form === "poll" || stands.form === "partial" || !REPLACEABLE.has(stands.form)) return undefined;
  // A member of an album stays among its like.
  const stays = files.length === 1 || albumClass(stands.form) === albumClass(kind);
  return stays ? edit("media") : undefined;
}

/** Removes young copies, a hundred at a time; what is too old to be deleted becomes a tombstone. */
export function renderDelete(
  copies: readonly Copy[],
  _to: ConversationRef,
  known: Resolved,
): readonly DeleteRequest[] {
  const young = copies.filter((copy) => known.now - copy.at < DELETABLE_MS);
  const old = copies.filter((copy) => known.now - copy.at >= DELETABLE_MS);
  return [
    ...chunks(young, MAX_DELETES).map((chunk) => ({
      request: deleteOf(chunk),
      targets: chunk.map((copy) => copy.ref),
    })),
    ...old.map((copy) => ({ request: tombstone(copy, known), targets: [copy.ref] })),
  ];
}

/** What can be emptied is; of music only the words. A poll ends; what nobody can change is asked to go all the same. */
function tombstone(copy: Copy, known: Resolved): Json {
  const words = treeToEntities([{ kind: "italic", children: [text(known.texts("telegram.deleted"))] }]);
  switch (formOf(copy.hash).form) {
    case "text":
    case "card":
      return editText(copy, wordsOf(words));
    case "photo":
    case "video":
    case "animation":
    case "still":
    case "partial":
      return frozen({ kind: "tombstone", payload: placeOf(copy), words, as: "photo" });
    case "document":
      return frozen({ kind: "tombstone", payload: placeOf(copy), words, as: "document" });
    case "audio":
    case "voice":
      return request("editMessageCaption", {
        ...placeOf(copy),
        caption: words.text,
        caption_entities: wordsOf(words).entities ?? [],
      });
    case "poll":
      return request("stopPoll", placeOf(copy));
    case "sticker":
    case "video-note":
      return deleteOf([copy]);
  }
}

function editText(copy: Copy, content: Payload): Json {
  return request("editMessageText", { ...placeOf(copy), ...content });
}

function placeOf({ ref }: Copy): Payload {
  return { chat_id: Number(ref.conversation.id), message_id: Number(ref.id) };
}

function deleteOf(chunk: readonly Copy[]): Json {
  const ids = chunk.map((copy) => Number(copy.ref.id));
  const chat_id = Number(chunk[0]?.ref.conversation.id);
  return ids.length === 1
    ? request("deleteMessage", { chat_id, message_id: ids[0] ?? 0 })
    : request("deleteMessages", { chat_id, message_ids: ids });
}

function chunks<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}
