// What a community has chosen for one of its rooms, and a person for themselves; kept as records, read by the robot.

import type { Language } from "./texts.ts";

export interface Greeting {
  readonly on: boolean;
  /** With {name}, {room} and {rules}; the personality's own words unless told. */
  readonly text?: string;
}

/** Of a chat as a whole: its topics and threads share it. All may be absent: then the defaults of matebot.yaml hold. */
export interface RoomSettings {
  readonly language?: Language;
  /** The name of a pack. */
  readonly personality?: string;
  /** The personality answers to what is said, not only to commands. */
  readonly triggers?: boolean;
  readonly welcome?: Greeting;
  readonly goodbye?: Greeting;
  /** A link, or words. */
  readonly rules?: string;
  /** Who joins presses a button before anything else is read from them. */
  readonly accept?: boolean;
  /** Bans, mutes and purges are carried to the other rooms of the bridge. */
  readonly moderation?: boolean;
  /** Commands that are switched off here, by canonical name. */
  readonly off?: readonly string[];
  /** All may use what else is for trusted people. */
  readonly trusted?: boolean;
}

/** Of one account of a person. */
export interface PersonWishes {
  readonly language?: Language;
  /** Nothing of theirs is carried. */
  readonly optedOut?: boolean;
  /** The name under which they are carried. */
  readonly name?: string;
  /** `other`: the picture of the linked account; `none`: their first letter. */
  readonly face?: "own" | "other" | "none";
  /** Their `@name` on the platform, of who linked accounts: people call them by it. */
  readonly handle?: string;
}
