// What the account remembers of its chats while it receives and sends, so that a lost answer can be looked for; `index.ts` owns one.

import type { Platform, PlatformContext } from "../../bridge/platform.ts";
import type { Json, RawUpdate } from "../../model/delivery.ts";
import { PlatformError } from "../../model/errors.ts";
import type { ConversationRef } from "../../model/refs.ts";
import type { TelegramApi } from "./api.ts";
import { fromDisk } from "./errors.ts";
import { Flights } from "./flights.ts";
import { Reconciler } from "./reconcile.ts";
import { hasOwnCounter, Seen } from "./seen.ts";
import { createTake, postName, type Take } from "./sightings.ts";

export interface ChatMemory
  extends Pick<Platform, "prepare" | "send">,
    Pick<Required<Platform>, "mark" | "reconcile"> {
  /** Where updates go in: noted here, stored by `accept`. */
  takeTo(accept: (raw: RawUpdate) => Promise<void>): Take;
}

/** `self` is the bot's own user id. */
export function createChatMemory(context: PlatformContext, api: TelegramApi, self: () => string): ChatMemory {
  const seen = new Seen();
  const flights = new Flights();
  const reconciler = new Reconciler({ context, api, seen, flights, self });
  return {
    takeTo: (accept) => createTake(context, seen, accept),
    prepare: async (to): Promise<Json> => {
      await recallPosts(context, seen, to);
      return null;
    },
    async send(call, to, signal) {
      if (call.op !== "create") return await api.send(call, to, signal);
      flights.begin(to);
      try {
        const sent = await api.send(call, to, signal);
        if (sent) seen.note(to.id, Number(sent.ref.id));
        flights.settle(to);
        return sent;
      } catch (error) {
        if (mayStand(error)) flights.lose(to);
        else flights.settle(to);
        throw error;
      }
    },
    mark: (to) => seen.highest(to.id)?.toString(),
    reconcile: (call, to, doubt, signal) => reconciler.reconcile(call, to, doubt, signal),
  };
}

/** After a restart, the newest post of others that was ever seen; asked once for each channel. */
async function recallPosts({ state }: PlatformContext, seen: Seen, to: ConversationRef): Promise<void> {
  if (!hasOwnCounter(to.id) || seen.knows(to.id)) return;
  const newest = Number(await fromDisk(state.get(postName(to.id))));
  if (newest > 0) seen.note(to.id, newest, true);
  else seen.expect(to.id);
}

/** The message may have been made in spite of the error. */
function mayStand(error: unknown): boolean {
  if (!(error instanceof PlatformError)) return true;
  return error.fate.kind === "retry" && error.fate.maybeDelivered;
}
