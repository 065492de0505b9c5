// One file of a platform while the ladder works on it: looked at once, streamed as often as needed, on disk if it must be.

import type { UnfitReason } from "../bridge/media-port.ts";
import type { FileAttachment } from "../model/attachment.ts";
import type { Clock, Timer } from "../model/clock.ts";
import { PlatformError } from "../model/errors.ts";
import { HEAD_BYTES, type Sniffed, sniff } from "./convert/sniff.ts";
import { diskFile } from "./disk-file.ts";
import type { Limits } from "./limits.ts";
import type { Connection, Sources } from "./source.ts";
import type { Spool, SpoolFile } from "./spool.ts";
import { passing } from "./watched.ts";

/** What a look at the beginning told. */
export interface Look {
  readonly type: Sniffed;
  /** Absent: only its end will tell. */
  readonly bytes?: number;
}

export interface MaterialParts {
  readonly sources: Sources;
  readonly spool: Spool;
  readonly clock: Clock;
  readonly limits: Limits;
}

interface Begun {
  readonly connection: Connection;
  readonly head: readonly Uint8Array[];
  readonly timer?: Timer;
}

/** Owns a connection and a file on disk until everybody who holds it let go; then what still runs is aborted. */
export class Material {
  readonly file: FileAttachment;
  readonly #parts: MaterialParts;
  readonly #over = new AbortController();
  #holders = 0;
  #look: Promise<Look | UnfitReason> | undefined;
  #begun: Begun | undefined;
  #spooled: Promise<SpoolFile | UnfitReason> | undefined;

  constructor(file: FileAttachment, parts: MaterialParts) {
    this.file = file;
    this.#parts = parts;
  }

  /** Until what is returned is called, the material can be used. */
  hold(): () => void {
    this.#holders++;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#holders--;
      if (this.#holders === 0) void this.#end();
    };
  }

  /** @throws PlatformError of fate `retry` or `wait` */
  look(): Promise<Look | UnfitReason> {
    this.#look ??= this.#lookOnce();
    return this.#look;
  }

  /** The whole content on disk; "too-big" when that is more than is written to disk. @throws PlatformError */
  spooled(): Promise<SpoolFile | UnfitReason> {
    this.#spooled ??= this.#spoolOnce();
    return this.#spooled;
  }

  get isSpooled(): boolean {
    return this.#spooled !== undefined;
  }

  /** The content from the beginning. `expected` is what was promised of its size. @throws PlatformError (`retry`) */
  async *read(signal: AbortSignal, expected?: number): AsyncGenerator<Uint8Array> {
    const spooled = await this.#spooled;
    if (spooled === undefined || typeof spooled === "string") yield* this.#stream(signal, expected);
    else yield* diskFile(spooled.path, signal);
  }

  async *#stream(signal: AbortSignal, expected: number | undefined): AsyncGenerator<Uint8Array> {
    const { sources } = this.#parts;
    const over = AbortSignal.any([signal, this.#over.signal]);
    const leave = await sources.gate.enter(over);
    let connection: Connection | undefined;
    const close = () => {
      leave();
      connection?.close();
    };
    // A reader that was aborted need not come back to end the loop.
    over.addEventListener("abort", close, { once: true });
    try {
      const begun = this.#takeBegun() ?? (await this.#connect());
      if (typeof begun === "string") throw passing(begun, "the source cannot be opened any more");
      connection = begun.connection;
      over.throwIfAborted();
      if (expected !== undefined && connection.bytes !== expected)
        throw passing("changed", "the source announces another size than before");
      yield* begun.head;
      yield* connection.stream;
      sources.cameWhole(this.file);
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      over.removeEventListener("abort", close);
      close();
    }
  }

  async #connect(): Promise<Begun | UnfitReason> {
    const connection = await this.#parts.sources.connect(this.file, this.#over.signal);
    return typeof connection === "string" ? connection : { connection, head: [] };
  }

  async #lookOnce(): Promise<Look | UnfitReason> {
    const { sources, clock, limits } = this.#parts;
    const leave = await sources.gate.enter(this.#over.signal);
    try {
      const begun = await this.#connect();
      if (typeof begun === "string") return begun;
      const { connection } = begun;
      const head = await firstBytes(connection);
      if (typeof head === "string") return head;
      const timer = clock.after(limits.limboMs, () => this.#takeBegun()?.connection.close());
      this.#begun = { connection, head, timer };
      const { bytes } = connection;
      const type = sniff(Buffer.concat(head), this.file.mime ?? connection.mime);
      return { type, ...(bytes === undefined ? {} : { bytes }) };
    } finally {
      leave();
    }
  }

  async #spoolOnce(): Promise<SpoolFile | UnfitReason> {
    const look = await this.look();
    if (typeof look === "string") return look;
    const { limits, spool } = this.#parts;
    if ((look.bytes ?? 0) > limits.fileBytes) return "too-big";
    try {
      return await spool.write(this.#stream(this.#over.signal, look.bytes));
    } catch (error) {
      if (isTooLong(error)) return look.bytes === undefined ? "too-big" : "broken";
      throw error;
    }
  }

  #takeBegun(): Begun | undefined {
    const begun = this.#begun;
    this.#begun = undefined;
    begun?.timer?.cancel();
    return begun;
  }

  async #end(): Promise<void> {
    this.#over.abort(passing("released", "the file is not needed any more"));
    this.#takeBegun()?.connection.close();
    const spooled = await this.#spooled?.catch(() => undefined);
    if (spooled !== undefined && typeof spooled !== "string") await spooled.remove();
  }
}

/** What sends more than it announced, or than anything may have, is known by that already. */
async function firstBytes({ stream, bytes }: Connection): Promise<readonly Uint8Array[] | UnfitReason> {
  const head: Uint8Array[] = [];
  let length = 0;
  try {
    while (length < HEAD_BYTES) {
      const step = await stream.next();
      if (step.done) break;
      head.push(step.value);
      length += step.value.byteLength;
    }
    return head;
  } catch (error) {
    if (isTooLong(error)) return bytes === undefined ? "too-big" : "broken";
    throw error;
  }
}

function isTooLong(error: unknown): boolean {
  return error instanceof PlatformError && error.code === "media.long";
}
