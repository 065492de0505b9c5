// Which trigger of a pack a message pulls, by its words alone: the same for the same message, so it can be asked twice.

import type { Message } from "../../model/message.ts";
import { plainText } from "../../model/rich-text.ts";
import type { Language } from "../../model/texts.ts";
import { ROBOT_AUTHOR } from "../saying.ts";
import { type Pack, simplified, type Trigger } from "./pack.ts";
import type { PhraseKey } from "./phrase-keys.ts";

/** What is answered, and how often at most. */
export type Pull =
  | {
      readonly kind: "says";
      readonly key: string;
      readonly variants: readonly string[];
      readonly chance: number;
      readonly cooldownMs: number;
    }
  | {
      readonly kind: "polite";
      readonly key: PhraseKey;
      readonly chance: number;
      readonly cooldownMs: number;
    };

/** Courtesy that answers everybody is none. */
const POLITE_MS = 3_600_000;
/** Who writes more than this is not talking to us. */
const MOST_LENGTH = 1_000;

/** The first that fits. `handle` is the robot's name on the platform, where it has one there. */
export function pulled(
  message: Message,
  pack: Pack,
  language: Language,
  handle: string | undefined,
): Pull | undefined {
  const text = plainText(message.body).slice(0, MOST_LENGTH);
  const said = simplified(text);
  if (said === "") return undefined;
  const isMention = isForRobot(message, text, said, handle);
  for (const [index, trigger] of pack.triggers.entries()) {
    const variants = trigger.says[language];
    if (!variants || (trigger.only === "mention" && !isMention) || !matches(trigger, said)) continue;
    return {
      ...{ kind: "says", key: String(index), variants },
      ...{ chance: trigger.chance, cooldownMs: trigger.cooldown * 1000 },
    };
  }
  const { thanks = [], greeting = [] } = pack.politeness;
  const polite = (key: PhraseKey): Pull => ({ kind: "polite", key, chance: 1, cooldownMs: POLITE_MS });
  // Thanks are for the one who helped: only who thanks the robot hears of it.
  if (isMention && thanks.some((words) => hasWords(said, words))) return polite("thanks");
  // "Bom dia" opens a message; in the middle of one it tells of a morning.
  return greeting.some((words) => opensWith(said, words)) ? polite("greeting") : undefined;
}

/** `contains` finds parts of words, too; the others whole ones: "bah" is no "Bahia". */
function matches({ words = [], starts = [], contains = [], ends = [] }: Trigger, said: string): boolean {
  return (
    words.some((each) => hasWords(said, each)) ||
    starts.some((each) => opensWith(said, each)) ||
    contains.some((each) => said.includes(each)) ||
    ends.some((each) => ` ${said}`.endsWith(` ${each}`))
  );
}

function opensWith(said: string, words: string): boolean {
  return `${said} `.startsWith(`${words} `);
}

function hasWords(said: string, words: string): boolean {
  return ` ${said} `.includes(` ${words} `);
}

/** It names the robot, or answers it. */
function isForRobot(message: Message, text: string, said: string, handle: string | undefined): boolean {
  const names = [ROBOT_AUTHOR.name, ...(handle === undefined ? [] : [handle])].map(simplified);
  const answered = message.reply?.author;
  return (
    names.some((name) => hasWords(said, name)) ||
    (handle !== undefined && text.toLowerCase().includes(`@${handle}`)) ||
    (answered !== undefined && names.includes(simplified(answered)))
  );
}
