// How much may be forgotten in one go; every query that removes what is old uses it.

import type { DeleteResult } from "kysely";

/** Rows one prune removes at most, so that nobody waits for the writer: who prunes asks again until nothing is left. */
export const maxPruned = 500;

/** Runs a delete and says how many rows it removed. */
export async function countDeleted(query: {
  executeTakeFirstOrThrow(): Promise<DeleteResult>;
}): Promise<number> {
  return Number((await query.executeTakeFirstOrThrow()).numDeletedRows);
}
