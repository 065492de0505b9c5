// What people do to members and to bots: ban, mute, promote, bring several, follow a bot's link; the sandbox offers it.

import { findBot } from "../bot-father.ts";
import { type ChatState, isMember, may, type Rights } from "../chats.ts";
import { expire, ownerOf, setMember } from "../membership.ts";
import { completeContent, messageJson } from "../messages.ts";
import type { Message } from "../types.ts";
import type { World } from "../world.ts";
import { say, sayPrivately } from "./people.ts";

export interface ActOptions {
  /** The owner, unless told. */
  readonly byId?: number;
  /** In the group's own name. */
  readonly anonymously?: boolean;
  /** Seconds since 1970; for ever, unless told. */
  readonly until?: number;
}

export interface MemberActions {
  ban(chatId: number, userId: number, options?: ActOptions): void;
  unban(chatId: number, userId: number, options?: ActOptions): void;
  mute(chatId: number, userId: number, options?: ActOptions): void;
  unmute(chatId: number, userId: number, options?: ActOptions): void;
  /** Makes an admin of a member, a bot too, or gives one other rights. */
  promote(chatId: number, userId: number, rights?: Rights, options?: ActOptions): void;
  demote(chatId: number, userId: number, options?: ActOptions): void;
  /** What members may do from now on, `{ can_send_messages: false }`. */
  setPermissions(chatId: number, permissions: Rights): void;
  /** Several come at once, in one service message. */
  joinTogether(chatId: number, userIds: readonly number[], byId?: number): void;
  /** A person follows `t.me/<bot>?start=<payload>`. */
  startPrivately(token: string, userId: number, payload: string): Message;
  /** A person follows `t.me/<bot>?startgroup=<payload>` and chooses the group; with `&admin=…` the bot gets rights. */
  addToGroup(
    token: string,
    userId: number,
    chatId: number,
    payload: string,
    asAdmin?: boolean | Rights,
  ): Message;
  /** What stands in the private talk of a bot and a person. */
  privateMessages(token: string, userId: number): readonly Message[];
}

const PAYLOAD = /^[A-Za-z0-9_-]{1,64}$/;
const MUTE: Rights = Object.fromEntries(
  [
    ...["messages", "audios", "documents", "photos", "videos", "video_notes", "voice_notes", "polls"].map(
      (kind) => `can_send_${kind}`,
    ),
    ...["can_send_other_messages", "can_add_web_page_previews", "can_react_to_messages"],
  ].map((right) => [right, false]),
);

export function memberActions(world: World): MemberActions {
  return {
    ...moderation(world),
    setPermissions: (chatId, permissions) => {
      world.chat(chatId).permissions = permissions;
    },
    joinTogether: (chatId, userIds, byId) => joinTogether(world, world.chat(chatId), userIds, byId),
    startPrivately: (token, userId, payload) =>
      sayPrivately(world, findBot(world, token), userId, { text: `/start ${checked(payload)}` }),
    addToGroup: (token, userId, chatId, payload, asAdmin = false) => {
      const { user } = findBot(world, token);
      const chat = world.chat(chatId);
      if (!may(chat, userId, "can_invite_users")) throw new Error(`SANDBOX: ${userId} may bring nobody`);
      if (!isMember(chat, user.id)) setMember(world, chat, user.id, { status: "member", byId: userId });
      if (asAdmin !== false)
        setMember(world, chat, user.id, {
          ...{ status: "administrator", byId: userId },
          ...(asAdmin !== true && { rights: asAdmin }),
        });
      return say(world, chat, userId, { text: `/start@${user.username} ${checked(payload)}` });
    },
    privateMessages: (token, userId) => {
      const chat = world.privates.get(`${findBot(world, token).user.id}:${userId}`);
      const all = [...(chat?.messages.values() ?? [])];
      return all.flatMap((message) => (message.deleted ? [] : [messageJson(message)]));
    },
  };
}

function moderation(world: World) {
  return {
    ban: (chatId: number, userId: number, { until: until_date = 0, ...by }: ActOptions = {}) => {
      const chat = world.chat(chatId);
      setMember(world, chat, userId, { status: "kicked", rights: { until_date }, ...by });
      expire(world, chat, userId, until_date);
    },
    unban: (chatId: number, userId: number, { until: _, ...by }: ActOptions = {}) =>
      setMember(world, world.chat(chatId), userId, { status: "left", ...by }),
    mute: (chatId: number, userId: number, { until: until_date = 0, ...by }: ActOptions = {}) => {
      const chat = world.chat(chatId);
      const rights = { ...MUTE, is_member: isMember(chat, userId), until_date };
      setMember(world, chat, userId, { status: "restricted", rights, ...by });
      expire(world, chat, userId, until_date);
    },
    unmute: (chatId: number, userId: number, { until: _, ...by }: ActOptions = {}) =>
      setMember(world, world.chat(chatId), userId, { status: "member", ...by }),
    promote: (chatId: number, userId: number, rights: Rights = {}, { until: _, ...by }: ActOptions = {}) =>
      setMember(world, world.chat(chatId), userId, { status: "administrator", rights, ...by }),
    demote: (chatId: number, userId: number, { until: _, ...by }: ActOptions = {}) =>
      setMember(world, world.chat(chatId), userId, { status: "member", ...by }),
  };
}

function joinTogether(world: World, chat: ChatState, userIds: readonly number[], byId = ownerOf(chat)): void {
  for (const id of userIds) setMember(world, chat, id, { status: "member", byId, quietly: true });
  const members = userIds.map((id) => world.user(id));
  world.post(chat, {
    ...{ authorId: byId, from: world.user(byId), service: true },
    content: completeContent({ new_chat_members: members }),
  });
}

function checked(payload: string): string {
  if (!PAYLOAD.test(payload)) throw new Error("SANDBOX: apps take no such payload in a link");
  return payload;
}
