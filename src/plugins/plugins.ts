// The plugins of matebot.yaml as one part of the robot: commands, triggers, jobs and hooks; `app` starts and stops them.

import { existsSync, realpathSync } from "node:fs";
import { dirname, sep } from "node:path";
import type { Log } from "../bridge/ports.ts";
import { type Clock, sleep, systemClock } from "../model/clock.ts";
import type { Texts } from "../model/texts.ts";
import type { Area } from "../robot/area.ts";
import type { Command } from "../robot/command.ts";
import type { PluginConfig } from "../robot/config.ts";
import { folded } from "../robot/words.ts";
import type { RobotWorld } from "../robot/world.ts";
import { commandsOf } from "./commands.ts";
import { createDesk, type Desk } from "./desk.ts";
import { createHooks, type Hooks } from "./hooks.ts";
import { startJobs } from "./jobs.ts";
import { Keeper } from "./keeper.ts";
import { LIMITS, type PluginLimits } from "./limits.ts";
import { createTriggers } from "./triggers.ts";

export interface PluginsParts {
  readonly log: Log;
  /** In the language of who runs MateBot. */
  readonly texts: Texts;
  /** Of matebot.yaml: a plugin that lies in it may read nothing there but itself. */
  readonly folder: string;
  /** Is it a word of a command that is MateBot's own? */
  readonly isTaken?: (word: string) => boolean;
  /** Only for tests: shorter ones. `maxBytes` is each plugin's own. */
  readonly limits?: Partial<PluginLimits>;
  /** Real time, because processes know no other. Jobs and cooldowns go by the clock of the world. */
  readonly clock?: Clock;
}

export interface PluginState {
  readonly name: string;
  readonly state: "loading" | "up" | "down" | "off";
  readonly pid?: number;
}

export interface Plugins extends Partial<Hooks> {
  readonly area: Area;
  state(): readonly PluginState[];
  /** Lets all of them end. */
  stop(): Promise<void>;
}

type Report = readonly ["info" | "warn" | "error", string, Readonly<Record<string, string>>];

/**
 * Starts all plugins, in the order of the file; one that cannot be loaded is named and left out, and stops nobody.
 * `before` and `after` are there when a plugin wants them. Nothing of a plugin runs before `area.prepare`.
 */
export async function startPlugins(
  configs: readonly PluginConfig[],
  { log, texts, folder, isTaken = () => false, limits, clock = systemClock }: PluginsParts,
): Promise<Plugins> {
  let world: RobotWorld | undefined;
  let desk: Desk | undefined;
  let early: Report[] = [];
  const report = (...line: Report) => (world ? world.report(...line) : void early.push(line));
  const allLimits = { ...LIMITS, ...limits };
  const parts = { log, texts, clock, desk: () => desk, report };
  const keepers = configs.map((config) =>
    keeperOf(config, folder, { ...allLimits, maxBytes: config.maxBytes }, parts),
  );
  await Promise.all(keepers.map((keeper) => keeper.load()));
  await onlyFirstOfEachName(keepers);

  const given = giveCommands(keepers, allLimits, isTaken, (room) => desk?.visited(room));
  for (const [keeper, words] of given.refused) {
    const values = { plugin: keeper.name, words: words.join(", ") };
    log.warn(values, "commands of a plugin are called like others, which keep their names");
    report("warn", "robot-plugins.report.refused", values);
  }
  const triggers = createTriggers(() => keepers, allLimits);
  const hooks = createHooks({ keepers: () => keepers, limits: allLimits, clock, world: () => world });
  const wants = (what: "before" | "after") => keepers.some(({ sheet }) => sheet?.[what]);
  return {
    area: {
      name: "plugins",
      commands: given.commands,
      async prepare(given_) {
        world = given_;
        desk = createDesk(given_);
        for (const line of early) report(...line);
        early = [];
        const begun = keepers.map((keeper) => keeper.begin(given.refused.get(keeper) ?? []));
        // Hooks shall see the first message; but nobody waits long for a plugin that is slow to begin.
        const patience = new AbortController();
        await Promise.race([Promise.all(begun), sleep(clock, allLimits.beginMs, patience.signal)]);
        patience.abort();
      },
      wants: triggers.wants,
      hear: triggers.hear,
      start: (world) => startJobs(keepers, allLimits, world),
    },
    ...(wants("before") && { before: hooks.before }),
    ...(wants("after") && { after: hooks.after }),
    state: () => keepers.map(({ name, state, pid }) => ({ name, state, ...(pid !== undefined && { pid }) })),
    stop: async () => void (await Promise.all(keepers.map((keeper) => keeper.stop()))),
  };
}

interface KeeperNeeds {
  readonly log: Log;
  readonly texts: Texts;
  readonly clock: Clock;
  readonly desk: () => Desk | undefined;
  report(...line: Report): void;
}

function keeperOf(
  config: PluginConfig,
  folder: string,
  limits: PluginLimits,
  { log, texts, clock, desk, report }: KeeperNeeds,
): Keeper {
  return new Keeper({
    ...{ ...whereIs(config.path, folder), config: config.config ?? {}, limits, clock, texts },
    line: ({ name }, level, line) => log[level]({ plugin: name, line }, "a plugin says"),
    async serve({ sheet }, request, bytes) {
      const at = desk();
      if (!at || !sheet)
        throw new Error("MateBot is not ready yet: ask from `start` on, not while the file is loaded");
      return at.serve(sheet, request, bytes);
    },
    report(keeper, level, key, values, detail) {
      const told = { plugin: keeper.name, ...values };
      log[level]({ ...told, detail }, WORDS[key] ?? "a plugin is in trouble");
      report(level, `robot-plugins.report.${key}`, told);
    },
  });
}

const WORDS: Readonly<Record<string, string>> = {
  fell: "a plugin fell, and will be started again",
  off: "a plugin is switched off until MateBot is started again",
  back: "a plugin runs again",
};

/** The file itself, and what it may read: its folder, unless matebot.yaml lies there or below, and secrets with it. */
export function whereIs(
  path: string,
  folder: string,
): { readonly path: string; readonly readable: readonly string[] } {
  const real = existsSync(path) ? realpathSync(path) : path;
  const own = `${dirname(real)}${sep}`;
  const secrets = existsSync(folder) ? `${realpathSync(folder)}${sep}` : undefined;
  return { path: real, readable: [secrets?.startsWith(own) ? real : own] };
}

async function onlyFirstOfEachName(keepers: readonly Keeper[]): Promise<void> {
  const names = new Set<string>();
  for (const keeper of keepers) {
    if (!keeper.sheet) continue;
    if (names.has(keeper.name)) await keeper.giveUp({ reason: "twice" });
    names.add(keeper.name);
  }
}

function giveCommands(
  keepers: readonly Keeper[],
  limits: PluginLimits,
  isTaken: (word: string) => boolean,
  visited: Desk["visited"],
) {
  const commands: Command[] = [];
  const refused = new Map<Keeper, readonly string[]>();
  const words = new Set<string>();
  for (const keeper of keepers) {
    if (!keeper.sheet || keeper.state === "off") continue;
    const isGone = (word: string) => isTaken(word) || words.has(folded(word));
    const own = commandsOf(keeper, keeper.sheet, limits, isGone, visited);
    commands.push(...own.commands);
    if (own.refused.length > 0) refused.set(keeper, own.refused);
    for (const command of own.commands) {
      const { names, aliases } = command.words ?? { names: {}, aliases: {} };
      for (const word of [command.name, ...Object.values(names), ...Object.values(aliases).flat()]) {
        words.add(folded(word));
      }
    }
  }
  return { commands, refused };
}
