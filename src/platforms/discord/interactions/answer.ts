// Asks the robot what a command, a button or a form is answered with; `reply.ts` brings the answer to Discord through either door.

import type { PlatformContext } from "../../../bridge/platform.ts";
import type { RobotPort } from "../../../bridge/social.ts";
import type { Choice } from "../../../model/ask.ts";
import type { ConversationRef, MessageRef } from "../../../model/refs.ts";
import type { Directory } from "../account/directory.ts";
import { cut } from "../render/components.ts";
import { askOf, type LiveQuestion } from "./ask.ts";
import { ANSWERS, type Interaction, type InteractionAnswer, isOnMessage, TYPES } from "./interaction.ts";
import { answerOf, whisper } from "./say.ts";

/** May take as long as it needs: what takes longer than Discord waits is announced first and told later. */
export type Answering = (interaction: Interaction) => InteractionAnswer | Promise<InteractionAnswer>;

export interface Answers {
  readonly answerInteraction: Answering;
  /** Said when answering failed. */
  readonly failed: (interaction: Interaction) => InteractionAnswer;
  /** Will the answer be for the person's eyes alone? It is asked before the answer is there. */
  readonly isPrivate?: (interaction: Interaction) => boolean;
}

export interface AnswersParts {
  readonly context: Pick<PlatformContext, "account" | "texts" | "robot">;
  readonly directory: Directory;
}

// Discord, interactions: autocomplete choices.
const MOST_CHOICES = 25;
const CHOICE = 100;

/** Where there is no robot, each is answered in the person's own language that it is not known here. */
export function createAnswers({ context, directory }: AnswersParts): Answers {
  const { account, texts, robot } = context;
  const said = (key: "unknown" | "failed" | "done", { type, locale }: Interaction): InteractionAnswer => {
    if (type === TYPES.autocomplete) return NO_CHOICES;
    const words = texts(`discord-account.interaction.${key}-${languageOf(locale)}`);
    return { type: ANSWERS.message, ...whisper(words) };
  };
  const questionIn = (interaction: Interaction): LiveQuestion | undefined => {
    if (!robot) return undefined;
    try {
      return askOf(interaction, { account, directory, sheets: robot.commands(account) });
    } catch {
      // A field of a type that Discord never sends.
      return undefined;
    }
  };
  return {
    async answerInteraction(interaction) {
      const question = questionIn(interaction);
      if (!robot || !question) return said("unknown", interaction);
      const { ask, completing } = question;
      if (interaction.type === TYPES.autocomplete) {
        if (!completing) return NO_CHOICES;
        return choicesOf(await robot.complete(ask, completing.key, completing.typed));
      }
      const onMessage = isOnMessage(interaction);
      const limit = interaction.scene?.attachment_size_limit;
      const occasion = { isOnMessage: onMessage, ...(typeof limit === "number" && { fileBytes: limit }) };
      const reply = await robot.ask(ask);
      const answer = answerOf(reply, occasion);
      if (answer) return { ...answer, ...(reply.ref && { stands: standing(robot, reply.ref, ask.room) }) };
      return onMessage ? { type: ANSWERS.deferredUpdate } : said("done", interaction);
    },
    failed: (interaction) => said("failed", interaction),
    isPrivate: (interaction) => {
      const question = questionIn(interaction);
      return !robot || !question || robot.isPrivate(question.ask);
    },
  };
}

function standing(robot: RobotPort, ref: MessageRef, room: ConversationRef) {
  return (ids: readonly string[]) =>
    robot.stands(
      ref,
      ids.map((id) => ({ conversation: room, id })),
    );
}

export const NO_CHOICES: InteractionAnswer = { type: ANSWERS.choices, data: { choices: [] } };

function choicesOf(choices: readonly Choice[]): InteractionAnswer {
  const shown = choices
    .filter(({ label, value }) => label !== "" && value !== "" && value.length <= CHOICE)
    .slice(0, MOST_CHOICES)
    .map(({ label, value }) => ({ name: cut(label, CHOICE), value }));
  return { type: ANSWERS.choices, data: { choices: shown } };
}

/** Discord's locales are many; MateBot speaks three languages. */
function languageOf(locale = ""): "pt-BR" | "es" | "en" {
  if (locale.startsWith("pt")) return "pt-BR";
  return locale.startsWith("es") ? "es" : "en";
}
