// What both sides of the demo have in common: people who speak, a room that can be looked at; `demo.ts` uses both alike.

import type { DemoAction, RoomView } from "./view.ts";

export interface DemoSide {
  view(): RoomView;
  say(action: Extract<DemoAction, { do: "say" }>): void;
  edit(message: string, typed: string): void;
  remove(message: string): void;
  /** Returns how to stop listening. */
  onChange(listener: () => void): () => void;
  close(): Promise<void>;
}

/** How many of the last messages of a room the page shows. */
export const SHOWN = 200;

/** One line of a text, for the reply shown above a message. */
export function excerptOf(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= 80 ? line : `${line.slice(0, 79)}…`;
}
