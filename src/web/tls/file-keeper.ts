// Serves the certificate of two PEM files that another program keeps (certbot), and sees when they change; `keeper.ts` opens it.

import { hash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Log } from "../../bridge/ports.ts";
import type { Clock, Timer } from "../../model/clock.ts";
import { UserError } from "../../model/errors.ts";
import type { Texts } from "../../model/texts.ts";
import type {
  Audience,
  CertificateFault,
  CertificateKeeper,
  CertificateStatus,
  Served,
} from "./certificates.ts";
import { judgeFiles } from "./file-judge.ts";
import { statusOf } from "./status.ts";

export interface FileOptions {
  /** Absolute paths; certbot's are links that change. */
  readonly certificate: string;
  readonly key: string;
  /** An IPv6 address without brackets. */
  readonly host: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly texts: Texts;
  /** PEM; who the world trusts, unless told. */
  readonly roots?: readonly string[];
}

/** Watching a file misses links that are turned; reading it does not. */
const LOOK_EVERY_MS = 60_000;
/** A program that writes two files leaves them unfit for a moment. */
const PATIENT_LOOKS = 2;

/** @throws UserError when the files cannot be read or do not serve */
export async function openFiles(options: FileOptions): Promise<CertificateKeeper> {
  const first = await load(options);
  if ("fault" in first) {
    const { key, values } = first.fault;
    const { texts } = options;
    throw new UserError(`${texts(key, values)}; ${texts(`${key}-cure`, values)}`, 2);
  }
  return new FileKeeper(options, first);
}

interface Loaded {
  readonly served: Served;
  /** What must be trusted; undefined when the world vouches. */
  readonly upload: string | undefined;
  readonly mark: string;
}

interface Unfit {
  readonly fault: Pick<CertificateFault, "key" | "values">;
  readonly mark: string;
}

async function load({ certificate, key, host, clock, roots }: FileOptions): Promise<Loaded | Unfit> {
  const [cert, secret] = await Promise.all([read(certificate), read(key)]);
  const unreadable =
    "code" in cert ? { ...cert, file: certificate } : "code" in secret ? { ...secret, file: key } : undefined;
  if (unreadable) {
    const { code, file } = unreadable;
    const reason = code === "ENOENT" ? "missing" : "unreadable";
    return { fault: { key: `web.files.${reason}`, values: { file } }, mark: `${code} ${file}` };
  }
  const pair = { cert: "text" in cert ? cert.text : "", key: "text" in secret ? secret.text : "" };
  const mark = hash("sha256", `${pair.cert}\n${pair.key}`);
  const verdict = judgeFiles({ ...pair, host, now: clock.now(), ...(roots && { roots }) });
  if ("fault" in verdict) {
    const values = { certificate, key, host, ...verdict.values };
    return { fault: { key: `web.files.${verdict.fault}`, values }, mark };
  }
  return { served: { ...pair, trust: verdict.trust }, upload: verdict.anchor, mark };
}

async function read(path: string): Promise<{ readonly text: string } | { readonly code: string }> {
  try {
    return { text: await readFile(path, "utf8") };
  } catch (error) {
    return { code: String((error as NodeJS.ErrnoException).code) };
  }
}

/** Owns the timer. */
class FileKeeper implements CertificateKeeper {
  readonly #options: FileOptions;
  #loaded: Loaded;
  #fault: CertificateFault | undefined;
  /** What was found unfit, and how often in a row. */
  #unfit = { mark: "", looks: 0 };
  #timer: Timer | undefined;
  #closed = false;

  constructor(options: FileOptions, loaded: Loaded) {
    this.#options = options;
    this.#loaded = loaded;
  }

  current(): Served {
    return this.#loaded.served;
  }

  upload(): string | undefined {
    return this.#loaded.upload;
  }

  watch(audience: Audience): void {
    this.#timer = this.#options.clock.after(LOOK_EVERY_MS, () => void this.#look(audience));
  }

  status(): CertificateStatus {
    return { ...statusOf("files", this.#loaded.served), ...(this.#fault && { fault: this.#fault }) };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
  }

  async #look(audience: Audience): Promise<void> {
    const found = await load(this.#options);
    if (this.#closed) return;
    if ("fault" in found) this.#keepOld(found);
    else await this.#take(found, audience);
    if (!this.#closed) this.watch(audience);
  }

  async #take(found: Loaded, audience: Audience): Promise<void> {
    this.#fault = undefined;
    this.#unfit = { mark: "", looks: 0 };
    if (found.mark === this.#loaded.mark) return;
    const before = this.#loaded;
    this.#loaded = found;
    this.#options.log.info({ file: this.#options.certificate }, "the certificate in the files changed");
    // Whoever must be given it trusts both while one follows the other.
    if (found.upload !== undefined && found.upload !== before.upload)
      await audience.announce((before.upload ?? "") + found.upload);
    if (this.#closed) return;
    audience.serve(found.served);
    if (found.upload !== before.upload) await audience.announce(found.upload);
  }

  #keepOld({ fault, mark }: Unfit): void {
    const { clock, log, texts } = this.#options;
    this.#unfit = { mark, looks: this.#unfit.mark === mark ? this.#unfit.looks + 1 : 1 };
    if (this.#unfit.looks < PATIENT_LOOKS) return;
    if (this.#fault?.key !== fault.key) {
      const words = `${texts(fault.key, fault.values)}; ${texts(`${fault.key}-cure`, fault.values)}`;
      log.warn({ file: this.#options.certificate }, words);
    }
    this.#fault = { at: clock.now(), ...fault };
  }
}
