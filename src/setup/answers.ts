// What the wizard found out, as it goes into matebot.yaml; `write-config.ts` writes it.

import type { TlsMode } from "../config/web-schema.ts";
import type { Language } from "../model/texts.ts";
import type { PlatformName } from "./platforms.ts";

/** A part that is absent stays as it is in the file. */
export interface Answers {
  readonly language?: Language;
  /** References such as `file:secrets/telegram-token`; never a token itself. */
  readonly tokens: Readonly<Partial<Record<PlatformName, string>>>;
  /** `none`: messages are fetched (polling). */
  readonly web?: WebAnswers | "none";
  /** Added to those that are there. */
  readonly bridge?: { readonly name: string; readonly telegram: string; readonly discord: string };
  /** Absolute; only for a file that is new. */
  readonly data?: string;
}

export interface WebAnswers {
  readonly listen?: string;
  readonly publicUrl?: string;
  readonly ipAddress?: string;
  readonly tls?: TlsMode;
  readonly acme?: { readonly email?: string };
}
