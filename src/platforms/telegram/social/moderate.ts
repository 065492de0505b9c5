// Bans, mutes and removes people where the robot is asked to; `social.ts` calls it.

import type { ChatPermissions } from "@grammyjs/types";
import type { Moderation } from "../../../bridge/social.ts";
import { PlatformError } from "../../../model/errors.ts";
import type { TelegramApi } from "../api/api.ts";
import { noPerson } from "../errors.ts";
import { hasOwnCounter } from "../reconcile/seen.ts";

// Bot API 10.1, banChatMember: what is shorter than 30 s or longer than 366 days is for ever.
const SHORTEST_MS = 45_000;
const LONGEST_MS = 366 * 86_400_000 - 60_000;

const ALL = [
  ...["can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos"],
  ...["can_send_video_notes", "can_send_voice_notes", "can_send_polls", "can_send_other_messages"],
  ...["can_add_web_page_previews", "can_react_to_messages", "can_change_info", "can_invite_users"],
  ...["can_pin_messages", "can_manage_topics", "can_edit_tag"],
] as readonly (keyof ChatPermissions)[];

/**
 * What stands already is left alone: a mute of somebody banned would let them in again, and so would a kick.
 * @throws PlatformError
 */
export async function moderate(
  api: Pick<TelegramApi, "call">,
  { act, user, room, until }: Moderation,
  now: number,
  signal: AbortSignal,
): Promise<void> {
  const whom = { chat_id: Number(room.id), user_id: Number(user.id) };
  if (whom.user_id < 0) throw nobody();
  const status = await statusOf(api, whom, signal);
  const isBasic = !hasOwnCounter(room.id);
  const ends = untilDate(until, now);
  switch (act) {
    case "ban":
      await api.call("banChatMember", { ...whom, ...ends }, signal);
      return;
    case "unban":
      if (status === "kicked" && !isBasic)
        await api.call("unbanChatMember", { ...whom, only_if_banned: true }, signal);
      return;
    case "kick":
      if (status === "out" || status === "kicked") return;
      // A basic group keeps no list of who may not come back, and an unban elsewhere removes a member.
      await api.call(isBasic ? "banChatMember" : "unbanChatMember", whom, signal);
      return;
    case "mute":
      if (status === "kicked") return;
      await api.call("restrictChatMember", { ...whom, permissions: permissions(false), ...ends }, signal);
      return;
    case "unmute":
      if (status !== "restricted") return;
      await api.call("restrictChatMember", { ...whom, permissions: permissions(true) }, signal);
      return;
  }
}

type Status = "kicked" | "restricted" | "in" | "out";

async function statusOf(
  api: Pick<TelegramApi, "call">,
  whom: { readonly chat_id: number; readonly user_id: number },
  signal: AbortSignal,
): Promise<Status> {
  try {
    const { status } = await api.call("getChatMember", whom, signal);
    if (status === "kicked" || status === "restricted") return status;
    return status === "left" ? "out" : "in";
  } catch (error) {
    if (error instanceof PlatformError && error.code === noPerson) return "out";
    throw error;
  }
}

function permissions(may: boolean): ChatPermissions {
  return Object.fromEntries(ALL.map((right) => [right, may]));
}

function untilDate(until: number | undefined, now: number): { readonly until_date?: number } {
  if (until === undefined || until - now > LONGEST_MS) return {};
  return { until_date: Math.ceil(Math.max(until, now + SHORTEST_MS) / 1000) };
}

/** A channel, or the group itself, spoke: nobody knows who is behind it. */
function nobody(): PlatformError {
  const words = "telegram.refusal.no-person";
  return new PlatformError(noPerson, "a chat is no person", { kind: "refused" }, { words });
}
