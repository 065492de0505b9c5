// What each platform is given to live on; `app.ts` makes one for every account.

import type { BridgeTable } from "./bridge/bridge-table.ts";
import type { Lanes } from "./bridge/lanes.ts";
import type { MediaPort } from "./bridge/media-port.ts";
import type { Platform, PlatformContext } from "./bridge/platform.ts";
import type { Log } from "./bridge/ports.ts";
import type { RobotPort } from "./bridge/social.ts";
import type { Store } from "./bridge/store-port.ts";
import type { Config } from "./config.ts";
import type { Redactor } from "./log.ts";
import type { Clock } from "./model/clock.ts";
import type { ConversationRef } from "./model/refs.ts";
import type { Texts } from "./model/texts.ts";
import type { Health } from "./web/health.ts";
import type { Web } from "./web/web.ts";

/** What all accounts share. */
export interface Shared {
  readonly config: Pick<Config, "robot">;
  readonly log: Log;
  readonly texts: Texts;
  readonly clock: Clock;
  readonly random: () => number;
  readonly health: Health;
  readonly store: Store;
  readonly table: BridgeTable;
  readonly web: Web | undefined;
  readonly media: MediaPort;
  readonly platform: (account: string) => Platform;
  readonly halt: (account: string, reason: string) => void;
  readonly robot: RobotPort;
  readonly redactor: Redactor;
  readonly recovered: Lanes["recovered"];
  /** Told of every secret that is learned while running. */
  readonly addSecret: (value: string) => void;
}

export function contextFor(account: string, shared: Shared): PlatformContext {
  const { log, texts, clock, random, health, store, table, web, media, halt, redactor, recovered } = shared;
  const { robot } = shared;
  return {
    ...{ account, log, clock, random, texts, health, media, robot },
    ...(web && { web: web.port }),
    shows: table.shows,
    mayShow: (what) => shared.config.robot.show?.[what] === true,
    conversations: () => table.conversations(account),
    face: async (user, hash, signal) => shared.platform(user.account).face?.(user, hash, signal),
    typing: (conversation) => showTyping(conversation, shared),
    state: {
      get: (name) => store.transaction((tx) => tx.state.get(account, name)),
      set: (name, value) => store.transaction((tx) => tx.state.set(account, name, value)),
    },
    halt: (reason) => halt(account, reason),
    recovered: (to) => recovered(account, to),
    received: (prefix, since) => store.transaction((tx) => tx.journal.keys(account, prefix, since)),
    secret: (value) => {
      redactor.add(value);
      shared.addSecret(value);
    },
  };
}

/** On its way now or never: it is kept nowhere, and a thread shows it in its chat. */
function showTyping(conversation: ConversationRef, { table, platform }: Shared): void {
  if (!table.shows(conversation, "typing")) return;
  for (const to of table.others(conversation)) platform(to.account).typing?.(to);
}
