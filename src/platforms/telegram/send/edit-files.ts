// Edits a message that has a file, or shall have one, and takes the file out of what is too old to be deleted; `send.ts` calls it.

import { PlatformError } from "../../../model/errors.ts";
import { noCaption } from "../errors.ts";
import { MAX_CAPTION } from "../render/send.ts";
import { captionFields, clip, lines } from "../render/words.ts";
import type { FilesEdit, Tombstone } from "../request.ts";
import {
  cardsOf,
  type FileParts,
  fitOne,
  inputMedia,
  letGo,
  type Outgoing,
  remember,
  retreat,
} from "./outgoing-file.ts";

/** @throws PlatformError */
export async function editFiles(parts: FileParts, edit: FilesEdit, signal: AbortSignal): Promise<void> {
  const { payload, words, was } = edit;
  if (was !== "caption") return await replaceFile(parts, edit, signal);
  try {
    await parts.api.post("editMessageCaption", { ...payload, ...captionFields(words) }, signal);
  } catch (error) {
    if (!(error instanceof PlatformError) || error.code !== noCaption) throw error;
    // A card stands there, though its hash did not say so.
    await replaceFile(parts, { ...edit, was: "text" }, signal);
  }
}

async function replaceFile(parts: FileParts, edit: FilesEdit, signal: AbortSignal): Promise<void> {
  let file = await fitOne(parts, edit.order, signal);
  try {
    for (;;) {
      try {
        return await postFile(parts, edit, file, signal);
      } catch (error) {
        file = await retreat(parts, file, error, signal);
      }
    }
  } finally {
    letGo(file);
  }
}

/** Words take the place of the file: as the text that stands there, or below what stands there. */
async function postFile(
  parts: FileParts,
  { payload, words, was }: FilesEdit,
  file: Outgoing,
  signal: AbortSignal,
): Promise<void> {
  const said = words.text === "" ? [] : [words];
  if (file.state === "card") {
    const whole = lines([...said, ...cardsOf([file], parts.texts)]);
    const text = { text: whole.text, entities: whole.entities, link_preview_options: { is_disabled: true } };
    await (was === "text"
      ? parts.api.post("editMessageText", { ...payload, ...text }, signal)
      : parts.api.post(
          "editMessageCaption",
          { ...payload, ...captionFields(clip(whole, MAX_CAPTION)) },
          signal,
        ));
    return;
  }
  const { item, uploads } = inputMedia(file, "file0");
  const media = { ...item, ...captionFields(lines(said)) };
  const message = await parts.api.post("editMessageMedia", { ...payload, media, ...uploads }, signal);
  remember(parts, file, message);
}

/** A picture of nothing takes the place of the file. @throws PlatformError */
export async function bury(
  { api, media }: FileParts,
  { payload, words, as }: Tombstone,
  signal: AbortSignal,
): Promise<void> {
  const nothing = await media.face("🗑", undefined, signal);
  try {
    const item = { type: as, media: "attach://file0", ...captionFields(words) };
    await api.post("editMessageMedia", { ...payload, media: item, file0: nothing }, signal);
  } finally {
    nothing.release();
  }
}
