// Chats as the simulator keeps them: members, rights, topics, messages. World owns them, the methods change them.

import type { StoredFile } from "./files/files.ts";
import type { StoredMessage } from "./messages.ts";
import type { Chat, ChatType } from "./types.ts";

export type MemberStatus = "creator" | "administrator" | "member" | "restricted" | "left" | "kicked";
export type Rights = Readonly<Record<string, boolean | string | number>>;

export interface Member {
  readonly status: MemberStatus;
  readonly rights: Rights;
}

export interface Topic {
  readonly id: number;
  name: string;
  closed: boolean;
  readonly iconColor: number;
}

export interface ChatState {
  readonly id: number;
  type: ChatType;
  title: string;
  photo?: StoredFile;
  readonly forum: boolean;
  readonly username?: string;
  /** The person of a private chat. */
  readonly person?: Chat;
  readonly members: Map<number, Member>;
  /** Every message ever sent, deleted ones too, by id. */
  readonly messages: Map<number, StoredMessage>;
  readonly topics: Map<number, Topic>;
  /**
   * Supergroups and channels count their own messages, service messages too, and give no id twice. Basic groups and
   * private chats draw from one box, so they have gaps; really each account has its own, here one serves for all.
   */
  readonly nextId: () => number;
  readonly pins: number[];
  /** Emoji allowed here; undefined allows all. */
  reactions?: readonly string[];
  /** What members may do; all that is usual unless told. */
  permissions?: Rights;
  migratedTo?: number;
  /** Who spoke last, for commands without a name. */
  lastBot?: number;
}

const ADMIN_RIGHTS: Rights = {
  can_be_edited: false,
  is_anonymous: false,
  can_manage_chat: true,
  can_delete_messages: true,
  can_manage_video_chats: true,
  can_restrict_members: true,
  can_promote_members: false,
  can_change_info: true,
  can_invite_users: true,
  can_post_stories: false,
  can_edit_stories: false,
  can_delete_stories: false,
};
const GROUP_ADMIN_RIGHTS: Rights = { can_pin_messages: true, can_manage_topics: true };
const CHANNEL_ADMIN_RIGHTS: Rights = { can_post_messages: true, can_edit_messages: true };

const RESTRICTED_RIGHTS: Rights = {
  is_member: true,
  can_send_messages: true,
  can_send_audios: true,
  can_send_documents: true,
  can_send_photos: true,
  can_send_videos: true,
  can_send_video_notes: true,
  can_send_voice_notes: true,
  can_send_polls: true,
  can_send_other_messages: true,
  can_add_web_page_previews: true,
  can_react_to_messages: true,
  can_edit_tag: false,
  can_change_info: false,
  can_invite_users: true,
  can_pin_messages: false,
  can_manage_topics: false,
  until_date: 0,
};

export function makeMember(chat: ChatState, status: MemberStatus, rights: Rights = {}): Member {
  if (status === "administrator") {
    const own = chat.type === "channel" ? CHANNEL_ADMIN_RIGHTS : GROUP_ADMIN_RIGHTS;
    return { status, rights: { ...ADMIN_RIGHTS, ...own, ...rights } };
  }
  if (status === "restricted") return { status, rights: { ...RESTRICTED_RIGHTS, ...rights } };
  return { status, rights };
}

export function isMember(chat: ChatState, userId: number): boolean {
  const member = chat.members.get(userId);
  if (!member) return false;
  if (member.status === "restricted") return member.rights.is_member === true;
  return member.status !== "left" && member.status !== "kicked";
}

export function isAdmin(chat: ChatState, userId: number): boolean {
  const status = chat.members.get(userId)?.status;
  return status === "administrator" || status === "creator";
}

/** Whether a member has a right, given by the status, the admin rights or the restrictions. */
export function may(chat: ChatState, userId: number, right: string): boolean {
  if (chat.type === "private") return true;
  const member = chat.members.get(userId);
  if (!member || !isMember(chat, userId)) return false;
  if (member.status === "creator") return true;
  if (member.status === "administrator") {
    if (right.startsWith("can_send") || right === "can_react_to_messages") return chat.type !== "channel";
    return member.rights[right] === true;
  }
  if (chat.type === "channel") return false;
  if (member.status === "restricted") return member.rights[right] === true;
  return (chat.permissions?.[right] ?? RESTRICTED_RIGHTS[right]) === true;
}

export function chatJson(chat: ChatState): Chat {
  if (chat.person) return chat.person;
  return {
    id: chat.id,
    title: chat.title,
    ...(chat.username !== undefined && { username: chat.username }),
    type: chat.type,
    ...(chat.forum && { is_forum: true }),
  };
}
