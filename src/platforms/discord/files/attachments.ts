// Writes what a request says of its files: the list beside the content, the names, the words below; the senders call it.

import type { ReadyFile } from "../../../bridge/media-port.ts";
import type { FileAttachment } from "../../../model/attachment.ts";
import { cutContent } from "../render/create-part.ts";
import type { Upload } from "../rest/multipart.ts";
import type { FittedFile } from "./fit-files.ts";

/** Discord, resources/message, Attachment Object: the description may have 1024 characters. */
const MAX_DESCRIPTION = 1024;

/** Discord, reference, Uploading Files: the `id` of an upload is its number. */
export interface AttachmentEntry {
  readonly id: string;
  readonly filename?: string;
  readonly title?: string;
  readonly description?: string;
  readonly is_spoiler?: boolean;
  readonly duration_secs?: number;
  readonly waveform?: string;
}

export interface Packed {
  readonly content: string;
  readonly attachments: readonly AttachmentEntry[];
  readonly uploads: readonly Upload[];
}

/** Of files that stand there already, `standing` gives the id; all others are uploaded. */
export function pack(
  content: string,
  fitted: readonly (FittedFile | { readonly standing: string; readonly file: FileAttachment })[],
): Packed {
  const uploads: Upload[] = [];
  const attachments: AttachmentEntry[] = [];
  const words: string[] = [];
  for (const each of fitted) {
    if ("standing" in each) {
      attachments.push({ id: each.standing, ...saidOf(each.file), is_spoiler: each.file.spoiler === true });
      continue;
    }
    if (each.words) words.push(each.words);
    if (!each.ready) continue;
    const name = nameOf(each.ready, each.file);
    const spoiler = each.file.spoiler ? { is_spoiler: true } : {};
    attachments.push({
      id: String(uploads.length),
      filename: name,
      ...titleOf(each.file),
      ...saidOf(each.file),
      ...spoiler,
    });
    uploads.push({ name, ready: each.ready });
  }
  return {
    content: cutContent([content, ...words].filter((line) => line !== "").join("\n")),
    attachments,
    uploads,
  };
}

/** What makes a sound a voice message; undefined when it is not known. */
export function voiceEntry({
  ready,
  file,
}: FittedFile): Pick<AttachmentEntry, "duration_secs" | "waveform"> | undefined {
  const seconds = ready?.seconds ?? file.seconds;
  const waveform = ready?.waveform ?? file.waveform;
  return seconds === undefined || waveform === undefined ? undefined : { duration_secs: seconds, waveform };
}

function saidOf({ alt, emoji, kind }: FileAttachment): Pick<AttachmentEntry, "description"> {
  const description = alt || (kind === "sticker" ? emoji : undefined);
  return description ? { description: [...description].slice(0, MAX_DESCRIPTION).join("") } : {};
}

function titleOf({ kind, title, name }: FileAttachment): Pick<AttachmentEntry, "title"> {
  return kind === "audio" && title && name ? { title: name } : {};
}

/** A spoiler says so in its name too, for clients that know no other way; a voice says how long it is. */
function nameOf(ready: ReadyFile, file: FileAttachment): string {
  const seconds = ready.seconds ?? file.seconds;
  const isSound = ready.mime.startsWith("audio/");
  const name =
    file.kind === "voice" && isSound && seconds !== undefined ? timed(ready.name, seconds) : ready.name;
  return file.spoiler && !name.startsWith("SPOILER_") ? `SPOILER_${name}` : name;
}

function timed(name: string, seconds: number): string {
  const whole = Math.round(seconds);
  const length = `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, "0")}s`;
  const dot = name.lastIndexOf(".");
  return dot > 0 ? `${name.slice(0, dot)}-${length}${name.slice(dot)}` : `${name}-${length}`;
}
