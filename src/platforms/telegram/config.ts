// The section of a Telegram account in matebot.yaml; `src/platforms/index.ts` lists it, `src/config.ts` checks with it.

import { z } from "zod";

const cloud = "api.telegram.org";

// Bot API server, ClientManager.cpp: `<bot id>:<secret>`, at most 80 characters, not starting with 0.
const tokenShape = /^[1-9]\d*:[\w-]+$/;

/** Messages of the schema are keys of locales/<language>/telegram-account.json. */
export const telegramSchema = z.strictObject({
  platform: z.literal("telegram"),
  /** The secret itself: `env:` and `file:` are resolved before. */
  token: z
    .string()
    .regex(tokenShape, "telegram-account.config.bad-token")
    .max(80, "telegram-account.config.bad-token"),
  /** Where the Bot API is; without a trailing slash once parsed. */
  api: z
    .url({ protocol: /^https?$/, error: "telegram-account.config.bad-api" })
    .default(`https://${cloud}`)
    .transform((url) => url.replace(/\/+$/, "")),
  updates: z.enum(["auto", "webhook", "polling"]).default("auto"),
  /** `none`: the server behind `api` takes as much as comes. */
  limits: z.enum(["auto", "none"]).default("auto"),
  /** `link`: the author's name leads to their page on the other platform. */
  profiles: z.enum(["none", "link"]).default("none"),
});

export type TelegramConfig = z.infer<typeof telegramSchema>;

/** Telegram's own server, which demands more of a webhook than a local one or the sandbox. */
export function isCloud(config: TelegramConfig): boolean {
  return new URL(config.api).hostname === cloud;
}

/** The key of the sentence that says what is wrong with a conversation's id, if anything is. */
export function conversationIdFault(id: string, thread?: string): string | undefined {
  if (!/^-?[1-9]\d{0,15}$/.test(id)) return "telegram-account.config.bad-chat-id";
  if (thread !== undefined && !/^[1-9]\d{0,9}$/.test(thread)) return "telegram-account.config.bad-topic-id";
  return undefined;
}
