// Which intent lets which event through, and which intents are privileged; the Gateway asks here.

import type { BotRecord } from "../records.ts";
import type { Dispatch } from "../world.ts";

// Discord docs, events/gateway: list of intents.
export const INTENT = {
  GUILDS: 1 << 0,
  GUILD_MEMBERS: 1 << 1,
  GUILD_MODERATION: 1 << 2,
  GUILD_WEBHOOKS: 1 << 5,
  GUILD_PRESENCES: 1 << 8,
  GUILD_MESSAGES: 1 << 9,
  GUILD_MESSAGE_REACTIONS: 1 << 10,
  GUILD_MESSAGE_TYPING: 1 << 11,
  DIRECT_MESSAGES: 1 << 12,
  DIRECT_MESSAGE_REACTIONS: 1 << 13,
  DIRECT_MESSAGE_TYPING: 1 << 14,
  MESSAGE_CONTENT: 1 << 15,
  GUILD_EXPRESSIONS: 1 << 3,
  GUILD_MESSAGE_POLLS: 1 << 24,
  DIRECT_MESSAGE_POLLS: 1 << 25,
} as const;

// Bits 0-16, 20, 21, 24, 25; others are refused with 4013.
const KNOWN = 0x1ffff | (3 << 20) | (3 << 24);

// An application may use a privileged intent when its full or its _LIMITED flag is set.
const PRIVILEGED: readonly { readonly intent: number; readonly flags: number }[] = [
  { intent: INTENT.GUILD_PRESENCES, flags: (1 << 12) | (1 << 13) },
  { intent: INTENT.GUILD_MEMBERS, flags: (1 << 14) | (1 << 15) },
  { intent: INTENT.MESSAGE_CONTENT, flags: (1 << 18) | (1 << 19) },
];

/** The close code these intents deserve: 4013 invalid, 4014 not switched on; undefined when all is well. */
export function refuseIntents(bot: BotRecord, intents: unknown): 4013 | 4014 | undefined {
  if (typeof intents !== "number" || !Number.isInteger(intents) || intents < 0) return 4013;
  if (intents > 2 ** 31 - 1 || (intents & ~KNOWN) !== 0) return 4013;
  const missing = PRIVILEGED.some(
    ({ intent, flags }) => (intents & intent) !== 0 && (bot.flags & flags) === 0,
  );
  return missing ? 4014 : undefined;
}

/** The intents of which one is needed; 0 when the event comes to everybody. */
export function neededIntents(dispatch: Dispatch): number {
  const direct = dispatch.guildId === undefined;
  const { type } = dispatch;
  if (type.startsWith("MESSAGE_REACTION"))
    return direct ? INTENT.DIRECT_MESSAGE_REACTIONS : INTENT.GUILD_MESSAGE_REACTIONS;
  if (type.startsWith("MESSAGE_POLL"))
    return direct ? INTENT.DIRECT_MESSAGE_POLLS : INTENT.GUILD_MESSAGE_POLLS;
  if (type === "GUILD_EMOJIS_UPDATE" || type === "GUILD_STICKERS_UPDATE") return INTENT.GUILD_EXPRESSIONS;
  if (type.startsWith("MESSAGE_")) return direct ? INTENT.DIRECT_MESSAGES : INTENT.GUILD_MESSAGES;
  if (type === "TYPING_START") return direct ? INTENT.DIRECT_MESSAGE_TYPING : INTENT.GUILD_MESSAGE_TYPING;
  if (type === "CHANNEL_PINS_UPDATE") return direct ? INTENT.DIRECT_MESSAGES : INTENT.GUILDS;
  if (type === "WEBHOOKS_UPDATE") return INTENT.GUILD_WEBHOOKS;
  if (/^GUILD_(BAN|AUDIT_LOG)_/.test(type)) return INTENT.GUILD_MODERATION;
  if (type.startsWith("GUILD_MEMBER_")) return INTENT.GUILD_MEMBERS;
  return /^(GUILD|CHANNEL|THREAD)_/.test(type) ? INTENT.GUILDS : 0;
}
