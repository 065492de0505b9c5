// What every check of a Discord account is given, and how it says what it found; the files beside it use both.

import type { ExamineContext } from "../../../bridge/examine.ts";
import type { Diagnosis, DiagnosisLevel } from "../../../model/diagnosis.ts";
import type { Values } from "../../../model/texts.ts";
import type { DiscordConfig } from "../config.ts";
import type { DiscordRest } from "../rest/rest.ts";

export interface Examining {
  readonly context: ExamineContext;
  readonly config: DiscordConfig;
  readonly rest: DiscordRest;
}

/** `what` is a key of locales/<language>/discord-doctor.json below `check`; the subject is the account, unless told. */
export function finding(
  { context }: Examining,
  check: string,
  level: DiagnosisLevel,
  what: string,
  values?: Values,
  subject: string = context.account,
): Diagnosis {
  return { check, level, subject, key: `discord-doctor.${check}.${what}`, ...(values && { values }) };
}
