// What a chat is, what a person is in it, and what the bot lacks there; `social.ts` asks.

import type { ChatFullInfo, ChatMember } from "@grammyjs/types";
import type { RoomFacts, Standing } from "../../../bridge/social.ts";
import { PlatformError } from "../../../model/errors.ts";
import type { ConversationRef, UserRef } from "../../../model/refs.ts";
import type { TelegramApi } from "../api/api.ts";
import { noPerson } from "../errors.ts";
import { chatName, isAnonymousAdmin } from "../parse/authors.ts";

type Api = Pick<TelegramApi, "call">;

/** The name of a topic cannot be asked for: it has its group's. @throws PlatformError */
export async function roomFacts(api: Api, ref: ConversationRef, signal: AbortSignal): Promise<RoomFacts> {
  const chat_id = Number(ref.id);
  const chat = await api.call("getChat", { chat_id }, signal);
  const name = chatName(chat);
  if (chat.type === "private") return { name, kind: "private", isOpen: false };
  const members = await api.call("getChatMemberCount", { chat_id }, signal);
  const href = pageOf(chat, ref);
  return {
    name,
    kind: ref.thread !== undefined ? "thread" : chat.type === "channel" ? "channel" : "group",
    // Bot API, ChatFullInfo: what can be found by its name can be read by anybody.
    isOpen: (chat.active_usernames?.length ?? 0) > 0 || usernameOf(chat) !== undefined,
    members,
    ...(href !== undefined && { href }),
  };
}

function usernameOf(chat: ChatFullInfo): string | undefined {
  return "username" in chat ? chat.username : undefined;
}

/** Of a private supergroup only a message can be opened; a topic begins with one. */
function pageOf(chat: ChatFullInfo, { id, thread }: ConversationRef): string | undefined {
  const username = usernameOf(chat);
  if (username !== undefined) return `https://t.me/${username}${thread === undefined ? "" : `/${thread}`}`;
  return id.startsWith("-100") ? `https://t.me/c/${id.slice(4)}/${thread ?? 1}` : undefined;
}

/** Asks anew each time. @throws PlatformError */
export async function standingOf(
  api: Api,
  user: UserRef,
  room: ConversationRef,
  signal: AbortSignal,
): Promise<Standing> {
  // Who speaks in the chat's own name is an admin of it: anonymous ones, and whoever posts in a channel.
  if (user.id === room.id) return Number(room.id) > 0 ? "owner" : "admin";
  if (isAnonymousAdmin(user.id)) return "admin";
  // A channel that speaks in a group, or a private talk of somebody else.
  if (Number(user.id) < 0 || Number(room.id) > 0) return "none";
  try {
    const asked = { chat_id: Number(room.id), user_id: Number(user.id) };
    return standingIn(await api.call("getChatMember", asked, signal));
  } catch (error) {
    if (error instanceof PlatformError && error.code === noPerson) return "none";
    throw error;
  }
}

/** @throws PlatformError */
export async function isSilenced(
  api: Api,
  user: UserRef,
  room: ConversationRef,
  signal: AbortSignal,
): Promise<boolean> {
  const asked = { chat_id: Number(room.id), user_id: Number(user.id) };
  const member = await api.call("getChatMember", asked, signal);
  return member.status === "restricted" && !member.can_send_messages;
}

function standingIn(member: ChatMember): Standing {
  switch (member.status) {
    case "creator":
      return "owner";
    case "administrator":
      return "admin";
    case "member":
      return "member";
    case "restricted":
      return member.is_member ? "member" : "none";
    case "left":
    case "kicked":
      return "none";
  }
}

/** Keys of the texts, the most needed first; [] when all is well. @throws PlatformError */
export async function lacksIn(
  api: Api,
  room: ConversationRef,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const chat_id = Number(room.id);
  const chat = await api.call("getChat", { chat_id }, signal);
  if (chat.type === "private") return [];
  const me = await api.call("getMe", {}, signal);
  const member = await api.call("getChatMember", { chat_id, user_id: me.id }, signal);
  const isAdmin = member.status === "administrator" || member.status === "creator";
  const lacks: string[] = [];
  if (!mayWrite(chat, member)) lacks.push("write");
  if (chat.type !== "channel" && !isAdmin)
    lacks.push(me.can_read_all_group_messages === true ? "admin" : "read");
  if (chat.type !== "channel" && member.status === "administrator") {
    if (!member.can_pin_messages) lacks.push("pins");
    if (chat.is_forum && !member.can_manage_topics) lacks.push("topics");
  }
  return lacks.map((right) => `telegram.lacks.${right}`);
}

function mayWrite(chat: ChatFullInfo, member: ChatMember): boolean {
  switch (member.status) {
    case "creator":
      return true;
    case "administrator":
      return chat.type !== "channel" || member.can_post_messages === true;
    case "member":
      return chat.type !== "channel" && chat.permissions?.can_send_messages !== false;
    case "restricted":
      return member.is_member && member.can_send_messages;
    case "left":
    case "kicked":
      return false;
  }
}
