// Opens a topic for a thread of the other side; the account hands it to the bridge as `openThread`.

import { PlatformError } from "../../../model/errors.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import type { TelegramApi } from "../api/api.ts";
import { noTopics } from "../errors.ts";
import { topicName } from "../render/acts.ts";

/**
 * The new topic; the chat itself when it is no forum, is full, or lets us make none. Telegram cannot be asked for the
 * topics of a chat: after an answer that was lost there may be one more. @throws PlatformError
 */
export async function openTopic(
  api: Pick<TelegramApi, "call">,
  chat: ConversationRef,
  name: string,
  signal: AbortSignal,
): Promise<ConversationRef> {
  try {
    const topic = { chat_id: Number(chat.id), name: topicName(name) };
    const { message_thread_id } = await api.call("createForumTopic", topic, signal);
    return { ...chat, thread: String(message_thread_id) };
  } catch (error) {
    if (error instanceof PlatformError && error.code === noTopics) return chat;
    throw error;
  }
}
