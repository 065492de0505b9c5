// Times in which a channel's posts were not told, because the bot was not in it; what others posted then nobody knows.

import type { PlatformContext } from "../../../bridge/platform.ts";
import { fromDisk } from "../errors.ts";

const OPEN = "open";

/**
 * A gap is open until a message is seen that came after it, and hides what lies before that message. Owns which
 * gaps are known to be open; all are kept in the account's state.
 */
export class Gaps {
  readonly #context: PlatformContext;
  readonly #open = new Set<string>();
  /** Where gaps have ended that are still kept as open. */
  readonly #ended = new Map<string, number>();

  constructor(context: PlatformContext) {
    this.#context = context;
  }

  /** The bot is in the channel again. */
  async begin(chat: string): Promise<void> {
    await this.#context.state.set(nameOf(chat), OPEN);
    this.#open.add(chat);
    this.#ended.delete(chat);
  }

  /** After a restart. @throws PlatformError */
  async recall(chat: string): Promise<void> {
    if ((await fromDisk(this.#context.state.get(nameOf(chat)))) === OPEN) this.#open.add(chat);
  }

  /** A message came, or one of ours was answered. What goes wrong here concerns neither. */
  async end(chat: string, id: number): Promise<void> {
    if (!this.#open.has(chat)) return;
    const { account, log, state } = this.#context;
    const ended = this.#ended.get(chat) ?? id;
    this.#ended.set(chat, ended);
    try {
      await state.set(nameOf(chat), String(ended));
      this.#open.delete(chat);
      this.#ended.delete(chat);
    } catch (error) {
      log.debug({ account, err: error }, "that a gap is over could not be kept; it is tried again later");
    }
  }

  /** Are there ids above `after` of which nobody knows whose they are? @throws PlatformError */
  async hides(chat: string, after: number): Promise<boolean> {
    const told = this.#ended.get(chat) ?? (await fromDisk(this.#context.state.get(nameOf(chat))));
    return told === OPEN || Number(told ?? 0) > after;
  }
}

function nameOf(chat: string): string {
  return `gap:${chat}`;
}
