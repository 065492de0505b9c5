// Tells whether a thread was closed by somebody, or has only fallen asleep; the directory calls it.

import { isId, timeOfId } from "../snowflake.ts";

export interface ThreadData {
  readonly id: string;
  readonly last_message_id?: string | null;
  readonly thread_metadata?: {
    readonly archived?: boolean;
    readonly locked?: boolean;
    readonly archive_timestamp?: string;
    /** Minutes. */
    readonly auto_archive_duration?: number;
  };
}

/** Discord archives a sleeping thread some time after its last message, and its clocks differ. */
const marginMs = 60_000;

/**
 * A locked thread is closed, and so is one that was archived. One that Discord archived by itself for want of messages
 * is not: the next message opens it again.
 */
export function isClosed({ id, last_message_id: last, thread_metadata: state }: ThreadData): boolean {
  if (state?.locked) return true;
  if (!state?.archived) return false;
  const newest = last ?? id;
  const quietMs = Date.parse(state.archive_timestamp ?? "") - (isId(newest) ? timeOfId(newest) : Number.NaN);
  const allowedMs = (state.auto_archive_duration ?? Number.POSITIVE_INFINITY) * 60_000;
  return !(quietMs >= allowedMs - marginMs);
}
