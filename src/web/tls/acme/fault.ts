// What can go wrong on the way to a certificate, and which of the authority's problem documents means which; all of `acme` throws it.

import { excerptOf } from "../../../model/excerpt.ts";
import type { Texts, Values } from "../../../model/texts.ts";

/** Each has the texts `acme.fault.<kind>` and `acme.fault.<kind>-cure`. */
export type FaultKind =
  | "none-yet"
  | "port-held"
  | "port-forbidden"
  | "port-not-here"
  | "reaches-other"
  | "closed"
  | "tls"
  | "dns"
  | "dns-missing"
  | "caa"
  | "rate-limited"
  | "refuses-host"
  | "terms"
  | "contact"
  | "account"
  | "account-binding"
  | "bad-profile"
  | "bad-request"
  | "order-invalid"
  | "no-door"
  | "all-doors"
  | "undecided"
  | "unreachable"
  | "untrusted"
  | "authority-down"
  | "not-acme"
  | "bad-certificate"
  | "unexpected";

export interface FaultOptions {
  /** Milliseconds since 1970; not to be tried again before. */
  readonly retryAt?: number | undefined;
  /** Another door may do better. */
  readonly ofDoor?: boolean;
  /** It counts against the authority's limit of failed validations. */
  readonly failedValidation?: boolean;
  readonly cause?: unknown;
}

/** Safe to log and to show: no key and no token is in it. */
export class AcmeFault extends Error {
  override readonly name = "AcmeFault";
  readonly kind: FaultKind;
  readonly values: Values;
  readonly retryAt: number | undefined;
  readonly ofDoor: boolean;
  readonly failedValidation: boolean;
  constructor(kind: FaultKind, values: Values, options: FaultOptions = {}) {
    super(kind, { cause: options.cause });
    this.kind = kind;
    this.values = values;
    this.retryAt = options.retryAt;
    this.ofDoor = options.ofDoor ?? false;
    this.failedValidation = options.failedValidation ?? false;
  }
}

/** A problem document. RFC 7807; RFC 8555, 6.7. */
export interface Problem {
  readonly type?: string;
  readonly detail?: string;
  readonly subproblems?: readonly Problem[];
}

export interface ProblemPlace {
  readonly host: string;
  /** The host of the authority's directory. */
  readonly authority: string;
  readonly retryAt?: number | undefined;
}

/** What kind a problem means as the answer to a request. RFC 8555, 6.7. */
const OF_REQUEST: Readonly<Record<string, FaultKind>> = {
  accountDoesNotExist: "account",
  unauthorized: "account",
  externalAccountRequired: "account-binding",
  userActionRequired: "terms",
  invalidContact: "contact",
  unsupportedContact: "contact",
  badCSR: "bad-request",
  badPublicKey: "bad-request",
  malformed: "bad-request",
  invalidProfile: "bad-profile",
  rejectedIdentifier: "refuses-host",
  unsupportedIdentifier: "refuses-host",
  orderNotReady: "order-invalid",
  serverInternal: "authority-down",
};

const OF_BOTH: Readonly<Record<string, FaultKind>> = {
  caa: "caa",
  dns: "dns",
  rateLimited: "rate-limited",
};

/** What kind a problem means as the outcome of a challenge. */
const OF_CHALLENGE: Readonly<Record<string, FaultKind>> = {
  unauthorized: "reaches-other",
  incorrectResponse: "reaches-other",
  malformed: "reaches-other",
  connection: "closed",
  tls: "tls",
};

/** Another door might have done better. */
const OF_DOOR: readonly FaultKind[] = ["reaches-other", "closed", "tls"];

/** The authority refused a request; `status` is that of HTTP. */
export function faultOfAnswer(problem: Problem, status: number, place: ProblemPlace): AcmeFault {
  const type = typeOf(problem);
  // The outer problem of an order names only that there are several.
  const inner = type === "compound" ? problem.subproblems?.[0] : undefined;
  if (inner) return faultOfAnswer(inner, status, place);
  const other = status === 429 ? "rate-limited" : status >= 500 ? "authority-down" : "order-invalid";
  const kind = OF_BOTH[type] ?? OF_REQUEST[type] ?? other;
  return new AcmeFault(nearer(kind, problem), valuesOf(problem, place), { retryAt: place.retryAt });
}

/** The authority looked and did not find. `port` is where it looked, `address` whom it asked (or the host). */
export function faultOfChallenge(
  problem: Problem,
  place: ProblemPlace & { readonly port: number; readonly address: string },
): AcmeFault {
  const type = typeOf(problem);
  const kind = nearer(OF_CHALLENGE[type] ?? OF_BOTH[type] ?? OF_REQUEST[type] ?? "order-invalid", problem);
  const values = { ...valuesOf(problem, place), port: place.port, address: place.address };
  const ofDoor = OF_DOOR.includes(kind);
  return new AcmeFault(kind, values, { retryAt: place.retryAt, failedValidation: true, ofDoor });
}

/** One fault for several doors that all failed. */
export function togetherOf(faults: readonly AcmeFault[], host: string, texts: Texts): AcmeFault {
  const [first] = faults;
  if (first === undefined) throw new Error("no fault to tell");
  if (faults.length === 1) return first;
  const say = (ending: string) =>
    faults.map(({ kind, values }) => texts(`acme.fault.${kind}${ending}`, values)).join("; ");
  const retryAt = Math.max(...faults.map((fault) => fault.retryAt ?? 0));
  return new AcmeFault(
    "all-doors",
    { host, reasons: say(""), cures: say("-cure") },
    {
      ...(retryAt > 0 && { retryAt }),
      cause: first,
    },
  );
}

export function isBadNonce(problem: Problem): boolean {
  return typeOf(problem) === "badNonce";
}

function typeOf(problem: Problem): string {
  return typeof problem.type === "string" ? problem.type.replace(/^urn:ietf:params:acme:error:/, "") : "";
}

/** One type covers a name nobody knows and a DNS server that stumbles; some authorities call both a failed connection. */
function nearer(kind: FaultKind, { detail = "" }: Problem): FaultKind {
  if (kind !== "dns" && kind !== "closed") return kind;
  if (/NXDOMAIN|no valid A records|no such host/i.test(detail)) return "dns-missing";
  return /SERVFAIL|server misbehaving|could not resolve/i.test(detail) ? "dns" : kind;
}

function valuesOf(problem: Problem, { host, authority, retryAt }: ProblemPlace): Values {
  // The token says nothing to people.
  const words = String(problem.detail ?? "").replace(/(acme-challenge\/)[\w-]+/g, "$1…");
  const detail = excerptOf(words, 300);
  return {
    ...{ host, authority },
    detail: detail === "" ? "-" : detail,
    until: retryAt === undefined ? "unknown" : utc(retryAt),
  };
}

function utc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
