// How memberships change, whoever changes them: the service message and the updates of it; people and methods call it.

import {
  type ChatState,
  isMember,
  type Member,
  type MemberStatus,
  makeMember,
  type Rights,
} from "./chats.ts";
import { completeContent } from "./messages.ts";
import type { User } from "./types.ts";
import { announceMember } from "./updates/updates.ts";
import type { World } from "./world.ts";

/** Who is shown in place of an anonymous admin. */
export const GROUP_BOT: User = {
  id: 1087968824,
  is_bot: true,
  first_name: "Group",
  username: "GroupAnonymousBot",
};

/** A status changed, with the service message groups show for it and the updates bots get. */
export function setMember(
  world: World,
  chat: ChatState,
  userId: number,
  change: {
    readonly status: MemberStatus;
    readonly rights?: Rights;
    readonly byId?: number;
    /** By an admin who shows the group alone. */
    readonly anonymously?: boolean;
    /** The service message is for the caller to make. */
    readonly quietly?: boolean;
  },
): void {
  const user = world.user(userId);
  const by = change.anonymously ? GROUP_BOT : world.user(change.byId ?? ownerOf(chat));
  const before = chat.members.get(userId) ?? makeMember(chat, "left");
  const after = makeMember(chat, change.status, change.rights);
  const wasIn = isMember(chat, userId);
  // The one who leaves is told by the member update alone, so the service message comes after the change.
  chat.members.set(userId, after);
  const isIn = isMember(chat, userId);
  announce(world, chat, user, by, { before, after });
  if (chat.type === "channel" || wasIn === isIn || change.quietly) return;
  const content = isIn ? completeContent({ new_chat_members: [user] }) : { left_chat_member: user };
  const shown = change.anonymously ? { senderChat: chat } : {};
  world.post(chat, { authorId: by.id, from: by, ...shown, service: true, content });
}

/** What ends by itself ends without an update: bans and restrictions, at `until` (seconds since 1970; 0 is never). */
export function expire(world: World, chat: ChatState, userId: number, until: number): void {
  if (until === 0) return;
  const set = chat.members.get(userId);
  world.clock.after(until * 1000 - world.clock.now(), () => {
    if (!set || chat.members.get(userId) !== set) return;
    const isIn = isMember(chat, userId);
    chat.members.set(userId, makeMember(chat, isIn ? "member" : "left"));
  });
}

function announce(
  world: World,
  chat: ChatState,
  user: User,
  by: User,
  change: { readonly before: Member; readonly after: Member },
): void {
  if (change.before.status === change.after.status && change.before.rights === change.after.rights) return;
  announceMember(world, chat, user, by, change);
}

export function ownerOf(chat: ChatState): number {
  for (const [id, member] of chat.members) if (member.status === "creator") return id;
  throw new Error(`SANDBOX: chat ${chat.id} has no owner`);
}
