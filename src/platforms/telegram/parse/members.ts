// Reads what became of members: the bot's own access, and whom admins banned or muted; `parse.ts` calls it.

import type { ChatMember, ChatMemberUpdated } from "@grammyjs/types";
import type { Act, BridgeEvent } from "../../../model/event.ts";
import type { AccountId } from "../../../model/refs.ts";
import type { TelegramSelf } from "../request.ts";
import { actorIn, userAuthor } from "./authors.ts";

/** What the account itself may do in the chat from now on. */
export function accessEvents(account: AccountId, update: ChatMemberUpdated): readonly BridgeEvent[] {
  const { chat, from, new_chat_member: now } = update;
  const mayWrite =
    now.status === "restricted"
      ? now.can_send_messages
      : chat.type !== "channel" || (now.status === "administrator" && now.can_post_messages === true);
  return [
    {
      ...{ kind: "access.changed", conversation: { account, id: String(chat.id) } },
      access: !isIn(now) ? "none" : mayWrite ? "full" : "mute",
      by: actorIn(account, chat, from),
    },
  ];
}

/**
 * What admins did to a member; our own acts are none. Who comes and goes is told by service messages; in channels,
 * which have none for that, by this.
 */
export function memberEvents(
  account: AccountId,
  update: ChatMemberUpdated,
  self: TelegramSelf,
): readonly BridgeEvent[] {
  const { chat, from, date, new_chat_member: now } = update;
  if (String(from.id) === self.id) return [];
  const conversation = { account, id: String(chat.id) };
  const { user: person } = now;
  const user = { ...userAuthor(account, person), user: { account, id: String(person.id) } };
  const by = actorIn(account, chat, from);
  const at = date * 1000;
  const until = untilOf(now);
  const acts = actsOf(update).map(
    (act): BridgeEvent => ({
      ...{ kind: "moderated", conversation, act, user, by },
      ...(until !== undefined && (act === "ban" || act === "mute") ? { until } : {}),
      at,
    }),
  );
  return chat.type === "channel" ? [...acts, ...cameOrWent(update, { account, at })] : acts;
}

function cameOrWent(
  { chat, from, old_chat_member: was, new_chat_member: now }: ChatMemberUpdated,
  { account, at }: { readonly account: AccountId; readonly at: number },
): readonly BridgeEvent[] {
  if (isIn(was) === isIn(now)) return [];
  const who = [userAuthor(account, now.user)];
  return [
    {
      ...{ kind: "members.changed", conversation: { account, id: String(chat.id) } },
      ...(isIn(now) ? { joined: who, left: [] } : { joined: [], left: who }),
      ...(from.id === now.user.id ? {} : { by: actorIn(account, chat, from) }),
      at,
    },
  ];
}

/** At most one of going and coming back, and one of what may be said. */
function actsOf({ from, old_chat_member: was, new_chat_member: now }: ChatMemberUpdated): readonly Act[] {
  if (now.status === "kicked") return was.status === "kicked" && untilOf(was) === untilOf(now) ? [] : ["ban"];
  const isAnother = from.id !== now.user.id;
  const acts: Act[] = [];
  if (was.status === "kicked" && isAnother) acts.push("unban");
  if (isIn(was) && !isIn(now) && isAnother) acts.push("kick");
  if (isMuted(now) && !(isMuted(was) && untilOf(was) === untilOf(now))) acts.push("mute");
  if (isMuted(was) && !isMuted(now) && isIn(now)) acts.push("unmute");
  return acts;
}

function isMuted(member: ChatMember): boolean {
  return member.status === "restricted" && !member.can_send_messages;
}

function isIn(member: ChatMember): boolean {
  if (member.status === "restricted") return member.is_member;
  return member.status !== "left" && member.status !== "kicked";
}

/** 0 is for ever. */
function untilOf(member: ChatMember): number | undefined {
  const seconds = member.status === "kicked" || member.status === "restricted" ? member.until_date : 0;
  return seconds > 0 ? seconds * 1000 : undefined;
}
