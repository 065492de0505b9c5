// Says what a Discord message answers; message.ts calls it.

import { isFile } from "../../../model/attachment.ts";
import { excerptOf } from "../../../model/excerpt.ts";
import type { Reply } from "../../../model/message.ts";
import { plainText, type RichText, text } from "../../../model/rich-text.ts";
import { attachmentsOf } from "./attachments.ts";
import { conversationOf, displayName, isOurs, jumpLink, richText, type Scene } from "./names.ts";
import type { MessagePayload } from "./payload.ts";

const EXCERPT = 80;

export function replyOf(payload: MessagePayload, scene: Scene): Reply | undefined {
  const { message_reference: reference, referenced_message: target } = payload;
  // Threads and followed channels have references too; only types 19, 20 and 23 answer somebody.
  if (!reference?.message_id || (payload.type !== 19 && !target)) return undefined;
  const conversation = conversationOf(reference.channel_id ?? payload.channel_id, scene);
  const ref = { conversation, id: reference.message_id };
  if (!target) return { ref };
  const about = /^[/!]/.test(payload.content ?? "") ? { about: aboutOf(target, scene) } : {};
  return { ref, ...quotedPerson(target, scene), ...whoOf(target, scene), ...about };
}

/** Who wrote it: of a copy of ours somebody else did, whom the map knows; webhooks are nobody. */
function whoOf(target: MessagePayload, { account, directory }: Scene): Pick<Reply, "user"> {
  const isKnown = target.author && target.webhook_id === undefined && !isOurs(target, directory);
  return isKnown ? { user: { account, id: String(target.author?.id) } } : {};
}

/** What it says and carries, for a command that answers it. */
function aboutOf(target: MessagePayload, scene: Scene): NonNullable<Reply["about"]> {
  const { account } = scene;
  const place = { account, channel: target.channel_id, message: target.id, href: jumpLink(target, scene) };
  const said = plainText(richText(target.content ?? "", target, scene));
  return { ...(said && { text: said }), files: attachmentsOf(target, place, scene).filter(isFile) };
}

/** Who is answered and what they said; for a copy of ours the person behind it. */
function quotedPerson(target: MessagePayload, scene: Scene): Pick<Reply, "author" | "excerpt"> {
  const ours = isOurs(target, scene.directory);
  const words = ours ? (target.content ?? "").replace(/^-# [^\n]*\n/, "") : (target.content ?? "");
  const body = richText(words, target, scene);
  const behind = target.author?.id === scene.directory.self.userId ? nameInFront(body) : undefined;
  const shown = target.author ? displayName(target.author, target.member) : undefined;
  // Puppets have hair spaces in names that Discord refuses otherwise.
  const author = behind?.name ?? (ours ? shown?.replaceAll("\u200a", "") : shown);
  const excerpt = excerptOf(plainText(behind?.rest ?? body), EXCERPT);
  return { ...(author ? { author } : {}), ...(excerpt ? { excerpt } : {}) };
}

/** The bot itself speaks for people as `**Name**: words`, or `**Name** (Telegram): words`. */
function nameInFront([first, second, ...rest]: RichText): { name: string; rest: RichText } | undefined {
  if (first?.kind !== "bold" || second?.kind !== "text") return undefined;
  const gap = /^(?: \([^()]*\))?:\s/.exec(second.text)?.[0];
  if (gap === undefined) return undefined;
  return { name: plainText(first.children), rest: [text(second.text.slice(gap.length)), ...rest] };
}
