// What the wizard learns of a Telegram bot: whether the token is right, what it may read, where it is; `live-platforms.ts` makes it.

import { PlatformError } from "../model/errors.ts";
import type { Texts } from "../model/texts.ts";
import { telegramSchema } from "../platforms/telegram/config.ts";
import {
  addToGroupLink,
  chatsSeen,
  type SeenChat,
  UpdatesTaken,
  verifyToken,
} from "../platforms/telegram/setup.ts";
import { ASK_MS, faultInWords } from "./live-words.ts";
import type { SeenPlace, SetupPlatform, TelegramBot } from "./platforms.ts";

/** What waits at Telegram comes at once; after the first chat so long for the others. */
const REST_MS = 500;

export function liveTelegram(
  fields: Readonly<Record<string, unknown>>,
  texts: Texts,
  patienceMs: number,
): SetupPlatform<TelegramBot> {
  const api = typeof fields.api === "string" ? fields.api : undefined;
  return {
    verify: async (token) => {
      const shape = telegramSchema.shape.token.safeParse(token);
      if (!shape.success) return { ok: false, why: faultInWords(shape.error.issues, texts) };
      const verdict = await inTime((signal) => verifyToken(token, api, signal));
      if ("refused" in verdict) return { ok: false, why: texts("setup.telegram.refused") };
      if ("unreachable" in verdict)
        return { ok: false, why: texts("setup.telegram.unreachable", { reason: verdict.unreachable }) };
      const { username, readsAll } = verdict;
      return { ok: true, bot: { username, seesEverything: readsAll, addLink: addToGroupLink(username) } };
    },
    places: async (token) => {
      const me = await inTime((signal) => verifyToken(token, api, signal));
      const needsAdmin = !("readsAll" in me && me.readsAll);
      try {
        const chats = await collect(token, api, patienceMs);
        return { places: chats.map((chat) => placeOf(chat, needsAdmin, texts)) };
      } catch (error) {
        if (error instanceof UpdatesTaken)
          return { places: [], why: texts(`setup.telegram.taken-by-${error.by}`) };
        if (error instanceof PlatformError) return { places: [], why: texts("setup.telegram.refused") };
        throw error;
      }
    },
  };
}

/** Waits until the bot is somewhere, `patienceMs` at most. */
async function collect(token: string, api: string | undefined, patienceMs: number): Promise<SeenChat[]> {
  const enough = new AbortController();
  const timers = [setTimeout(() => enough.abort(), patienceMs)];
  const seen = new Map<string, SeenChat>();
  try {
    for await (const chat of chatsSeen(token, api, enough.signal)) {
      if (seen.size === 0) timers.push(setTimeout(() => enough.abort(), REST_MS));
      seen.set(chat.id, chat);
    }
    return [...seen.values()];
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}

function placeOf({ id, title, admin }: SeenChat, needsAdmin: boolean, texts: Texts): SeenPlace {
  return { id, title, ...(needsAdmin && !admin && { trouble: texts("setup.telegram.not-admin") }) };
}

/** An answer that does not come in time is none. */
async function inTime<T>(
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T | { readonly unreachable: string }> {
  const signal = AbortSignal.timeout(ASK_MS);
  try {
    return await ask(signal);
  } catch (error) {
    if (signal.aborted) return { unreachable: "ETIMEDOUT" };
    throw error;
  }
}
