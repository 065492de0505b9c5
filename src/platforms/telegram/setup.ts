// What `matebot init` asks Telegram before there is a configuration: whose token it is, and which chats the bot is in.

import type { Chat, Update } from "@grammyjs/types";
import { type Clock, sleep, systemClock } from "../../model/clock.ts";
import { PlatformError } from "../../model/errors.ts";
import { createApi, type TelegramApi } from "./api/api.ts";
import { telegramSchema } from "./config.ts";
import { conflictPolling, conflictWebhook } from "./errors.ts";
import { isPassing } from "./receive/trouble.ts";
import { allowedUpdates } from "./receive/updates.ts";

// Bot API server, Client.cpp: the same question within 3 s is held back, so there is no use in asking sooner.
const pauseMs = 3_000;
const pollSeconds = 10;
/** What the bridge wants to do in a group (core.telegram.org/api/links, bot links). */
const adminRights = ["pin_messages", "delete_messages", "manage_topics"];

export type TokenVerdict =
  | {
      readonly id: string;
      readonly username: string;
      readonly name: string;
      /** Privacy mode is off. */
      readonly readsAll: boolean;
    }
  | { readonly refused: true }
  /** No answer, or none that helps: why, for people who know networks. */
  | { readonly unreachable: string };

export interface SeenChat {
  /** As in the configuration. */
  readonly id: string;
  readonly title: string;
  readonly type: "group" | "supergroup" | "channel";
  readonly admin: boolean;
}

/** Somebody else has the bot's updates: a webhook is set, or another program asks for them. */
export class UpdatesTaken extends Error {
  override readonly name = "UpdatesTaken";
  readonly by: "webhook" | "polling";
  constructor(by: "webhook" | "polling") {
    super(`the bot's updates go to another: ${by}`);
    this.by = by;
  }
}

/** `api` is where the Bot API is, Telegram's own unless given. Rejects only when `signal` aborts. */
export async function verifyToken(
  token: string,
  api: string | undefined,
  signal: AbortSignal,
  clock: Clock = systemClock,
): Promise<TokenVerdict> {
  const asked = apiFor(token, api, clock);
  if (!asked) return { refused: true };
  try {
    const me = await asked.call("getMe", {}, signal);
    return {
      id: String(me.id),
      username: me.username,
      name: me.first_name,
      readsAll: me.can_read_all_group_messages,
    };
  } catch (error) {
    if (signal.aborted || !(error instanceof PlatformError)) throw error;
    return error.fate.kind === "halt" ? { refused: true } : { unreachable: error.message };
  }
}

/**
 * Gives each group and channel once the bot hears of it, and again when it becomes administrator or stops being one.
 * Confirms nothing, so that a MateBot gets all of it later; of more than 100 waiting updates it sees the oldest 100.
 * Goes on until `signal` aborts. @throws UpdatesTaken, PlatformError when the token is refused
 */
export async function* chatsSeen(
  token: string,
  api: string | undefined,
  signal: AbortSignal,
  clock: Clock = systemClock,
): AsyncGenerator<SeenChat, void, undefined> {
  const asked = apiFor(token, api, clock);
  if (!asked) throw new PlatformError("telegram.unauthorized", "this is no token", { kind: "halt" });
  const self = Number(token.split(":")[0]);
  const known = new Map<string, boolean>();
  while (!signal.aborted) {
    for (const chat of await ask(asked, signal)) {
      const seen = await lookAt(asked, chat, self, signal);
      if (!seen || known.get(seen.id) === seen.admin) continue;
      known.set(seen.id, seen.admin);
      yield seen;
    }
    await sleep(clock, pauseMs, signal);
  }
}

/** `username` without the @. Whoever opens it chooses a group, and Telegram proposes to make the bot administrator. */
export function addToGroupLink(username: string): string {
  return `https://t.me/${username}?startgroup&admin=${adminRights.join("+")}`;
}

/** Undefined for what has not the shape of a token: it would break the URL. */
function apiFor(token: string, api: string | undefined, clock: Clock): TelegramApi | undefined {
  const parsed = telegramSchema.safeParse({ platform: "telegram", token, ...(api !== undefined && { api }) });
  return parsed.success ? createApi(parsed.data, clock) : undefined;
}

/** The groups and channels that waiting updates name, each once. [] when nobody answered now. */
async function ask(api: TelegramApi, signal: AbortSignal): Promise<readonly Chat[]> {
  try {
    // Without an offset nothing is confirmed. The list is the one a MateBot asks for: it is kept beyond this call.
    const updates = await api.call(
      "getUpdates",
      { limit: 100, timeout: pollSeconds, allowed_updates: allowedUpdates },
      signal,
    );
    return [...new Map(updates.flatMap((update) => chatsOf(update)).map((chat) => [chat.id, chat])).values()];
  } catch (error) {
    if (signal.aborted) return [];
    const code = error instanceof PlatformError ? error.code : undefined;
    if (code === conflictWebhook) throw new UpdatesTaken("webhook");
    if (code === conflictPolling) throw new UpdatesTaken("polling");
    if (!isPassing(error)) throw error;
    return [];
  }
}

function chatsOf(update: Update): readonly Chat[] {
  const { message, edited_message, channel_post, edited_channel_post, my_chat_member } = update;
  const told = message ?? edited_message ?? channel_post ?? edited_channel_post ?? my_chat_member;
  return told ? [told.chat] : [];
}

/** How it is now, whatever the update said; undefined when the bot is not in it any more. */
async function lookAt(
  api: TelegramApi,
  chat: Chat,
  self: number,
  signal: AbortSignal,
): Promise<SeenChat | undefined> {
  if (chat.type === "private") return undefined;
  try {
    const { status } = await api.call("getChatMember", { chat_id: chat.id, user_id: self }, signal);
    if (status === "left" || status === "kicked") return undefined;
    return { id: String(chat.id), title: chat.title, type: chat.type, admin: status === "administrator" };
  } catch (error) {
    if (error instanceof PlatformError) return undefined;
    throw error;
  }
}
