// The life of an ACME certificate: served, renewed, given up for the fallback when it ends; only `acme.ts` makes one.

import { X509Certificate } from "node:crypto";
import type { Timer } from "../../../model/clock.ts";
import { UserError } from "../../../model/errors.ts";
import type {
  Audience,
  CertificateFault,
  CertificateKeeper,
  CertificateStatus,
  Served,
} from "../certificates.ts";
import { statusOf } from "../status.ts";
import type { AcmeOptions } from "./acme.ts";
import {
  MOST_FAILED_VALIDATIONS,
  obeyed,
  pauseAfter,
  recentOf,
  renewalAt,
  validationFreeAt,
} from "./backoff.ts";
import { AcmeFault } from "./fault.ts";
import { isKnown } from "./known-root.ts";
import { orderCertificate } from "./order.ts";
import { suggestedRenewal } from "./renewal-info.ts";
import type { Shelf } from "./shelf.ts";

interface Issued {
  readonly served: Served;
  readonly renewAt: number;
  /** When the authority is asked whether it should be earlier. */
  readonly askAt: number;
  readonly endsAt: number;
  readonly lifeMs: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** A new one is hardly ever wanted back at once. */
const ASK_AFTER_MS = HOUR_MS;
const LONGEST_REST_MS = DAY_MS / 2;
/** Timers cannot count to a month, and a machine that slept should notice soon. */
const LOOK_EVERY_MS = DAY_MS;
/** One that is about to end is given up before it does: changing takes a while, and clocks differ. */
const MARGIN_MS = 10 * MINUTE_MS;

/** Owns the timer, the order under way and the fallback. */
export class AcmeKeeper implements CertificateKeeper {
  readonly #options: AcmeOptions;
  readonly #shelf: Shelf;
  readonly #closing = new AbortController();
  #issued: Issued | undefined;
  #fallback: CertificateKeeper | undefined;
  #fault: CertificateFault | undefined;
  #audience: Audience | undefined;
  #timer: Timer | undefined;
  #looking: Promise<void> = Promise.resolve();
  #failures = 0;
  #retryAt = 0;
  #failed: readonly number[] = [];

  constructor(options: AcmeOptions, shelf: Shelf) {
    this.#options = options;
    this.#shelf = shelf;
  }

  /** Takes what is on disk, or the fallback. */
  async open(): Promise<void> {
    const now = this.#options.clock.now();
    const stored = await this.#shelf.certificate(now + MARGIN_MS);
    this.#failed = await this.#shelf.failures();
    this.#retryAt = validationFreeAt(this.#failed, now);
    if (stored) {
      this.#issued = this.#lifeOf({ ...stored, trust: "public" });
      return;
    }
    this.#fallback = await this.#options.fallback();
    this.#say(new AcmeFault("none-yet", this.#place()), undefined);
  }

  current(): Served {
    const served = this.#issued?.served ?? this.#fallback?.current();
    if (served === undefined) throw new Error("the keeper was never opened");
    return served;
  }

  upload(): string | undefined {
    return this.#fallback?.upload();
  }

  watch(audience: Audience): void {
    this.#audience = audience;
    this.#fallback?.watch(this.#audienceOf(this.#fallback));
    this.#look();
  }

  status(): CertificateStatus {
    const fault = this.#fault && { fault: this.#fault };
    if (this.#issued) {
      const { served, renewAt } = this.#issued;
      return { ...statusOf("acme", served), renewAt: Math.max(renewAt, this.#retryAt), ...fault };
    }
    if (this.#fallback === undefined) throw new Error("the keeper was never opened");
    return { ...this.#fallback.status(), ...fault };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#timer?.cancel();
    await this.#looking;
    await this.#fallback?.close();
  }

  #look(): void {
    this.#looking = this.#lookNow().then((nextMs) => {
      if (this.#closing.signal.aborted) return;
      this.#timer = this.#options.clock.after(nextMs, () => this.#look());
    });
  }

  /** Does what is due; says in how many milliseconds to look again. Never rejects. */
  async #lookNow(): Promise<number> {
    const { clock, log, texts } = this.#options;
    try {
      if (this.#issued && this.#issued.endsAt - MARGIN_MS <= clock.now()) await this.#fallBack();
      const dueAt = () => Math.max(this.#issued?.renewAt ?? 0, this.#retryAt);
      if (dueAt() <= clock.now()) await this.#attempt();
      if (this.#issued && this.#issued.askAt <= clock.now()) this.#issued = await this.#hurried(this.#issued);
      const { askAt = Infinity, endsAt = Infinity } = this.#issued ?? {};
      const nextAt = Math.min(dueAt(), askAt, endsAt - MARGIN_MS);
      return Math.min(LOOK_EVERY_MS, Math.max(0, nextAt - clock.now()));
    } catch (error) {
      const place = this.#place();
      log.error({ err: error, host: place.host }, texts("acme.no-fallback", place));
      return MINUTE_MS;
    }
  }

  /** The authority may want it renewed earlier than we would; that it cannot be asked is no fault. */
  async #hurried(issued: Issued): Promise<Issued> {
    const { host, settings, clock, log, random, texts } = this.#options;
    const now = () => clock.now();
    const signal = this.#closing.signal;
    const asked = suggestedRenewal(issued.served.cert, { ...settings, host, now, signal });
    const window = await asked.catch((error: unknown) => {
      log.debug({ err: error, host }, "the authority could not be asked when to renew");
      return undefined;
    });
    const askAt = Math.max(now() + HOUR_MS, Math.min(window?.askAgainAt ?? Infinity, now() + DAY_MS));
    const wished = window === undefined ? Infinity : window.from + (window.to - window.from) * random();
    if (wished >= issued.renewAt) return { ...issued, askAt };
    log.info({ host, renewAt: new Date(wished).toISOString() }, texts("acme.hurried", { host }));
    return { ...issued, askAt, renewAt: Math.max(wished, this.#retryAt) };
  }

  async #attempt(): Promise<void> {
    const { host, settings, doors, clock, log, texts } = this.#options;
    try {
      const accountKey = await this.#shelf.accountKey();
      const pair = await orderCertificate({
        ...settings,
        ...{ host, doors, accountKey, clock, log, texts },
        signal: this.#closing.signal,
        mayFail: () => recentOf(this.#failed, clock.now()).length < MOST_FAILED_VALIDATIONS,
        validationFailed: async () => {
          this.#failed = [...recentOf(this.#failed, clock.now()), clock.now()];
          await this.#shelf.keepFailures(this.#failed);
        },
      });
      this.#failures = 0;
      this.#fault = undefined;
      await this.#shelf.keep(pair).catch((error: unknown) => {
        // It was dearly bought: better served from memory than thrown away.
        log.error({ err: error, host }, texts("acme.not-kept", { host }));
      });
      await this.#adopt({ ...pair, trust: "public" });
    } catch (error) {
      if (!this.#closing.signal.aborted) this.#pause(error);
    }
  }

  async #adopt(served: Served): Promise<void> {
    const { host, log, texts } = this.#options;
    const issued = this.#lifeOf(served);
    this.#issued = issued;
    // A clock that is far ahead makes every new certificate look old: even then the authority is not asked in a loop.
    this.#retryAt = this.#options.clock.now() + Math.min(LONGEST_REST_MS, issued.lifeMs / 3);
    const { validUntil, issuer } = this.status();
    log.info({ host, issuer, validUntil }, texts("acme.issued", { host }));
    if (!isKnown(served.cert)) log.warn({ host, issuer }, texts("acme.unknown-root", this.#place()));
    if (this.#closing.signal.aborted) return;
    const former = this.#fallback;
    this.#fallback = undefined;
    this.#audience?.serve(served);
    if (former === undefined) return;
    await this.#audience?.announce(undefined);
    await former.close();
  }

  /** The certificate ends and no other came: those who trust only the world must first be told whom to trust instead. */
  async #fallBack(): Promise<void> {
    const { host, log, texts } = this.#options;
    log.warn({ host }, texts("acme.ended", { host }));
    const fallback = this.#fallback ?? (await this.#options.fallback());
    this.#fallback = fallback;
    await this.#audience?.announce(fallback.upload());
    if (this.#closing.signal.aborted) return;
    this.#issued = undefined;
    this.#audience?.serve(fallback.current());
    fallback.watch(this.#audienceOf(fallback));
  }

  #pause(error: unknown): void {
    const { clock, random } = this.#options;
    const now = clock.now();
    const fault = error instanceof AcmeFault ? error : this.#unexpected(error);
    this.#failures++;
    this.#retryAt = Math.max(
      now + pauseAfter(this.#failures, random()),
      validationFreeAt(this.#failed, now),
      obeyed(fault.retryAt, now),
    );
    this.#say(fault, this.#retryAt);
  }

  #unexpected(error: unknown): AcmeFault {
    const detail = error instanceof Error ? error.message : String(error);
    if (!(error instanceof UserError))
      this.#options.log.error({ err: error }, "an order for a certificate broke");
    return new AcmeFault("unexpected", { ...this.#place(), detail }, { cause: error });
  }

  /** A fault is for the panel and for the log: nobody shall wonder why the certificate is not the wanted one. */
  #say({ kind, values, cause }: AcmeFault, retryAt: number | undefined): void {
    const { clock, log, texts, host } = this.#options;
    const key = `acme.fault.${kind}`;
    this.#fault = { at: clock.now(), key, values };
    const words = `${texts(key, values)}; ${texts(`${key}-cure`, values)}`;
    const again = retryAt === undefined ? {} : { again: new Date(retryAt).toISOString() };
    log.warn({ host, fault: kind, ...again, ...(cause instanceof AcmeFault ? {} : { err: cause }) }, words);
  }

  /** The fallback is heard only as long as it is what is served. */
  #audienceOf(fallback: CertificateKeeper): Audience {
    return {
      announce: async (upload) => {
        if (this.#fallback === fallback) await this.#audience?.announce(upload);
      },
      serve: (certificate) => {
        if (this.#fallback === fallback) this.#audience?.serve(certificate);
      },
    };
  }

  #lifeOf(served: Served): Issued {
    const leaf = new X509Certificate(served.cert);
    const life = { from: leaf.validFromDate.getTime(), to: leaf.validToDate.getTime() };
    return {
      served,
      renewAt: renewalAt(life, this.#options.random()),
      askAt: this.#options.clock.now() + ASK_AFTER_MS,
      endsAt: life.to,
      lifeMs: life.to - life.from,
    };
  }

  #place(): { readonly host: string; readonly authority: string } {
    return { host: this.#options.host, authority: new URL(this.#options.settings.directory).host };
  }
}
