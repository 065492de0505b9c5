// How the outside reaches us, and by which certificate, as the panel shows it; `web.ts` makes it.

import type { Texts } from "../model/texts.ts";
import type { CertificateStatus } from "./tls/certificates.ts";
import type { TlsPlan } from "./tls/plan.ts";

/** In the user's language where it is words. Times are milliseconds since 1970. No secret is in it. */
export interface Reachability {
  /** What is bound, in the form of `web.listen`. */
  readonly listen: string;
  /** What the outside is told; without a name and a password. */
  readonly publicUrl?: string;
  readonly tls: TlsPlan["mode"];
  readonly why: string;
  /** Why not a better way. */
  readonly passedOver: readonly string[];
  readonly certificate?: Omit<CertificateStatus, "fault"> & {
    readonly fault?: { readonly at: number; readonly reason: string };
  };
}

export interface ReachFacts {
  readonly listen: string;
  readonly publicUrl: URL | undefined;
  readonly plan: TlsPlan;
  readonly certificate: CertificateStatus | undefined;
}

export function reachabilityOf(facts: ReachFacts, texts: Texts): Reachability {
  const { listen, publicUrl, plan } = facts;
  return {
    listen,
    ...(publicUrl === undefined
      ? {}
      : { publicUrl: publicUrl.origin + publicUrl.pathname.replace(/\/$/, "") }),
    tls: plan.mode,
    why: texts(`web.tls.${plan.why.key}`, plan.why.values),
    passedOver: plan.passedOver.map(({ key, values }) => texts(`web.tls.${key}`, values)),
    ...(facts.certificate === undefined ? {} : { certificate: inWords(facts.certificate, texts) }),
  };
}

function inWords(
  { fault, ...status }: CertificateStatus,
  texts: Texts,
): NonNullable<Reachability["certificate"]> {
  if (fault === undefined) return status;
  const { at, key, values } = fault;
  return { ...status, fault: { at, reason: `${texts(key, values)}; ${texts(`${key}-cure`, values)}` } };
}
