// Turns a Discord message, reply or forward into the canonical message; parse.ts calls it.

import { excerptOf } from "../../model/excerpt.ts";
import type { Forward, Message, Reply } from "../../model/message.ts";
import { plainText, type RichText, text } from "../../model/rich-text.ts";
import { attachmentsOf, componentText } from "./parse-attachments.ts";
import { authorOf, conversationOf, displayName, isOurs, richText, type Scene } from "./parse-names.ts";
import {
  type ContentPayload,
  FLAGS,
  hasFlag,
  type MessagePayload,
  type UserPayload,
} from "./parse-payload.ts";

const EXCERPT = 80;

/** `at` is in milliseconds since 1970. Something is always to be seen: what is empty carries "unsupported". */
export function messageOf(payload: MessagePayload, author: UserPayload, at: number, scene: Scene): Message {
  const forwarded = forwardedContent(payload);
  const reply = forwarded ? undefined : replyOf(payload, scene);
  const said = [payload, ...(forwarded ? [forwarded] : [])];
  const body = joinLines(said.map((content) => bodyOf(content, scene)));
  const attachments = said.flatMap((content) => attachmentsOf(content, scene));
  const loading = hasFlag(payload, FLAGS.loading);
  const empty = body.length === 0 && attachments.length === 0;
  return {
    ref: { conversation: conversationOf(payload.channel_id, scene), id: payload.id },
    author: authorOf(author, payload.member, scene.account),
    at,
    // A deferred answer of a bot: the update that fills it edits this one.
    body: empty && loading ? [text("…")] : body,
    attachments: empty && !loading ? [{ kind: "unsupported" }] : attachments,
    ...(reply ? { reply } : {}),
    ...(forwarded ? { forward: forwardOf(payload, scene) } : {}),
    ...(hasFlag(payload, FLAGS.suppressNotifications) ? { silent: true } : {}),
    ...(hasFlag(payload, FLAGS.suppressEmbeds) ? { previews: false } : {}),
  };
}

function bodyOf(content: ContentPayload, scene: Scene): RichText {
  return richText(content.content || componentText(content.components ?? []), content, scene);
}

function joinLines(bodies: readonly RichText[]): RichText {
  return bodies
    .filter((body) => body.length > 0)
    .flatMap((body, i) => (i === 0 ? body : [text("\n"), ...body]));
}

function forwardedContent(payload: MessagePayload): ContentPayload | undefined {
  return payload.message_reference?.type === 1 ? (payload.message_snapshots?.[0]?.message ?? {}) : undefined;
}

/** A snapshot does not say who wrote it: the channel stands for the author. */
function forwardOf({ message_reference: origin = {} }: MessagePayload, { directory }: Scene): Forward {
  const channel = origin.channel_id === undefined ? undefined : directory.channel(origin.channel_id);
  const from = channel ? `#${channel.name}` : "Discord";
  const guild = origin.guild_id ?? channel?.guild;
  if (!guild || !origin.channel_id || !origin.message_id) return { from };
  return { from, href: `https://discord.com/channels/${guild}/${origin.channel_id}/${origin.message_id}` };
}

function replyOf(payload: MessagePayload, scene: Scene): Reply | undefined {
  const { message_reference: reference, referenced_message: target } = payload;
  // Threads and followed channels have references too; only types 19, 20 and 23 answer somebody.
  if (!reference?.message_id || (payload.type !== 19 && !target)) return undefined;
  const conversation = conversationOf(reference.channel_id ?? payload.channel_id, scene);
  const ref = { conversation, id: reference.message_id };
  return target ? { ref, ...quotedPerson(target, scene) } : { ref };
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

/** The bot itself speaks for people as `**Name**: words`. */
function nameInFront([first, second, ...rest]: RichText): { name: string; rest: RichText } | undefined {
  if (first?.kind !== "bold" || second?.kind !== "text" || !/^:\s/.test(second.text)) return undefined;
  return { name: plainText(first.children), rest: [text(second.text.slice(2)), ...rest] };
}
