// What a plugin may take: memory, time, lines; the defaults hold everywhere but in tests, which are in a hurry.

export interface PluginLimits {
  /** Of the whole process, buffers outside the heap included. */
  readonly maxBytes: number;
  /** Until the process runs, and again until the plugin is loaded. */
  readonly loadMs: number;
  /** How long MateBot's start waits for `start` of plugins. */
  readonly beginMs: number;
  /** How often it is asked whether it lives, and how long it may take to say so. */
  readonly pingMs: number;
  readonly pongMs: number;
  /** How often its memory is looked at. */
  readonly lookMs: number;
  readonly commandMs: number;
  readonly jobMs: number;
  /** How long a message waits for a hook. */
  readonly hookMs: number;
  /** A hook that has not answered by then never will. */
  readonly hookGoneMs: number;
  readonly stopMs: number;
  /** What comes from it in a second: unasked frames, JSON (which costs time to read), all bytes. */
  readonly framesPerSecond: number;
  readonly jsonPerSecond: number;
  readonly bytesPerSecond: number;
  /** How long until it is started again, by how often it fell lately. */
  readonly backOffMs: readonly number[];
  readonly mostFalls: number;
  readonly fallsWithinMs: number;
}

export const MIB = 1024 * 1024;

export const LIMITS: PluginLimits = {
  maxBytes: 192 * MIB,
  loadMs: 10_000,
  beginMs: 2_000,
  pingMs: 1_000,
  pongMs: 2_000,
  lookMs: 500,
  commandMs: 10_000,
  jobMs: 60_000,
  hookMs: 500,
  hookGoneMs: 10_000,
  stopMs: 2_000,
  framesPerSecond: 500,
  jsonPerSecond: 8 * MIB,
  bytesPerSecond: 24 * MIB,
  backOffMs: [1_000, 5_000, 30_000],
  mostFalls: 5,
  fallsWithinMs: 600_000,
};
