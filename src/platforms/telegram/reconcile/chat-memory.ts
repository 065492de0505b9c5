// What the account remembers of its chats while it receives and sends, so that a lost answer can be looked for; `index.ts` owns one.

import type { Platform, PlatformContext } from "../../../bridge/platform.ts";
import type { Json, RawUpdate, Sent } from "../../../model/delivery.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import type { TelegramApi } from "../api/api.ts";
import { fromDisk } from "../errors.ts";
import { createTake, markName, type Take } from "../receive/sightings.ts";
import { Gaps } from "./gaps.ts";
import { Reconciler } from "./reconcile.ts";
import { Seen } from "./seen.ts";

export interface ChatMemory
  extends Pick<Platform, "prepare" | "send">,
    Pick<Required<Platform>, "mark" | "reconcile"> {
  /** Where updates go in: noted here, stored by `accept`. */
  takeTo(accept: (raw: RawUpdate) => Promise<void>): Take;
}

/** `self` is the bot's own user id. */
export function createChatMemory(
  context: PlatformContext,
  api: TelegramApi,
  sendCall: Platform["send"],
  self: () => string,
): ChatMemory {
  const seen = new Seen();
  const gaps = new Gaps(context);
  const reconciler = new Reconciler({ context, api, seen, gaps, self });
  return {
    takeTo: (accept) => createTake(context, seen, gaps, accept),
    prepare: async (to): Promise<Json> => {
      await recall(context, seen, gaps, to);
      return null;
    },
    async send(call, to, signal) {
      const sent = await sendCall(call, to, signal);
      if (sent) await noteSent(seen, gaps, sent);
      return sent;
    },
    mark: (to) => seen.highest(to.id)?.toString(),
    reconcile: (call, to, doubt, signal) => reconciler.reconcile(call, to, doubt, signal),
  };
}

/** After a restart, how far the chat had been seen; asked once for each. @throws PlatformError */
async function recall(
  { state }: PlatformContext,
  seen: Seen,
  gaps: Gaps,
  to: ConversationRef,
): Promise<void> {
  if (seen.recalled(to.id)) return;
  const mark = Number(await fromDisk(state.get(markName(to.id))));
  await gaps.recall(to.id);
  seen.recall(to.id, Number.isSafeInteger(mark) ? mark : 0);
}

async function noteSent(seen: Seen, gaps: Gaps, { ref, more = [] }: Sent): Promise<void> {
  const chat = ref.conversation.id;
  for (const { id } of [ref, ...more]) seen.note(chat, Number(id));
  await gaps.end(chat, Number(ref.id));
}
