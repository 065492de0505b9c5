// Commands that the configuration makes: names that answer with a link, and names that answer with fixed words.

import type { PerLanguage } from "../../model/ask.ts";
import { type Command, said } from "../command.ts";
import type { RobotConfig } from "../config.ts";

const NAME = /^[\p{L}\p{N}][\p{L}\p{N}_-]{0,31}$/u;
/** Discord and the Bot API allow 100 characters; the beginning tells enough. */
const MOST_ABOUT = 60;

/** A name that can be typed behind a slash on both platforms. */
export function isCommandName(name: string): boolean {
  return NAME.test(name) && name === name.toLowerCase();
}

/** One command for each entry with a usable name; who collects commands lets built-in ones win. */
export function configuredCommands({ links, replies }: RobotConfig): readonly Command[] {
  return [
    ...Object.entries(links).map(([name, to]) => linkCommand(name, to)),
    ...Object.entries(replies)
      .filter(([name]) => links[name] === undefined)
      .map(([name, words]) => replyCommand(name, words)),
  ].filter(({ name }) => isCommandName(name));
}

function linkCommand(name: string, to: string): Command {
  return {
    ...shell(name, to),
    answer: () => ({
      say: {
        body: [{ kind: "link", href: to, children: [{ kind: "text", text: to }] }],
        buttons: [[{ label: `🔗 ${name}`, href: to }]],
      },
    }),
  };
}

function replyCommand(name: string, words: string): Command {
  return { ...shell(name, words), answer: () => said(words) };
}

function shell(name: string, about: string): Omit<Command, "answer"> {
  return {
    ...{ name, texts: "robot-everyday.configured" },
    words: { names: inEach(name), aliases: inEach([]), about: inEach(shortened(about)) },
  };
}

function shortened(about: string): string {
  const line = about.replace(/\s+/g, " ").trim();
  return [...line].length <= MOST_ABOUT ? line : `${[...line].slice(0, MOST_ABOUT - 1).join("")}…`;
}

function inEach<T>(value: T): PerLanguage<T> {
  return { "pt-BR": value, en: value, es: value };
}
