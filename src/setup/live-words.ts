// Says why a platform told the wizard nothing; `live-telegram.ts` and `live-discord.ts` call it.

import { PlatformError } from "../model/errors.ts";
import type { Texts } from "../model/texts.ts";
import type { PlatformName } from "./platforms.ts";

/** For one answer. */
export const ASK_MS = 15_000;

/** Why nothing was learned, as a sentence without anything secret. Other errors are thrown on. */
export function refusalInWords(error: unknown, name: PlatformName, texts: Texts): string {
  if (!(error instanceof PlatformError)) throw error;
  return texts(`setup.${name}.${error.fate.kind === "halt" ? "refused" : "unreachable"}`, {
    reason: error.message,
  });
}

/** The schema's first complaint about the account, which is its token's: the rest was read before. */
export function faultInWords(issues: readonly { readonly message: string }[], texts: Texts): string {
  return texts(issues[0]?.message ?? "");
}

/** What a platform refuses is not there. Other errors are thrown on. */
export async function refusedIsNothing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof PlatformError) return undefined;
    throw error;
  }
}

export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
