// All parts of the robot, in the order in which they are asked; `app.ts` starts it.

import type { BridgeTable } from "./bridge/bridge-table.ts";
import type { Platform } from "./bridge/platform.ts";
import type { Log } from "./bridge/ports.ts";
import type { Store } from "./bridge/store-port.ts";
import type { Config } from "./config.ts";
import type { Clock } from "./model/clock.ts";
import type { ConversationRef } from "./model/refs.ts";
import type { Language, Texts } from "./model/texts.ts";
import type { Area } from "./robot/area.ts";
import { createRobot, type Robot } from "./robot/robot.ts";
import { loadTexts } from "./texts.ts";

export interface RobotOptions {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  /** 0 <= x < 1. */
  readonly random: () => number;
  readonly store: Store;
  readonly table: BridgeTable;
  readonly platform: (account: string) => Platform;
  readonly textsOf: (language: Language) => Texts;
}

/** Ready to hear: what rooms and people have chosen is in memory. @throws UserError when a plugin cannot be */
export async function startRobot(
  options: RobotOptions,
  wakeLane: (lane: ConversationRef) => void,
): Promise<Robot> {
  const { config, ...rest } = options;
  const robot = createRobot({
    ...{ ...rest, wakeLane, config: config.robot, language: config.language, accounts: config.accounts },
    areas: areasOf(),
    report: () => {},
  });
  await robot.prepare();
  return robot;
}

function areasOf(): readonly Area[] {
  return [];
}

/** Loaded when they are first asked for; `known` are those of one language. */
export function textsByLanguage(language: Language, known: Texts): (language: Language) => Texts {
  const all = new Map<Language, Texts>([[language, known]]);
  return (wanted) => {
    const texts = all.get(wanted) ?? loadTexts(wanted);
    all.set(wanted, texts);
    return texts;
  };
}
