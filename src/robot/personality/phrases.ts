// Says what a room's personality says on an occasion; the lead's welcome, start and help ask it.

import type { ConversationRef } from "../../model/refs.ts";
import type { Language, Values } from "../../model/texts.ts";
import type { RobotWorld } from "../world.ts";
import type { Pack } from "./pack.ts";
import { NEUTRAL, type Packs } from "./packs.ts";
import { oneOf, type PhraseKey } from "./phrase-keys.ts";

/** The pack of a room. */
export type Chosen = (room: ConversationRef, world: RobotWorld) => Pack | undefined;

export interface Personalities {
  /**
   * One of the room's phrases, with the values put in; the neutral pack's where its own has none in that language.
   * Phrases that name a value which is absent or empty are not drawn; undefined where none is left.
   */
  say(
    room: ConversationRef,
    key: PhraseKey,
    values: Values,
    world: RobotWorld,
    language: Language,
  ): string | undefined;
}

export interface Choosing {
  readonly rough: boolean;
  /** Of rooms that have chosen none. */
  readonly fallback: string;
}

/** The one it chose, while it is there and allowed; else the default, else the neutral one. */
export function choosing(packs: Packs, { rough, fallback }: Choosing): Chosen {
  return (room, world) => {
    for (const name of [world.rooms.get(room).personality, fallback, NEUTRAL]) {
      const pack = name === undefined ? undefined : packs.get(name, world);
      if (pack && (rough || !pack.rough)) return pack;
    }
    return undefined;
  };
}

export function createPersonalities(packs: Packs, chosen: Chosen): Personalities {
  return {
    say(room, key, values, world, language) {
      for (const pack of [chosen(room, world), packs.get(NEUTRAL, world)]) {
        const words = oneOf(pack?.phrases[language]?.[key] ?? [], values, world.random);
        if (words !== undefined) return words;
      }
      return undefined;
    },
  };
}
