// Reads the stream of a source with limits of time and size; everything `media` reads from a platform goes through it.

import type { OpenedFile } from "../bridge/media-port.ts";
import type { Clock } from "../model/clock.ts";
import { PlatformError } from "../model/errors.ts";

export interface Pace {
  /** A source that sends nothing for so long is given up. */
  readonly stallMs: number;
  /** Bytes a second, over all the time that was spent waiting for the source, once that is `graceMs`. */
  readonly leastRate: number;
  readonly graceMs: number;
}

export interface WatchOptions {
  readonly clock: Clock;
  readonly pace: Pace;
  readonly signal: AbortSignal;
  /** The stream must have exactly so many; absent: as many as it has, but no more than `most`. */
  readonly exactly?: number;
  readonly most: number;
}

const AGAIN = { kind: "retry", maybeDelivered: false } as const;

/** What may pass: the same call again, later. The message names no source. */
export function passing(code: string, message: string): PlatformError {
  return new PlatformError(`media.${code}`, message, AGAIN);
}

/**
 * The bytes of `opened`, which is closed at the end in any case. Only the time the source takes is counted, never the
 * reader's. @throws PlatformError `media.stalled`, `media.slow`, `media.broke-off`, `media.short`, `media.long`
 */
export async function* watched(opened: OpenedFile, options: WatchOptions): AsyncGenerator<Uint8Array> {
  const { exactly, pace } = options;
  const most = exactly ?? options.most;
  const iterator = opened.stream[Symbol.asyncIterator]();
  let given = 0;
  let waited = 0;
  try {
    for (;;) {
      const asked = options.clock.now();
      const step = await nextOf(iterator, options);
      waited += options.clock.now() - asked;
      if (step.done) break;
      given += step.value.byteLength;
      if (given > most) throw passing("long", "the source sends more than it announced or than is allowed");
      if (waited > pace.graceMs && (given * 1000) / waited < pace.leastRate)
        throw passing("slow", "the source is too slow");
      if (step.value.byteLength > 0) yield step.value;
    }
  } finally {
    opened.close();
    // Not awaited: a source that hangs would never answer this either.
    iterator.return?.().catch(() => {});
  }
  if (exactly !== undefined && given < exactly)
    throw passing("short", "the source sent less than it announced");
}

/** Each step has its own promise: racing a lasting one would keep every chunk alive until the end. */
function nextOf(
  iterator: AsyncIterator<Uint8Array>,
  { clock, pace, signal }: WatchOptions,
): Promise<IteratorResult<Uint8Array>> {
  return new Promise((resolve, reject) => {
    const end = () => {
      timer.cancel();
      signal.removeEventListener("abort", abort);
    };
    const abort = () => {
      end();
      reject(signal.reason);
    };
    const timer = clock.after(pace.stallMs, () => {
      end();
      reject(passing("stalled", "the source sends nothing any more"));
    });
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    iterator.next().then(
      (step) => {
        end();
        resolve(step);
      },
      // What it says may hold its address.
      () => {
        end();
        reject(passing("broke-off", "the source broke off"));
      },
    );
  });
}
