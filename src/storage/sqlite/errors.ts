// What SQLite and the file system say went wrong, in the vocabulary of the store; all that use `node:sqlite` call it.

import { type OpenFault, type StorageCode, StorageError, storageError } from "../errors.ts";

/** The primary result codes of SQLite that tell what is wrong with the file. https://sqlite.org/rescode.html */
const codes: Readonly<Record<number, StorageCode>> = {
  3: "readonly",
  5: "busy",
  6: "busy",
  8: "readonly",
  10: "io",
  11: "corrupt",
  13: "full",
  14: "readonly",
  23: "readonly",
  26: "alien",
};

/** SQLITE_IOERR_SHMSIZE: the small file beside the log could not grow, which is how a full disk shows at the start. */
const sharedMemoryCannotGrow = 4874;

/** Runs `work`. @throws StorageError and nothing else */
export function translated<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw translate(error);
  }
}

/** An error of SQLite or of the file system, as a StorageError. SQLite's messages name tables and columns, no values. */
export function translate(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  if (!(error instanceof Error)) return new StorageError("query", String(error));
  const { errcode } = error as Error & { readonly errcode?: number };
  if (errcode === undefined) return storageError(codeOf(error), error.message, { cause: error });
  const code = errcode === sharedMemoryCannotGrow ? "full" : (codes[errcode & 0xff] ?? "query");
  return storageError(code, `SQLite ${errcode}: ${error.message}`, { cause: error });
}

/** What a failed call of the file system means. */
function codeOf({ code, syscall }: NodeJS.ErrnoException): StorageCode {
  if (code === "ENOSPC" || code === "EDQUOT") return "full";
  if (code === "EIO") return "io";
  return syscall === undefined ? "query" : "readonly";
}

const faults: Readonly<Partial<Record<StorageCode, string>>> = {
  readonly: "unwritable",
  busy: "busy",
  full: "full",
  io: "io",
  corrupt: "corrupt",
  alien: "alien",
};

/** What the user is told; undefined when it is no fault of theirs. */
export function sqliteFault(error: unknown): OpenFault | undefined {
  const key = error instanceof StorageError ? faults[error.code] : undefined;
  return key === undefined ? undefined : { key };
}
