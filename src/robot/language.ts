// In which language the robot answers: the room's, else the person's, else the default; pure.

import type { Ask } from "../model/ask.ts";
import type { Language } from "../model/texts.ts";
import type { RobotWorld } from "./world.ts";

export function languageFor(
  { room, by, locale }: Pick<Ask, "room" | "by" | "locale">,
  { rooms, people, table }: Pick<RobotWorld, "rooms" | "people" | "table">,
  fallback: Language,
): Language {
  const chosen = rooms.get(room).language ?? table.bridgeOf(room)?.language;
  return chosen ?? people.get(by.user).language ?? ofLocale(locale) ?? fallback;
}

/** Platforms know many languages, MateBot three. */
export function ofLocale(locale: string | undefined): Language | undefined {
  const [base = ""] = (locale ?? "").toLowerCase().split(/[-_]/);
  if (base === "pt") return "pt-BR";
  return base === "es" || base === "en" ? base : undefined;
}
