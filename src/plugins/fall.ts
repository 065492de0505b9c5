// Why a plugin's process came to its end, or one call of it failed; `life.ts` finds out, the keeper and the commands say it.

import type { Texts } from "../model/texts.ts";

/** Each has its words in locales/<language>/robot-plugins.json under `fall`. */
export const FALL_REASONS = [
  /** The file cannot be loaded; its declaration or its configuration is wrong; two plugins have one name. */
  ...(["load", "no-plugin", "config", "shape", "twice", "slow-start"] as const),
  /** An endless loop; a hook that never answers; too much memory; too much said. */
  ...(["hang", "stuck", "memory", "flood", "nonsense"] as const),
  /** An error nobody caught; it ended itself; somebody else ended it; its file is another one now. */
  ...(["crash", "exit", "killed", "changed"] as const),
] as const;
export type FallReason = (typeof FALL_REASONS)[number];

/** Their `detail` is MateBot's. */
const OURS: ReadonlySet<FallReason> = new Set(["hang", "stuck", "memory", "exit", "killed"]);

export interface Fall {
  readonly reason: FallReason;
  /** A number, a name of MateBot's, or the plugin's own words. */
  readonly detail?: string;
}

/** What happened and the cure; never in the plugin's own words, which are for the log. */
export function fallWords({ reason, detail = "" }: Fall, plugin: string, texts: Texts): string {
  const isOurs = OURS.has(reason);
  return texts(`robot-plugins.fall.${reason}`, { plugin, detail: isOurs ? detail : "" });
}

/** `time`: no answer within its time; `threw`: an error of the plugin's; `nonsense`: an answer nobody can use; `down`: it does not run. */
export type CallTrouble = "time" | "threw" | "nonsense" | "down";

export class CallFailed extends Error {
  override readonly name = "CallFailed";
  readonly why: CallTrouble;
  constructor(why: CallTrouble, message: string) {
    super(message);
    this.why = why;
  }
}
