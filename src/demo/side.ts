// What both sides of the demo have in common: people who act, a room that can be looked at; `demo.ts` uses both alike.

import type { Clock } from "../model/clock.ts";
import { excerptOf } from "../model/excerpt.ts";
import type { Texts } from "../model/texts.ts";
import type { FileShelf } from "./file-shelf.ts";
import type { Samples } from "./samples.ts";
import type { DemoAction, MessageView, RoomView, UploadView } from "./view.ts";

type Doing<Kind extends DemoAction["do"]> = Extract<DemoAction, { do: Kind }>;

/** Who may not do it makes it throw. */
export interface Doings {
  say(action: Doing<"say">): void | Promise<void>;
  press(action: Doing<"press">): void | Promise<void>;
  submit(action: Doing<"submit">): void | Promise<void>;
  edit(message: string, typed: string): void;
  remove(message: string): void;
  send(action: Doing<"send">): Promise<void>;
  upload(file: UploadView, bytes: Buffer): Promise<void>;
  react(action: Doing<"react">): void;
  vote(action: Doing<"vote">): void;
  pin(action: Doing<"pin">): void;
  closePoll(action: Doing<"close-poll">): void;
  tick(action: Doing<"tick">): void;
}

export interface DemoSide extends Doings {
  /** The platform shows the robot's commands already. */
  knowsCommands(): boolean;
  view(): RoomView;
  /** Returns how to stop listening. */
  onChange(listener: () => void): () => void;
  close(): Promise<void>;
}

/** What both sides are built with. */
export interface SideParts {
  readonly clock: Clock;
  readonly texts: Texts;
  readonly samples: Samples;
  readonly shelf: FileShelf;
}

/** How many of the last messages of a room the page shows. */
export const SHOWN = 200;

/** The answered message, as it is shown above the answer. */
export function answered(id: string | number, author: string, words: string): Pick<MessageView, "reply"> {
  return { reply: { id: String(id), author, excerpt: excerptOf(words, 80) } };
}
