// Remembers under which id Telegram has a file that was uploaded, so that it need not be fetched and uploaded again.

import type { FileKind } from "../../../model/attachment.ts";
import type { FileOrder } from "../request.ts";

interface KnownFile {
  readonly id: string;
  readonly kind: FileKind;
}

const MOST = 2_000;

/** Owns the ids; those used longest ago are forgotten. File ids are the bot's own, and last [Bot API 10.1, Sending files]. */
export class FileIds {
  readonly #known = new Map<string, KnownFile>();

  get(order: FileOrder): KnownFile | undefined {
    const key = keyOf(order);
    const found = key === undefined ? undefined : this.#known.get(key);
    if (key !== undefined && found) this.#put(key, found);
    return found;
  }

  /** Nothing is kept of what has no lasting name. */
  set(order: FileOrder, file: KnownFile): void {
    const key = keyOf(order);
    if (key !== undefined) this.#put(key, file);
  }

  delete(order: FileOrder): void {
    this.#known.delete(keyOf(order) ?? "");
  }

  #put(key: string, file: KnownFile): void {
    this.#known.delete(key);
    this.#known.set(key, file);
    if (this.#known.size <= MOST) return;
    const [oldest] = this.#known.keys();
    if (oldest !== undefined) this.#known.delete(oldest);
  }
}

/** Wanted otherwise, the same file becomes another. */
function keyOf({ file: { account, stable }, wants }: FileOrder): string | undefined {
  return stable === undefined ? undefined : JSON.stringify([account, stable, wants]);
}

const FIELDS: Readonly<Record<FileKind, string>> = {
  photo: "photo",
  video: "video",
  animation: "animation",
  audio: "audio",
  voice: "voice",
  "video-note": "video_note",
  document: "document",
  sticker: "sticker",
};

/** The name of a kind in methods, parameters and messages. */
export function fieldOf(kind: FileKind): string {
  return FIELDS[kind];
}

/** The id in a message we were answered with; undefined when it became something else there. */
export function idIn(message: unknown, kind: FileKind): string | undefined {
  const content = message instanceof Object ? (message as Record<string, unknown>)[fieldOf(kind)] : undefined;
  const file: unknown = Array.isArray(content) ? content.at(-1) : content;
  const id = file instanceof Object && "file_id" in file ? file.file_id : undefined;
  return typeof id === "string" ? id : undefined;
}
