// How the wizard talks with the person at the terminal, and the terminal itself by @clack/prompts; `init` makes it, tests script it.

import type { Readable } from "node:stream";
import type { WriteStream } from "node:tty";
import { UserError } from "../model/errors.ts";
import type { Texts } from "../model/texts.ts";

export interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly hint?: string;
}

/** Every question throws a UserError when the person gives up (Ctrl+C). */
export interface Prompts {
  /** Tells something; several lines are fine. */
  say(text: string): void;
  warn(text: string): void;
  /** One line of text. `check` answers with what is wrong with it. */
  ask(
    question: string,
    options?: { readonly initial?: string; check?(text: string): string | undefined },
  ): Promise<string>;
  /** Nothing of what is typed is ever shown. */
  secret(question: string): Promise<string>;
  /** The first choice is the one that Enter takes. */
  choose<T extends string>(question: string, choices: readonly Choice<T>[]): Promise<T>;
  confirm(question: string, initial: boolean): Promise<boolean>;
  /** Shows that something is going on. */
  busy<T>(text: string, work: Promise<T>): Promise<T>;
}

export interface Terminal {
  readonly input: Readable;
  readonly output: WriteStream;
}

/** On a terminal. */
export async function openPrompts(texts: Texts, terminal: Terminal): Promise<Prompts> {
  const clack = await import("@clack/prompts");
  // A terminal that does not know how wide it is says 0 (a container's, often): every sign would get a line of its own.
  if (terminal.output.columns === 0) Object.assign(terminal.output, { columns: 80, rows: 24 });
  const streams = { input: terminal.input, output: terminal.output };
  clack.updateSettings({ messages: { cancel: texts("setup.cancelled"), error: texts("setup.cancelled") } });
  const given = <T>(answer: T): Exclude<T, symbol> => {
    if (clack.isCancel(answer)) throw new UserError(texts("setup.cancelled"), 1);
    return answer as Exclude<T, symbol>;
  };
  return {
    say: (text) => clack.log.message(text, streams),
    warn: (text) => clack.log.warn(text, streams),
    ask: async (message, { initial, check } = {}) => {
      const validate = (text: string | undefined) => check?.((text ?? "").trim());
      const more = initial === undefined ? {} : { initialValue: initial };
      return given((await clack.text({ message, validate, ...more, ...streams })) ?? "").trim();
    },
    secret: async (message) => given((await clack.password({ message, mask: "•", ...streams })) ?? "").trim(),
    choose: async <T extends string>(question: string, choices: readonly Choice<T>[]) => {
      // The library says the keys in English.
      const message = texts("setup.choose", { question });
      const more = { options: [...choices], showInstructions: false };
      return given(await clack.select<string>({ message, ...more, ...streams })) as T;
    },
    confirm: async (message, initialValue) => {
      const words = { active: texts("setup.yes"), inactive: texts("setup.no") };
      return given(await clack.confirm({ message, initialValue, ...words, ...streams }));
    },
    busy: async (text, work) => {
      const spinner = clack.spinner({ output: terminal.output, indicator: "dots" });
      spinner.start(text);
      try {
        return await work;
      } finally {
        spinner.stop(text);
      }
    },
  };
}
