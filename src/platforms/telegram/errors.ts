// What the Bot API's refusals mean for a call; the only place that assigns fates on Telegram. `api.ts` calls it.

import { type Fate, PlatformError } from "../../model/errors.ts";
import type { HttpAnswer, TransportError } from "./transport.ts";

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

interface Row {
  readonly status: number;
  readonly text: RegExp;
  readonly code: string;
  readonly fate: Fate;
}

/** Somebody set a webhook, so getUpdates is refused. */
export const conflictWebhook = "telegram.conflict-webhook";
/** Somebody else asks for the updates of this bot. */
export const conflictPolling = "telegram.conflict-polling";

const gone: Fate = { kind: "gone" };
const refused: Fate = { kind: "refused" };
const halt: Fate = { kind: "halt" };
const notDone: Fate = { kind: "retry", maybeDelivered: false };

// The texts are not contractual: matched by status and part of the text, first row wins. Texts from Bot API 10.0's
// open-source server (Client.cpp fail_query_with_error and TDLib's messages).
const table: readonly Row[] = [
  { status: 400, text: /message is not modified/i, code: notModified, fate: gone },
  {
    status: 400,
    text: /message to (edit|delete|react|copy|forward) not found/i,
    code: "telegram.message-gone",
    fate: gone,
  },
  { status: 400, text: /MESSAGE_ID_INVALID/i, code: "telegram.message-gone", fate: gone },
  { status: 400, text: /message can't be deleted/i, code: "telegram.cannot-delete", fate: gone },
  { status: 400, text: /message can't be edited/i, code: "telegram.cannot-edit", fate: refused },
  { status: 400, text: /message to be replied not found/i, code: "telegram.reply-gone", fate: refused },
  {
    status: 400,
    text: /chat not found|PEER_ID_INVALID|chat_id is empty/i,
    code: "telegram.chat-not-found",
    fate: refused,
  },
  {
    status: 400,
    text: /not enough rights|CHAT_WRITE_FORBIDDEN|no write access|need administrator rights|CHAT_ADMIN_REQUIRED/i,
    code: "telegram.no-rights",
    fate: refused,
  },
  { status: 400, text: /TOPIC_CLOSED/i, code: "telegram.topic-closed", fate: refused },
  {
    status: 400,
    text: /message thread not found|TOPIC_DELETED/i,
    code: "telegram.topic-gone",
    fate: refused,
  },
  {
    status: 400,
    text: /parse entities|parse MessageEntity|ENTIT(Y|IES)_|entities too long/i,
    code: "telegram.bad-entities",
    fate: refused,
  },
  { status: 400, text: /text is empty|must be non-empty/i, code: "telegram.empty-text", fate: refused },
  {
    status: 400,
    text: /(message|caption|text) is too long|MESSAGE_TOO_LONG/i,
    code: "telegram.too-long",
    fate: refused,
  },
  { status: 400, text: /upgraded to a supergroup|was migrated/i, code: "telegram.migrated", fate: refused },
  { status: 400, text: /logged out/i, code: "telegram.logged-out", fate: halt },
  { status: 401, text: /(?:)/, code: "telegram.unauthorized", fate: halt },
  { status: 403, text: /kicked|not a member|was deleted/i, code: "telegram.not-a-member", fate: refused },
  {
    status: 403,
    text: /blocked by the user|user is deactivated|can't initiate|bots? can't send/i,
    code: "telegram.no-talk",
    fate: refused,
  },
  { status: 404, text: /method not found/i, code: "telegram.unknown-method", fate: refused },
  // The cloud answers a malformed token with a bare "Not Found"; the open-source server with 401 or 421.
  { status: 404, text: /^Not Found$/i, code: "telegram.unauthorized", fate: halt },
  { status: 421, text: /(?:)/, code: "telegram.unauthorized", fate: halt },
  { status: 409, text: /webhook is active|by (other )?setWebhook/i, code: conflictWebhook, fate: notDone },
  { status: 409, text: /(?:)/, code: conflictPolling, fate: notDone },
  { status: 413, text: /(?:)/, code: "telegram.too-big", fate: refused },
  // It was sent, and somebody removed it before the server could answer: sending again would bring it back.
  { status: 500, text: /message was immediately deleted/i, code: "telegram.deleted-at-once", fate: gone },
];

/** The error an answer without `ok` means. */
export function refusalError(method: string, refusal: Refusal): PlatformError {
  const { code, fate } = judge(refusal);
  return new PlatformError(code, `${method}: ${refusal.status} ${refusal.description}`, fate);
}

function judge({ status, description, retryAfter, migratedTo }: Refusal): { code: string; fate: Fate } {
  if (status === 429) return { code: "telegram.limit", fate: { kind: "wait", ms: (retryAfter ?? 1) * 1000 } };
  if (migratedTo !== undefined) return { code: "telegram.migrated", fate: { kind: "moved", to: migratedTo } };
  const row = table.find((candidate) => candidate.status === status && candidate.text.test(description));
  if (row) return row;
  // A gateway's 5xx says nothing about what the server behind it did.
  if (status >= 500) return { code: "telegram.server", fate: { kind: "retry", maybeDelivered: true } };
  if (status >= 400) return { code: "telegram.refused", fate: refused };
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
