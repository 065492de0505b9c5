// Faults of a Discord account that only its owner can mend, in plain words; `gateway.ts` and `account.ts` use it.

import { PlatformError, UserError } from "../../../model/errors.ts";
import type { Texts } from "../../../model/texts.ts";
import { unauthorized } from "../errors.ts";

/** The fault behind a Gateway close code after which trying again is no use; undefined for the others. */
export function closeFault(code: number, texts: Texts): UserError | undefined {
  // Discord, topics/opcodes-and-status-codes, Gateway close event codes with "reconnect: false".
  switch (code) {
    case 4004:
      return new UserError(texts("discord-account.token-refused"));
    case 4013:
    case 4014:
      return intentsFault(texts);
    case 4010:
    case 4011:
    case 4012:
      return new UserError(texts("discord-account.gateway.refused", { code }));
    default:
      return undefined;
  }
}

export function intentsFault(texts: Texts): UserError {
  return new UserError(texts("discord-account.intents-refused"));
}

/** Turns the refusal of the account itself into words; hands back every other error. */
export function inWords(error: unknown, texts: Texts): unknown {
  if (!(error instanceof PlatformError) || error.fate.kind !== "halt") return error;
  const key = error.code === unauthorized ? "token-refused" : "blocked";
  return new UserError(texts(`discord-account.${key}`), 1, { cause: error });
}
