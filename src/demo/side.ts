// What both sides of the demo have in common: people who speak, a room that can be looked at; `demo.ts` uses both alike.

import { excerptOf } from "../model/excerpt.ts";
import type { DemoAction, MessageView, RoomView } from "./view.ts";

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

/** The answered message, as it is shown above the answer. */
export function answered(id: string | number, author: string, words: string): Pick<MessageView, "reply"> {
  return { reply: { id: String(id), author, excerpt: excerptOf(words, 80) } };
}
