// The language command: of a room by its admins, of a private talk by the person.

import type { Language } from "../../model/texts.ts";
import { type Command, type Question, Refusal, ROLES, said } from "../command.ts";

const CHOICES = ["pt-BR", "en", "es", "default"] as const;

function chosen({ args, language, texts, ask }: Question): Language | "default" {
  if (args.to !== undefined) return args.to as Language | "default";
  throw new Refusal("robot-everyday.language.now", {
    ...{ language: texts(`robot-everyday.language.arg.to.${language}`) },
    place: ask.isPrivate ? "private" : "room",
  });
}

export const languageCommand: Command = {
  name: "language",
  texts: "robot-everyday.language",
  args: [{ key: "to", type: "choice", choices: CHOICES }],
  async answer(question) {
    const { ask, role, world } = question;
    const to = chosen(question);
    const language = to === "default" ? undefined : to;
    if (ask.isPrivate) {
      await world.people.set(ask.by.user, { language });
      const now = language ?? world.rooms.language(ask.room);
      return said(world.texts(now)("robot-everyday.language.yours"));
    }
    if (ROLES.indexOf(role) < ROLES.indexOf("admin")) throw new Refusal("robot-everyday.language.admins");
    await world.rooms.set(ask.room, { language });
    return said(world.texts(world.rooms.language(ask.room))("robot-everyday.language.rooms"));
  },
};
