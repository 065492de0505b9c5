// Tries a plugin without MateBot: is it one, what does it declare, what would be wrong; `matebot plugin check` prints it.

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { systemClock } from "../model/clock.ts";
import type { Texts } from "../model/texts.ts";
import { type Fall, fallWords } from "./fall.ts";
import { Keeper } from "./keeper.ts";
import { LIMITS, type PluginLimits } from "./limits.ts";
import { residentBytes } from "./memory.ts";
import { whereIs } from "./plugins.ts";
import type { Sheet } from "./sheet.ts";

export interface PluginReport {
  /** Absolute. */
  readonly path: string;
  /** Undefined when the plugin cannot be used: then `fault` tells why. */
  readonly sheet?: Sheet;
  readonly fault?: { readonly reason: Fall["reason"]; readonly words: string; readonly detail: string };
  /** Words of its commands that belong to others already. */
  readonly taken: readonly string[];
  /** What it printed while it was loaded, as far as that is kept. */
  readonly printed: readonly string[];
  /** From its start until it was loaded; milliseconds. */
  readonly loadMs: number;
  /** Of its process, loaded; undefined where the system does not tell. */
  readonly bytes?: number;
}

export interface CheckOptions {
  readonly texts: Texts;
  /** Its section of matebot.yaml. */
  readonly config?: unknown;
  /** The folder of matebot.yaml; none unless told. */
  readonly folder?: string;
  readonly isTaken?: (word: string) => boolean;
  readonly limits?: Partial<PluginLimits>;
}

/** Loads the plugin in a process of its own, as MateBot would, but never starts it. Never rejects. */
export async function checkPlugin(path: string, options: CheckOptions): Promise<PluginReport> {
  const { texts, config = {}, folder = "", isTaken = () => false } = options;
  const real = resolve(path);
  const printed: string[] = [];
  const keeper = new Keeper({
    ...{
      ...whereIs(real, folder),
      config,
      texts,
      clock: systemClock,
      limits: { ...LIMITS, ...options.limits },
    },
    line: (_keeper, _level, line) => void printed.push(line),
    serve: async () => {
      throw new Error("there is no MateBot: ask from `start` on, not while the file is loaded");
    },
    report: () => {},
  });
  const since = performance.now();
  await keeper.load();
  const loadMs = Math.round(performance.now() - since);
  const { sheet, why, pid } = keeper;
  const bytes = pid === undefined ? undefined : residentBytes(pid);
  await keeper.stop();
  return {
    ...{ path: real, printed, loadMs, taken: sheet ? wordsOf(sheet).filter(isTaken) : [] },
    ...(why ? { fault: faultOf(why, keeper.name, texts, existsSync(real)) } : sheet && { sheet }),
    ...(bytes !== undefined && { bytes }),
  };
}

function faultOf(
  why: Fall,
  name: string,
  texts: Texts,
  isThere: boolean,
): NonNullable<PluginReport["fault"]> {
  const detail = isThere ? (why.detail ?? "") : "ENOENT";
  return { reason: why.reason, words: fallWords(why, name, texts), detail };
}

function wordsOf({ commands }: Sheet): readonly string[] {
  const all = commands.flatMap(({ name, names, aliases }) => [
    name,
    ...Object.values(names),
    ...Object.values(aliases).flat(),
  ]);
  return [...new Set(all)];
}
