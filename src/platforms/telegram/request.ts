// The requests that the renderers make, the outbox freezes and `send.ts` sends; plain JSON, without any token.

import type { Want } from "../../bridge/media-port.ts";
import type { FileAttachment } from "../../model/attachment.ts";
import type { Json } from "../../model/delivery.ts";
import type { EntityText } from "./entities/render.ts";

export type Payload = { readonly [key: string]: Json };

/** One Bot API call: `method` and its parameters, exactly as they go out. */
export interface TelegramRequest {
  readonly kind?: undefined;
  readonly method: string;
  readonly payload: Payload;
}

/** A file, and the forms in which it may go out, best first. */
export interface FileOrder {
  readonly file: FileAttachment;
  readonly wants: readonly [Want, ...Want[]];
}

/** One message with a file, or an album; the words stand below the first. `payload` says where it goes. */
export interface FilesRequest {
  readonly kind: "files";
  readonly payload: Payload;
  readonly words: EntityText;
  readonly files: readonly FileOrder[];
}

/** Turns the message of `payload` into one with this file and these words. */
export interface FilesEdit {
  readonly kind: "edit-files";
  readonly payload: Payload;
  readonly words: EntityText;
  readonly order: FileOrder;
  /** What stands there; of `caption` the file is the same already. */
  readonly was: "text" | "media" | "caption";
}

/** Takes the file of a message that is too old to be deleted out of sight. */
export interface Tombstone {
  readonly kind: "tombstone";
  readonly payload: Payload;
  readonly words: EntityText;
  /** What the picture in its place is sent as. */
  readonly as: "photo" | "document";
}

/** Sets the first of these that is allowed; [] takes ours away. */
export interface ReactRequest {
  readonly kind: "react";
  readonly payload: Payload;
  readonly emoji: readonly string[];
}

export type FrozenRequest = TelegramRequest | FilesRequest | FilesEdit | Tombstone | ReactRequest;

/** What the outbox keeps. */
export function frozen(request: FrozenRequest): Json {
  return request as unknown as Json;
}

/** The inverse of `frozen`. */
export function thawed(request: Json): FrozenRequest {
  return request as unknown as FrozenRequest;
}

/** Who this account is, as getMe answered. */
export interface TelegramSelf {
  readonly id: string;
  readonly username: string;
  readonly name: string;
}
