// What SQLite and the file system say went wrong, in the vocabulary of the store; all that use `node:sqlite` call it.

import { type OpenFault, type StorageCode, StorageError } from "./errors.ts";

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
  const { errcode, code } = error as Error & { readonly errcode?: number; readonly code?: string };
  if (errcode !== undefined) {
    const known = errcode === sharedMemoryCannotGrow ? "full" : codes[errcode & 0xff];
    return new StorageError(known ?? "query", `SQLite ${errcode}: ${error.message}`, {
      cause: error,
    });
  }
  if (code === "ENOSPC" || code === "EDQUOT")
    return new StorageError("full", error.message, { cause: error });
  if (code === "EIO") return new StorageError("io", error.message, { cause: error });
  const fromFileSystem = (error as NodeJS.ErrnoException).syscall !== undefined;
  return new StorageError(fromFileSystem ? "readonly" : "query", error.message, { cause: error });
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
