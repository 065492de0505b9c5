// What the wizard learns of a Telegram bot: whether the token is right, what it may read, where it is; `live-platforms.ts` makes it.

import { systemClock } from "../model/clock.ts";
import type { Texts } from "../model/texts.ts";
import { createApi } from "../platforms/telegram/api.ts";
import { type TelegramConfig, telegramSchema } from "../platforms/telegram/config.ts";
import { faultInWords, fieldsOf, refusalInWords, refusedIsNothing } from "./live-words.ts";
import type { SeenPlace, SetupPlatform, TelegramBot } from "./platforms.ts";

const ASK_MS = 15_000;

export function liveTelegram(
  fields: Readonly<Record<string, unknown>>,
  texts: Texts,
): SetupPlatform<TelegramBot> {
  const read = (token: string) => telegramSchema.safeParse({ ...fields, platform: "telegram", token });
  return {
    verify: async (token) => {
      const config = read(token);
      if (!config.success) return { ok: false, why: faultInWords(config.error.issues, texts) };
      try {
        const me = await createApi(config.data, systemClock).call("getMe", {}, AbortSignal.timeout(ASK_MS));
        const username = me.username ?? "";
        return {
          ok: true,
          bot: {
            username,
            seesEverything: me.can_read_all_group_messages === true,
            // Asks for the rights that a bridge uses, and nothing else.
            addLink: `https://t.me/${username}?startgroup&admin=pin_messages+delete_messages+manage_topics`,
          },
        };
      } catch (error) {
        return { ok: false, why: refusalInWords(error, "telegram", texts) };
      }
    },
    places: async (token) => {
      const config = read(token);
      return config.success ? await groupsOf(config.data) : [];
    },
  };
}

interface Chat {
  readonly id: number;
  readonly type: string;
  readonly title?: string;
}

/**
 * The groups and channels from which something waits at Telegram. Nothing is confirmed: MateBot gets all of it when it
 * starts. Where a webhook takes the updates nothing can be seen.
 */
async function groupsOf(config: TelegramConfig): Promise<readonly SeenPlace[]> {
  const api = createApi(config, systemClock);
  const signal = AbortSignal.timeout(ASK_MS);
  const updates = await refusedIsNothing(api.call("getUpdates", { limit: 100, timeout: 0 }, signal));
  const groups = new Map<number, SeenPlace>();
  const gone = new Set<number>();
  for (const update of updates ?? []) {
    for (const part of Object.values(update) as readonly unknown[]) {
      const { chat, new_chat_member: own, migrate_to_chat_id: moved } = fieldsOf(part);
      const { id, type, title } = fieldsOf(chat) as Partial<Chat>;
      if (id === undefined || type === undefined || type === "private") continue;
      const status = "my_chat_member" in update ? fieldsOf(own).status : undefined;
      if (moved !== undefined || status === "left" || status === "kicked") gone.add(id);
      else gone.delete(id);
      groups.set(id, { id: String(id), title: title ?? String(id) });
    }
  }
  return [...groups].flatMap(([id, place]) => (gone.has(id) ? [] : [place]));
}
