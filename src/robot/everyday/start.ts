// The first word between a person and the robot: a greeting, or what a deep link brought along.

import { type Answer, type Command, type Question, said } from "../command.ts";

/** The personality's words for `key`; undefined where it has none of its own. */
export type Say = (
  key: "start" | "help",
  values: Readonly<Record<string, string | number>>,
  question: Question,
) => string | undefined;

/** What a deep link brought (a code for joining or linking) becomes of; undefined when it means nothing. */
export type OnStart = (question: Question, payload: string) => Promise<Answer | undefined>;

/** Bot API, deep linking: 64 characters. */
const MOST_PAYLOAD = 64;

export function startCommand(say: Say, onStart: OnStart | undefined): Command {
  return {
    name: "start",
    texts: "robot-everyday.start",
    isCarried: false,
    args: [{ key: "code", type: "text", rest: true, most: MOST_PAYLOAD }],
    async answer(question) {
      const { ask, args, texts } = question;
      const payload = String(args.code ?? "").trim();
      const brought = payload === "" ? undefined : await onStart?.(question, payload);
      if (brought) return brought;
      const values = { name: ask.by.name };
      const greeting = say("start", values, question) ?? texts("robot-everyday.start.greeting", values);
      const place = ask.isPrivate ? "private" : "room";
      return said(`${greeting}\n\n${texts("robot-everyday.start.next", { place })}`);
    },
  };
}
