// What the demo page shows and what it asks for, as JSON between server and page; both sides of the demo and the page share it.

import type { FileKind } from "../model/attachment.ts";
import type { RichText } from "../model/rich-text.ts";

export type Side = "telegram" | "discord";

/** What somebody can send with one click. */
export const SAMPLES = [
  ...["photo", "spoiler", "album", "video", "video-note", "gif", "voice", "music", "document"],
  ...["sticker", "moving-sticker", "video-sticker", "poll", "place", "live-place", "contact", "dice"],
  ...["checklist", "embed", "command", "topic", "forward", "typing"],
] as const;
export type Sample = (typeof SAMPLES)[number];

export interface PersonView {
  readonly id: string;
  readonly name: string;
  /** Address of a picture, below the page's own. */
  readonly face?: string;
}

export interface FileView {
  readonly kind: FileKind;
  /** Below the page's own address. Absent: the bytes cannot be had. */
  readonly url?: string;
  /** How a browser can show it, by its bytes; absent: only to be saved. */
  readonly shows?: "image" | "video" | "audio";
  readonly name?: string;
  readonly bytes?: number;
  readonly width?: number;
  readonly height?: number;
  readonly seconds?: number;
  readonly spoiler: boolean;
  readonly alt?: string;
  /** Of music. */
  readonly title?: string;
}

export interface PollView {
  readonly question: string;
  readonly options: readonly {
    readonly id: number;
    readonly text: string;
    readonly votes: number;
    /** The people of this side who chose it. */
    readonly by: readonly string[];
  }[];
  readonly multiple: boolean;
  readonly closed: boolean;
}

export type CardView =
  | {
      readonly kind: "place";
      readonly latitude: number;
      readonly longitude: number;
      readonly live: boolean;
      readonly title?: string;
    }
  | { readonly kind: "contact"; readonly name: string; readonly phone: string }
  | { readonly kind: "dice"; readonly emoji: string; readonly value: number }
  | {
      readonly kind: "tasks";
      readonly title: string;
      readonly tasks: readonly { readonly id: number; readonly text: string; readonly done: boolean }[];
    }
  | {
      readonly kind: "embed";
      readonly title?: string;
      readonly body: RichText;
      readonly fields: readonly { readonly name: string; readonly body: RichText }[];
      /** `#rrggbb` */
      readonly colour?: string;
      readonly footer?: string;
    };

export interface ReactionView {
  readonly emoji: string;
  readonly count: number;
  /** The people of this side who reacted so. */
  readonly by: readonly string[];
}

/** A line of the platform's own, said by `author`. */
export interface NoticeView {
  readonly kind: "pinned" | "topic" | "topic-closed" | "topic-renamed" | "tasks" | "poll-ended";
  readonly name?: string;
}

/** `press` is what the page sends back; with `href` it opens a page instead. */
export interface ButtonView {
  readonly label: string;
  readonly press?: string;
  readonly href?: string;
  readonly style?: "good" | "danger";
}

/** A form that the platform shows to one person. */
export interface FormView {
  readonly id: string;
  readonly person: string;
  readonly title: string;
  readonly fields: readonly { readonly name: string; readonly label: string; readonly value: string }[];
}

export interface MessageView {
  readonly id: string;
  /** The name that stands above the message on that platform. */
  readonly author: string;
  /** Who really spoke, where the platform shows the bot as the author. */
  readonly speaker?: string;
  readonly face?: string;
  /** True for what the bridge wrote. */
  readonly carried: boolean;
  /** The person of this side who wrote it; only they may edit it. */
  readonly person?: string;
  readonly body: RichText;
  /** What an author would find in the box when editing; absent: there are no words to edit. */
  readonly source?: string;
  readonly reply?: { readonly id: string; readonly author: string; readonly excerpt: string };
  readonly edited: boolean;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly files: readonly FileView[];
  readonly cards: readonly CardView[];
  readonly poll?: PollView;
  readonly reactions: readonly ReactionView[];
  readonly pinned: boolean;
  /** The topic or thread it stands in. */
  readonly topic?: string;
  readonly notice?: NoticeView;
  /** Whom it was forwarded from; empty where the platform does not tell. */
  readonly forwarded?: string;
  /** The command it answers. */
  readonly command?: { readonly name: string; readonly by: string };
  /** The answer to a command that is still to come. */
  readonly thinking?: boolean;
  readonly buttons?: readonly (readonly ButtonView[])[];
  /** The only person who sees it. */
  readonly only?: string;
}

export interface RoomView {
  readonly title: string;
  readonly people: readonly PersonView[];
  /** The last ones, oldest first. */
  readonly messages: readonly MessageView[];
  /** The bot is shown writing. */
  readonly typing: boolean;
  /** What can be sent here; `ready` is false for what needs ffmpeg where there is none. */
  readonly samples: readonly { readonly kind: Sample; readonly ready: boolean }[];
  /** For the small picker. */
  readonly emoji: readonly string[];
  /** What stands between each person and the robot alone. */
  readonly privately: Readonly<Record<string, readonly MessageView[]>>;
  readonly form?: FormView;
  /** A line that the platform shows to one person for a moment. */
  readonly toast?: { readonly person: string; readonly text: string };
}

/** One event on its way; milliseconds since 1970. */
export interface RouteView {
  readonly id: number;
  readonly from: Side;
  readonly kind: "created" | "edited" | "deleted";
  readonly author: string;
  readonly receivedAt: number;
  readonly storedAt: number;
  /** Absent when the platform refused it. */
  readonly sentAt?: number;
}

export interface DemoView {
  readonly rooms: Readonly<Record<Side, RoomView>>;
  /** Newest first. */
  readonly route: readonly RouteView[];
  readonly reach: ReachView;
}

/** How the platforms reach MateBot, and MateBot them; times are milliseconds since 1970. */
export interface ReachView {
  /** What Telegram is told, and what is bound here. */
  readonly url: string;
  readonly listen: string;
  readonly tls: "off" | "self-signed" | "files" | "acme";
  readonly certificate?: {
    readonly trust: "public" | "uploaded";
    readonly names: readonly string[];
    readonly validUntil: number;
    readonly renewAt?: number;
    /** Why it could not be renewed. */
    readonly fault?: string;
  };
  readonly connections: readonly {
    readonly side: Side;
    readonly way?: "webhook" | "polling" | "gateway";
    readonly up: boolean;
    readonly lastUpdate?: number;
    readonly lastFault?: { readonly at: number; readonly reason: string };
  }[];
}

/** What somebody does to a message that stands there. */
interface Gesture {
  readonly side: Side;
  readonly person: string;
  readonly message: string;
}

export type DemoAction =
  | {
      readonly do: "say";
      readonly side: Side;
      readonly person: string;
      readonly text: string;
      readonly replyTo?: string;
      /** To the robot alone. */
      readonly privately?: boolean;
    }
  | ({ readonly do: "press"; readonly button: string; readonly privately?: boolean } & Gesture)
  | {
      readonly do: "submit";
      readonly side: Side;
      readonly person: string;
      readonly form: string;
      /** Absent: the form is closed. */
      readonly fields?: Readonly<Record<string, string>>;
    }
  | { readonly do: "edit"; readonly side: Side; readonly message: string; readonly text: string }
  | { readonly do: "delete"; readonly side: Side; readonly message: string }
  | {
      readonly do: "send";
      readonly side: Side;
      readonly person: string;
      readonly sample: Sample;
      readonly replyTo?: string;
    }
  /** Takes back what is there already; so do a vote and a pin. */
  | ({ readonly do: "react"; readonly emoji: string } & Gesture)
  | ({ readonly do: "vote"; readonly option: number } & Gesture)
  | ({ readonly do: "pin" } & Gesture)
  | ({ readonly do: "close-poll" } & Gesture)
  /** A task of a checklist is done, or is not after all. */
  | ({ readonly do: "tick"; readonly task: number } & Gesture);

/** A file of somebody's own; its bytes are the body of the request. */
export interface UploadView {
  readonly side: Side;
  readonly person: string;
  readonly name: string;
  readonly replyTo?: string;
}
