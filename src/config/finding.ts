// What is wrong in a configuration, before and after it is put into words; every check of `src/config` makes findings.

import { UserError } from "../model/errors.ts";
import type { Values } from "../model/texts.ts";

/** Keys and indexes from the top of the document. */
export type Path = readonly (string | number)[];

/** A fault without words. `code` names `config.fault.<code>` in the locales, with a `message` and a `cure`. */
export interface Finding {
  readonly path: Path;
  /** Point at the key instead of its value. */
  readonly atKey?: boolean;
  readonly code: string;
  readonly values?: Values;
}

/** A fault the user can read. Line and column begin at 1. */
export interface Fault {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Such as `bridges[0].members[1]`. */
  readonly path: string;
  readonly message: string;
  readonly cure: string;
}

/** All that is wrong with the configuration, at once; its message has one line for each fault. */
export class ConfigError extends UserError {
  readonly faults: readonly Fault[];
  constructor(faults: readonly Fault[]) {
    super(faults.map(formatFault).join("\n"), 2);
    this.faults = faults;
  }
}

/** `file:line:column: path: what; cure`: many terminals and editors make a link of the beginning. */
export function formatFault(fault: Fault): string {
  const where = fault.path === "" ? "" : `${fault.path}: `;
  return `${fault.file}:${fault.line}:${fault.column}: ${where}${fault.message}; ${fault.cure}`;
}

export function formatPath(path: Path): string {
  return path
    .map((step, i) => (typeof step === "number" ? `[${step}]` : i === 0 ? step : `.${step}`))
    .join("");
}

export function samePath(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((step, i) => step === b[i]);
}
