// Writes the small line that stands for a reply, which webhooks cannot send; render.ts puts it before the words.

import type { Resolved } from "../../../bridge/platform.ts";
import { excerptOf } from "../../../model/excerpt.ts";
import type { Reply } from "../../../model/message.ts";
import type { MessageRef } from "../../../model/refs.ts";
import { type Node, plainText, type RichText, text } from "../../../model/rich-text.ts";

const MAX_WORDS = 80;
const MAX_NAME = 40;
const ARROW = "↩";

/** One line of small print: an arrow that jumps to the answered message, who wrote it, and the first words. */
export function replyLine(reply: Reply, known: Resolved, guild: string | undefined): RichText {
  const href = known.replyTo && guild ? jumpLink(known.replyTo, guild) : undefined;
  const arrow: Node = href ? { kind: "link", href, children: [text(ARROW)] } : text(ARROW);
  const author = excerptOf(reply.author ?? "", MAX_NAME);
  const words = excerptOf(reply.quote ? plainText(reply.quote) : (reply.excerpt ?? ""), MAX_WORDS);
  const name: RichText = author ? [{ kind: "bold", children: [text(author)] }] : [];
  const said = words || (author ? "" : known.texts("discord.reply.message"));
  const gap = author && said ? ": " : "";
  return [{ kind: "subtext", children: [arrow, text(" "), ...name, text(`${gap}${said}`)] }, text("\n")];
}

function jumpLink({ conversation, id }: MessageRef, guild: string): string {
  return `https://discord.com/channels/${guild}/${conversation.thread ?? conversation.id}/${id}`;
}
