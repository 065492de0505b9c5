// Remembers which sources failed, so that one file is not tried again and again while others wait behind it.

import type { FileAttachment } from "../model/attachment.ts";
import type { Clock } from "../model/clock.ts";
import { PlatformError } from "../model/errors.ts";
import type { Limits } from "./limits.ts";
import { createMemo } from "./memo.ts";

export interface Strikes {
  /** Its transfers failed too often: it is not worth another. */
  isOut(file: FileAttachment): boolean;
  /** There is trouble that may pass with opening it; whether there has been for longer than is waited for it. */
  isLasting(file: FileAttachment): boolean;
  /** It could not be opened, for a reason that nobody knows. */
  unopened(file: FileAttachment): void;
  /** Its transfer ended with `error`. */
  failed(file: FileAttachment, error: unknown): void;
  /** Its content came whole. */
  forget(file: FileAttachment): void;
}

export function createStrikes(clock: Clock, limits: Limits): Strikes {
  const strikes = createMemo<number>(() => clock.now());
  /** Since when there is trouble with it. */
  const troubled = createMemo<number>(() => clock.now());
  const count = (file: FileAttachment) => strikes.get(identity(file)) ?? 0;
  const strike = (file: FileAttachment, weight: number) => strikes.set(identity(file), count(file) + weight);

  const isLasting = (file: FileAttachment) => {
    const since = troubled.get(identity(file));
    if (since === undefined) troubled.set(identity(file), clock.now());
    return since !== undefined && clock.now() - since >= limits.patienceMs;
  };

  return {
    isOut: (file) => count(file) >= limits.strikes,
    isLasting,
    unopened: (file) => strike(file, 1),
    failed: (file, error) => {
      const code = error instanceof PlatformError ? error.code : "";
      // Who sends more than announced will do so again; what is short or slow may have been the network.
      if (code === "media.long") strike(file, limits.strikes);
      else if (/^media\.(short|slow|stalled)$/.test(code)) strike(file, 1);
      else if (code === "media.broke-off" && isLasting(file)) strike(file, limits.strikes);
    },
    forget: (file) => {
      strikes.delete(identity(file));
      troubled.delete(identity(file));
    },
  };
}

/** What names the content of a file, without telling where it is. Only for memory: it may hold the source. */
export function identity(file: FileAttachment): string {
  return `${file.account}\n${file.stable ?? file.source ?? ""}`;
}
