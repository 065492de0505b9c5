// The rules of a room: everybody reads them, admins write them; `welcome.ts` collects the command.

import { text } from "../../model/rich-text.ts";
import { type Answer, type Command, type Question, Refusal, ROLES, said } from "../command.ts";
import { isNothing } from "./commands.ts";
import { rulesButton } from "./greeting.ts";
import { rulesOf } from "./room-rules.ts";

const MOST_RULES = 2_000;

export const rulesCommand: Command = {
  name: "rules",
  texts: "robot-welcome.rules",
  where: "rooms",
  isCarried: false,
  args: [{ key: "words", type: "text", rest: true, most: MOST_RULES }],
  answer: (question) => (question.args.words === undefined ? read(question) : write(question)),
};

function read({ ask, texts, world }: Question): Answer {
  const rules = rulesOf(ask.room, world);
  if (rules === undefined) return said(texts("robot-welcome.rules.none"));
  const button = rulesButton(rules, texts);
  if (!button) return said(texts("robot-welcome.rules.line", { rules }));
  return { say: { body: [text(texts("robot-welcome.rules.here"))], buttons: [[button]] } };
}

async function write({ ask, args, role, texts, world }: Question): Promise<Answer> {
  if (ROLES.indexOf(role) < ROLES.indexOf("admin")) throw new Refusal("robot-welcome.rules.admins");
  const words = String(args.words).trim();
  const isCleared = isNothing(words, world);
  await world.rooms.set(ask.room, { rules: isCleared ? undefined : words });
  return said(texts(isCleared ? "robot-welcome.rules.cleared" : "robot-welcome.rules.set"));
}
