// What PostgreSQL says went wrong, in the vocabulary of the store; the engine and `access` call it.

import { DatabaseError } from "pg";
import { type OpenFault, type StorageCode, StorageError, storageError } from "../errors.ts";

/** SQLSTATEs, or their classes. https://www.postgresql.org/docs/15/errcodes-appendix.html */
const codes: readonly (readonly [string, StorageCode])[] = [
  ["53100", "full"],
  ["58", "io"],
  ["25006", "readonly"],
  ["42501", "readonly"],
  ["XX001", "corrupt"],
  ["XX002", "corrupt"],
  ["40", "busy"],
  ["55P03", "busy"],
  ["53", "busy"],
  ["08", "lost"],
  ["57P", "lost"],
];

/** The error without `detail` and `where`, which may quote rows, and without a cause, which has them. */
export function translate(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  if (!(error instanceof DatabaseError))
    return new StorageError("lost", "the connection to PostgreSQL was lost");
  const state = error.code ?? "";
  const code = codes.find(([prefix]) => state.startsWith(prefix))?.[1] ?? "query";
  return storageError(code, `PostgreSQL ${state}: ${error.message}`);
}

/** What the user is told when the server could not be used; no password and no URL is in it. */
export function postgresFault(error: unknown): OpenFault {
  const { code = "", message = "" } = error as { readonly code?: string; readonly message?: string };
  if (error instanceof URIError || code === "ERR_INVALID_URL") return { key: "bad-url" };
  if (code.startsWith("28") || message.startsWith("SASL")) return { key: "password" };
  if (code === "3D000") return { key: "no-database" };
  const failure = translate(error);
  if (failure.code === "full") return { key: "full" };
  if (failure.code === "readonly") return { key: "denied" };
  if (failure.code !== "lost") return { key: "refused", values: { reason: failure.message } };
  const fromServer = error instanceof DatabaseError || error instanceof StorageError;
  return { key: "unreachable", values: { reason: fromServer || code === "" ? message : code } };
}
