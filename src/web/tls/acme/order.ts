// Gets one certificate from the authority, door by door until one works; only `acme.ts` calls it.

import { createPrivateKey, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import type { Order } from "acme-client";
import type { Log } from "../../../bridge/ports.ts";
import type { Clock } from "../../../model/clock.ts";
import type { Texts } from "../../../model/texts.ts";
import type { KeyAndCertificate } from "../certificates.ts";
import type { ChallengeDoor } from "./door.ts";
import { AcmeFault, faultOfAnswer, type Problem, togetherOf } from "./fault.ts";
import { type Proof, prove } from "./prove.ts";
import { openSession, type Session } from "./session.ts";
import { settle } from "./settle.ts";

export interface OrderOptions {
  readonly host: string;
  readonly directory: string;
  readonly email?: string | undefined;
  readonly roots?: string | undefined;
  readonly profile?: string | undefined;
  readonly accountKey: string;
  readonly doors: readonly ChallengeDoor[];
  readonly clock: Clock;
  readonly log: Log;
  readonly texts: Texts;
  readonly signal: AbortSignal;
  /** Whether one more validation may fail within the authority's limit. */
  readonly mayFail: () => boolean;
  readonly validationFailed: () => Promise<void>;
}

/** The profile for addresses: no authority gives them longer ones. */
const SHORT = "shortlived";

let last: Promise<unknown> = Promise.resolve();

/**
 * A certificate that is good for the host now, with the chain that came with it. One order at a time in a process.
 * @throws AcmeFault
 */
export function orderCertificate(options: OrderOptions): Promise<KeyAndCertificate> {
  const mine = last.then(() => byAnyDoor(options));
  last = mine.catch(() => undefined);
  return mine;
}

/** The asked one wins; an address gets the short one where the authority offers it. */
export function profileFor(
  host: string,
  asked: string | undefined,
  offered: readonly string[],
): string | undefined {
  return asked ?? (isIP(host) !== 0 && offered.includes(SHORT) ? SHORT : undefined);
}

async function byAnyDoor(options: OrderOptions): Promise<KeyAndCertificate> {
  options.signal.throwIfAborted();
  const { host, directory, roots, clock, signal, log, texts } = options;
  const session = await openSession({ ...options, now: () => clock.now(), roots });
  const faults: AcmeFault[] = [];
  const passedOver = (fault: AcmeFault) => {
    faults.push(fault);
    log.info({ host, fault: fault.kind }, texts(`acme.fault.${fault.kind}`, fault.values));
  };
  const doors = [...options.doors];
  const place = { host, authority: new URL(directory).host };
  const proof: Proof = { session, place, doors, passedOver, clock, signal };
  try {
    for (;;) {
      const fault = await oneOrder(proof, options).catch(asDoorFault);
      if (!(fault instanceof AcmeFault)) return fault;
      if (fault.failedValidation) await options.validationFailed();
      // That no door is left says less than why the others failed.
      if (fault.kind !== "no-door" || faults.length === 0) passedOver(fault);
      if (!fault.ofDoor || doors.length === 0 || !options.mayFail()) throw togetherOf(faults, host, texts);
      // An authorization that failed once is dead: the next door needs a new order.
    }
  } finally {
    session.close();
  }
}

function asDoorFault(error: unknown): AcmeFault {
  if (error instanceof AcmeFault && (error.ofDoor || error.failedValidation || error.kind === "no-door"))
    return error;
  throw error;
}

async function oneOrder(proof: Proof, options: OrderOptions): Promise<KeyAndCertificate> {
  const { session, place } = proof;
  const { client } = session;
  let order = await client.createOrder(orderFor(options, session));
  for (const authorization of await client.getAuthorizations(order)) {
    // One that was proved lately need not be proved again.
    if (authorization.status !== "valid") await prove(authorization, proof);
  }
  order = await settle(
    () => client.getOrder(order),
    ({ status }) => status !== "pending",
    proof,
  );
  refuseInvalid(order, place);
  // Loaded only when needed, as above.
  const { makeRequest } = await import("./request.ts");
  const { key, csr } = await makeRequest(place.host);
  if (order.status === "ready") order = await client.finalizeOrder(order, csr);
  const decided = await settle(
    () => client.getOrder(order),
    ({ status }) => status === "valid" || status === "invalid",
    proof,
  );
  refuseInvalid(decided, place);
  const cert = await client.getCertificate(decided);
  refuseBad({ key, cert }, proof);
  return { key, cert };
}

function orderFor({ host, profile }: OrderOptions, { profiles }: Session) {
  const chosen = profileFor(host, profile, profiles);
  const order = { identifiers: [{ type: isIP(host) === 0 ? "dns" : "ip", value: host }] };
  return chosen === undefined ? order : { ...order, profile: chosen };
}

function refuseInvalid(order: Order, place: Proof["place"]): void {
  if (order.status === "invalid") throw faultOfAnswer((order.error ?? {}) as Problem, 0, place);
}

function refuseBad(pair: KeyAndCertificate, { clock, place }: Proof): void {
  const { host, authority } = place;
  let cause: unknown;
  try {
    if (serves(pair, host, clock.now())) return;
  } catch (error) {
    cause = error;
  }
  throw new AcmeFault("bad-certificate", { host, authority }, { cause });
}

/** Whether it can be served now: it fits its key, is for the host and has not ended. @throws when it is broken */
export function serves({ key, cert }: KeyAndCertificate, host: string, now: number): boolean {
  const leaf = new X509Certificate(cert);
  const isFor = isIP(host) === 0 ? leaf.checkHost(host) : leaf.checkIP(host);
  return (
    isFor !== undefined && leaf.checkPrivateKey(createPrivateKey(key)) && leaf.validToDate.getTime() > now
  );
}
