// The words behind `/ponte` that are no code: pause, resume, rename, leave, list, options, in every language everywhere; pure.

import type { Language } from "../../model/texts.ts";
import { folded } from "../words.ts";
import type { RobotWorld } from "../world.ts";

export const SUBCOMMANDS = ["pause", "resume", "rename", "leave", "list", "options"] as const;
export type Subcommand = (typeof SUBCOMMANDS)[number];

const LANGUAGES: readonly Language[] = ["pt-BR", "en", "es"];

/** Undefined when the first word is none of them. */
export function subcommand(
  words: string,
  world: Pick<RobotWorld, "texts">,
): { readonly what: Subcommand; readonly rest: string } | undefined {
  const [first = ""] = words.split(/\s+/, 1);
  const word = folded(first);
  const what = SUBCOMMANDS.find((one) =>
    LANGUAGES.some((language) =>
      folded(world.texts(language)(`robot-bridge.words.${one}`))
        .split(" ")
        .includes(word),
    ),
  );
  return what && { what, rest: words.slice(first.length).trim() };
}
