// Says who wrote a message and what its mentions mean; parse.ts and its parts call it.

import type { Author } from "../../model/message.ts";
import type { AccountId, ConversationRef } from "../../model/refs.ts";
import type { RichText } from "../../model/rich-text.ts";
import type { Directory } from "./directory.ts";
import { parseMarkdown } from "./markdown-parse.ts";
import type { ContentPayload, MemberPayload, MessagePayload, UserPayload } from "./parse-payload.ts";

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

export function authorOf(
  user: UserPayload,
  member: MemberPayload | null | undefined,
  account: AccountId,
): Author {
  const author: Author = {
    kind: user.bot ? "bot" : "person",
    name: displayName(user, member),
    user: { account, id: user.id },
  };
  return user.username === undefined ? author : { ...author, username: user.username };
}

/** True for what this bot or a webhook of this application said: our own echo. */
export function isOurs(message: MessagePayload, directory: Directory): boolean {
  const { userId, applicationId } = directory.self;
  if (message.author?.id === userId || message.application_id === applicationId) return true;
  return message.webhook_id !== undefined && directory.isOwnWebhook(message.webhook_id);
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
