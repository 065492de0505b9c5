// What the senders of requests work with, and what every request has in common; `api.ts` hands it to them.

import type { PlatformContext } from "../../../bridge/platform.ts";
import type { Sent } from "../../../model/delivery.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import type { GuildDirectory } from "../account/guild-directory.ts";
import { type ExtraRight, extraRights } from "../account/permissions.ts";
import { badWebhookToken, DiscordError, unknownWebhook } from "../errors.ts";
import type { Faces } from "../files/faces.ts";
import type { DiscordRequest } from "../request.ts";
import type { DiscordRest } from "../rest/rest.ts";
import type { Puppets } from "./puppets.ts";

export interface SendParts {
  readonly context: Pick<PlatformContext, "texts" | "media" | "log">;
  readonly rest: DiscordRest;
  readonly puppets: Puppets;
  readonly directory: GuildDirectory;
  readonly faces: Faces;
}

/** Nobody but these is ever pinged; an edit without it would parse mentions anew with Discord's defaults. */
export function mentioning(mentions: readonly string[] | undefined): object {
  return { allowed_mentions: { parse: [], ...(mentions && { users: mentions }) } };
}

export function placeIn(request: Pick<DiscordRequest, "channel" | "thread">): string {
  return request.thread ?? request.channel;
}

/** The webhook is the parent channel's: the thread must be named at every request. */
export function threadQuery(request: Pick<DiscordRequest, "thread">): Record<string, string> {
  return request.thread === undefined ? {} : { thread_id: request.thread };
}

export function sentAs(message: unknown, to: ConversationRef, via?: string): Sent {
  const id = message instanceof Object && "id" in message ? String(message.id) : undefined;
  if (id === undefined) {
    throw new DiscordError("discord.bad-answer", "a message without an id", {
      kind: "retry",
      maybeDelivered: true,
    });
  }
  const ref = { conversation: to, id };
  return via === undefined ? { ref } : { ref, via };
}

/** The webhook is no more, or has another token. */
export function isDead(error: unknown): boolean {
  return error instanceof DiscordError && (error.json === unknownWebhook || error.json === badWebhookToken);
}

/** Unknown rights count as held: Discord will tell. */
export function mayNow(
  { directory }: Pick<SendParts, "directory">,
  to: ConversationRef,
  right: ExtraRight,
): boolean {
  const bits = directory.permissions(to.id);
  return bits === undefined || (bits & extraRights[right]) !== 0n;
}
