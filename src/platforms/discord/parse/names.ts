// Says who wrote a message, where it stands, and what its mentions mean; parse.ts and its parts call it.

import type { Author } from "../../../model/message.ts";
import type { AccountId, ConversationRef } from "../../../model/refs.ts";
import type { RichText } from "../../../model/rich-text.ts";
import type { Directory } from "../account/directory.ts";
import { parseMarkdown } from "../markdown/parse.ts";
import {
  type ContentPayload,
  type EmojiPayload,
  FLAGS,
  hasFlag,
  type MemberPayload,
  type MessagePayload,
  type UserPayload,
} from "./payload.ts";

/** What the parser knows beside the event itself. */
export interface Scene {
  readonly account: AccountId;
  readonly directory: Directory;
}

/** The channel, or the thread inside its channel. */
export function conversationOf(channel: string, { account, directory }: Scene): ConversationRef {
  const parent = directory.channel(channel)?.parent;
  return parent === undefined ? { account, id: channel } : { account, id: parent, thread: channel };
}

/** The name the channel shows: the guild's nickname, else the display name, else the user name. */
export function displayName(user: UserPayload, member: MemberPayload | null | undefined): string {
  return member?.nick || user.global_name || user.username || user.id;
}

/** `guild` is where `member` belongs to: their face there goes before their own. */
export function authorOf(
  user: UserPayload,
  member: MemberPayload | null | undefined,
  guild: string | undefined,
  { account }: Scene,
): Author {
  const face = member?.avatar && guild ? `${guild}/${member.avatar}` : user.avatar;
  return {
    kind: user.bot ? "bot" : "person",
    name: displayName(user, member),
    user: { account, id: user.id },
    ...(user.username === undefined ? {} : { username: user.username }),
    href: `https://discord.com/users/${user.id}`,
    ...(face ? { face } : {}),
  };
}

/** Who said it; webhooks have no page. */
export function speakerOf(message: MessagePayload, user: UserPayload, scene: Scene): Author {
  const guild = message.guild_id ?? scene.directory.channel(message.channel_id)?.guild;
  const author = authorOf(user, message.member, guild, scene);
  if (message.webhook_id === undefined || message.webhook_id === message.application_id) return author;
  const { href: _, ...more } = author;
  return { ...more, kind: isForeignWebhook(message) ? "relay" : "channel" };
}

/** True for what this bot or a webhook of this application said: our own echo. */
export function isOurs(message: MessagePayload, directory: Directory): boolean {
  const { userId, applicationId } = directory.self;
  if (message.author?.id === userId || message.application_id === applicationId) return true;
  return message.webhook_id !== undefined && directory.isOwnWebhook(message.webhook_id);
}

/**
 * Another's webhook: another bridge may speak through it, and two bridges that carry each other's words never stop. So
 * it counts as a bot, which crosses only where a bridge is told to show them.
 * Answers to commands name their application as `webhook_id`, and are no webhooks; nor is a channel that is followed.
 */
export function isForeignWebhook(message: MessagePayload): boolean {
  const { webhook_id: webhook, application_id: application } = message;
  return webhook !== undefined && webhook !== application && !hasFlag(message, FLAGS.isCrosspost);
}

/** Opens a message for those who may see it; undefined while its guild is unknown. */
export function jumpLink(
  message: Pick<MessagePayload, "id" | "channel_id" | "guild_id">,
  { directory }: Scene,
): string | undefined {
  const guild = message.guild_id ?? directory.channel(message.channel_id)?.guild;
  return guild && `https://discord.com/channels/${guild}/${message.channel_id}/${message.id}`;
}

/** Markdown of a message, with the names its mentions have. */
export function richText(content: string, from: ContentPayload, { account, directory }: Scene): RichText {
  const people = new Map((from.mentions ?? []).map((user) => [user.id, displayName(user, user.member)]));
  return parseMarkdown(content, {
    account,
    mentionUser: (id) => people.get(id),
    role: (id) => directory.roleName(id),
    channel: (id) => directory.channel(id),
  });
}

/** An emoji where only text can stand. */
export function emojiWords({ id, name }: EmojiPayload): string {
  return id ? `:${name ?? "…"}:` : (name ?? "");
}
