// Tells where somebody writes; `receive.ts` asks about each event.

import type { ConversationRef } from "../../../model/refs.ts";
import { conversationOf, type Scene } from "../parse/names.ts";
import { type Dispatch, isBridged } from "./dispatch.ts";

/** Undefined for other events, for the bot itself, and for places that are not bridged. */
export function typingOf(
  { t, d }: Pick<Dispatch, "t" | "d">,
  bridged: readonly ConversationRef[],
  scene: Scene,
): ConversationRef | undefined {
  if (t !== "TYPING_START") return undefined;
  const { channel_id: channel, user_id: user } = Object(d) as { channel_id?: string; user_id?: string };
  if (channel === undefined || user === scene.directory.self.userId) return undefined;
  return isBridged(channel, bridged, scene.directory) ? conversationOf(channel, scene) : undefined;
}
