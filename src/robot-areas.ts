// All parts of the robot, in the order in which they are asked; `app.ts` starts it.

import { dirname, join } from "node:path";
import type { BridgeTable } from "./bridge/bridge-table.ts";
import type { LaneStep } from "./bridge/lane-run.ts";
import type { Platform } from "./bridge/platform.ts";
import type { Log } from "./bridge/ports.ts";
import type { Store } from "./bridge/store-port.ts";
import { buildRobot } from "./config/robot-schema.ts";
import type { Config } from "./config.ts";
import type { Clock } from "./model/clock.ts";
import type { BridgeEvent } from "./model/event.ts";
import type { ConversationRef, UserRef } from "./model/refs.ts";
import { plainText } from "./model/rich-text.ts";
import type { Language, Texts } from "./model/texts.ts";
import { packageVersion } from "./package-version.ts";
import { type Plugins, startPlugins } from "./plugins/plugins.ts";
import type { Area } from "./robot/area.ts";
import { createBridges } from "./robot/bridges/bridges.ts";
import type { Answer, Command, Question } from "./robot/command.ts";
import type { RobotConfig } from "./robot/config.ts";
import { createEveryday } from "./robot/everyday/everyday.ts";
import { createLogRoom, type LogRoom } from "./robot/log-room/log-room.ts";
import { createModeration } from "./robot/moderation/moderation.ts";
import { createNetwork } from "./robot/network/network.ts";
import { createPeople, privacyNote } from "./robot/people/people.ts";
import { createPersonality, shippedFolder } from "./robot/personality/personality.ts";
import { createRegistry } from "./robot/registry.ts";
import { createRobot, type Robot } from "./robot/robot.ts";
import { atLeast } from "./robot/roles.ts";
import { createWelcome } from "./robot/welcome/welcome.ts";
import { typedCommand } from "./robot/words.ts";
import { loadTexts } from "./texts.ts";

const SOURCE = "https://github.com/matehackers/matebot";

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

export interface RunningRobot extends Robot, Partial<Pick<Plugins, "before">> {
  /** A delivery has ended. */
  ended(step: LaneStep): void;
  /** A connection works again, or fails for this reason. */
  connection(account: string, reason?: string): void;
}

/**
 * Ready to hear, with the bridges of the chats and the new ids of groups that moved: what rooms and people have chosen is
 * in memory, and the plugins run.
 */
export async function startRobot(
  options: RobotOptions,
  wakeLane: (lane: ConversationRef) => void,
): Promise<RunningRobot> {
  const { config, log, textsOf } = options;
  const logRoom = createLogRoom(config.robot);
  const own = areasOf(config.robot, (accounts) => forgetEverywhere(accounts, options));
  const plugins = await startPlugins(config.plugins, {
    ...{ log, texts: textsOf(config.language), folder: dirname(config.file) },
    isTaken: takenBy(own, textsOf),
  });
  const robot = createRobot({
    ...{ ...options, wakeLane, config: config.robot, language: config.language, accounts: config.accounts },
    areas: [...own, plugins.area, logRoom.area],
    report: logRoom.report,
  });
  await robot.prepare();
  const { store, table } = options;
  for (const { from, to } of await store.transaction((tx) => tx.moves.all())) table.move(from, to);
  const { before, after } = plugins;
  let stopping: Promise<void> | undefined;
  return {
    ...robot,
    // Commands always win: no plugin changes what is asked.
    ...(before && { before: async (event: BridgeEvent) => (isCommand(event) ? [event] : before(event)) }),
    ended: (step) => {
      if (step.outcome === "sent") after?.(step.delivery.event, step.delivery.to);
      if (!logRoom.isOwn(step.delivery.to)) logRoom.count(step.outcome === "sent" ? "carried" : "dead");
    },
    connection: reportConnections(logRoom),
    stop(graceMs) {
      stopping ??= logRoom
        .stop()
        .then(() => robot.stop(graceMs))
        .finally(() => plugins.stop());
      return stopping;
    },
  };
}

/** Every platform may have kept a picture of them. */
async function forgetEverywhere(
  accounts: readonly UserRef[],
  { config, platform }: RobotOptions,
): Promise<void> {
  for (const { name } of config.accounts) for (const user of accounts) await platform(name).forget?.(user);
}

/** That a connection works is news only after it failed. */
function reportConnections(logRoom: LogRoom): RunningRobot["connection"] {
  const failing = new Set<string>();
  return (account, reason) => {
    if (reason === undefined) {
      if (failing.delete(account)) logRoom.report("info", "robot-log.account-up", { account });
      return;
    }
    failing.add(account);
    logRoom.count("down");
    logRoom.report("warn", "robot-log.account-down", { account, reason });
  };
}

function isCommand(event: BridgeEvent): boolean {
  return "message" in event && typedCommand(plainText(event.message.body)) !== undefined;
}

/** Is it a word of a command of MateBot's own? Without a configuration as the defaults have it. */
export function commandWords(robot: RobotConfig = buildRobot(undefined, "")): (word: string) => boolean {
  return takenBy(areasOf(robot), (language) => loadTexts(language));
}

/** The commands of MateBot's own, as this configuration has them. */
export function ownCommands(robot: RobotConfig): readonly Command[] {
  return [...areasOf(robot), createLogRoom(robot).area].flatMap(({ commands = [] }) => commands);
}

function takenBy(areas: readonly Area[], textsOf: (language: Language) => Texts): (word: string) => boolean {
  const commands = areas.flatMap((area) => area.commands ?? []);
  const registry = createRegistry(commands, textsOf);
  return (word) => registry.find(word) !== undefined;
}

/** Who is asked first what crosses comes first. */
function areasOf(
  robot: RobotConfig,
  forget: (accounts: readonly UserRef[]) => unknown = () => {},
): readonly Area[] {
  const people = createPeople({ onErased: forget });
  const bridges = createBridges();
  const { area: personality, personalities } = createPersonality({
    ...{ folder: shippedFolder(), privateFolder: join(robot.dataFolder, "personalities") },
    ...{ rough: robot.rough, fallback: robot.personality },
  });
  return [
    people,
    bridges,
    createModeration(),
    createWelcome({ say: personalities.say }),
    createEveryday(robot, {
      about: {
        ...{ version: packageVersion(), source: SOURCE },
        privacy: ({ texts }) => privacyNote(texts),
      },
      say: (key, values, { ask, world, language }) =>
        personalities.say(ask.room, key, values, world, language),
      onStart: async (question, payload) =>
        people.onStart(question, payload) ??
        (await bridges.onStart(question, payload)) ??
        (await privateAnswer(question, payload)),
    }),
    createNetwork(robot),
    personality,
  ];
}

/** Who was sent here from a room, for a command that is answered in private, need not type it again. */
async function privateAnswer(question: Question, payload: string): Promise<Answer | undefined> {
  const command = question.ask.isPrivate ? question.world.command(payload) : undefined;
  if (command?.where !== "private" || !atLeast(question.role, command.who ?? "everyone")) return undefined;
  return command.answer({ ...question, args: {} });
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
