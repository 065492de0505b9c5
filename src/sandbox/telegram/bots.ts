// A bot as the simulator keeps it: its token, settings and queue of updates; made by createBot, read by everything.

import type { User } from "./types.ts";
import type { Polling } from "./updates/poll-queue.ts";
import type { UpdateKind, UpdateQueue } from "./updates/update-queue.ts";
import type { Webhook } from "./updates/webhook-delivery.ts";

export interface BotCommand {
  readonly command: string;
  readonly description: string;
}

export interface BotState {
  readonly user: User;
  readonly token: string;
  /** True: sees only what is meant for it. */
  readonly privacy: boolean;
  /** Bot-to-Bot Communication Mode: what other bots say in groups arrives, too. */
  readonly hearsBots: boolean;
  /** By scope and language, as methods/commands.ts names them. */
  readonly commands: Map<string, readonly BotCommand[]>;
  readonly updates: UpdateQueue;
  readonly polling: Polling;
  /** Undefined is the default set. Kept when webhook or getUpdates come and go. */
  allowed?: ReadonlySet<UpdateKind> | undefined;
  webhook?: Webhook | undefined;
  /** Milliseconds since 1970. */
  lastSetWebhookAt?: number;
  /** Milliseconds since 1970, for close(). */
  readonly launchedAt: number;
  /** After logOut or revoke. */
  gone?: "logged out" | "revoked";
}
