// What `robot` and `plugins` in matebot.yaml come to; `config/robot-schema.ts` makes it.

import type { Shown } from "../model/event.ts";
import type { ConversationRef, UserRef } from "../model/refs.ts";

export interface RobotConfig {
  /** They may do everything, in every room. */
  readonly owners: readonly UserRef[];
  readonly trusted: readonly UserRef[];
  /** Who may join rooms: their admins, or only trusted people or owners who are admins there. */
  readonly mayBridge: "admins" | "trusted" | "owners";
  /** What a bridge that is made in the chats shows at first. */
  readonly show?: Readonly<Partial<Record<Shown, boolean>>>;
  /** Feedback goes there, and is answered from there. */
  readonly feedbackRoom?: ConversationRef;
  readonly logRoom?: {
    readonly room: ConversationRef;
    readonly level: "info" | "warn" | "error";
    readonly daily: string;
  };
  /** The name of a pack. */
  readonly personality: string;
  /** Rough packs may be chosen. */
  readonly rough: boolean;
  /** Commands that answer with a link: name -> address. */
  readonly links: Readonly<Record<string, string>>;
  /** Commands that answer with fixed words: name -> words. */
  readonly replies: Readonly<Record<string, string>>;
  readonly donate: readonly { readonly label: string; readonly to: string }[];
  /** About this community, for /info. */
  readonly about?: string;
  readonly flood: {
    /** Commands a person may give in a minute, and a room. */
    readonly personPerMinute: number;
    readonly roomPerMinute: number;
  };
  /** Commands that are switched off everywhere. */
  readonly off: readonly string[];
  readonly network: {
    readonly archive: boolean;
    readonly download:
      | false
      | { readonly program: string; readonly maxBytes: number; readonly seconds: number };
    readonly price: boolean;
    /** Only for tests and for own mirrors: the addresses of the services. */
    readonly services: Readonly<Record<string, string>>;
    /** Addresses that may be reached although they are private. */
    readonly allowPrivate: boolean;
  };
  /** Of a person or room that has chosen none. */
  readonly dataFolder: string;
}

export interface PluginConfig {
  /** Absolute. */
  readonly path: string;
  readonly config: unknown;
  readonly maxBytes: number;
}
