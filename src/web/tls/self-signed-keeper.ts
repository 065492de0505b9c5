// Keeps a certificate of our own: makes it, reuses it, and lets the next one follow without a gap; `keeper.ts` opens it.

import { X509Certificate } from "node:crypto";
import type { Clock, Timer } from "../../model/clock.ts";
import type {
  Audience,
  CertificateFault,
  CertificateKeeper,
  CertificateStatus,
  KeyAndCertificate,
  Served,
} from "./certificates.ts";
import { openSelfSignedShelf, type SelfSignedShelf, type ShelfParts } from "./self-signed-shelf.ts";
import { statusOf } from "./status.ts";

export interface SelfSignedOptions extends ShelfParts {
  readonly clock: Clock;
}

const HOUR_MS = 60 * 60 * 1000;
/** Timers cannot count to a year, and a machine that slept should notice soon. */
const LOOK_EVERY_MS = 24 * HOUR_MS;

/** Resolves with a certificate that is good for the host now. @throws UserError when the folder cannot be written */
export async function openSelfSigned(options: SelfSignedOptions): Promise<CertificateKeeper> {
  const shelf = await openSelfSignedShelf(options);
  const now = options.clock.now();
  const alive = [shelf.current, shelf.next].find((pair) => pair !== undefined && endsAt(pair) > now);
  // Nobody trusts one that has ended, so there is no gap to be feared from a new one.
  const current = alive ?? (await make(options));
  if (current !== shelf.current) await shelf.keepCurrent(current);
  const next = current === shelf.current ? shelf.next : undefined;
  return new SelfSignedKeeper(options, shelf, current, next);
}

/** When the last third of its life begins; milliseconds since 1970. */
export function renewalTime(certificate: X509Certificate): number {
  const from = certificate.validFromDate.getTime();
  const to = certificate.validToDate.getTime();
  return from + ((to - from) * 2) / 3;
}

/** Owns the timer and the change that is under way. */
class SelfSignedKeeper implements CertificateKeeper {
  readonly #options: SelfSignedOptions;
  readonly #shelf: SelfSignedShelf;
  #current: KeyAndCertificate;
  #next: KeyAndCertificate | undefined;
  #fault: CertificateFault | undefined;
  #timer: Timer | undefined;
  #closed = false;

  constructor(
    options: SelfSignedOptions,
    shelf: SelfSignedShelf,
    current: KeyAndCertificate,
    next: KeyAndCertificate | undefined,
  ) {
    this.#options = options;
    this.#shelf = shelf;
    this.#current = current;
    this.#next = next;
  }

  current(): Served {
    return { ...this.#current, trust: "uploaded" };
  }

  upload(): string {
    return this.#current.cert + (this.#next?.cert ?? "");
  }

  watch(audience: Audience): void {
    void this.#look(audience);
  }

  status(): CertificateStatus {
    return {
      ...statusOf("self-signed", this.current()),
      renewAt: renewalTime(new X509Certificate(this.#current.cert)),
      ...(this.#fault && { fault: this.#fault }),
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
  }

  /** Never rejects. */
  async #look(audience: Audience): Promise<void> {
    const { clock, host, log, texts } = this.#options;
    let nextMs = LOOK_EVERY_MS;
    try {
      await this.#renewWhenDue(audience);
      this.#fault = undefined;
    } catch (error) {
      const key = "web.certificate.not-renewed";
      this.#fault = { at: clock.now(), key, values: { host } };
      log.error({ err: error }, `${texts(key, { host })}; ${texts(`${key}-cure`)}`);
      nextMs = HOUR_MS;
    }
    if (!this.#closed) this.#timer = clock.after(nextMs, () => void this.#look(audience));
  }

  /** At every instant Telegram trusts what is served: it is told of the next one before that is. */
  async #renewWhenDue(audience: Audience): Promise<void> {
    const { clock, host, log } = this.#options;
    if (this.#next === undefined) {
      if (renewalTime(new X509Certificate(this.#current.cert)) > clock.now()) return;
      const made = await make(this.#options);
      await this.#shelf.keepNext(made);
      this.#next = made;
    }
    const next = this.#next;
    await audience.announce(this.upload());
    if (this.#closed) return;
    audience.serve({ ...next, trust: "uploaded" });
    await this.#shelf.keepCurrent(next);
    this.#current = next;
    this.#next = undefined;
    log.info({ host }, "the certificate was renewed");
    await audience.announce(this.upload());
  }
}

function endsAt({ cert }: KeyAndCertificate): number {
  return new X509Certificate(cert).validToDate.getTime();
}

async function make({ host, clock }: SelfSignedOptions): Promise<KeyAndCertificate> {
  // Loaded only when needed: making one takes a library that keeping one does not.
  const { makeSelfSigned } = await import("./self-signed.ts");
  return await makeSelfSigned(host, clock.now());
}
