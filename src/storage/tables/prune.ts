// How much may be forgotten in one go; every query that removes what is old uses it.

import type { DeleteResult, UpdateResult } from "kysely";

/** Rows one prune removes at most, so that nobody waits long for the writer (bench/storage-years.ts measures it). */
export const maxPruned = 2_000;

/** Runs a delete and says how many rows it removed. */
export async function countDeleted(query: {
  executeTakeFirstOrThrow(): Promise<DeleteResult>;
}): Promise<number> {
  return Number((await query.executeTakeFirstOrThrow()).numDeletedRows);
}

/** Runs an update and says how many rows it changed. */
export async function countChanged(query: {
  executeTakeFirstOrThrow(): Promise<UpdateResult>;
}): Promise<number> {
  return Number((await query.executeTakeFirstOrThrow()).numUpdatedRows);
}
