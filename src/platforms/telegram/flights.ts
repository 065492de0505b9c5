// Which creates of a chat have no answer yet, or lost it; `index.ts` notes them, `reconcile.ts` asks.

import { type ConversationRef, conversationKey } from "../../model/refs.ts";

type Flight = "flying" | "lost";

/** Owns what is known of the lanes' last creates. */
export class Flights {
  readonly #chats = new Map<string, Map<string, Flight>>();

  begin(to: ConversationRef): void {
    this.#set(to, "flying");
  }

  /** It may have taken effect, but nobody knows. */
  lose(to: ConversationRef): void {
    this.#set(to, "lost");
  }

  /** It is known what became of it. */
  settle(to: ConversationRef): void {
    const lanes = this.#chats.get(to.id);
    lanes?.delete(conversationKey(to));
    if (lanes?.size === 0) this.#chats.delete(to.id);
  }

  /** The worst that is known of the other lanes into the same chat. */
  others(to: ConversationRef): Flight | undefined {
    const lanes = [...(this.#chats.get(to.id) ?? [])].filter(([key]) => key !== conversationKey(to));
    if (lanes.some(([, flight]) => flight === "lost")) return "lost";
    return lanes.length > 0 ? "flying" : undefined;
  }

  #set(to: ConversationRef, flight: Flight): void {
    const lanes = this.#chats.get(to.id) ?? new Map<string, Flight>();
    lanes.set(conversationKey(to), flight);
    this.#chats.set(to.id, lanes);
  }
}
