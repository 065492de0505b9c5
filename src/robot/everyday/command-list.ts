// Which commands a person may use in a place, parted into topics; help and the list say them.

import { type Command, type Question, ROLES } from "../command.ts";
import { aboutOf, nameOf } from "../registry.ts";

/** In the order in which they are shown. `robot-everyday.help.topic.<topic>` names them. */
export const TOPICS = ["bridges", "people", "rooms", "everyday", "network", "more"] as const;
export type Topic = (typeof TOPICS)[number];

/** By the file of their texts; what else there is looks after the room. */
const OF_AREA: Readonly<Record<string, Topic>> = {
  "robot-bridge": "bridges",
  "robot-people": "people",
  "robot-everyday": "everyday",
  "robot-network": "network",
};
const OF_COMMAND: Readonly<Record<string, Topic>> = { language: "rooms", command: "rooms" };

export function topicOf({ name, texts, words }: Command): Topic {
  if (words) return "more";
  return OF_COMMAND[name] ?? OF_AREA[texts.split(".")[0] ?? ""] ?? "rooms";
}

export function isTopic(word: string): word is Topic {
  return (TOPICS as readonly string[]).includes(word);
}

/** Those the person may use here, in the order of the lists. */
export function usableCommands({ world, role, ask }: Question): readonly Command[] {
  const off = [...world.config.off, ...(world.rooms.get(ask.room).off ?? [])];
  return world.commands().filter(({ name, isHidden, who = "everyone", where = "anywhere" }) => {
    if (isHidden || off.includes(name) || ROLES.indexOf(role) < ROLES.indexOf(who)) return false;
    return where === "anywhere" || (where === "private") === ask.isPrivate;
  });
}

/** `/name — what it does` */
export function lineOf(command: Command, { language, texts }: Question): string {
  return `/${nameOf(command, language, texts)} — ${aboutOf(command, language, texts)}`;
}
