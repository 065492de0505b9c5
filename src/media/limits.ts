// What `media` allows itself in bytes, time and number; `createMedia` takes others from its caller, tests small ones.

import type { Pace } from "./watched.ts";

export interface Limits extends Pace {
  /** Streams from platforms at a time; what they hold in memory is a few chunks each. */
  readonly transfers: number;
  /** Readers of links at a time. */
  readonly downloads: number;
  /** The most a file may have that is written to disk: to be converted, or to learn its size. */
  readonly fileBytes: number;
  /** All such files together. */
  readonly spoolBytes: number;
  readonly cacheBytes: number;
  /** A source that was looked at stays open for so long, so that its first reader need not open it again. */
  readonly limboMs: number;
  /** How long a link to a file works, at least. */
  readonly linkMs: number;
  /** A face that is not there by then is replaced by a letter. */
  readonly faceMs: number;
  /** A source that could not be read for so long is given up: what is said after the file waits for it. */
  readonly patienceMs: number;
  /** So many broken transfers of one file, and it counts as broken itself for an hour. */
  readonly strikes: number;
}

const MIB = 1024 * 1024;

export const LIMITS: Limits = {
  transfers: 4,
  downloads: 4,
  fileBytes: 256 * MIB,
  spoolBytes: 1024 * MIB,
  cacheBytes: 512 * MIB,
  stallMs: 20_000,
  leastRate: 16_000,
  graceMs: 30_000,
  limboMs: 10_000,
  linkMs: 7 * 86_400_000,
  faceMs: 5_000,
  patienceMs: 10 * 60_000,
  strikes: 5,
};
