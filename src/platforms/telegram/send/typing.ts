// Shows that somebody writes on the other side; the account hands it to the bridge as `typing`.

import type { Clock } from "../../../model/clock.ts";
import { type ConversationRef, conversationKey } from "../../../model/refs.ts";
import type { TelegramApi } from "../api/api.ts";
import { target } from "../render/send.ts";

/** Bot API 10.1, sendChatAction: it is shown for 5 seconds or less. */
const SHOWN_MS = 5_000;
/** Where it fails, it is not tried sooner. */
const REST_MS = 60_000;
const MOST = 1_000;

/** Owns when it may be shown again. It waits for nothing, and nothing waits for it. */
export function createTyping(
  api: Pick<TelegramApi, "post">,
  clock: Clock,
  signal: AbortSignal,
): (to: ConversationRef) => void {
  const rests = new Map<string, number>();
  return (to) => {
    const key = conversationKey(to);
    if ((rests.get(key) ?? 0) > clock.now() || signal.aborted) return;
    if (rests.size >= MOST) rests.clear();
    rests.set(key, clock.now() + SHOWN_MS);
    api
      .post("sendChatAction", { ...target(to), action: "typing" }, signal)
      .catch(() => rests.set(key, clock.now() + REST_MS));
  };
}
