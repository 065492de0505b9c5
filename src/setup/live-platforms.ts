// Asks the real Telegram and Discord, or what stands in for them, what the wizard wants to know; `process-parts.ts` hands it on.

import type { Texts } from "../model/texts.ts";
import { liveDiscord } from "./live-discord.ts";
import { liveTelegram } from "./live-telegram.ts";
import type { PlatformName, SetupPlatforms } from "./platforms.ts";

/** So long the person is given to add the bot before they are asked again. */
const PATIENCE_MS = 15_000;

type Fields = Readonly<Record<string, unknown>>;

/** `fields`: what the configuration says of each account; `api` of it counts. */
export function livePlatforms(
  fields: Readonly<Record<PlatformName, Fields>>,
  texts: Texts,
  patienceMs = PATIENCE_MS,
): SetupPlatforms {
  return {
    telegram: liveTelegram(fields.telegram, texts, patienceMs),
    discord: liveDiscord(fields.discord, texts, patienceMs),
  };
}
