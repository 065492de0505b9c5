// Opens files of the platforms, with the limits of `media` and fates that a lane of another account may act on.

import type { OpenedFile, UnfitReason } from "../bridge/media-port.ts";
import type { FileAttachment } from "../model/attachment.ts";
import type { Clock } from "../model/clock.ts";
import { PlatformError } from "../model/errors.ts";
import { createGate, type Gate } from "./gate.ts";
import type { Limits } from "./limits.ts";
import { createStrikes } from "./strikes.ts";
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
  const strikes = createStrikes(clock, limits);
  const stopped = new AbortController();

  async function* counted(file: FileAttachment, stream: AsyncGenerator<Uint8Array>) {
    try {
      yield* stream;
    } catch (error) {
      strikes.failed(file, error);
      throw error;
    }
  }

  return {
    gate: createGate(limits.transfers),
    isBroken: strikes.isOut,
    cameWhole: strikes.forget,
    stop: () => stopped.abort(passing("stopped", "MateBot stops")),
    connect: async (file, signal) => {
      if (file.source === undefined) return "gone";
      const over = new AbortController();
      const all = AbortSignal.any([signal, over.signal, stopped.signal]);
      const time = { clock, ms: limits.stallMs };
      const opened = await openInTime(open, file, all, time).catch((error: unknown) => {
        signal.throwIfAborted();
        if (!(error instanceof PlatformError)) strikes.unopened(file);
        return verdictOf(error, () => strikes.isLasting(file));
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
