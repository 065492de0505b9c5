// Opens files of the platforms, with the limits of `media` and fates that a lane of another account may act on.

import type { OpenedFile, UnfitReason } from "../bridge/media-port.ts";
import type { FileAttachment } from "../model/attachment.ts";
import type { Clock } from "../model/clock.ts";
import { PlatformError } from "../model/errors.ts";
import { createGate, type Gate } from "./gate.ts";
import type { Limits } from "./limits.ts";
import { createMemo } from "./memo.ts";
import { passing, watched } from "./watched.ts";

export type OpenFile = (file: FileAttachment, signal: AbortSignal) => Promise<OpenedFile>;

/** A source that is read: its bytes, and what the platform said of them. */
export interface Connection {
  readonly bytes?: number;
  readonly mime?: string;
  /** As `watched` reads. Can be left at any time. */
  readonly stream: AsyncGenerator<Uint8Array>;
  close(): void;
}

export interface Sources {
  readonly gate: Gate;
  /** @throws PlatformError of fate `retry` or `wait`; all other refusals are answers. */
  connect(file: FileAttachment, signal: AbortSignal): Promise<Connection | UnfitReason>;
  /** Its transfers failed too often: it is not worth another. */
  isBroken(file: FileAttachment): boolean;
  /** Its content came whole. */
  cameWhole(file: FileAttachment): void;
  /** Ends all connections. */
  stop(): void;
}

interface SourceParts {
  readonly open: OpenFile;
  readonly clock: Clock;
  readonly limits: Limits;
}

export function createSources({ open, clock, limits }: SourceParts): Sources {
  const strikes = createMemo<number>(() => clock.now());
  /** Since when there is trouble with it. */
  const troubled = createMemo<number>(() => clock.now());
  const stopped = new AbortController();

  /** One file must not hold up for hours what is said after it. */
  const isLasting = (file: FileAttachment) => {
    const since = troubled.get(identity(file));
    if (since === undefined) troubled.set(identity(file), clock.now());
    return since !== undefined && clock.now() - since >= limits.patienceMs;
  };
  const strike = (file: FileAttachment, weight: number) =>
    strikes.set(identity(file), (strikes.get(identity(file)) ?? 0) + weight);

  async function* counted(file: FileAttachment, stream: AsyncGenerator<Uint8Array>) {
    try {
      yield* stream;
    } catch (error) {
      const code = error instanceof PlatformError ? error.code : "";
      // Who sends more than announced will do so again; what is short or slow may have been the network.
      const weight =
        code === "media.long" ? limits.strikes : /^media\.(short|slow|stalled)$/.test(code) ? 1 : 0;
      if (weight > 0) strike(file, weight);
      else if (code === "media.broke-off" && isLasting(file)) strike(file, limits.strikes);
      throw error;
    }
  }

  return {
    gate: createGate(limits.transfers),
    isBroken: (file) => (strikes.get(identity(file)) ?? 0) >= limits.strikes,
    cameWhole: (file) => {
      strikes.delete(identity(file));
      troubled.delete(identity(file));
    },
    stop: () => stopped.abort(passing("stopped", "MateBot stops")),
    connect: async (file, signal) => {
      if (file.source === undefined) return "gone";
      const over = new AbortController();
      const all = AbortSignal.any([signal, over.signal, stopped.signal]);
      const time = { clock, ms: limits.stallMs };
      const opened = await openInTime(open, file, all, time).catch((error: unknown) => {
        signal.throwIfAborted();
        if (!(error instanceof PlatformError)) strike(file, 1);
        return verdictOf(error, () => isLasting(file));
      });
      if (typeof opened === "string") {
        over.abort();
        return opened;
      }
      const { bytes, mime } = opened;
      const exactly = bytes === undefined ? {} : { exactly: bytes };
      const watch = { clock, pace: limits, signal: all, most: limits.fileBytes, ...exactly };
      const stream = counted(file, watched(opened, watch));
      return {
        ...(bytes === undefined ? {} : { bytes }),
        ...(mime === undefined ? {} : { mime }),
        stream,
        close: () => {
          over.abort(passing("closed", "the transfer was given up"));
          // A stream that was never begun closes nothing by itself.
          opened.close();
        },
      };
    },
  };
}

/** What names the content of a file, without telling where it is. Only for memory: it may hold the source. */
export function identity(file: FileAttachment): string {
  return `${file.account}\n${file.stable ?? file.source ?? ""}`;
}

/** One that answers too late is closed. */
function openInTime(
  open: OpenFile,
  file: FileAttachment,
  signal: AbortSignal,
  { clock, ms }: { readonly clock: Clock; readonly ms: number },
): Promise<OpenedFile> {
  return new Promise((resolve, reject) => {
    let late = false;
    const giveUp = (reason: unknown) => {
      late = true;
      timer.cancel();
      reject(reason);
    };
    const abort = () => giveUp(signal.reason);
    const timer = clock.after(ms, () => giveUp(passing("stalled", "the source does not answer")));
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    const end = () => {
      timer.cancel();
      signal.removeEventListener("abort", abort);
    };
    open(file, signal).then(
      (opened) => {
        end();
        if (late) opened.close();
        else resolve(opened);
      },
      (error: unknown) => {
        end();
        reject(error);
      },
    );
  });
}

/**
 * What a refusal of the source's account means for a lane of another: only trouble that passes is its business, and
 * never that of its whole account, and not for ever. @throws PlatformError of fate `retry` or `wait`
 */
function verdictOf(error: unknown, isLasting: () => boolean): UnfitReason {
  const known =
    error instanceof PlatformError ? error : passing("unreachable", "the source could not be opened");
  const { code, message, fate } = known;
  if (fate.kind === "retry") {
    if (isLasting()) return "gone";
    throw known;
  }
  if (fate.kind === "wait") throw new PlatformError(code, message, { kind: "wait", ms: fate.ms });
  return code.endsWith("too-big") ? "too-big" : "gone";
}
