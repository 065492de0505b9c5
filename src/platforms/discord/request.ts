// The requests that the renderers make, the outbox freezes and `api.ts` sends; plain JSON, without any token.

import type { Want } from "../../bridge/media-port.ts";
import type { Resolved } from "../../bridge/platform.ts";
import type { FileAttachment } from "../../model/attachment.ts";
import type { Keyboard } from "../../model/buttons.ts";
import type { Json } from "../../model/delivery.ts";
import type { ThreadChange } from "../../model/event.ts";
import type { UserRef } from "../../model/refs.ts";

/** What `prepare` tells the renderer about a destination. */
export interface DiscordPrepared {
  /** True when a webhook of ours can speak under other names here. */
  readonly puppets: boolean;
  /** The guild of the channel, for jump links. */
  readonly guild?: string;
  /** How large a file may be there; absent: as large as anywhere. */
  readonly fileBytes?: number;
}

export function preparedOf(known: Resolved): DiscordPrepared {
  return known.prepared as unknown as DiscordPrepared;
}

/** A file and the forms in which Discord takes it. */
export interface FileOrder {
  readonly file: FileAttachment;
  readonly wants: readonly [Want, ...Want[]];
}

/** An attachment that stands in the message already: the how manyth, and what is said of it now. */
export interface KeptFile {
  readonly kept: number;
  readonly file: FileAttachment;
}

/** Discord, resources/poll, Poll Create Request. */
export interface PollOrder {
  readonly question: { readonly text: string };
  readonly answers: readonly { readonly poll_media: { readonly text: string } }[];
  /** Hours. */
  readonly duration: number;
  readonly allow_multiselect: boolean;
  readonly layout_type: 1;
}

interface Place {
  readonly channel: string;
  readonly thread?: string;
}

interface Words {
  readonly content: string;
  readonly flags?: number;
  /** People of Discord whom the content names and who are told of it. */
  readonly mentions?: readonly string[];
  /** Of the robot's own words only; in an edit all it has then, [] takes them away. */
  readonly buttons?: Keyboard;
}

export interface CreateRequest extends Place, Words {
  readonly kind: "create";
  /**
   * The name to speak under; absent: the bot itself speaks. `told`: the content says itself who speaks. `user` and
   * `face` lead to the picture.
   */
  readonly puppet?: {
    readonly name: string;
    readonly told?: true;
    readonly user?: UserRef;
    readonly face?: string;
  };
  /** The same at every attempt; used where Discord knows nonces (bot messages). At most 25 characters. */
  readonly nonce: string;
  readonly files?: readonly FileOrder[];
  /** The one file is a voice message of the bot's. */
  readonly voice?: true;
  readonly poll?: PollOrder;
  /** The message it answers; of the bot only. */
  readonly reply?: string;
  /** Tells the form; what a file could not be changes it. */
  readonly hash?: string;
}

export interface EditRequest extends Place, Words {
  readonly kind: "edit";
  readonly message: string;
  /** The webhook that sent it; absent: the bot. */
  readonly via?: string;
  /** All files it has then, in order; absent: they stay as they are. */
  readonly files?: readonly (FileOrder | KeptFile)[];
  /** How many attachments should stand there now. */
  readonly standing?: number;
  readonly hash?: string;
}

export interface DeleteRequest extends Place {
  readonly kind: "delete";
  readonly message: string;
  readonly via?: string;
}

/** Unicode without U+FE0F, or `name:id` of a custom emoji. */
export interface ReactRequest extends Place {
  readonly kind: "react";
  readonly message: string;
  readonly emoji: string;
  readonly on: boolean;
}

export interface PinRequest extends Place {
  readonly kind: "pin";
  readonly message: string;
  readonly on: boolean;
}

export interface PollEndRequest extends Place {
  readonly kind: "poll-end";
  readonly message: string;
}

export interface ThreadRequest {
  readonly kind: "thread";
  readonly channel: string;
  readonly thread: string;
  readonly change: Exclude<ThreadChange, "created">;
  readonly name?: string;
}

export type DiscordRequest =
  | CreateRequest
  | EditRequest
  | DeleteRequest
  | ReactRequest
  | PinRequest
  | PollEndRequest
  | ThreadRequest;

/** As the outbox keeps it. */
export function frozen(request: DiscordRequest): Json {
  return request as unknown as Json;
}
