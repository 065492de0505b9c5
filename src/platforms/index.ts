// The only list of platforms, by the name that `platform:` has in matebot.yaml; config and `app.ts` read it.

import type { z } from "zod";
import type { ExamineContext } from "../bridge/examine.ts";
import type { Platform, PlatformContext } from "../bridge/platform.ts";
import type { Diagnosis } from "../model/diagnosis.ts";
import type { MessageRef } from "../model/refs.ts";
import { conversationIdFault as discordIdFault, discordSchema } from "./discord/config.ts";
import { examine as examineDiscord } from "./discord/examine/examine.ts";
import { createDiscord } from "./discord/index.ts";
import * as discordLinks from "./discord/link.ts";
import { conversationIdFault as telegramIdFault, telegramSchema } from "./telegram/config.ts";
import { examine as examineTelegram } from "./telegram/examine/examine.ts";
import { createTelegram } from "./telegram/index.ts";
import * as telegramLinks from "./telegram/link.ts";

/** How people and updates point at messages. Pure: it needs no account that is connected. */
export interface MessageLinks {
  /** What a link points at; `@name` when it names the conversation so. Undefined when it is no link to a message. */
  messageLink(link: string): { readonly conversation: string; readonly message: string } | undefined;
  /** A link that opens the message. `seen` are updates of its conversation, which may say more than the ref. */
  linkTo(ref: MessageRef, seen: readonly string[]): string | undefined;
  /** A text that stands in the body of every update about this message, and in few others. */
  trail(message: string): string;
  /** What an update says of this message; undefined when it is about another, or cannot be read. */
  tellsOf(body: string, conversation: string, message: string): "created" | "edited" | "deleted" | undefined;
  /** The id of the conversation that bears this public name according to an update. */
  namedIn?(body: string, name: string): string | undefined;
}

export interface PlatformKind {
  readonly links: MessageLinks;
  /** A message's id tells it from all others of the platform, not only from those of its conversation. */
  readonly uniqueMessageIds: boolean;
  /** Of everything under `accounts.<name>`, secrets resolved. Parsing what it made gives the same again. */
  readonly schema: z.ZodType;
  /** The key of the sentence that says why this is no conversation of the platform; undefined when it may be one. */
  conversationIdFault(id: string, thread?: string): string | undefined;
  /** What is wrong with an account; changes nothing there. Never rejects. */
  examine?(context: ExamineContext, settings: unknown): Promise<readonly Diagnosis[]>;
  /** @throws when `settings` are not what `schema` makes. */
  create(context: PlatformContext, settings: unknown): Platform;
}

export type PlatformName = "telegram" | "discord";

export const platforms: Readonly<Record<PlatformName, PlatformKind>> = {
  telegram: {
    ...kind(telegramSchema, createTelegram, telegramIdFault, examineTelegram),
    links: telegramLinks,
    uniqueMessageIds: false,
  },
  discord: {
    ...kind(discordSchema, createDiscord, discordIdFault, examineDiscord),
    links: discordLinks,
    uniqueMessageIds: true,
  },
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
  examine?: (context: ExamineContext, config: T) => Promise<readonly Diagnosis[]>,
): Pick<PlatformKind, "schema" | "conversationIdFault" | "examine" | "create"> {
  return {
    schema,
    conversationIdFault,
    ...(examine && { examine: (context, settings) => examine(context, schema.parse(settings)) }),
    create: (context, settings) => create(context, schema.parse(settings)),
  };
}
