// Links to Telegram's pages for people; the parsers of this folder call it.

import type { Chat, Message } from "@grammyjs/types";

/** Of a person, a group or a channel with a name of its own. */
export function pageOf(username: string | undefined): string | undefined {
  return username ? `https://t.me/${username}` : undefined;
}

/** Opens the message for those who may see it; undefined in chats whose messages have no links. */
export function messagePage(
  message: Pick<Message, "chat" | "message_id" | "message_thread_id" | "is_topic_message">,
) {
  const { chat, message_id, message_thread_id: thread } = message;
  const topic = message.is_topic_message && thread !== undefined ? [thread] : [];
  const base = chatPage(chat);
  return base === undefined ? undefined : [base, ...topic, message_id].join("/");
}

// Bot API 10.1, Chat: a supergroup or channel is -100 and the number its links have.
function chatPage({ id, type, username }: Chat): string | undefined {
  if (type !== "supergroup" && type !== "channel") return undefined;
  if (username) return `https://t.me/${username}`;
  const number = /^-100(\d+)$/.exec(String(id))?.[1];
  return number === undefined ? undefined : `https://t.me/c/${number}`;
}

/** OpenStreetMap: open to anyone, without an account or a key. */
export function mapPage({ latitude, longitude }: { latitude: number; longitude: number }): string {
  return `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
}
