// From a question to its answer: which command, who may, how often, with which arguments; never rejects. `robot.ts` owns it.

import type { Ask, Choice } from "../model/ask.ts";
import { type Clock, sleep } from "../model/clock.ts";
import { conversationKey } from "../model/refs.ts";
import { text } from "../model/rich-text.ts";
import type { Language, Texts } from "../model/texts.ts";
import { readArguments } from "./arguments.ts";
import {
  type Answer,
  type Arguments,
  type Command,
  inPrivate,
  type Question,
  Refusal,
  type Role,
} from "./command.ts";
import type { FloodControl } from "./flood.ts";
import { languageFor } from "./language.ts";
import { nameOf, type TextsOf } from "./registry.ts";
import { atLeast } from "./roles.ts";
import type { RobotWorld } from "./world.ts";

const TIMEOUT_MS = 20_000;

export interface AnsweringParts {
  readonly world: RobotWorld;
  readonly flood: FloodControl;
  readonly textsOf: TextsOf;
  readonly fallback: Language;
  readonly clock: Clock;
}

export interface Answered {
  readonly answer: Answer;
  /** Which command answered; undefined when none is meant. */
  readonly command?: Command;
  /** For the eyes of the person alone, where the platform can. */
  readonly isPrivate: boolean;
}

export interface Answering {
  /** Wrong use, a missing right or a fault becomes words for the person. */
  answer(ask: Ask, signal: AbortSignal): Promise<Answered>;
  complete(ask: Ask, key: string, typed: string, signal: AbortSignal): Promise<readonly Choice[]>;
  /** The command a question is for. */
  commandOf(ask: Ask): Command | undefined;
  /** Whether the answer to a question is for the person's eyes alone, unless the answer itself says otherwise. */
  isPrivate(ask: Ask): boolean;
  /** What that is called in the language of the answer; as it was asked where nobody knows it. */
  nameFor(ask: Ask): string;
}

export function createAnswering(parts: AnsweringParts): Answering {
  const { world } = parts;
  const commandOf = ({ asked }: Ask) =>
    world.command(asked.kind === "command" ? asked.name : (asked.action.split(":")[0] ?? ""));

  return {
    commandOf,
    isPrivate(ask) {
      const command = commandOf(ask);
      return command === undefined || isForOne(command, ask);
    },
    nameFor(ask) {
      const command = commandOf(ask);
      const language = languageFor(ask, world, parts.fallback);
      if (command) return nameOf(command, language, parts.textsOf(language));
      return ask.asked.kind === "command" ? ask.asked.name : ask.asked.action;
    },
    async answer(ask, signal) {
      const command = commandOf(ask);
      const language = languageFor(ask, world, parts.fallback);
      const texts = parts.textsOf(language);
      if (!command) return { answer: refused(ask, texts, new Refusal("robot.unknown")), isPrivate: true };
      try {
        const answer = await answerWith(command, ask, { ...parts, language, texts, signal });
        return { answer, command, isPrivate: answer.isPrivate ?? isForOne(command, ask) };
      } catch (error) {
        if (!(error instanceof Refusal)) sayFault(command, error, world);
        return { answer: refused(ask, texts, error), command, isPrivate: true };
      }
    },
    async complete(ask, key, typed, signal) {
      const command = commandOf(ask);
      if (!command?.complete) return [];
      const language = languageFor(ask, world, parts.fallback);
      const texts = parts.textsOf(language);
      const role = await world.roleOf(ask.by.user, ask.room, signal);
      if (!atLeast(role, command.who ?? "everyone")) return [];
      return command.complete({ ask, args: {}, texts, language, role, world, signal }, key, typed);
    },
  };
}

/** What is for the private talk is whispered elsewhere. */
function isForOne({ isPrivate = false, where }: Command, ask: Ask): boolean {
  return isPrivate || (where === "private" && !ask.isPrivate);
}

interface Moment extends AnsweringParts {
  readonly language: Language;
  readonly texts: Texts;
  readonly signal: AbortSignal;
}

async function answerWith(command: Command, ask: Ask, moment: Moment): Promise<Answer> {
  const { world, language, texts, textsOf } = moment;
  const { asked } = ask;
  const flooded = limit(ask, moment);
  if (flooded) return flooded;
  const role = await world.roleOf(ask.by.user, ask.room, moment.signal);
  checkPlace(command, ask, world);
  if (command.where === "private" && !ask.isPrivate && !ask.can.whispers)
    return inPrivate("robot.only-in-private", command.name, { ask, texts, world });
  checkRole(asked.kind === "command" ? command.who : (command.pressedBy ?? command.who), role);
  const args: Arguments =
    asked.kind === "command" ? readArguments(asked, { command, language, texts, textsOf }) : {};
  if (asked.kind === "command") cool(command, ask, moment);
  return withinTime(moment, command.timeoutMs ?? TIMEOUT_MS, async (signal) => {
    const question: Question = { ask, args, texts, language, role, world, signal };
    if (asked.kind === "command") return command.answer(question);
    const words = asked.action.slice(asked.action.indexOf(":") + 1);
    const given =
      asked.kind === "press"
        ? await command.press?.(question, words)
        : await command.submit?.(question, words, asked.fields);
    return given ?? {};
  });
}

/** The answer for who asks too much: said once a minute, then silence. */
function limit(ask: Ask, { flood, texts }: Moment): Answer | undefined {
  const person = `${ask.account}:${ask.by.user.id}`;
  const verdict = flood.take(person, conversationKey(ask.room), ask.asked.kind === "press");
  if (verdict === "free") return undefined;
  // Whoever asks live is looking at a spinning wheel: silence would look like a fault.
  return verdict === "first" || ask.can.whispers ? refused(ask, texts, new Refusal("robot.flood")) : {};
}

function checkPlace(command: Command, ask: Ask, { config, rooms }: RobotWorld): void {
  const { where = "anywhere", name } = command;
  if (where === "rooms" && ask.isPrivate) throw new Refusal("robot.only-in-rooms");
  if (config.off.includes(name) || rooms.get(ask.room).off?.includes(name)) throw new Refusal("robot.off");
}

function checkRole(needed: Role = "everyone", role: Role): void {
  if (!atLeast(role, needed)) throw new Refusal(`robot.only-for.${needed}`);
}

function cool(command: Command, ask: Ask, { flood }: Moment): void {
  if (command.cooldownMs === undefined) return;
  const key = `${command.name} ${ask.account}:${ask.by.user.id} ${conversationKey(ask.room)}`;
  const leftMs = flood.cooldown(key, command.cooldownMs);
  if (leftMs > 0) throw new Refusal("robot.cooldown", { seconds: Math.ceil(leftMs / 1000) });
}

async function withinTime(
  { clock, signal }: Pick<Moment, "clock" | "signal">,
  ms: number,
  work: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const over = new AbortController();
  const done = new AbortController();
  const late = sleep(clock, ms, AbortSignal.any([done.signal, signal])).then(() => "late" as const);
  try {
    const running = work(AbortSignal.any([over.signal, signal]));
    const first = await Promise.race([running, late]);
    if (first !== "late") return first;
    // It may still throw when it is aborted, and nobody listens any more.
    running.catch(() => {});
    throw new Refusal(signal.aborted ? "robot.stopping" : "robot.slow");
  } finally {
    done.abort();
    over.abort();
  }
}

function refused({ asked }: Ask, texts: Texts, error: unknown): Answer {
  const refusal = error instanceof Refusal ? error : new Refusal("robot.failed");
  const words = refusal.body ? undefined : texts(refusal.key, refusal.values);
  if (asked.kind === "press" && words !== undefined) return { toast: words };
  return { say: { body: refusal.body ?? [text(words ?? "")] }, isPrivate: true };
}

function sayFault(command: Command, error: unknown, world: RobotWorld): void {
  const what = error instanceof Error ? error.name : "unknown";
  world.log.error({ command: command.name, err: error }, "a command failed");
  world.report("error", "robot.report.failed", { command: command.name, what });
}
