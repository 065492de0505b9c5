// Reads what a Telegram message says and carries: its body, and an attachment for all that is not text.

import type { Message } from "@grammyjs/types";
import type { Attachment } from "../../model/message.ts";
import type { RichText } from "../../model/rich-text.ts";
import { attachmentOf, CONTENT_FIELDS } from "./attachments.ts";
import { entitiesToTree } from "./entities-parse.ts";
import { roleOf } from "./message-fields.ts";
import { richToTree } from "./parse-rich.ts";

/** The older twin of a field, which the server sends beside it [Bot API 10.1, Message]. */
const TWINS: ReadonlyMap<string, string> = new Map([
  ["animation", "document"],
  ["live_photo", "photo"],
  ["venue", "location"],
]);

/** The text or the caption; [] when there is neither. */
export function readBody(message: Message): RichText {
  if (message.rich_message) return richToTree(message.rich_message).body;
  if (message.text !== undefined) return entitiesToTree(message.text, message.entities);
  return entitiesToTree(message.caption ?? "", message.caption_entities);
}

/** The whole content. A kind this version does not know is named, so that nothing vanishes. */
export function readContent(message: Message): {
  readonly body: RichText;
  readonly attachments: readonly Attachment[];
} {
  const body = readBody(message);
  const hidden = new Set([...TWINS].filter(([field]) => field in message).map(([, twin]) => twin));
  const fields = CONTENT_FIELDS.filter((field) => field in message && !hidden.has(field));
  const media = message.rich_message ? richToTree(message.rich_message).attachments : [];
  const attachments = [...fields.map((field) => attachmentOf(field, message)), ...media];
  const says = attachments.length > 0 || message.text !== undefined || message.rich_message !== undefined;
  return { body, attachments: says ? attachments : [unsupported(message)] };
}

function unsupported(message: Message): Attachment {
  const unknown = Object.keys(message).filter((field) => roleOf(field) === undefined);
  return unknown.length === 0 ? { kind: "unsupported" } : { kind: "unsupported", name: unknown.join(", ") };
}
