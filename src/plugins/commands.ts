// Makes the robot's commands from what plugins declare; who asks when the plugin is down is told so.

import type { ConversationRef } from "../model/refs.ts";
import type { Language } from "../model/texts.ts";
import { type Answer, type Argument, type Command, type Question, Refusal } from "../robot/command.ts";
import { answerOf } from "./answers.ts";
import { CallFailed, type FallReason } from "./fall.ts";
import { pluginQuestion } from "./inbound.ts";
import type { Keeper } from "./keeper.ts";
import type { PluginLimits } from "./limits.ts";
import type { CommandDeclared, Sheet } from "./sheet.ts";

const LANGUAGES: readonly Language[] = ["pt-BR", "en", "es"];
/** A question has this much more than its plugin: the refusal must come in time, too. */
const GRACE_MS = 2_000;

export interface GivenCommands {
  readonly commands: readonly Command[];
  /** Words it wanted, and others have. */
  readonly refused: readonly string[];
}

/** `isTaken`: the word means something already. A taken name leaves the canonical one, which must be free. */
export function commandsOf(
  keeper: Keeper,
  sheet: Sheet,
  limits: PluginLimits,
  isTaken: (word: string) => boolean,
  visited: (room: ConversationRef) => void,
): GivenCommands {
  const refused = new Set<string>();
  const commands = sheet.commands.flatMap((declared) => {
    if (isTaken(declared.name)) {
      refused.add(declared.name);
      return [];
    }
    const isFree = (word: string) => {
      if (word === declared.name || !isTaken(word)) return true;
      refused.add(word);
      return false;
    };
    return [commandOf(keeper, sheet, withFreeWords(declared, isFree), limits, visited)];
  });
  return { commands, refused: [...refused] };
}

function withFreeWords(declared: CommandDeclared, isFree: (word: string) => boolean): CommandDeclared {
  const names = { ...declared.names };
  const aliases = { ...declared.aliases };
  for (const language of LANGUAGES) {
    if (!isFree(names[language])) names[language] = declared.name;
    aliases[language] = aliases[language].filter(isFree);
  }
  return { ...declared, names, aliases };
}

function commandOf(
  keeper: Keeper,
  sheet: Sheet,
  declared: CommandDeclared,
  limits: PluginLimits,
  visited: (room: ConversationRef) => void,
): Command {
  const { name, names, aliases, about, example, args, who, where, cooldownMs, presses } = declared;
  const asked = (question: Question, words?: string) => {
    visited(question.ask.room);
    return ask(keeper, sheet, name, question, limits, words);
  };
  return {
    ...{ name, texts: "robot-plugins.command", who, where, timeoutMs: limits.commandMs + GRACE_MS },
    words: {
      ...{ names, aliases, about },
      ...(example && { example }),
      args: Object.fromEntries(args.map(({ key, name, about }) => [key, { name, about }])),
    },
    args: args.map(argumentOf),
    ...(cooldownMs !== undefined && { cooldownMs }),
    answer: (question) => asked(question),
    ...(presses && { press: (question: Question, words: string) => asked(question, words) }),
  };
}

function argumentOf({
  key,
  type,
  isRequired,
  min,
  max,
  choices = [],
}: CommandDeclared["args"][number]): Argument {
  switch (type) {
    case "text":
      return { key, type, isRequired };
    case "rest":
      return { key, type: "text", rest: true, isRequired };
    case "integer":
    case "number":
      return {
        ...{ key, type, isRequired },
        ...(min !== undefined && { min }),
        ...(max !== undefined && { max }),
      };
    case "choice":
      return { key, type, choices, isRequired };
    default:
      return { key, type, isRequired };
  }
}

async function ask(
  keeper: Keeper,
  sheet: Sheet,
  command: string,
  asked: Question,
  { commandMs }: PluginLimits,
  words?: string,
): Promise<Answer> {
  try {
    const question = pluginQuestion(asked);
    const { value, bytes } =
      words === undefined
        ? await keeper.call<"command">({ to: "command", command, question }, commandMs)
        : await keeper.call<"press">({ to: "press", command, question, words }, commandMs);
    return await answerOf(value, bytes, sheet, asked.world.files);
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error;
    // What is wrong with an answer may come to light here.
    keeper.trouble(command, error);
    throw refusal(keeper, error, asked);
  }
}

function refusal(keeper: Keeper, { why }: CallFailed, { texts }: Question): Refusal {
  const plugin = keeper.name;
  if (why !== "down") return new Refusal(`robot-plugins.refused.${why}`, { plugin });
  if (keeper.state !== "off") return new Refusal("robot-plugins.refused.away", { plugin });
  const reason = texts(`robot-plugins.brief.${briefly(keeper.why?.reason)}`);
  return new Refusal("robot-plugins.refused.off", { plugin, why: reason });
}

/** For rooms: without the plugin's own words. */
function briefly(reason: FallReason | undefined): "hang" | "memory" | "flood" | "crash" | "broken" {
  switch (reason) {
    case "hang":
    case "stuck":
    case "slow-start":
      return "hang";
    case "memory":
      return "memory";
    case "flood":
    case "nonsense":
      return "flood";
    case "crash":
    case "exit":
    case "killed":
      return "crash";
    default:
      return "broken";
  }
}
