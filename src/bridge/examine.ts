// What a platform is given to find out what is wrong with one of its accounts; `doctor` calls `examine` of each.

import type { Clock } from "../model/clock.ts";
import type { ConversationRef } from "../model/refs.ts";
import type { Texts } from "../model/texts.ts";

/** Nothing is changed anywhere: the doctor may run beside a running MateBot, or without one. */
export interface ExamineContext {
  readonly account: string;
  /** The bridged conversations of this account. */
  readonly conversations: readonly ConversationRef[];
  /** As a running MateBot would tell it. */
  readonly publicUrl?: URL;
  readonly ipAddress?: string;
  /** What a running MateBot uploads; undefined when a public CA vouches, or a proxy does TLS. */
  readonly certificate?: string;
  /** Reads what the account keeps; undefined also when there is no store yet. */
  readonly state: (name: string) => Promise<string | undefined>;
  readonly clock: Clock;
  readonly texts: Texts;
  readonly signal: AbortSignal;
}
