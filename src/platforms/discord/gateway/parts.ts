// What a Gateway connection is made of; `index.ts` gives it, `gateway.ts` lives on it.

import type { APIGatewayBotInfo } from "discord-api-types/v10";
import type { PlatformContext } from "../../../bridge/platform.ts";
import type { RawUpdate } from "../../../model/delivery.ts";
import type { Backfill, Sink } from "../backfill/backfill.ts";
import type { Dispatch } from "./dispatch.ts";

export interface GatewayParts {
  readonly context: PlatformContext;
  readonly token: string;
  /** What is asked of a new session; the same until `mend` says otherwise. */
  readonly intents: () => number;
  /** Learns what must be known before events can be parsed. Called before each connection; cheap once it succeeded. */
  readonly prepare: (signal: AbortSignal) => Promise<void>;
  /** GET /gateway/bot. */
  readonly information: (signal: AbortSignal) => Promise<APIGatewayBotInfo>;
  /** Takes in an event and gives the update to store, if it must be. */
  readonly receive: (event: Dispatch, session: string) => Omit<RawUpdate, "position"> | undefined;
  /** After a close code that forbids to try again: true when its cause was removed just now. */
  readonly mend: (code: number, signal: AbortSignal) => Promise<boolean>;
  /** Reads what no session told. */
  readonly backfill: (sink: Sink) => Backfill;
}
