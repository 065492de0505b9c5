// What every way of having a certificate offers: self-signed, from an ACME authority, from files; `web.ts` drives one.

import type { Values } from "../../model/texts.ts";

/** PEM texts. `cert` holds the leaf first, then what leads to the root. */
export interface KeyAndCertificate {
  readonly key: string;
  readonly cert: string;
}

export interface Served extends KeyAndCertificate {
  /** `public`: the world's trust stores vouch for it. `uploaded`: only who was given it trusts it. */
  readonly trust: "public" | "uploaded";
}

/** Those for whom a certificate is changed. */
export interface Audience {
  /**
   * Says what must be trusted from now on (PEM, one or several; undefined: what the world trusts). Resolves when all who
   * want to know have taken it, or after a time limit of its own; never rejects.
   */
  announce(upload: string | undefined): Promise<void>;
  /** New connections get it; those that stand keep theirs. */
  serve(certificate: Served): void;
}

/** Owns the key and the certificate of one host: keeps them on disk, valid, and renewed in good time. */
export interface CertificateKeeper {
  /** What is served now. */
  current(): Served;
  /** What must be uploaded now; while one certificate follows another it holds both. */
  upload(): string | undefined;
  /** Begins to renew. Nothing changes before, and `audience` hears of every change. Called once. */
  watch(audience: Audience): void;
  status(): CertificateStatus;
  close(): Promise<void>;
}

/** For the panel, `/health` and `doctor`. Times are milliseconds since 1970. */
export interface CertificateStatus {
  readonly source: "self-signed" | "acme" | "files";
  readonly trust: Served["trust"];
  readonly names: readonly string[];
  /** As the certificate writes it; its own subject when it is self-signed. */
  readonly issuer: string;
  readonly validUntil: number;
  /** When it will be renewed; absent when that is not ours to do. */
  readonly renewAt?: number;
  /** Why the last attempt to renew (or to get the wanted one) failed; absent once one succeeded. */
  readonly fault?: CertificateFault;
}

/** A key of the texts with its values: the cause; the cure is `<key>-cure`. */
export interface CertificateFault {
  readonly at: number;
  readonly key: string;
  readonly values: Values;
}
