// The section of a Discord account in matebot.yaml; `src/platforms/index.ts` lists it, `src/config.ts` checks with it.

import { z } from "zod";

const cloud = "discord.com";

// Three base64url words; the exact lengths grew over the years and are not documented. A simulator may give others.
const cloudToken = /^[\w-]{8,}\.[\w-]{4,}\.[\w-]{16,}$/;
const anyToken = /^[\x21-\x7e]+$/;

// Discord snowflakes: 64 bit, 17 digits since 2015, 20 at most.
const snowflake = /^[1-9]\d{16,19}$/;

const origin = z.url({ protocol: /^https?$/, error: "discord-account.config.bad-url" });
const amiss = "discord-account.config.bad-backfill";
const countOf = (most: number) => z.number({ error: amiss }).int(amiss).max(most, amiss);
const trimmed = (url: string) => url.replace(/\/+$/, "");

/** Messages of the schema are keys of locales/<language>/discord-account.json; URLs have no trailing slash once parsed. */
export const discordSchema = z
  .strictObject({
    platform: z.literal("discord"),
    /** The secret itself: `env:` and `file:` are resolved before. */
    token: z.string(),
    api: origin.default(`https://${cloud}/api`).transform(trimmed),
    /** Stickers, emoji and avatars. */
    cdn: origin.default("https://cdn.discordapp.com").transform(trimmed),
    /** GIF stickers. */
    media: origin.default("https://media.discordapp.net").transform(trimmed),
    /** Where the pictures of people lie that nobody outside could fetch from us: a private channel; made unless told. */
    avatars: z
      .strictObject({
        show: z.boolean().default(true),
        channel: z
          .string()
          .refine((id) => snowflake.test(id), { error: "discord-account.config.bad-channel-id" })
          .optional(),
      })
      .default({ show: true }),
    /** `none`: the server behind `api` takes as much as comes. */
    limits: z.enum(["auto", "none"]).default("auto"),
    /** How commands and buttons come; `endpoint` needs an address that a public authority vouches for. */
    interactions: z.enum(["gateway", "endpoint"]).default("gateway"),
    /** Switches on, where Discord lets it, that it is told who leaves a server; that is used as soon as it is on. */
    members: z.boolean().default(false),
    /** Asks Discord to tell where the bot is added or removed; needs such an address too. */
    install_events: z.boolean().default(false),
    /** What is carried of a time in which nobody listened, in each conversation. */
    backfill: z
      .strictObject({
        messages: countOf(10_000).min(0, amiss).default(500),
        /** The journal knows for 48 hours what was received. */
        hours: countOf(48).min(1, amiss).default(24),
      })
      .default({ messages: 500, hours: 24 }),
  })
  .refine(({ api, token }) => (isCloud(api) ? cloudToken : anyToken).test(token), {
    path: ["token"],
    error: "discord-account.config.bad-token",
  });

function isCloud(api: string): boolean {
  return URL.canParse(api) && new URL(api).hostname === cloud;
}

export type DiscordConfig = z.infer<typeof discordSchema>;

/** The key of the sentence that says what is wrong with a conversation's id, if anything is. */
export function conversationIdFault(id: string, thread?: string): string | undefined {
  if (!snowflake.test(id)) return "discord-account.config.bad-channel-id";
  if (thread !== undefined && !snowflake.test(thread)) return "discord-account.config.bad-thread-id";
  return undefined;
}
