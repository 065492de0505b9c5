// createForumTopic, editForumTopic, closeForumTopic, reopenForumTopic; people make topics through the same functions.

import { type ChatState, may, type Topic } from "../chats.ts";
import { badRequest } from "../http/api-error.ts";
import type { Content, User } from "../types.ts";
import type { World } from "../world.ts";
import { codePoints } from "./formatted-text.ts";
import { chatOf, type Method, type MethodContext } from "./method.ts";

const ICON_COLORS = [7322096, 16766590, 13338331, 9367192, 16749490, 16478047];

/** The topic's id is that of its creation message. */
export function createTopic(
  world: World,
  chat: ChatState,
  by: User,
  name: string,
  iconColor = 7322096,
): Topic {
  // The creation message is the first of its own thread.
  const content = { forum_topic_created: { name, icon_color: iconColor } };
  const message = world.postTopicStart(chat, { authorId: by.id, from: by, service: true, content });
  const topic = { id: message.id, name, closed: false, iconColor };
  chat.topics.set(topic.id, topic);
  return topic;
}

/** The line a topic shows when it was renamed, closed or opened again; all bots there hear of it. */
export function postTopicService(
  world: World,
  chat: ChatState,
  by: User,
  topic: Topic,
  content: Content,
): void {
  world.post(chat, {
    authorId: by.id,
    from: by,
    thread: topic.id,
    inTopic: true,
    service: true,
    content,
  });
}

function forumOf(context: MethodContext): ChatState {
  const chat = chatOf(context);
  if (!chat.forum) throw badRequest("the chat is not a forum");
  if (!may(chat, context.bot.user.id, "can_manage_topics"))
    throw badRequest("not enough rights to create a topic");
  return chat;
}

function topicOf({ params }: MethodContext, chat: ChatState): Topic {
  const topic = chat.topics.get(params.int("message_thread_id", 0));
  if (!topic) throw badRequest("message thread not found");
  return topic;
}

function nameOf(context: MethodContext): string {
  const name = context.params.text("name").trim();
  if (name === "") throw badRequest("topic name must be non-empty");
  if (codePoints(name) > 128) throw badRequest("TOPIC_TITLE_INVALID");
  return name;
}

const createForumTopic: Method = {
  name: "createForumTopic",
  params: ["chat_id", "name", "icon_color", "icon_custom_emoji_id"],
  unsupported: ["icon_custom_emoji_id"],
  run(context) {
    const { world, bot, params } = context;
    const chat = forumOf(context);
    const color = params.int("icon_color", 7322096);
    if (!ICON_COLORS.includes(color)) throw badRequest("invalid icon color specified");
    const topic = createTopic(world, chat, bot.user, nameOf(context), color);
    return { message_thread_id: topic.id, name: topic.name, icon_color: topic.iconColor };
  },
};

const editForumTopic: Method = {
  name: "editForumTopic",
  params: ["chat_id", "message_thread_id", "name", "icon_custom_emoji_id"],
  unsupported: ["icon_custom_emoji_id"],
  run(context): true {
    const chat = forumOf(context);
    const topic = topicOf(context, chat);
    if (!context.params.has("name")) return true;
    const name = nameOf(context);
    if (name === topic.name) throw badRequest("TOPIC_NOT_MODIFIED");
    topic.name = name;
    postTopicService(context.world, chat, context.bot.user, topic, { forum_topic_edited: { name } });
    return true;
  },
};

function setClosed(context: MethodContext, closed: boolean): true {
  const chat = forumOf(context);
  const topic = topicOf(context, chat);
  if (topic.closed === closed) throw badRequest("TOPIC_NOT_MODIFIED");
  topic.closed = closed;
  const content = closed ? { forum_topic_closed: {} } : { forum_topic_reopened: {} };
  postTopicService(context.world, chat, context.bot.user, topic, content);
  return true;
}

const closeForumTopic: Method = {
  name: "closeForumTopic",
  params: ["chat_id", "message_thread_id"],
  run: (context) => setClosed(context, true),
};

const reopenForumTopic: Method = {
  name: "reopenForumTopic",
  params: ["chat_id", "message_thread_id"],
  run: (context) => setClosed(context, false),
};

/** The topic goes with all its messages. */
const deleteForumTopic: Method = {
  name: "deleteForumTopic",
  params: ["chat_id", "message_thread_id"],
  run(context): true {
    const chat = chatOf(context);
    if (!chat.forum) throw badRequest("the chat is not a forum");
    if (!may(chat, context.bot.user.id, "can_delete_messages"))
      throw badRequest("not enough rights to delete the topic");
    const topic = topicOf(context, chat);
    for (const message of chat.messages.values())
      if (message.thread === topic.id && !message.deleted) context.world.erase(message);
    chat.topics.delete(topic.id);
    return true;
  },
};

export const topicMethods: readonly Method[] = [
  deleteForumTopic,
  createForumTopic,
  editForumTopic,
  closeForumTopic,
  reopenForumTopic,
];
