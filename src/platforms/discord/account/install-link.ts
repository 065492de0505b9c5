// The link that adds the bot to a guild with exactly the rights it needs; the account's log, setup and doctor show it.

/** Discord, topics/permissions: each right the bot asks for, its bit, and what it is for. */
export const NEEDED_RIGHTS = [
  ["MANAGE_CHANNELS", 1n << 4n, "makes the private channel that holds people's pictures"],
  ["ADD_REACTIONS", 1n << 6n, "shows reactions"],
  ["VIEW_CHANNEL", 1n << 10n, "sees the bridged channels"],
  ["SEND_MESSAGES", 1n << 11n, "speaks where it has no webhook"],
  ["MANAGE_MESSAGES", 1n << 13n, "removes what was deleted on the other side"],
  ["EMBED_LINKS", 1n << 14n, "lets links show their preview"],
  ["ATTACH_FILES", 1n << 15n, "carries files"],
  ["READ_MESSAGE_HISTORY", 1n << 16n, "reads what was said while it was away, and answers messages"],
  ["USE_EXTERNAL_EMOJIS", 1n << 18n, "shows emoji of other guilds"],
  ["MANAGE_WEBHOOKS", 1n << 29n, "speaks under people's names"],
  ["MANAGE_THREADS", 1n << 34n, "closes and opens threads as topics are"],
  ["CREATE_PUBLIC_THREADS", 1n << 35n, "opens a thread for a new topic"],
  ["SEND_MESSAGES_IN_THREADS", 1n << 38n, "speaks in threads"],
  ["SEND_VOICE_MESSAGES", 1n << 46n, "carries voice messages"],
  ["SEND_POLLS", 1n << 49n, "carries polls"],
  ["PIN_MESSAGES", 1n << 51n, "pins and unpins"],
] as const satisfies readonly (readonly [string, bigint, string])[];

/** The sum of `NEEDED_RIGHTS`, as the link has it. */
export const NEEDED_BITS: bigint = NEEDED_RIGHTS.reduce((sum, [, bit]) => sum | bit, 0n);

/** What the robot may do to people for moderators, and with what it tells who of them did it. */
export const ROBOT_RIGHTS = [
  ["KICK_MEMBERS", 1n << 1n, "puts people out"],
  ["BAN_MEMBERS", 1n << 2n, "bans people and lets them in again"],
  ["VIEW_AUDIT_LOG", 1n << 7n, "tells which moderator did something"],
  ["MODERATE_MEMBERS", 1n << 40n, "silences people for a time"],
] as const satisfies readonly (readonly [string, bigint, string])[];

const ROBOT_BITS = ROBOT_RIGHTS.reduce((sum, [, bit]) => sum | bit, NEEDED_BITS);

/** Opens Discord's own page where somebody with MANAGE_GUILD chooses the guild. */
export function installLink(applicationId: string): string {
  return linkFor(applicationId, NEEDED_BITS);
}

/** The same with the rights of the robot. */
export function robotLink(applicationId: string): string {
  return linkFor(applicationId, ROBOT_BITS);
}

function linkFor(applicationId: string, rights: bigint): string {
  const scope = "bot%20applications.commands";
  return `https://discord.com/oauth2/authorize?client_id=${applicationId}&scope=${scope}&permissions=${rights}`;
}
