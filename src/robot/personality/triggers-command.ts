// Switches on or off in a room that the personality answers to what people say; `personality.ts` has it.

import type { Saying } from "../../model/ask.ts";
import { text } from "../../model/rich-text.ts";
import { type Answer, type Command, type Question, said } from "../command.ts";
import { inWords } from "./pack.ts";
import type { Chosen } from "./phrases.ts";
import { hasTriggers, isTriggered } from "./triggers.ts";

const STATES = ["on", "off"] as const;

export function triggersCommand(chosen: Chosen): Command {
  return {
    name: "triggers",
    texts: "robot-personality.triggers",
    args: [{ key: "to", type: "choice", choices: STATES }],
    ...{ who: "admin", isPrivate: true, isCarried: false },
    async answer(question) {
      const { to } = question.args;
      if (to === undefined) return { say: state(question, chosen) };
      await set(question, to === "on");
      return said(wordsOf(question, chosen));
    },
    async press(question, words): Promise<Answer> {
      await set(question, words === "on");
      return { change: state(question, chosen) };
    },
  };
}

function set({ ask, world }: Question, triggers: boolean): Promise<void> {
  return world.rooms.set(ask.room, { triggers });
}

function state(question: Question, chosen: Chosen): Saying {
  const { ask, texts, world } = question;
  const is =
    (world.rooms.get(ask.room).triggers ?? isTriggered(chosen(ask.room, world), ask.room, world))
      ? "on"
      : "off";
  const other = is === "on" ? "off" : "on";
  const label = texts(`robot-personality.turn.${other}`);
  return { body: [text(wordsOf(question, chosen))], buttons: [[{ label, action: `triggers:${other}` }]] };
}

function wordsOf({ ask, texts, world, language }: Question, chosen: Chosen): string {
  const pack = chosen(ask.room, world);
  const title = pack ? inWords(pack.title, language) : "";
  if (isTriggered(pack, ask.room, world)) return texts("robot-personality.heard.on", { title });
  const isWanted = world.rooms.get(ask.room).triggers === true;
  return isWanted && !hasTriggers(pack)
    ? texts("robot-personality.heard.none", { title })
    : texts("robot-personality.heard.off");
}
