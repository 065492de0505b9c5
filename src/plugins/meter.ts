// Counts what comes out of a plugin's process in a second without being asked for; `life.ts` ends one that says too much.

import type { Clock } from "../model/clock.ts";
import type { PluginLimits } from "./limits.ts";

export interface Meter {
  /** Something was asked of it: one frame more is expected. */
  asked(): void;
  /** False from the moment on at which it is too much. */
  frame(jsonLength: number): boolean;
  bytes(count: number): boolean;
}

export function createMeter(
  limits: Pick<PluginLimits, "framesPerSecond" | "jsonPerSecond" | "bytesPerSecond">,
  clock: Clock,
  flooded: () => void,
): Meter {
  let from = clock.now();
  let frames = 0;
  let json = 0;
  let bytes = 0;
  let expected = 0;
  const isWithin = () => {
    const { framesPerSecond, jsonPerSecond, bytesPerSecond } = limits;
    if (frames <= framesPerSecond && json <= jsonPerSecond && bytes <= bytesPerSecond) return true;
    flooded();
    return false;
  };
  const turn = () => {
    const now = clock.now();
    if (now - from < 1_000) return;
    from = now;
    frames = 0;
    json = 0;
    bytes = 0;
  };
  return {
    asked: () => void expected++,
    frame(jsonLength) {
      turn();
      json += jsonLength;
      if (expected > 0) expected--;
      else frames++;
      return isWithin();
    },
    bytes(count) {
      turn();
      bytes += count;
      return isWithin();
    },
  };
}
