// Which posts of a channel are others', when the bot may edit them and no probe can tell; `reconcile.ts` asks.

import type { PlatformContext } from "../../../bridge/platform.ts";
import { sleep } from "../../../model/clock.ts";
import { PlatformError } from "../../../model/errors.ts";
import type { TelegramApi } from "../api/api.ts";
import { fromDisk } from "../errors.ts";
import { postsPrefix } from "../receive/sightings.ts";
import type { Gaps } from "./gaps.ts";

/** Within this time of being posted, a post is an update in Telegram's queue. */
const settleMs = 5_000;
/** How often the queue is looked at until nobody can tell any more: ten minutes, however the clock is set. */
const mostLooks = 300;
/** Telegram drops updates after 24 hours: of an older doubt the posts may be lost. */
const tellableMs = 23 * 60 * 60_000;
/** The journal is searched from so long before the doubt, for clocks may have been set. */
const marginMs = 24 * 60 * 60_000;

interface Parts {
  readonly context: PlatformContext;
  readonly api: TelegramApi;
  readonly gaps: Gaps;
  /** The bot's own user id. */
  readonly self: () => string;
}

/**
 * Every post of others comes as an update, those of other bots too, and is in the journal before it is acknowledged.
 * So once Telegram's queue is empty, what the journal does not know was posted by us. Owns what is known of one doubt.
 */
export class ChannelPosts {
  readonly #context: PlatformContext;
  readonly #api: TelegramApi;
  readonly #gaps: Gaps;
  readonly #chat: string;
  readonly #since: number;
  readonly #after: number;
  readonly #self: string;
  #ids: ReadonlySet<number> = new Set();
  #mayEdit: boolean | undefined;
  #settledAt = 0;
  #looks = 0;

  /** The doubt is from `since` (milliseconds since 1970), about ids above `after`. */
  constructor(parts: Parts, chat: string, since: number, after: number) {
    this.#context = parts.context;
    this.#api = parts.api;
    this.#gaps = parts.gaps;
    this.#self = parts.self();
    this.#chat = chat;
    this.#since = since;
    this.#after = after;
  }

  has(id: number): boolean {
    return this.#ids.has(id);
  }

  /** Bot API, ChatMemberAdministrator: only channels have the right to edit messages. @throws PlatformError */
  async mayEditOthers(signal: AbortSignal): Promise<boolean> {
    this.#mayEdit ??= await this.#askRight(signal);
    return this.#mayEdit;
  }

  async #askRight(signal: AbortSignal): Promise<boolean> {
    const ids = { chat_id: Number(this.#chat), user_id: Number(this.#self) };
    const member = await this.#api.call("getChatMember", ids, signal);
    return member.status === "administrator" && member.can_edit_messages === true;
  }

  /** A post answered that the journal does not know: whose it is can be said when it must have been told. */
  doubt(): void {
    this.#settledAt = this.#context.clock.now() + settleMs;
  }

  /** Waits until the doubtful posts must be told, and are. False when that cannot be known. @throws PlatformError */
  async settled(signal: AbortSignal): Promise<boolean> {
    const { clock } = this.#context;
    await sleep(clock, Math.max(0, this.#settledAt - clock.now()), signal);
    return !signal.aborted && (await this.allTold(signal));
  }

  /** Has Telegram told all it has to tell? Learns the posts then. @throws PlatformError `wait` as long as it has not */
  async allTold(signal: AbortSignal): Promise<boolean> {
    const { clock, received } = this.#context;
    if (clock.now() - this.#since > tellableMs) return false;
    if (await this.#gaps.hides(this.#chat, this.#after)) return false;
    const { pending_update_count: pending } = await this.#api.call("getWebhookInfo", {}, signal);
    if (pending > 0) {
      this.#looks += 1;
      if (this.#looks > mostLooks) return false;
      throw untold();
    }
    const prefix = postsPrefix(this.#chat);
    const keys = await fromDisk(received(prefix, this.#since - marginMs));
    this.#ids = new Set(keys.map((key) => Number.parseInt(key.slice(prefix.length), 10)));
    return true;
  }
}

/** What Telegram still has to tell may answer the question: it is asked again in a moment. */
export function untold(): PlatformError {
  return new PlatformError("telegram.untold", "Telegram has updates to tell first", {
    kind: "wait",
    ms: 2_000,
  });
}
