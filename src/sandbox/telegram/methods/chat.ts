// getMe, getChat and its kin, reactions and pins.

import { type ChatState, chatJson, isAdmin, isMember, makeMember, may } from "../chats.ts";
import { badRequest } from "../http/api-error.ts";
import { fileIdFor, messageJson, type StoredMessage } from "../messages.ts";
import { isRecord, type Reaction } from "../types.ts";
import { announceReaction, memberJson } from "../updates/updates.ts";
import { targetOf } from "./edit.ts";
import { chatOf, type Method, type MethodContext } from "./method.ts";
import { REACTIONS } from "./reaction-emoji.ts";

const getMe: Method = {
  name: "getMe",
  params: [],
  run: ({ bot }) => ({
    ...bot.user,
    can_join_groups: true,
    can_read_all_group_messages: !bot.privacy,
    supports_inline_queries: false,
    supports_guest_queries: false,
    can_connect_to_business: false,
    has_main_web_app: false,
    has_topics_enabled: false,
    allows_users_to_create_topics: false,
    can_manage_bots: false,
  }),
};

const GIFTS = {
  unlimited_gifts: false,
  limited_gifts: false,
  unique_gifts: false,
  premium_subscription: false,
};

const getChat: Method = {
  name: "getChat",
  params: ["chat_id"],
  run(context) {
    const chat = chatOf(context);
    const pinned = chat.messages.get(chat.pins.at(-1) ?? 0);
    return {
      ...chatJson(chat),
      accent_color_id: 0,
      max_reaction_count: 11,
      accepted_gift_types: { ...GIFTS, gifts_from_channels: false },
      ...(chat.type !== "channel" && chat.type !== "private" && { permissions: permissions(chat) }),
      ...(chat.reactions && {
        available_reactions: chat.reactions.map((value) =>
          /^\d{5,}$/.test(value)
            ? { type: "custom_emoji", custom_emoji_id: value }
            : { type: "emoji", emoji: value },
        ),
      }),
      ...photoOf(context, chat),
      ...(pinned && { pinned_message: messageJson(pinned, context.bot.user.id) }),
    };
  },
};

/** ChatPhoto: file ids alone, which getFile takes. */
function photoOf({ world, bot }: MethodContext, chat: ChatState): object {
  const file = chat.person ? world.photos.get(chat.person.id)?.[0] : chat.photo;
  if (!file) return {};
  const id = fileIdFor(bot.user.id, file.uniqueId);
  const small = { small_file_id: id, small_file_unique_id: file.uniqueId };
  return { photo: { ...small, big_file_id: id, big_file_unique_id: file.uniqueId } };
}

function permissions(chat: ChatState): Readonly<Record<string, unknown>> {
  const sends = [
    "messages",
    "audios",
    "documents",
    "photos",
    "videos",
    "video_notes",
    "voice_notes",
    "polls",
  ];
  return {
    ...Object.fromEntries(sends.map((kind) => [`can_send_${kind}`, true])),
    can_send_other_messages: true,
    can_add_web_page_previews: true,
    can_react_to_messages: true,
    can_edit_tag: false,
    can_change_info: false,
    can_invite_users: true,
    can_pin_messages: false,
    can_manage_topics: false,
    ...chat.permissions,
  };
}

const getChatMember: Method = {
  name: "getChatMember",
  params: ["chat_id", "user_id"],
  run(context) {
    const { world, params } = context;
    const chat = chatOf(context);
    const user = world.users.get(params.int("user_id", 0, 0, 2 ** 52));
    if (!user) throw badRequest("invalid user_id specified");
    return memberJson(user, chat.members.get(user.id) ?? makeMember(chat, "left"));
  },
};

const getChatAdministrators: Method = {
  name: "getChatAdministrators",
  params: ["chat_id", "return_bots"],
  run(context) {
    const { world, bot, params } = context;
    const chat = chatOf(context);
    if (chat.type === "private") throw badRequest("there are no administrators in the private chat");
    return [...chat.members].flatMap(([id, member]) => {
      const user = world.user(id);
      const shown = !user.is_bot || id === bot.user.id || params.bool("return_bots");
      return isAdmin(chat, id) && shown ? [memberJson(user, member)] : [];
    });
  },
};

const getChatMemberCount: Method = {
  name: "getChatMemberCount",
  params: ["chat_id"],
  run(context) {
    const chat = chatOf(context);
    return [...chat.members.keys()].filter((id) => isMember(chat, id)).length;
  },
};

const setMessageReaction: Method = {
  name: "setMessageReaction",
  params: ["chat_id", "message_id", "reaction", "is_big"],
  run(context): true {
    const { world, bot, params } = context;
    const chat = chatOf(context);
    const message = firstOfAlbum(chat, targetOf(context, chat, "react"));
    const value = params.json("reaction", "can't parse reaction types JSON object") ?? [];
    if (!Array.isArray(value)) throw badRequest("expected an Array of ReactionType");
    if (value.length > 1) throw badRequest("REACTIONS_TOO_MANY");
    const after = value.map((item: unknown) => parseReaction(chat, message, item));
    const before = message.reactions.get(bot.user.id) ?? [];
    if (after.length === 0) message.reactions.delete(bot.user.id);
    else message.reactions.set(bot.user.id, after);
    announceReaction(world, message, bot.user, before, after);
    return true;
  },
};

/** A reaction to a member of an album lands on the first. Bot API 10.1, setMessageReaction */
function firstOfAlbum(chat: ChatState, message: StoredMessage): StoredMessage {
  const album = (each: StoredMessage) => each.extra.media_group_id ?? each.content.media_group_id;
  const group = album(message);
  if (group === undefined) return message;
  const members = [...chat.messages.values()].filter((each) => !each.deleted && album(each) === group);
  return members[0] ?? message;
}

/** Custom emoji only where one stands already or the admins allow it. @throws ApiError */
function parseReaction(chat: ChatState, message: StoredMessage, item: unknown): Reaction {
  if (!isRecord(item)) throw badRequest("can't parse ReactionType: expected an Object");
  const { type, emoji, custom_emoji_id: id } = item;
  if (type === "custom_emoji" && typeof id === "string") {
    const stands = [...message.reactions.values()].flat().some((each) => each.custom_emoji_id === id);
    if (!stands && !chat.reactions?.includes(id)) throw badRequest("REACTION_INVALID");
    return { type, custom_emoji_id: id };
  }
  if (type !== "emoji" || typeof emoji !== "string") throw badRequest("invalid reaction type specified");
  if (!REACTIONS.includes(emoji) || chat.reactions?.includes(emoji) === false)
    throw badRequest("REACTION_INVALID");
  return { type, emoji };
}

function checkPin({ bot }: MethodContext, chat: ChatState): void {
  const right = chat.type === "channel" ? "can_edit_messages" : "can_pin_messages";
  if (!may(chat, bot.user.id, right))
    throw badRequest("not enough rights to manage pinned messages in the chat");
}

const pinChatMessage: Method = {
  name: "pinChatMessage",
  params: ["business_connection_id", "chat_id", "message_id", "disable_notification"],
  unsupported: ["business_connection_id"],
  run(context): true {
    const { world, bot } = context;
    const chat = chatOf(context);
    checkPin(context, chat);
    const message = targetOf(context, chat, "pin");
    if (chat.pins.includes(message.id)) return true;
    chat.pins.push(message.id);
    // A service action of the bot is one of the few things of its own a bot hears of.
    world.post(chat, {
      authorId: bot.user.id,
      ...(chat.type === "channel" ? { senderChat: chat } : { from: bot.user }),
      ...(message.thread !== undefined && { thread: message.thread }),
      inTopic: message.inTopic,
      replyTo: message.id,
      service: true,
      content: { pinned_message: message.id },
    });
    return true;
  },
};

const unpinChatMessage: Method = {
  name: "unpinChatMessage",
  params: ["business_connection_id", "chat_id", "message_id"],
  unsupported: ["business_connection_id"],
  run(context): true {
    const chat = chatOf(context);
    checkPin(context, chat);
    const id = context.params.has("message_id") ? targetOf(context, chat, "unpin").id : chat.pins.at(-1);
    const at = id === undefined ? -1 : chat.pins.indexOf(id);
    if (at >= 0) chat.pins.splice(at, 1);
    return true;
  },
};

export const chatMethods: readonly Method[] = [
  getMe,
  getChat,
  getChatMember,
  getChatAdministrators,
  getChatMemberCount,
  setMessageReaction,
  pinChatMessage,
  unpinChatMessage,
];
