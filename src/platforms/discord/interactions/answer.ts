// What MateBot says to a command, a button or a form; `reply.ts` brings the answer to Discord through either door.

import type { Texts } from "../../../model/texts.ts";
import { ANSWERS, type Interaction, type InteractionAnswer, TYPES } from "./interaction.ts";

/** Discord, resources/message: only the person who asked sees it. */
export const EPHEMERAL = 1 << 6;

/** May take as long as it needs: what takes longer than Discord waits is announced first and told later. */
export type Answering = (interaction: Interaction) => InteractionAnswer | Promise<InteractionAnswer>;

export interface Answers {
  readonly answerInteraction: Answering;
  /** Said when answering failed. */
  readonly failed: (interaction: Interaction) => InteractionAnswer;
}

/** There are no commands yet: each is answered in the person's own language that it is not known here. */
export function createAnswers(texts: Texts): Answers {
  const whisper = (key: "unknown" | "failed", { type, locale }: Interaction): InteractionAnswer => {
    if (type === TYPES.autocomplete) return NO_CHOICES;
    const content = texts(`discord-account.interaction.${key}-${languageOf(locale)}`);
    return { type: ANSWERS.message, data: { content, flags: EPHEMERAL, allowed_mentions: { parse: [] } } };
  };
  return {
    answerInteraction: (interaction) => whisper("unknown", interaction),
    failed: (interaction) => whisper("failed", interaction),
  };
}

export const NO_CHOICES: InteractionAnswer = { type: ANSWERS.choices, data: { choices: [] } };

/** Discord's locales are many; MateBot speaks three languages. */
function languageOf(locale = ""): "pt-BR" | "es" | "en" {
  if (locale.startsWith("pt")) return "pt-BR";
  return locale.startsWith("es") ? "es" : "en";
}
