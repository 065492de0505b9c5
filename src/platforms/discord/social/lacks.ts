// Which rights a bridge needs in a Discord channel, and which of them the bot lacks; `social.ts` asks. Pure.

import { isThread } from "../account/guild-store.ts";

/** Discord, topics/permissions: by the name they have in locales/<language>/discord.json under `lacks`, the most needed first. */
const NEEDED = [
  ["view", 1n << 10n],
  ["send", 1n << 11n],
  ["threads", 1n << 38n],
  ["history", 1n << 16n],
  ["webhooks", 1n << 29n],
  ["files", 1n << 15n],
  ["reactions", 1n << 6n],
  ["messages", 1n << 13n],
] as const satisfies readonly (readonly [string, bigint])[];

// Discord, resources/channel: a category, and what nobody can write in (directory).
const WORDLESS: ReadonlySet<number> = new Set([4, 14]);

/** Keys of the texts; [] when all is well. `type` is the channel's. */
export function lacksIn(bits: bigint, type: number): readonly string[] {
  if (WORDLESS.has(type)) return ["discord.lacks.text"];
  const inThread = isThread({ id: "", name: "", guild: "", type });
  const unused = inThread ? "send" : "threads";
  return NEEDED.filter(([right, bit]) => right !== unused && !(bits & bit)).map(
    ([right]) => `discord.lacks.${right}`,
  );
}

/** A channel that cannot even be seen. */
export const UNSEEN: readonly string[] = ["discord.lacks.view"];
