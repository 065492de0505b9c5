// What Discord's refusals mean for a call; the only place that assigns fates on Discord. `rest.ts` calls it.

import { DiscordAPIError, HTTPError } from "@discordjs/rest";
import { type Fate, PlatformError } from "../../model/errors.ts";

/** A refusal by Discord, or none at all. `json` is Discord's own error number, `fields` the paths it complains about. */
export class DiscordError extends PlatformError {
  readonly json: number | undefined;
  /** For 50035: `path: CODE`, such as `username: USERNAME_INVALID_CONTAINS`. */
  readonly fields: readonly string[];
  constructor(code: string, message: string, fate: Fate, details: Details = {}) {
    const { cause, words } = details;
    super(code, message, fate, {
      ...(cause && { cause }),
      ...(words && { words: `discord.refusal.${words}` }),
    });
    this.name = "DiscordError";
    this.json = details.json;
    this.fields = details.fields ?? [];
  }
}

interface Details {
  readonly json?: number;
  readonly fields?: readonly string[];
  readonly cause?: Error;
  /** The key under `refusal` in locales/<language>/discord.json. */
  readonly words?: string;
}

/** The code of the error that a bad bot token gives. */
export const unauthorized = "discord.unauthorized";
export const unknownWebhook = 10015;
export const badWebhookToken = 50027;
export const archivedThread = 50083;
export const unknownEmoji = 10014;
export const tooManyReactions = 30010;
export const blockedReaction = 90001;
export const noHistory = 160002;
export const missingPermissions = 50013;
/** The sum of the files, or one of them, is more than the guild takes. */
export const tooLarge: ReadonlySet<number> = new Set([40005, 50045]);
/** A voice message that may not be one here, or not in this form. */
export const noVoice: ReadonlySet<number> = new Set([50159, 50160, 50161, 50173]);

const gone: Fate = { kind: "gone" };
const refused: Fate = { kind: "refused" };
/** Of the place, not of the message: what waits goes on once an admin has changed something there. */
const blocked: Fate = { kind: "blocked" };
const halt: Fate = { kind: "halt" };
const overloaded: Fate = { kind: "retry", maybeDelivered: true };

/** How long a limit lasts that does not say so. */
export const unnamedLimitMs = 10_000;
/** Cloudflare's pages stand before Discord and do not say when they go. */
export const blockedMs = 60_000;
const limit: Fate = { kind: "wait", ms: unnamedLimitMs };
/**
 * Edits of messages older than an hour have a limit of their own, which comes as a 429 that may name no time
 * (api-docs #4413). Observed: three in 20 s for each channel.
 */
const oldEdits: Fate = { kind: "wait", ms: 20_000 };

interface Refusal {
  readonly fate: Fate;
  readonly meaning: string;
  readonly words?: string;
}

// Discord, topics/opcodes-and-status-codes, JSON error codes. What is not here is judged by its HTTP status. The
// meanings are ours: Discord's own words could quote what was sent, and a proxy's could quote the URL.
const refusals: ReadonlyMap<number, Refusal> = new Map(
  (
    [
      [10003, refused, "unknown channel", "no-channel"],
      [10004, refused, "unknown guild", "no-channel"],
      [10008, gone, "unknown message"],
      [unknownEmoji, refused, "unknown emoji", "emoji"],
      // puppets.ts has made a new one and tried again before these two count.
      [unknownWebhook, blocked, "unknown webhook", "webhook"],
      [badWebhookToken, blocked, "bad webhook token", "webhook"],
      [20016, limit, "slowmode"],
      [20022, limit, "write limit of announcements"],
      [20028, limit, "write limit of the channel"],
      [20029, limit, "write limit of the guild"],
      [30003, refused, "250 pins in the channel", "pins-full"],
      [30007, blocked, "15 webhooks in the channel", "webhook"],
      [tooManyReactions, refused, "20 reactions on the message", "emoji"],
      [30015, refused, "10 attachments on the message", "too-large"],
      [30046, oldEdits, "too many edits of old messages"],
      [30058, blocked, "1000 webhooks in the guild", "webhook"],
      [40004, blocked, "sending is switched off for now", "paused"],
      [40005, refused, "too large", "too-large"],
      [40058, blocked, "a forum without a post", "forum"],
      [40062, limit, "the resource is limited"],
      [40067, refused, "a post needs a tag", "tag"],
      [40333, halt, "the program is blocked"],
      [50001, blocked, "missing access", "no-access"],
      [50005, refused, "another author's message", "not-ours"],
      [50006, refused, "empty message", "form"],
      [50008, blocked, "no text channel", "no-text"],
      [50013, blocked, "missing permissions", "no-right"],
      [50014, halt, "bad bot token"],
      [50021, refused, "system message", "not-ours"],
      [50024, blocked, "wrong type of channel", "no-text"],
      [50035, refused, "invalid form", "form"],
      [50045, refused, "file too large", "too-large"],
      [50081, refused, "sticker not usable", "form"],
      [archivedThread, blocked, "archived thread", "archived"],
      [50159, refused, "voice messages hold nothing else", "voice"],
      [50160, refused, "voice messages hold one sound", "voice"],
      [50161, refused, "voice messages need a duration and a waveform", "voice"],
      [50162, refused, "voice messages cannot be edited", "voice"],
      [50173, refused, "voice messages are not allowed here", "voice"],
      [blockedReaction, refused, "the author takes no reactions of ours", "emoji"],
      [130000, overloaded, "overloaded"],
      [160002, refused, "an answer without the right to read", "no-history"],
      [160004, refused, "the message has a thread already", "thread"],
      [160005, blocked, "locked thread", "locked"],
      [160006, refused, "too many open threads", "threads-full"],
      [160007, refused, "too many open announcement threads", "threads-full"],
      [160014, refused, "a forward of what cannot be read", "no-history"],
      [200000, refused, "blocked by AutoMod", "automod"],
      [200001, refused, "title blocked by AutoMod", "automod"],
      [220001, blocked, "a forum without a post", "forum"],
      [220002, refused, "a post and a thread at once", "form"],
      [220003, blocked, "posts only in forums", "forum"],
      [240000, refused, "blocked as a harmful link", "harmful-link"],
      // The uploads of the whole guild are limited for a time that nobody names.
      [400001, limit, "uploads are limited in the guild"],
      [520001, gone, "the poll is over"],
      [520003, refused, "a message with a poll", "not-ours"],
    ] as const satisfies readonly (readonly [number, Fate, string, string?])[]
  ).map(([json, fate, meaning, words]) => [json, { fate, meaning, ...(words && { words }) }]),
);

/** The error a failed request means; it never carries a URL, a token or a message's text. `auth` false: a token route. */
export function discordError(error: unknown, auth: boolean): DiscordError {
  if (error instanceof DiscordError) return error;
  if (error instanceof DiscordAPIError) return refusal(error, auth);
  if (error instanceof HTTPError) {
    return new DiscordError(`discord.http-${error.status}`, `HTTP ${error.status}`, overloaded);
  }
  // Whatever else the library throws happens while it reads an answer it does not understand.
  return unreadable(causeOf(error));
}

/** An answer, but not one of Discord's. */
export function unreadable(details: Details = {}): DiscordError {
  return new DiscordError("discord.bad-answer", "the answer could not be read", overloaded, details);
}

/** Built before the library sees it, so that a lost answer and a refused connection stay apart. */
export function networkError(error: unknown): DiscordError {
  const code = codeOf(error);
  const delivered = !neverSent.has(code);
  return new DiscordError(
    "discord.network",
    code,
    { kind: "retry", maybeDelivered: delivered },
    causeOf(error),
  );
}

/** The request waited in a queue when it was called off. */
export function calledOff(): DiscordError {
  return new DiscordError("discord.called-off", "called off before it was sent", {
    kind: "retry",
    maybeDelivered: false,
  });
}

/** A file's own platform gave it only in part; what arrived is no request. */
export function brokenUpload({ fate }: PlatformError): DiscordError {
  const again: Fate =
    fate.kind === "wait" ? { kind: "wait", ms: fate.ms } : { kind: "retry", maybeDelivered: false };
  return new DiscordError("discord.upload", "a file could not be read to its end", again);
}

export function tokenRefused(): DiscordError {
  return new DiscordError(unauthorized, "HTTP 401: the bot token is refused", halt);
}

const neverSent: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENETDOWN",
  "UND_ERR_CONNECT_TIMEOUT",
  "CERT_HAS_EXPIRED",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/** A limit that lasts so long; `account`: for everything the account asks. */
export function limited(ms: number, scope: string, account: boolean): DiscordError {
  const fate: Fate = { kind: "wait", ms: Math.ceil(ms), ...(account && { account }) };
  return new DiscordError("discord.limit", `rate limit (${scope})`, fate);
}

/** How long a refusal lasts that does not say so itself; undefined when its number is none of a limit. */
export function usualLimitMs(json: number): number | undefined {
  const fate = refusals.get(json)?.fate;
  return fate?.kind === "wait" ? fate.ms : undefined;
}

function refusal(error: DiscordAPIError, auth: boolean): DiscordError {
  const json = typeof error.code === "number" ? error.code : undefined;
  if (error.status === 401 && auth) return tokenRefused();
  if (json === undefined) return page(error.status);
  const raw: unknown = error.rawError;
  const fields = fieldsOf(raw instanceof Object && "errors" in raw ? raw.errors : undefined);
  const { meaning = "", words } = refusals.get(json) ?? { words: "other" };
  const message = [
    `HTTP ${error.status}, ${json}`,
    meaning,
    fields.length > 0 ? `(${fields.join(", ")})` : "",
  ];
  return new DiscordError(`discord.${json}`, message.filter(Boolean).join(" "), fateOf(json, raw), {
    ...{ json, fields },
    ...(words && { words }),
  });
}

function fateOf(json: number, raw: unknown): Fate {
  const fate = refusals.get(json)?.fate ?? refused;
  if (fate.kind !== "wait") return fate;
  const seconds = raw instanceof Object && "retry_after" in raw ? Number(raw.retry_after) : Number.NaN;
  return Number.isFinite(seconds) && seconds > 0 ? { kind: "wait", ms: Math.ceil(seconds * 1000) } : fate;
}

/** An answer that is no JSON comes from Cloudflare, not from Discord. */
function page(status: number): DiscordError {
  const message = `HTTP ${status} without a reason`;
  if (status === 403) {
    return new DiscordError("discord.blocked", message, { kind: "wait", ms: blockedMs, account: true });
  }
  if (status === 408) return new DiscordError("discord.http-408", message, overloaded);
  if (status === 413)
    return new DiscordError("discord.http-413", message, refused, { json: 40005, words: "too-large" });
  return new DiscordError(`discord.http-${status}`, message, refused, { words: "other" });
}

/** Where the form is wrong and how, by names alone: the sentences beside them quote what was sent. */
function fieldsOf(errors: unknown, path = ""): readonly string[] {
  if (!(errors instanceof Object)) return [];
  return Object.entries(errors).flatMap(([key, value]: [string, unknown]) => {
    if (key !== "_errors") return fieldsOf(value, path === "" ? nameIn(key) : `${path}.${nameIn(key)}`);
    const codes: readonly unknown[] = Array.isArray(value) ? value : [];
    return codes.map(
      (each) => `${path}: ${nameIn(each instanceof Object && "code" in each ? each.code : undefined)}`,
    );
  });
}

function nameIn(value: unknown): string {
  return typeof value === "string" && /^\w{1,60}$/.test(value) ? value : "?";
}

/** A cause without the request: the library's errors keep the URL, and with it a webhook's token. */
function causeOf(error: unknown): Details {
  const name = error instanceof Error ? error.name : typeof error;
  return { cause: new Error(`${name} ${codeOf(error)}`) };
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "UNKNOWN";
  if (error.name === "AbortError" || error.name === "TimeoutError") return "TIMEOUT";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
