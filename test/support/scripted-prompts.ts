// Answers the wizard's questions by a script, and keeps every word it said; the tests of `init` use it.

import type { Choice, Prompts } from "../../src/setup/prompts.ts";

/** What is typed, chosen (a part of the choice's label) or confirmed at a question that matches; an error is thrown. */
export type Line = readonly [question: RegExp, answer: string | boolean | Error];

export interface ScriptedPrompts extends Prompts {
  /** Everything that was shown, questions and choices too; what was typed in secret is not shown. */
  readonly shown: readonly string[];
  /** What was not asked. */
  left(): readonly Line[];
}

/** Questions come in the order of the script; any other one ends the test. */
export function scriptedPrompts(script: readonly Line[]): ScriptedPrompts {
  const lines = [...script];
  const shown: string[] = [];
  const next = (question: string): string | boolean => {
    shown.push(question);
    const [expected, answer] = lines.shift() ?? [];
    if (expected === undefined || answer === undefined || !expected.test(question))
      throw new Error(`asked "${question}", expected ${expected}; before: ${shown.slice(-4).join(" | ")}`);
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return {
    shown,
    left: () => lines,
    say: (text) => void shown.push(text),
    warn: (text) => void shown.push(text),
    ask: async (question, { check } = {}) => {
      const text = String(next(question));
      const fault = check?.(text);
      if (fault !== undefined) throw new Error(`"${text}" was refused: ${fault}`);
      return text;
    },
    secret: async (question) => String(next(question)),
    choose: async <T extends string>(question: string, choices: readonly Choice<T>[]) => {
      shown.push(...choices.flatMap(({ label, hint = "" }) => [label, hint]));
      const wanted = String(next(question));
      const found = choices.find(({ label }) => label.includes(wanted));
      if (!found) throw new Error(`no "${wanted}" among ${choices.map(({ label }) => label).join(", ")}`);
      return found.value;
    },
    confirm: async (question) => next(question) === true,
    busy: (_text, work) => work,
  };
}
