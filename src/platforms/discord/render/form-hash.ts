// Writes and reads the hashes that tell which form of a message stands on Discord: its text, its files, its poll.
//
//   <content>                       text alone, with its buttons (32 hex digits)
//   files:<file>,<file>…:<content>  a file is 8 characters for what it is and 4 for what is said of it; `!` before them:
//                                   words stand in its place, `?`: words and a still picture
//   poll:<poll>:<content>           voice:<file>:<content>

import { createHash } from "node:crypto";
import type { FileAttachment } from "../../../model/attachment.ts";
import type { Keyboard } from "../../../model/buttons.ts";
import type { PollOrder } from "../request.ts";

const CONTENT = 8;

/** What became of a file: itself, a still picture of it with words, words alone. */
export type FileForm = "file" | "still" | "words";

const MARKS: Readonly<Record<FileForm, string>> = { file: "", still: "?", words: "!" };

export interface Form {
  readonly kind: "text" | "files" | "poll" | "voice";
  readonly files: readonly { readonly form: FileForm; readonly content: string; readonly look: string }[];
  readonly content: string;
  readonly poll?: string;
}

export interface FormParts {
  readonly content: string;
  readonly buttons?: Keyboard;
  readonly files?: readonly FileAttachment[];
  readonly poll?: PollOrder;
  readonly voice?: true;
}

export function hashOf({ content, buttons = [], files = [], poll, voice }: FormParts): string {
  const text = buttons.length > 0 ? JSON.stringify([content, buttons]) : content;
  const words = digest(text, "hex").slice(0, 32);
  if (poll) return `poll:${askedIn(poll)}:${words}`;
  if (files.length === 0) return words;
  return `${voice ? "voice" : "files"}:${files.map(tokenOf).join()}:${words}`;
}

/** The same hash once it is known what became of each file. */
export function withForms(hash: string, forms: readonly FileForm[]): string {
  const [kind, tokens = "", words] = hash.split(":");
  if (words === undefined) return hash;
  const marked = tokens.split(",").map((token, index) => `${MARKS[forms[index] ?? "file"]}${token}`);
  return `${kind}:${marked.join()}:${words}`;
}

export function readForm(hash: string): Form {
  const [kind, tokens = "", content] = hash.split(":");
  if (content === undefined) return { kind: "text", files: [], content: hash };
  if (kind === "poll") return { kind, files: [], content, poll: tokens };
  return { kind: kind === "voice" ? "voice" : "files", files: tokens.split(",").map(readToken), content };
}

/** How long it stands open depends on when it is asked. */
function askedIn({ duration: _, ...asked }: PollOrder): string {
  return digest(JSON.stringify(asked), "base64url").slice(0, CONTENT);
}

/** The source may change for the same file (a signed address does): it counts only where nothing better is known. */
function tokenOf(file: FileAttachment): string {
  const { account, kind, stable, source, alt = "", spoiler = false } = file;
  const content = digest(JSON.stringify([account, kind, stable ?? source]), "base64url").slice(0, CONTENT);
  return `${content}${digest(JSON.stringify([alt, spoiler]), "base64url").slice(0, 4)}`;
}

function readToken(token: string): Form["files"][number] {
  const form = token.startsWith("!") ? "words" : token.startsWith("?") ? "still" : "file";
  const bare = form === "file" ? token : token.slice(1);
  return { form, content: bare.slice(0, CONTENT), look: bare.slice(CONTENT) };
}

function digest(value: string, encoding: "hex" | "base64url"): string {
  return createHash("sha256").update(value).digest(encoding);
}
