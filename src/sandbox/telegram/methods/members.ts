// banChatMember, unbanChatMember, restrictChatMember and leaveChat: what a bot does to members and to itself.

import { type ChatState, isAdmin, isMember, makeMember, may, type Rights } from "../chats.ts";
import { badRequest, refuseUnknownKeys } from "../http/api-error.ts";
import { expire, setMember } from "../membership.ts";
import { isRecord, type User } from "../types.ts";
import { announceMember } from "../updates/updates.ts";
import { chatOf, type Method, type MethodContext } from "./method.ts";

// Bot API 10.1, banChatMember and restrictChatMember: what is shorter or longer is for ever.
const SHORTEST = 30;
const LONGEST = 366 * 24 * 60 * 60;

const SENDS = ["messages", "audios", "documents", "photos", "videos", "video_notes", "voice_notes"].map(
  (kind) => `can_send_${kind}`,
);
const PERMISSIONS = [
  ...SENDS,
  ...["can_send_polls", "can_send_other_messages", "can_add_web_page_previews", "can_react_to_messages"],
  ...["can_edit_tag", "can_change_info", "can_invite_users", "can_pin_messages", "can_manage_topics"],
];

/** The member to act on. @throws ApiError */
function personOf(context: MethodContext, chat: ChatState, verb: string): User {
  const { world, bot, params } = context;
  if (chat.type === "private") throw badRequest(`can't ${verb} members in private chats`);
  const user = world.users.get(params.int("user_id", 0, 0, 2 ** 52));
  if (!user) throw badRequest("invalid user_id specified");
  if (user.id === bot.user.id) throw badRequest("can't restrict self");
  if (!may(chat, bot.user.id, "can_restrict_members"))
    throw badRequest("not enough rights to restrict/unrestrict chat member");
  if (chat.members.get(user.id)?.status === "creator") throw badRequest("can't remove chat owner");
  if (isAdmin(chat, user.id)) throw badRequest("user is an administrator of the chat");
  return user;
}

function untilOf({ world, params }: MethodContext): number {
  const until = params.int("until_date", 0, 0);
  const left = until - world.seconds();
  return left < SHORTEST || left > LONGEST ? 0 : until;
}

const banChatMember: Method = {
  name: "banChatMember",
  params: ["chat_id", "user_id", "until_date", "revoke_messages"],
  unsupported: ["revoke_messages"],
  run(context): true {
    const { world, bot } = context;
    const chat = chatOf(context);
    const user = personOf(context, chat, "ban");
    const until_date = untilOf(context);
    const known = chat.members.get(user.id);
    if (known?.status === "kicked" && known.rights.until_date === until_date) return true;
    setMember(world, chat, user.id, { status: "kicked", rights: { until_date }, byId: bot.user.id });
    expire(world, chat, user.id, until_date);
    return true;
  },
};

/** Without `only_if_banned` a member is removed, and may come back. */
const unbanChatMember: Method = {
  name: "unbanChatMember",
  params: ["chat_id", "user_id", "only_if_banned"],
  run(context): true {
    const { world, bot, params } = context;
    const chat = chatOf(context);
    if (chat.type === "group") throw badRequest("method is available for supergroup and channel chats only");
    const user = personOf(context, chat, "unban");
    const isBanned = chat.members.get(user.id)?.status === "kicked";
    const isThere = isMember(chat, user.id);
    if (isBanned || (isThere && !params.bool("only_if_banned")))
      setMember(world, chat, user.id, { status: "left", byId: bot.user.id });
    return true;
  },
};

const restrictChatMember: Method = {
  name: "restrictChatMember",
  params: ["chat_id", "user_id", "permissions", "use_independent_chat_permissions", "until_date"],
  run(context): true {
    const { world, bot } = context;
    const chat = chatOf(context);
    if (chat.type !== "supergroup") throw badRequest("method is available only for supergroups");
    const user = personOf(context, chat, "restrict");
    const rights = permissionsOf(context);
    const isIn = isMember(chat, user.id);
    if (PERMISSIONS.every((right) => rights[right] === true || !usual(chat, right))) {
      setMember(world, chat, user.id, { status: isIn ? "member" : "left", byId: bot.user.id });
      return true;
    }
    const until_date = untilOf(context);
    const all = { ...rights, is_member: isIn, until_date };
    setMember(world, chat, user.id, { status: "restricted", rights: all, byId: bot.user.id });
    expire(world, chat, user.id, until_date);
    return true;
  },
};

/** Whether members have it who are not restricted. */
function usual(chat: ChatState, right: string): boolean {
  return makeMember({ ...chat, members: new Map() }, "restricted", chat.permissions).rights[right] === true;
}

/** What is not named is taken away; one right may bring others. Bot API 10.1, use_independent_chat_permissions @throws ApiError */
function permissionsOf({ params }: MethodContext): Rights {
  const value = params.json("permissions", "can't parse ChatPermissions JSON object");
  if (!isRecord(value)) throw badRequest("can't parse permissions: expected an Object");
  refuseUnknownKeys(value, PERMISSIONS, "ChatPermissions");
  const has = (right: string) => value[right] === true;
  const isWide = has("can_send_other_messages") || has("can_add_web_page_previews");
  const independent = params.bool("use_independent_chat_permissions");
  const brought = (right: string) =>
    !independent &&
    ((isWide && SENDS.includes(right)) || (has("can_send_polls") && right === "can_send_messages"));
  // Bot API 10.1, ChatPermissions: what is left out of these follows another.
  const follows = (right: string) =>
    right === "can_react_to_messages" && !(right in value) && has("can_send_messages");
  return Object.fromEntries(
    PERMISSIONS.map((right) => [right, has(right) || brought(right) || follows(right)]),
  );
}

const leaveChat: Method = {
  name: "leaveChat",
  params: ["chat_id"],
  run(context): true {
    const { world, bot } = context;
    const chat = chatOf(context);
    if (chat.type === "private") throw badRequest("chat not found");
    const before = chat.members.get(bot.user.id) ?? makeMember(chat, "left");
    const after = makeMember(chat, "left");
    chat.members.set(bot.user.id, after);
    announceMember(world, chat, bot.user, bot.user, { before, after });
    return true;
  },
};

export const memberMethods: readonly Method[] = [
  banChatMember,
  unbanChatMember,
  restrictChatMember,
  leaveChat,
];
