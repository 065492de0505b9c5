// The everyday commands, without any service of others: greetings, help, feedback, QR codes, chance, links of one's own.

import { randomBytes, randomInt } from "node:crypto";
import type { Area } from "../area.ts";
import type { RobotConfig } from "../config.ts";
import { chooseCommand, coinCommand, randomCommand } from "./chance.ts";
import { phiCommand, piCommand } from "./constants.ts";
import { customCommand, customHearing, teachCommand } from "./custom-commands.ts";
import { createCustomReplies } from "./custom-replies.ts";
import { type Below, diceCommand } from "./dice.ts";
import { donateCommand } from "./donate.ts";
import { feedbackCommand, feedbackHearing } from "./feedback.ts";
import { hashCommand } from "./hash.ts";
import { helpCommand, listCommand } from "./help.ts";
import { type About, infoCommand } from "./info.ts";
import { languageCommand } from "./language.ts";
import { configuredCommands } from "./links.ts";
import { qrCommand } from "./qr.ts";
import { type OnStart, type Say, startCommand } from "./start.ts";

export interface EverydayOptions {
  /** The personality's words; neutral ones unless it has some. */
  readonly say?: Say;
  /** What a deep link brought: joining, linking. */
  readonly onStart?: OnStart;
  /** For /info: version, source, privacy note. */
  readonly about?: Partial<Omit<About, "startedAt">>;
  readonly randomInt?: Below;
  readonly randomBytes?: (count: number) => Uint8Array;
}

export function createEveryday(config: RobotConfig, options: EverydayOptions = {}): Area {
  const { say = () => undefined, onStart, randomInt: below = randomInt } = options;
  const replies = createCustomReplies();
  const custom = customHearing(replies);
  let startedAt: number | undefined;
  const about: About = { ...options.about, startedAt: () => startedAt };
  return {
    name: "everyday",
    commands: [
      startCommand(say, onStart),
      helpCommand(say),
      listCommand,
      infoCommand(about),
      languageCommand,
      feedbackCommand,
      qrCommand,
      diceCommand(below),
      coinCommand(below),
      chooseCommand(below),
      randomCommand(options.randomBytes ?? randomBytes),
      hashCommand(),
      piCommand,
      phiCommand,
      donateCommand,
      teachCommand(replies),
      customCommand(replies),
      ...configuredCommands(config),
    ],
    async prepare(world) {
      startedAt = world.clock.now();
      await replies.load(world);
    },
    wants: (event, world) => feedbackHearing.wants(event, world) || custom.wants(event, world),
    // A `/name` in the feedback room may be a reply as well: what was taught goes first.
    hear: (event, world, signal) =>
      custom.wants(event, world)
        ? custom.hear(event, world, signal)
        : feedbackHearing.hear(event, world, signal),
  };
}
