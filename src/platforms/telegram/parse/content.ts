// Reads what a Telegram message says and carries: its body, and an attachment for all that is not text.

import type { Message } from "@grammyjs/types";
import type { Attachment, CardAttachment } from "../../../model/attachment.ts";
import { type RichText, text } from "../../../model/rich-text.ts";
import { entitiesToTree } from "../entities/parse.ts";
import { formOfField } from "../kinds.ts";
import { attachmentsOf, shownFields } from "./attachments.ts";
import { label } from "./cards.ts";
import { bigEmoji, type FilePlace } from "./files.ts";
import { richToTree } from "./rich.ts";

interface Content {
  readonly body: RichText;
  readonly attachments: readonly Attachment[];
}

/** The text or the caption; [] when there is neither. */
export function readBody(message: Message, place: FilePlace): RichText {
  if (message.rich_message) return richToTree(message.rich_message, place).body;
  const { account } = place;
  if (message.text !== undefined) return entitiesToTree(message.text, message.entities, account);
  const said = entitiesToTree(message.caption ?? "", message.caption_entities, account);
  if (said.length > 0 || !message.poll) return said;
  return entitiesToTree(message.poll.description ?? "", message.poll.description_entities, account);
}

/** The whole content. A kind this version does not know is named, with the words it carries, so that nothing vanishes. */
export function readContent(message: Message, place: FilePlace): Content {
  const body = readBody(message, place);
  const emoji = message.text === undefined ? undefined : bigEmoji(body, place);
  if (emoji) return { body: [], attachments: emoji };
  const attachments = [
    ...shownFields(message).flatMap((field) => attachmentsOf(field, message, place)),
    ...(message.rich_message ? richToTree(message.rich_message, place).attachments : []),
  ];
  const says = attachments.length > 0 || message.text !== undefined || message.rich_message !== undefined;
  return { body, attachments: says ? attachments : [unsupported(message, place)] };
}

function unsupported(message: Message, { href }: FilePlace): CardAttachment {
  const unknown = Object.entries(message).filter(([field]) => formOfField(field) === undefined);
  const words = unknown.flatMap(([, value]) => wordsIn(value)).join("\n");
  return {
    kind: "unsupported",
    ...label("name", unknown.map(([field]) => field).join(", ")),
    ...(href === undefined ? {} : { href }),
    ...(words === "" ? {} : { body: [text(words)] }),
  };
}

/** The words under the names that Telegram gives to words. */
function wordsIn(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  const { title, text: said, caption } = value as Readonly<Record<string, unknown>>;
  return [title, said, caption].filter((words): words is string => typeof words === "string" && words !== "");
}
