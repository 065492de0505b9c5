// Makes one create request from the text and the files it shall hold; `render.ts` and `joined.ts` call it.

import { createHash } from "node:crypto";
import type { Part } from "../../../model/delivery.ts";
import type { Message } from "../../../model/message.ts";
import { type ConversationRef, conversationKey } from "../../../model/refs.ts";
import { type CreateRequest, frozen } from "../request.ts";
import { hashOf } from "./form-hash.ts";

/** Discord, resources/message: content up to 2000 characters, counted as code points (api-docs #1315). */
export const maxContent = 2000;

/** Discord refuses what is empty after trimming; an italic space is a message that shows nothing. */
export const nothing = "_ _";

// Discord, resources/message, Message Flags.
export const suppressEmbeds = 1 << 2;
export const suppressNotifications = 1 << 12;
export const isVoiceMessage = 1 << 13;

/** What a create holds beside its content and its place. */
export type Beside = Omit<CreateRequest, "kind" | "channel" | "thread" | "content" | "nonce" | "hash">;

/** `source` names what the part is made from: with the place and the form it gives the nonce. */
export function createPart(content: string, to: ConversationRef, source: string, more: Beside): Part {
  const files = more.files?.map(({ file }) => file);
  const hash = hashOf({ ...more, content, files: files ?? [] });
  const nonce = createHash("sha256")
    .update(`${source}>${conversationKey(to)}:${hash}`)
    .digest("base64url");
  const request: CreateRequest = {
    ...{ kind: "create", ...placeOf(to), ...more, content, nonce: nonce.slice(0, 25) },
    ...(files && { hash }),
  };
  return { hash, request: frozen(request) };
}

export function placeOf({ id, thread }: ConversationRef): {
  readonly channel: string;
  readonly thread?: string;
} {
  return thread === undefined ? { channel: id } : { channel: id, thread };
}

/** No previews where one of the authors wants none, no sound where none of them wants one. */
export function flagsOf(messages: readonly Message[]): { readonly flags?: number } {
  const flags =
    (messages.some(({ previews }) => previews === false) ? suppressEmbeds : 0) |
    (messages.length > 0 && messages.every(({ silent }) => silent) ? suppressNotifications : 0);
  return flags === 0 ? {} : { flags };
}

/** Characters that show nothing are stripped by Discord before it looks whether anything is left. */
export function isVisible(content: string): boolean {
  return withoutInvisible(content) !== "";
}

/** What is left of a content when everything is gone that Discord may strip. */
export function withoutInvisible(content: string): string {
  return content.replace(/[\s\p{Cc}\p{Cf}\u115f\u1160\u2800\u3164\uffa0]/gu, "");
}

export function codePoints(value: string): number {
  return [...value].length;
}

/** The first so many characters, and at most as many as a message holds. */
export function cutContent(value: string): string {
  return codePoints(value) <= maxContent ? value : `${[...value].slice(0, maxContent - 1).join("")}…`;
}
