// The requests that the renderers make, the outbox freezes and `api.ts` sends; plain JSON, without any token.

import type { Resolved } from "../../bridge/platform.ts";

/** What `prepare` tells the renderer about a destination. */
export interface DiscordPrepared {
  /** True when a webhook of ours can speak under other names here. */
  readonly puppets: boolean;
  /** The guild of the channel, for jump links. */
  readonly guild?: string;
}

export function preparedOf(known: Resolved): DiscordPrepared {
  return known.prepared as unknown as DiscordPrepared;
}

export type DiscordRequest =
  | {
      readonly kind: "create";
      readonly channel: string;
      readonly thread?: string;
      /** The name to speak under; absent: the bot itself speaks. `told`: the content says itself who speaks. */
      readonly puppet?: { readonly name: string; readonly told?: true };
      readonly content: string;
      readonly flags?: number;
      /** The same at every attempt; used where Discord knows nonces (bot messages). At most 25 characters. */
      readonly nonce: string;
    }
  | {
      readonly kind: "edit";
      readonly channel: string;
      readonly thread?: string;
      readonly message: string;
      /** The webhook that sent it; absent: the bot. */
      readonly via?: string;
      readonly content: string;
      readonly flags?: number;
    }
  | {
      readonly kind: "delete";
      readonly channel: string;
      readonly thread?: string;
      readonly message: string;
      readonly via?: string;
    };
