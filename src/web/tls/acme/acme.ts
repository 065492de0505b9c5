// Keeps a certificate from an ACME authority: gets it, renews it, and serves the fallback meanwhile; `web.ts` opens it.

import type { Log } from "../../../bridge/ports.ts";
import type { Clock } from "../../../model/clock.ts";
import type { Texts } from "../../../model/texts.ts";
import type { CertificateKeeper } from "../certificates.ts";
import type { ChallengeDoor } from "./door.ts";
import { AcmeKeeper } from "./keeper.ts";
import { openShelf } from "./shelf.ts";

export interface AcmeOptions {
  /** A DNS name, or an IPv4 or IPv6 address without brackets. */
  readonly host: string;
  /** Where certificates of every kind live; what comes from an authority is in `acme` below it. */
  readonly folder: string;
  readonly settings: {
    readonly directory: string;
    readonly email?: string;
    /** PEM; trusted, beside what the system trusts, for the directory's own HTTPS. */
    readonly roots?: string;
    readonly profile?: string;
  };
  /** In the order in which they are tried. */
  readonly doors: readonly ChallengeDoor[];
  /** What is served as long as there is none from the authority. */
  readonly fallback: () => Promise<CertificateKeeper>;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly log: Log;
  readonly texts: Texts;
}

/**
 * Resolves at once: with the stored certificate, else with the fallback's, and then asks the authority in the background
 * once it is watched. @throws UserError when the folder cannot be written
 */
export async function openAcme(options: AcmeOptions): Promise<CertificateKeeper> {
  const { folder, host, settings, log, texts } = options;
  const shelf = await openShelf({ folder, directory: settings.directory, host, log, texts });
  const keeper = new AcmeKeeper(options, shelf);
  await keeper.open();
  return keeper;
}
