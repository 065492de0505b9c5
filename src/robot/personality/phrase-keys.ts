// What every personality has words for, and what those words may name; packs are checked by it, phrases filled.

import type { Values } from "../../model/texts.ts";

/** Which placeholders the words for each occasion may hold. */
export const PLACEHOLDERS = {
  start: ["name"],
  help: ["name"],
  "welcome-one": ["name", "room", "rules"],
  "welcome-many": ["name", "room", "count", "rules"],
  goodbye: ["name", "room"],
  thanks: ["name"],
  greeting: ["name"],
  "wrong-use": ["name", "example"],
  done: ["name"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type PhraseKey = keyof typeof PLACEHOLDERS;

/** What triggers answer may name who is answered. */
export const TRIGGER_PLACEHOLDERS: readonly string[] = ["name"];

const PLACEHOLDER = /\{([^{}]*)\}/g;

export function placeholdersIn(phrase: string): readonly string[] {
  return [...phrase.matchAll(PLACEHOLDER)].map(([, name = ""]) => name);
}

/** One variant with its values; undefined when each of them names something that nobody told. */
export function oneOf(variants: readonly string[], values: Values, random: () => number): string | undefined {
  const isTold = (name: string) => values[name] !== undefined && values[name] !== "";
  const sayable = variants.filter((variant) => placeholdersIn(variant).every(isTold));
  // Rules that a room has are worth saying whenever there are words for it.
  const ruled = isTold("rules") ? sayable.filter((variant) => variant.includes("{rules}")) : [];
  const all = ruled.length > 0 ? ruled : sayable;
  const chosen = all[Math.floor(random() * all.length)];
  return chosen?.replace(PLACEHOLDER, (whole, name: string) => String(values[name] ?? whole));
}
