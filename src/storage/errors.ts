// What can go wrong with the database itself, in one vocabulary for both engines; the engines throw it, `open` explains it.

import type { Values } from "../model/texts.ts";

/**
 * `full` no space left · `busy` another program holds the database · `io` the disk failed · `readonly` writing is not
 * allowed · `corrupt` the file is damaged · `alien` it is no database · `lost` the server cannot be reached ·
 * `aborted` the transaction was undone by the engine · `closed` the store was closed ·
 * `held` another MateBot has the lock · `taken` the connection was lost, and another MateBot works with the database since: final · `query` one statement
 * failed.
 */
export type StorageCode =
  | "full"
  | "busy"
  | "io"
  | "readonly"
  | "corrupt"
  | "alien"
  | "lost"
  | "aborted"
  | "closed"
  | "held"
  | "taken"
  | "query";

/** A failed use of the database. The message is safe to log: no values, no password. */
export class StorageError extends Error {
  override readonly name = "StorageError";
  readonly code: StorageCode;
  constructor(code: StorageCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

const sentences: Readonly<Partial<Record<StorageCode, string>>> = {
  full: "the disk with the database is full: nothing new is accepted until there is space",
  busy: "another program holds the database",
  io: "the disk failed under the database: nothing new is accepted",
  readonly: "the database may not be written: nothing new is accepted",
  corrupt: "the database is damaged: put back its last backup",
  alien: "the file of the database is no database any more",
};

/** The error with a sentence for the log and /health before what the engine said. */
export function storageError(code: StorageCode, detail: string, options?: { cause?: unknown }): StorageError {
  const sentence = sentences[code];
  return new StorageError(code, sentence === undefined ? detail : `${sentence} (${detail})`, options);
}

/** True when no work is to blame, so that running the works one by one would not help. */
export function isEngineFault(error: unknown): error is StorageError {
  return error instanceof StorageError && error.code !== "query" && error.code !== "aborted";
}

/** Why a database could not be opened: a key of locales/<language>/storage.json, and what else there is to say. */
export interface OpenFault {
  readonly key: string;
  readonly values?: Values;
}
