// Reads the body of "create message", "execute webhook" and their edits into what may be stored; the routes call it.

import { type AllowedMentions, readAllowedMentions } from "../mentions.ts";
import type { AttachmentRecord, Component, Embed, Snowflake } from "../records.ts";
import { badField, refuse } from "../rest/errors.ts";
import type { World } from "../world.ts";
import { readComponents } from "./component.ts";
import { readEmbeds } from "./embed.ts";
import { type Fields, integerAt, textAt } from "./form.ts";
import { readPoll } from "./poll.ts";
import { readAttachments, type UploadedFile } from "./upload.ts";

export const FLAG = {
  SUPPRESS_EMBEDS: 4,
  HAS_THREAD: 32,
  EPHEMERAL: 64,
  LOADING: 128,
  SUPPRESS_NOTIFICATIONS: 4096,
  VOICE: 8192,
  HAS_SNAPSHOT: 16384,
  COMPONENTS_V2: 32768,
} as const;

/** What a request says; a field that it does not speak of is absent. */
export interface MessageForm {
  readonly content?: string;
  readonly embeds?: readonly Embed[];
  readonly components?: readonly Component[];
  readonly attachments?: readonly AttachmentRecord[];
  readonly flags?: number;
  readonly allowed: AllowedMentions;
  readonly poll?: Readonly<Record<string, unknown>>;
  readonly tts: boolean;
}

export interface FormContext {
  readonly world: World;
  readonly channelId: Snowflake;
  readonly files: ReadonlyMap<number, UploadedFile>;
  /** What the guild's boosts let a file weigh. */
  readonly maxFileBytes: number;
  /** Flags that this route may set. */
  readonly flags: number;
  readonly mentionsByDefault: AllowedMentions;
  /** Attachments the message has already, for edits. */
  readonly kept: readonly AttachmentRecord[];
}

function readFlags(value: unknown, permitted: number): number | undefined {
  const flags = integerAt(value, ["flags"], { min: 0, max: 2 ** 31 - 1 });
  if (flags !== undefined && (flags & ~permitted) !== 0)
    throw badField(["flags"], "MESSAGE_FLAGS_INVALID", "This field cannot be set to the given flags.");
  return flags;
}

/**
 * @throws ApiFailure 50035 and the codes of attachments. Does not judge emptiness: `refuseEmpty` does, once the
 * message is put together.
 */
export function readMessageForm(body: Fields, context: FormContext): MessageForm {
  // Discord docs: 2000 characters for bots and webhooks; the specification's 4000 is Nitro's.
  const content = body.content === null ? "" : textAt(body.content, ["content"], { max: 2000 });
  const flags = readFlags(body.flags, context.flags);
  const embeds = readEmbeds(body.embeds);
  const components = readComponents(body.components, ((flags ?? 0) & FLAG.COMPONENTS_V2) !== 0);
  const attachments = readAttachments(body.attachments, context);
  const poll = readPoll(context.world, body.poll);
  const allowed = readAllowedMentions(body.allowed_mentions, context.mentionsByDefault);
  const v2 = ((flags ?? 0) & FLAG.COMPONENTS_V2) !== 0;
  if (v2 && (content || embeds?.length || poll))
    throw badField(
      [content ? "content" : embeds?.length ? "embeds" : "poll"],
      "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
      "The 'content', 'embeds' and 'poll' fields cannot be used when using MessageFlags.IS_COMPONENTS_V2",
    );
  return {
    // Discord trims what surrounds a text.
    ...(content === undefined ? {} : { content: content.trim() }),
    ...(embeds ? { embeds } : {}),
    ...(components ? { components } : {}),
    ...(attachments ? { attachments } : {}),
    ...(flags === undefined ? {} : { flags }),
    ...(poll ? { poll } : {}),
    allowed,
    tts: body.tts === true,
  };
}

interface Contents {
  readonly content?: string;
  readonly embeds?: readonly unknown[];
  readonly attachments?: readonly unknown[];
  readonly components?: readonly unknown[];
  readonly stickers?: readonly unknown[];
  readonly poll?: unknown;
  readonly forwarded?: unknown;
}

/** @throws ApiFailure 50006 when nothing is left to show */
export function refuseEmpty(message: Contents): void {
  const lists = [message.embeds, message.attachments, message.components, message.stickers];
  if (message.content || message.poll || message.forwarded || lists.some((list) => list && list.length > 0))
    return;
  throw refuse(50006);
}
