// What the Bot API's refusals mean for a call; the only place that assigns fates on Telegram. `api.ts` calls it.

import { type Fate, PlatformError } from "../../model/errors.ts";
import type { HttpAnswer, TransportError } from "./api/transport.ts";

/** An answer that is not `ok`, as far as it could be read. */
export interface Refusal {
  /** The error_code, which is the HTTP status too. */
  readonly status: number;
  readonly description: string;
  /** Seconds. */
  readonly retryAfter?: number;
  readonly migratedTo?: string;
}

/** Nothing had to be changed; callers of an edit treat it as done. */
export const notModified = "telegram.not-modified";
/** It is another's, or of a kind that nobody edits. */
export const cannotEdit = "telegram.cannot-edit";
/** No such message stands there. */
export const messageGone = "telegram.message-gone";
/** It is too old to be deleted, or the right is missing. */
export const cannotDelete = "telegram.cannot-delete";
/** The account is not in the chat. */
export const notThere = "telegram.not-a-member";
/** Telegram knows no such person there. */
export const noPerson = "telegram.no-person";
/** It stands there as text. */
export const noCaption = "telegram.no-caption";
/** A file id that is good no more: the file itself is. */
export const staleFile = "telegram.file-stale";
/** Telegram does not take this file in this form. */
export const badMedia = "telegram.bad-media";
/** Text may be sent there, and this kind not. */
export const mediaForbidden = "telegram.media-forbidden";
/** More than the server takes. */
export const tooBig = "telegram.too-big";
/** The emoji is none that may stand there. */
export const badReaction = "telegram.bad-reaction";
/** The chat has no topics, no room for another, or we may make none. */
export const noTopics = "telegram.no-topics";

interface Row {
  readonly status: number;
  readonly text: RegExp;
  readonly code: string;
  readonly fate: Fate;
  /** What people are told, under `refusal` in locales/<language>/telegram.json; for what is refused or blocked. */
  readonly words?: string;
}

/** Somebody set a webhook, so getUpdates is refused. */
export const conflictWebhook = "telegram.conflict-webhook";
/** Somebody else asks for the updates of this bot. */
export const conflictPolling = "telegram.conflict-polling";

const gone: Fate = { kind: "gone" };
const refused: Fate = { kind: "refused" };
const blocked: Fate = { kind: "blocked" };
const halt: Fate = { kind: "halt" };
const notDone: Fate = { kind: "retry", maybeDelivered: false };

/** Nothing is told of what no admin can mend. */
function row(status: number, text: RegExp, code: string, fate: Fate, words?: string): Row {
  return { status, text, code: `telegram.${code}`, fate, ...(words !== undefined && { words }) };
}

// The texts are not contractual: matched by status and part of the text, first row wins. Texts from Bot API 10.0's
// open-source server (Client.cpp fail_query_with_error and TDLib's messages). `blocked` is what somebody can give back
// (a right, a seat in the chat, a topic): the lane waits for it. `refused` concerns one message, or what never comes
// back: a deleted chat or topic, before which nothing should wait for a day.
const table: readonly Row[] = [
  row(400, /message is not modified/i, "not-modified", gone),
  row(400, /message to (edit|delete|react|copy|forward) not found|MESSAGE_ID_INVALID/i, "message-gone", gone),
  row(400, /REACTION_INVALID|REACTIONS_TOO_MANY|reaction.* not allowed/i, "bad-reaction", refused, "other"),
  row(
    400,
    /poll has already been closed|message is not a poll|with poll to stop not found/i,
    "poll-over",
    gone,
  ),
  row(400, /message to (un)?pin not found/i, "message-gone", gone),
  row(400, /(TOPIC|CHAT)_NOT_MODIFIED/i, "unchanged", gone),
  row(400, /message can't be deleted/i, "cannot-delete", gone),
  row(400, /message can't be edited/i, "cannot-edit", refused, "cannot-edit"),
  row(400, /there is no caption in the message to edit/i, "no-caption", refused, "cannot-edit"),
  row(
    400,
    /there is no text in the message|message media can't be edited/i,
    "no-text",
    refused,
    "cannot-edit",
  ),
  row(400, /message to be replied not found/i, "reply-gone", refused, "reply-gone"),
  // A bot knows a private chat only from being in it, so whoever adds it cures this.
  row(
    400,
    /chat not found|PEER_ID_INVALID|CHANNEL_(INVALID|PRIVATE)/i,
    "chat-not-found",
    blocked,
    "chat-not-found",
  ),
  row(
    400,
    /not enough rights to (create|manage) (a )?topic|chat is not a forum|TOPICS_TOO_MUCH/i,
    "no-topics",
    refused,
    "no-topics",
  ),
  row(400, /not enough rights to (manage pinned|pin|unpin)|can't (un)?pin/i, "no-pins", refused, "no-pins"),
  row(400, /rights to (un)?restrict/i, "no-moderation", refused, "no-moderation"),
  row(
    400,
    /is an administrator of the chat|can't (remove chat owner|restrict self)|USER_ADMIN_INVALID/i,
    "untouchable",
    refused,
    "untouchable",
  ),
  row(
    400,
    /invalid user_id|(USER|PARTICIPANT)_ID_INVALID|USER_NOT_PARTICIPANT|(user|member) not found/i,
    "no-person",
    refused,
    "no-person",
  ),
  row(400, /method is available (only )?for supergroup/i, "only-supergroups", refused, "only-supergroups"),
  // Text is another matter: only that stops a lane.
  row(
    400,
    /rights to send (?!text )|CHAT_SEND_(?!PLAIN)\w+_FORBIDDEN|VOICE_MESSAGES_FORBIDDEN|anonymous polls can't be sent/i,
    "media-forbidden",
    refused,
    "media-forbidden",
  ),
  row(
    400,
    /not enough rights|no write access|need administrator rights|CHAT_ADMIN_REQUIRED|CHAT_RESTRICTED/i,
    "no-rights",
    blocked,
    "no-rights",
  ),
  row(400, /CHAT_(\w+_)?FORBIDDEN|USER_BANNED_IN_CHANNEL/i, "no-rights", blocked, "no-rights"),
  row(400, /TOPIC_CLOSED/i, "topic-closed", blocked, "topic-closed"),
  row(400, /message thread not found|TOPIC_DELETED/i, "topic-gone", refused, "topic-gone"),
  row(
    400,
    /parse entities|parse MessageEntity|ENTIT(Y|IES)_|entities too long/i,
    "bad-entities",
    refused,
    "unfit",
  ),
  row(400, /text is empty|(?<!file )must be non-empty/i, "empty-text", refused, "unfit"),
  row(
    400,
    /wrong (remote )?file.?id|invalid file.?id|FILE_REFERENCE_|file is temporarily unavail/i,
    "file-stale",
    refused,
    "bad-media",
  ),
  row(
    400,
    /PHOTO_|IMAGE_PROCESS|MEDIA_|VIDEO_|AUDIO_|VOICE_|STICKER|WEBP|FILE_PART|DOCUMENT_INVALID|too big for a photo|file must be non-empty|(use|wrong|unsupported).* (file|type|extension|media)|change media type|be used in an album/i,
    "bad-media",
    refused,
    "bad-media",
  ),
  row(400, /file is too big/i, "too-big", refused, "too-big"),
  row(400, /(message|caption|text) is too long|MESSAGE_TOO_LONG/i, "too-long", refused, "unfit"),
  row(400, /upgraded to a supergroup|was migrated/i, "migrated", refused, "migrated"),
  row(400, /logged out/i, "logged-out", halt),
  row(401, /(?:)/, "unauthorized", halt),
  row(403, /was deleted/i, "chat-deleted", refused, "chat-deleted"),
  row(403, /kicked|not a member/i, "not-a-member", blocked, "not-a-member"),
  row(403, /user is deactivated|bots? can't send/i, "no-talk", refused, "no-talk"),
  row(403, /blocked by the user|can't initiate/i, "blocked-by-user", blocked, "blocked-by-user"),
  row(404, /method not found/i, "unknown-method", refused, "unknown-method"),
  // The cloud answers a malformed token with a bare "Not Found"; the open-source server with 401 or 421.
  row(404, /^Not Found$/i, "unauthorized", halt),
  row(421, /(?:)/, "unauthorized", halt),
  row(409, /webhook is active|by (other )?setWebhook/i, "conflict-webhook", notDone),
  row(409, /(?:)/, "conflict-polling", notDone),
  row(413, /(?:)/, "too-big", refused, "too-big"),
  // It was sent, and somebody removed it before the server could answer: sending again would bring it back.
  row(500, /message was immediately deleted/i, "deleted-at-once", gone),
];

/** The error an answer without `ok` means. */
export function refusalError(method: string, refusal: Refusal): PlatformError {
  const { code, fate, words } = judge(refusal);
  return new PlatformError(
    code,
    `${method}: ${refusal.status} ${refusal.description}`,
    fate,
    words === undefined ? {} : { words: `telegram.refusal.${words}` },
  );
}

/** A 429 does not tell whose limit it is, so it is taken for that of the chat and never for that of the account. */
function judge({
  status,
  description,
  retryAfter,
  migratedTo,
}: Refusal): Pick<Row, "code" | "fate" | "words"> {
  if (status === 429) return { code: "telegram.limit", fate: { kind: "wait", ms: (retryAfter ?? 1) * 1000 } };
  if (migratedTo !== undefined) return { code: "telegram.migrated", fate: { kind: "moved", to: migratedTo } };
  const row = table.find((candidate) => candidate.status === status && candidate.text.test(description));
  if (row) return row;
  // A gateway's 5xx says nothing about what the server behind it did.
  if (status >= 500) return { code: "telegram.server", fate: { kind: "retry", maybeDelivered: true } };
  if (status >= 400) return { code: "telegram.refused", fate: refused, words: "other" };
  return { code: "telegram.bad-answer", fate: { kind: "retry", maybeDelivered: true } };
}

/** The error of a request that got no answer. */
export function transportError(method: string, error: TransportError): PlatformError {
  const code = error.code === "TIMEOUT" ? "telegram.timeout" : "telegram.network";
  return new PlatformError(
    code,
    `${method}: ${error.code}`,
    { kind: "retry", maybeDelivered: error.sent },
    { cause: error },
  );
}

/** What our own disk should have told, or the error of a disk that cannot now: no fault of the call. @throws PlatformError */
export async function fromDisk<T>(reading: Promise<T>): Promise<T> {
  return await reading.catch((cause: unknown) => {
    throw new PlatformError("telegram.disk", "what is stored could not be read", notDone, { cause });
  });
}

/**
 * Reads an answer: the result, or what was refused. Proxies answer 413 and 502 with HTML or nothing at all, which
 * becomes a refusal with their status and no description.
 */
export function readAnswer(answer: HttpAnswer): { readonly result: unknown } | Refusal {
  const body = objectOf(answer.text);
  if (body?.ok === true && answer.status < 300) return { result: body.result };
  const parameters = body?.parameters instanceof Object ? (body.parameters as Record<string, unknown>) : {};
  const seconds = [parameters.retry_after, Number(answer.retryAfter ?? Number.NaN)].find(isSeconds);
  const migratedTo = parameters.migrate_to_chat_id;
  return {
    status: typeof body?.error_code === "number" ? body.error_code : answer.status,
    description: typeof body?.description === "string" ? body.description.slice(0, 200) : "(no description)",
    ...(seconds === undefined ? {} : { retryAfter: seconds }),
    ...(typeof migratedTo === "number" || typeof migratedTo === "string"
      ? { migratedTo: String(migratedTo) }
      : {}),
  };
}

function isSeconds(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return value instanceof Object && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
