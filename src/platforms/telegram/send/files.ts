// Sends a message of files or an album: fits them, uploads what Telegram does not have, says in words what it does not take.

import type { FileKind } from "../../../model/attachment.ts";
import type { Sent } from "../../../model/delivery.ts";
import { PlatformError } from "../../../model/errors.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import { sentOf } from "../api/api.ts";
import type { EntityText } from "../entities/render.ts";
import { mediaForbidden, tooBig } from "../errors.ts";
import { fileHash, partialHash } from "../render/form-hash.ts";
import { codePoints, MAX_CAPTION } from "../render/send.ts";
import { captionFields, clip, lines } from "../render/words.ts";
import type { FilesRequest } from "../request.ts";
import { fieldOf } from "./file-ids.ts";
import {
  asDocument,
  cardsOf,
  type FileParts,
  fitAll,
  fitOne,
  inputMedia,
  letGo,
  mediaFields,
  type Outgoing,
  remember,
  retreat,
  type Shown,
} from "./outgoing-file.ts";

/**
 * One message, or one album: whatever becomes of a file, it is one call that makes something. A file that is refused is
 * tried as a document, and then named in the words; nothing was made before that, so it may be tried again.
 * @throws PlatformError
 */
export async function sendFiles(
  parts: FileParts,
  { payload, words, files: orders }: FilesRequest,
  to: ConversationRef,
  signal: AbortSignal,
): Promise<Sent | undefined> {
  const files = await fitAll(parts, orders, signal);
  const place = { ...payload, chat_id: to.id };
  try {
    await alike(parts, files, signal);
    withinOneRequest(files, parts.maxBytes);
    for (;;) {
      try {
        return await post(parts, files, words, place, to, signal);
      } catch (error) {
        const refused = blamed(files, error);
        if (refused.length === 0) throw error;
        for (const file of refused) files[files.indexOf(file)] = await retreat(parts, file, error, signal);
        await alike(parts, files, signal);
      }
    }
  } finally {
    files.forEach(letGo);
  }
}

/** Documents stand with documents alone: when one of an album can be nothing else, all are. */
async function alike(parts: FileParts, files: Outgoing[], signal: AbortSignal): Promise<void> {
  const shown = files.filter(isShown);
  if (files.length < 2 || shown.every(({ kind }) => kind !== "document")) return;
  for (const [index, file] of files.entries()) {
    if (file.state === "card" || file.kind === "document") continue;
    files[index] = await fitOne(parts, asDocument(file.order, parts.maxBytes), signal);
    letGo(file);
  }
}

/** The last ones find no room when the files are larger than was claimed. */
function withinOneRequest(files: Outgoing[], maxBytes: number): void {
  let left = maxBytes;
  for (const [index, file] of files.entries()) {
    if (file.state !== "ready") continue;
    left -= file.ready.bytes;
    if (left >= 0) continue;
    letGo(file);
    files[index] = { state: "card", order: file.order, why: { unfit: "too-big" } };
  }
}

/** As the refusals name what may not be sent: "not enough rights to send photos", CHAT_SEND_VIDEOS_FORBIDDEN. */
const NOUNS: Partial<Readonly<Record<FileKind, RegExp>>> = {
  photo: /photo/i,
  video: /videos/i,
  audio: /music|audio/i,
  document: /doc/i,
};

/** The files a refusal is about: the one or the kind that is named, else the largest, or the first. */
function blamed(files: readonly Outgoing[], error: unknown): readonly Shown[] {
  const shown = files.filter(isShown);
  if (!(error instanceof PlatformError)) return [];
  const { code, message } = error;
  if (code === mediaForbidden) {
    const named = shown.filter(({ kind }) => NOUNS[kind]?.test(message));
    return named.length > 0 ? named : shown;
  }
  const number = /failed to send message #(\d+)/.exec(message)?.[1];
  const [first, ...others] = shown;
  if (!first) return [];
  const largest = others.reduce((most, file) => (sizeOf(file) > sizeOf(most) ? file : most), first);
  return [shown[Number(number ?? 0) - 1] ?? (code === tooBig ? largest : first)];
}

function sizeOf(file: Shown): number {
  return file.state === "ready" ? file.ready.bytes : 0;
}

async function post(
  parts: FileParts,
  files: readonly Outgoing[],
  words: EntityText,
  place: object,
  to: ConversationRef,
  signal: AbortSignal,
): Promise<Sent | undefined> {
  const { api } = parts;
  const shown = files.filter(isShown);
  const said = [...(words.text === "" ? [] : [words]), ...cardsOf(files, parts.texts)];
  const [first] = shown;
  if (!first) return await postCard(parts, files, lines(said), place, to, signal);
  const caption = captionFields(clip(lines(said), MAX_CAPTION));
  const isAlbum = shown.length > 1;
  const result = isAlbum
    ? await postAlbum(parts, shown, caption, place, signal)
    : await postOne(api, first, caption, place, signal);
  const messages: readonly unknown[] = Array.isArray(result) ? result : [result];
  for (const [index, file] of shown.entries()) remember(parts, file, messages[index]);
  const sent = sentOf(result, to);
  const isPartial = shown.length < files.length;
  return sent && isPartial ? { ...sent, hash: partialHash } : sent;
}

function postOne(
  api: FileParts["api"],
  file: Shown,
  caption: object,
  place: object,
  signal: AbortSignal,
): Promise<unknown> {
  const { media, ...fields } = mediaFields(file, file.state === "known" ? file.id : file.ready);
  const name = fieldOf(file.kind);
  return api.post(methodOf(name), { ...place, [name]: media, ...fields, ...caption }, signal);
}

function postAlbum(
  { api }: FileParts,
  shown: readonly Shown[],
  caption: object,
  place: object,
  signal: AbortSignal,
): Promise<unknown> {
  const items = shown.map((file, index) => inputMedia(file, `file${index}`));
  const media = items.map(({ item }, index) => (index === 0 ? { ...item, ...caption } : item));
  const uploads = Object.assign({}, ...items.map((item) => item.uploads)) as object;
  return api.post("sendMediaGroup", { ...place, media, ...uploads }, signal);
}

/** Words in place of all files; over a picture of the one file, when there is one. */
async function postCard(
  { api }: FileParts,
  files: readonly Outgoing[],
  words: EntityText,
  place: object,
  to: ConversationRef,
  signal: AbortSignal,
): Promise<Sent | undefined> {
  const [file] = files;
  if (file?.state !== "card") return undefined;
  const { still } = file.why;
  if (files.length === 1 && still && codePoints(words.text) <= MAX_CAPTION) {
    try {
      const photo = { ...place, photo: still, ...captionFields(words) };
      const sent = sentOf(await api.post("sendPhoto", photo, signal), to);
      return sent && { ...sent, hash: fileHash("still", file.order.file, undefined) };
    } catch (error) {
      if (!(error instanceof PlatformError) || error.fate.kind !== "refused") throw error;
    }
  }
  // The link is for who wants the file, not for a preview that fetches it.
  const text = { text: words.text, entities: words.entities, link_preview_options: { is_disabled: true } };
  const sent = sentOf(await api.post("sendMessage", { ...place, ...text }, signal), to);
  return sent && { ...sent, hash: fileHash("card", file.order.file, undefined) };
}

function methodOf(field: string): string {
  return `send${field.replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase())}`;
}

function isShown(file: Outgoing): file is Shown {
  return file.state !== "card";
}
