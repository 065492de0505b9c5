// Errors with a code and a fate: platforms assign fates in their `errors.ts`, only `bridge/retry.ts` acts on them.

/**
 * What becomes of a failed call:
 * `wait` a limit, the lane pauses and no attempt is counted (`account`: every lane of the account pauses); `retry`
 * network, timeout or 5xx; `gone` the target does not exist any more, done; `refused` it can never succeed, dead
 * letter; `blocked` a right is missing, the lane pauses until it is back; `halt` the account itself is refused;
 * `moved` the conversation has another id now.
 */
export type Fate =
  | { readonly kind: "wait"; readonly ms: number; readonly account?: boolean }
  | { readonly kind: "retry"; readonly maybeDelivered: boolean }
  | { readonly kind: "gone" }
  | { readonly kind: "refused" }
  | { readonly kind: "blocked" }
  | { readonly kind: "halt" }
  | { readonly kind: "moved"; readonly to: string };

/** A platform said no, or nothing. The message is safe to log: no URL, no token, no text of a message. */
export class PlatformError extends Error {
  readonly code: string;
  readonly fate: Fate;
  /** The key of a text that says to people what is wrong and what an admin can do. */
  readonly words: string | undefined;
  constructor(code: string, message: string, fate: Fate, options?: { cause?: unknown; words?: string }) {
    super(message, options);
    this.name = "PlatformError";
    this.code = code;
    this.fate = fate;
    this.words = options?.words;
  }
}

/** A raw update that cannot be understood; it stays in the journal and can be replayed. */
export class ParseError extends Error {
  override readonly name = "ParseError";
}

/** A fault the user can mend: one sentence of what is wrong and one of the cure. Exit code 1, or 2 for bad usage. */
export class UserError extends Error {
  override readonly name = "UserError";
  readonly exitCode: 1 | 2;
  constructor(message: string, exitCode: 1 | 2 = 1, options?: { cause?: unknown }) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
