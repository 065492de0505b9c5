// A bridge: conversations that share one talk, and how; the table, the configuration and the robot speak of it.

import type { Shown } from "./event.ts";
import type { ConversationRef } from "./refs.ts";
import type { Language } from "./texts.ts";

export type Way = "speaks" | "hears";

export interface Bridge {
  readonly name: string;
  readonly members: readonly ConversationRef[];
  /** All is shown where nothing is said, but what `SHOWN_IF_ASKED` holds. */
  readonly show?: Readonly<Partial<Record<Shown, boolean>>>;
  /** Those that only speak, or only hear, by conversation key; the others do both. */
  readonly ways?: Readonly<Record<string, Way>>;
  /** Nothing is carried meanwhile. */
  readonly paused?: boolean;
  /** Of what the bridge itself says in its rooms. */
  readonly language?: Language;
  readonly attribution?: Attribution;
  /** Where it was made: bridges of the file cannot be changed from the chats. */
  readonly from?: "file" | "chats";
}

/** How who speaks is shown where there are no puppets: with the name, with the platform behind it, or not at all. */
export const ATTRIBUTIONS = ["name", "name-platform", "none"] as const;
export type Attribution = (typeof ATTRIBUTIONS)[number];
