// Who wrote a Telegram message, as the other side shall see it; every parser of this folder asks here.

import type { Chat, Message, MessageOrigin, User } from "@grammyjs/types";
import type { Author } from "../../../model/message.ts";
import type { AccountId } from "../../../model/refs.ts";
import { pageOf } from "./links.ts";

/** The fake sender of anonymous admins [tdlib UserManager.cpp]. */
const ANONYMOUS_ADMIN = 1087968824;

/** Who shows the group alone, by the user id in an update. */
export function isAnonymousAdmin(userId: string): boolean {
  return userId === String(ANONYMOUS_ADMIN);
}

/** First and last name, or what else names the user. */
export function userName(user: User): string {
  const full = oneLine(`${user.first_name ?? ""} ${user.last_name ?? ""}`);
  return full || user.username || String(user.id);
}

/** The title of a group or channel; the person's name in a private chat. */
export function chatName(chat: Chat): string {
  const full = oneLine(chat.title ?? `${chat.first_name ?? ""} ${chat.last_name ?? ""}`);
  return full || chat.username || String(chat.id);
}

/**
 * The author of `message`. The chat it was sent for goes before `from`, which then is a stand-in. A signature follows
 * the title: "Group (Moderator)".
 */
export function authorOf(account: AccountId, message: Message): Author {
  const { from, chat, author_signature: signature } = message;
  const anonymous = from?.id === ANONYMOUS_ADMIN ? chat : undefined;
  const sender = message.sender_chat ?? anonymous ?? (from ? undefined : chat);
  if (sender) return chatAuthor(account, sender, signature);
  if (!from) return { kind: "person", name: "?" };
  return userAuthor(account, from);
}

export function userAuthor(account: AccountId, user: User): Author {
  return {
    kind: user.is_bot ? "bot" : "person",
    name: userName(user),
    user: { account, id: String(user.id) },
    ...publicName(user.username),
    ...(!user.is_bot && user.language_code ? { locale: user.language_code } : {}),
  };
}

/** Who did something in `chat`: behind an anonymous admin the chat itself. */
export function actorIn(account: AccountId, chat: Chat, user: User): Author {
  return user.id === ANONYMOUS_ADMIN ? chatAuthor(account, chat) : userAuthor(account, user);
}

export function chatAuthor(account: AccountId, chat: Chat, signature?: string): Author {
  return {
    kind: chat.type === "channel" ? "channel" : "anonymous",
    name: signed(chatName(chat), signature),
    user: { account, id: String(chat.id) },
    ...publicName(chat.username),
  };
}

function publicName(username: string | undefined): Pick<Author, "username" | "href"> {
  const href = pageOf(username);
  return username && href ? { username, href } : {};
}

/** Who wrote what was forwarded, or answered from another chat. */
export function originName(origin: MessageOrigin): string {
  switch (origin.type) {
    case "user":
      return userName(origin.sender_user);
    case "hidden_user":
      return oneLine(origin.sender_user_name) || "?";
    case "chat":
      return signed(chatName(origin.sender_chat), origin.author_signature);
    case "channel":
      return signed(chatName(origin.chat), origin.author_signature);
    default:
      return "?";
  }
}

function signed(title: string, signature: string | undefined): string {
  const name = oneLine(signature ?? "");
  return name === "" ? title : `${title} (${name})`;
}

function oneLine(value: string): string {
  return value.replace(/\s+/g, " ").trim();
}
