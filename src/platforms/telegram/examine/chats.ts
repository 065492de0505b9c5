// The doctor's look at each bridged chat: is the bot there, and which rights does it lack; `examine.ts` asks.

import type { ChatFullInfo, ChatMember, ChatPermissions } from "@grammyjs/types";
import type { Diagnosis, DiagnosisLevel } from "../../../model/diagnosis.ts";
import { PlatformError } from "../../../model/errors.ts";
import type { Values } from "../../../model/texts.ts";
import type { Examination } from "./examine.ts";

export interface ChatReport {
  readonly diagnosis: Diagnosis;
  /** Privacy mode does not matter there. */
  readonly seesAll: boolean;
}

/** Names of the texts below `telegram-doctor.right`. */
type Right =
  | "pins"
  | "topics"
  | "deletes"
  | "reactions"
  | "edits"
  | "photos"
  | "videos"
  | "audios"
  | "documents"
  | "voice"
  | "polls"
  | "others";

const mediaRights: readonly (readonly [keyof ChatPermissions, Right])[] = [
  ["can_send_photos", "photos"],
  ["can_send_videos", "videos"],
  ["can_send_audios", "audios"],
  ["can_send_documents", "documents"],
  ["can_send_voice_notes", "voice"],
  ["can_send_polls", "polls"],
  ["can_send_other_messages", "others"],
];

/** One report for each chat, whatever the number of its bridged topics. */
export async function examineChats(examination: Examination, self: number): Promise<readonly ChatReport[]> {
  const ids = [...new Set(examination.context.conversations.map(({ id }) => id))];
  const reports: ChatReport[] = [];
  for (const id of ids) reports.push(await examineChat(examination, id, self));
  return reports;
}

async function examineChat({ api, context }: Examination, id: string, self: number): Promise<ChatReport> {
  const subject = `${context.account}:${id}`;
  const report = (level: DiagnosisLevel, name: string, values: Values, seesAll = false): ChatReport => {
    const key = `telegram-doctor.chat-rights.${name}`;
    return { diagnosis: { check: "chat-rights", level, subject, key, values }, seesAll };
  };
  try {
    const chat = await api.call("getChat", { chat_id: id }, context.signal);
    const name = nameOf(chat, id);
    if (chat.type === "private") return report("ok", "ok", { chat: name }, true);
    const member = await api.call("getChatMember", { chat_id: id, user_id: self }, context.signal);
    const { finding, level, missing } = judge(chat, member);
    const list = missing.map((right) => context.texts(`telegram-doctor.right.${right}`)).join(", ");
    const seesAll = member.status === "administrator" || chat.type === "channel";
    return report(level, finding, { chat: name, ...(list !== "" && { missing: list }) }, seesAll);
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    if (error.fate.kind === "moved") return report("fault", "migrated", { to: error.fate.to });
    if (error.code === "telegram.chat-not-found") return report("fault", "not-found", {});
    if (error.code === "telegram.not-a-member" || error.code === "telegram.chat-deleted")
      return report("fault", "out", { chat: id });
    return report("warning", "failed", { reason: error.message });
  }
}

interface Judgement {
  /** Below `telegram-doctor.chat-rights`. */
  readonly finding: string;
  readonly level: DiagnosisLevel;
  readonly missing: readonly Right[];
}

const fine: Judgement = { finding: "ok", level: "ok", missing: [] };

function judge(chat: ChatFullInfo, member: ChatMember): Judgement {
  const mute: Judgement = { finding: "mute", level: "fault", missing: [] };
  if (member.status === "creator") return fine;
  if (member.status === "left" || member.status === "kicked")
    return { finding: "out", level: "fault", missing: [] };
  if (member.status === "administrator") {
    if (chat.type === "channel" && !member.can_post_messages) return mute;
    const missing = lackingAdmin(chat, member);
    return missing.length === 0 ? fine : { finding: "missing", level: "warning", missing };
  }
  if (chat.type === "channel") return mute;
  const may = member.status === "restricted" ? member : chat.permissions;
  if (member.status === "restricted" && !member.is_member)
    return { finding: "out", level: "fault", missing: [] };
  if (may?.can_send_messages === false) return mute;
  const media = mediaRights.filter(([right]) => may?.[right] === false).map(([, right]) => right);
  if (media.length > 0) return { finding: "media", level: "warning", missing: media };
  // Bot API: reactions are told to administrators only.
  const missing: readonly Right[] = [
    "pins",
    "deletes",
    ...(isForum(chat) ? (["topics"] as const) : []),
    "reactions",
  ];
  return { finding: "no-admin", level: "warning", missing };
}

function lackingAdmin(
  chat: ChatFullInfo,
  member: Extract<ChatMember, { readonly status: "administrator" }>,
): readonly Right[] {
  const isChannel = chat.type === "channel";
  const needs: readonly (readonly [boolean, boolean | undefined, Right])[] = [
    [!isChannel, member.can_pin_messages, "pins"],
    [true, member.can_delete_messages, "deletes"],
    [isForum(chat), member.can_manage_topics, "topics"],
    [isChannel, member.can_edit_messages, "edits"],
  ];
  return needs.filter(([isNeeded, isThere]) => isNeeded && !isThere).map(([, , right]) => right);
}

function isForum(chat: ChatFullInfo): boolean {
  return chat.type === "supergroup" && chat.is_forum === true;
}

function nameOf(chat: ChatFullInfo, id: string): string {
  return chat.title ?? id;
}
