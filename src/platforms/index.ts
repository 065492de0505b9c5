// The only list of platforms, by the name that `platform:` has in matebot.yaml; config and `app.ts` read it.

import type { z } from "zod";
import type { Platform, PlatformContext } from "../bridge/platform.ts";
import { conversationIdFault as discordIdFault, discordSchema } from "./discord/config.ts";
import { createDiscord } from "./discord/index.ts";
import { conversationIdFault as telegramIdFault, telegramSchema } from "./telegram/config.ts";
import { createTelegram } from "./telegram/index.ts";

export interface PlatformKind {
  /** Of everything under `accounts.<name>`, secrets resolved. Parsing what it made gives the same again. */
  readonly schema: z.ZodType;
  /** The key of the sentence that says why this is no conversation of the platform; undefined when it may be one. */
  conversationIdFault(id: string, thread?: string): string | undefined;
  /** @throws when `settings` are not what `schema` makes. */
  create(context: PlatformContext, settings: unknown): Platform;
}

export type PlatformName = "telegram" | "discord";

export const platforms: Readonly<Record<PlatformName, PlatformKind>> = {
  telegram: kind(telegramSchema, createTelegram, telegramIdFault),
  discord: kind(discordSchema, createDiscord, discordIdFault),
};

/** @throws when no platform has that name, which the configuration's check excludes. */
export function createPlatform(name: string, settings: unknown, context: PlatformContext): Platform {
  const found = Object.entries(platforms).find(([known]) => known === name)?.[1];
  if (!found) throw new Error(`no platform is called ${name}`);
  return found.create(context, settings);
}

/** Hides the type of the settings, so that the list can be walked by name; the schema restores it. */
function kind<T>(
  schema: z.ZodType<T>,
  create: (context: PlatformContext, config: T) => Platform,
  conversationIdFault: PlatformKind["conversationIdFault"],
): PlatformKind {
  return {
    schema,
    conversationIdFault,
    create: (context, settings) => create(context, schema.parse(settings)),
  };
}
