// Shows on Discord that somebody writes elsewhere; `index.ts` offers it as `typing`.

import type { PlatformContext } from "../../../bridge/platform.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import type { DiscordRest } from "../rest/rest.ts";

/** Discord, resources/channel, Trigger Typing Indicator: it is shown for 10 seconds. */
const AGAIN_MS = 8_000;

/** Once in a while for each place; whether it worked is of no account. */
export function createShowTyping(
  { clock }: Pick<PlatformContext, "clock">,
  rest: Pick<DiscordRest, "request">,
): (to: ConversationRef) => void {
  const shownAt = new Map<string, number>();
  return ({ id, thread }) => {
    const place = thread ?? id;
    const now = clock.now();
    if (now - (shownAt.get(place) ?? Number.NEGATIVE_INFINITY) < AGAIN_MS) return;
    for (const [other, at] of shownAt) if (now - at >= AGAIN_MS) shownAt.delete(other);
    shownAt.set(place, now);
    rest.request({ method: "POST", route: `/channels/${place}/typing` }).catch(() => undefined);
  };
}
