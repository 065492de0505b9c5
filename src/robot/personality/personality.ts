// The personalities of the robot: what it says its own way, room by room, and the commands that choose it; `robot-areas.ts`.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Area } from "../area.ts";
import { createPacks } from "./packs.ts";
import { personalityCommand } from "./personality-command.ts";
import { type Choosing, choosing, createPersonalities, type Personalities } from "./phrases.ts";
import { createTriggers } from "./triggers.ts";
import { triggersCommand } from "./triggers-command.ts";

export interface PersonalityOptions extends Choosing {
  /** Packs that come along. */
  readonly folder: string;
  /** Packs of this MateBot alone, which win over those of the same name; need not exist. */
  readonly privateFolder: string;
}

/** @throws Error when a pack that comes along is broken. */
export function createPersonality(options: PersonalityOptions): {
  readonly area: Area;
  readonly personalities: Personalities;
} {
  const packs = createPacks(options);
  const chosen = choosing(packs, options);
  const personalities = createPersonalities(packs, chosen);
  const commands = [personalityCommand({ packs, chosen, rough: options.rough }), triggersCommand(chosen)];
  return { personalities, area: { name: "personality", commands, ...createTriggers(chosen, personalities) } };
}

/** `personalities` beside `src` in a checkout, beside `dist` in the package. */
export function shippedFolder(): string {
  const candidates = ["../../../personalities", "../../../../personalities"].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  const found = candidates.find((folder) => existsSync(folder));
  if (found === undefined) throw new Error("the folder personalities is missing");
  return found;
}
