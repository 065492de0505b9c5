// What a check of `matebot doctor` found; platforms and the doctor's own checks make them, the command says them.

import type { Values } from "./texts.ts";

/** `skipped`: it could not be found out here, and the text says why. Only a `fault` makes the doctor fail. */
export type DiagnosisLevel = "ok" | "note" | "warning" | "fault" | "skipped";

export interface Diagnosis {
  /** kebab-case, stable: scripts select by it (`webhook-registered`, `privacy-mode`). */
  readonly check: string;
  readonly level: DiagnosisLevel;
  /** What it is about where there are several: an account, a conversation, a file. */
  readonly subject?: string;
  /** A key of the texts: what is so. For all but `ok` there is `<key>-cure` beside it: what to do about it. */
  readonly key: string;
  readonly values?: Values;
}
