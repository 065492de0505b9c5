// What the hash of a copy tells: which form stands there, of which file, under which words. The renderers and senders share it.

import { createHash } from "node:crypto";
import type { FileAttachment, FileKind } from "../../../model/attachment.ts";
import type { EntityText } from "../entities/render.ts";

/**
 * `card`: words in place of a file; `still`: a picture of it with these words; `partial`: an album without all of its
 * files.
 */
type Form = FileKind | "text" | "poll" | "card" | "still" | "partial";

export interface CopyForm {
  readonly form: Form;
  /** The same for the same file. */
  readonly file: string;
}

/** Of what is seen alone: a reply or a topic does not make an edit necessary. Text has no prefix, as ever. */
export function textHash(words: EntityText): string {
  return digest([words.text, words.entities], 32);
}

/** `form:file:words`; a file that only moved to another address is the same. */
export function fileHash(form: Form, file: FileAttachment, words: EntityText | undefined): string {
  const { account, stable, source, spoiler = false } = file;
  const said = words === undefined || words.text === "" ? "" : digest([words.text, words.entities], 16);
  return `${form}:${digest([account, stable ?? source, spoiler], 16)}:${said}`;
}

/** The same form and file, with this keyboard below. */
export function withKeyboardHash(hash: string, keyboard: unknown): string {
  const [form, file, words] = hash.split(":");
  if (file === undefined) return digest([hash, keyboard], 32);
  return `${form}:${file}:${digest([words, keyboard], 16)}`;
}

/** Of an album that does not show all of its files: whatever it shall become is sent anew. */
export const partialHash = "partial::";

export function pollHash(question: string, options: readonly string[]): string {
  return `poll:${digest([question, options], 16)}:`;
}

/** Reads any hash of ours, those of earlier versions too. */
export function formOf(hash: string): CopyForm {
  const [form = "", file = ""] = hash.split(":");
  return hash.includes(":") ? { form: form as Form, file } : { form: "text", file: "" };
}

function digest(value: unknown, length: number): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, length);
}
