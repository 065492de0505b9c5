// The canonical facts that cross a bridge; a platform's parser makes them, `plan` turns them into deliveries.

import type { Author, Message } from "./message.ts";
import type { AccountId, ConversationRef, MessageRef, UserRef } from "./refs.ts";

/** What can be switched off per bridge (`show` in matebot.yaml). */
export const SHOWN = [
  "joins",
  "titles",
  "pins",
  "topics",
  "calls",
  "boosts",
  "reactions",
  "polls",
  "typing",
  "phones",
  "commands",
  "bots",
  "relays",
] as const;
export type Shown = (typeof SHOWN)[number];

/**
 * Typing asks both platforms again and again, a number belongs to somebody, and two bridges may answer each other for ever:
 * all are for those who want them.
 */
export const SHOWN_IF_ASKED: ReadonlySet<Shown> = new Set(["typing", "phones", "relays"]);

/**
 * What happened that has no twin of its own, named by a key of locales/<language>/…json under `notice`.
 * `values` fill the ICU message; they are plain text. `group` says with what it is switched off; without one it never is.
 */
export interface Notice {
  readonly key: string;
  readonly values?: Readonly<Record<string, string | number>>;
  readonly group?: Shown;
}

/** Unicode without U+FE0F, or a custom emoji with its id and name. */
export interface Reaction {
  readonly emoji: string;
  readonly id?: string;
}

/** What became of the reactions of one person, or of all. */
export type ReactionChange =
  /** These are all the person has now. */
  | { readonly kind: "set"; readonly reactions: readonly Reaction[] }
  | { readonly kind: "add" | "remove"; readonly reaction: Reaction }
  /** Everybody's are gone; with `reaction` only those. */
  | { readonly kind: "clear"; readonly reaction?: Reaction }
  /** How many there are of each, and nobody says of whom (Telegram channels). */
  | { readonly kind: "counts"; readonly counts: readonly (Reaction & { readonly count: number })[] };

export type VoteChange =
  | { readonly kind: "add" | "remove"; readonly option: string }
  /** How many votes each option has: all of them, in the order in which the poll shows them. */
  | {
      readonly kind: "counts";
      readonly counts: readonly { readonly option: string; readonly count: number }[];
    };

/** A poll by its message, or by the id under which `PollAttachment.id` or `Sent.poll` named it. */
export type PollTarget = MessageRef | { readonly account: AccountId; readonly poll: string };

/** What moderators do to people. */
export type Act = "ban" | "unban" | "mute" | "unmute" | "kick";

export type ThreadChange = "created" | "renamed" | "closed" | "reopened" | "deleted";

export type BridgeEvent =
  | { readonly kind: "message.created"; readonly message: Message }
  | { readonly kind: "message.edited"; readonly message: Message }
  | {
      readonly kind: "message.deleted";
      readonly conversation: ConversationRef;
      readonly refs: readonly MessageRef[];
    }
  | {
      readonly kind: "notice";
      readonly conversation: ConversationRef;
      readonly notice: Notice;
      readonly by?: Author;
    }
  | {
      readonly kind: "reaction.changed";
      readonly target: MessageRef;
      /** Absent when all are meant, or nobody says who. */
      readonly by?: Author;
      readonly change: ReactionChange;
    }
  | {
      readonly kind: "vote.changed";
      readonly target: PollTarget;
      readonly by?: Author;
      readonly change: VoteChange;
    }
  | { readonly kind: "poll.closed"; readonly target: PollTarget }
  | {
      readonly kind: "pin.changed";
      readonly target: MessageRef;
      readonly pinned: boolean;
      readonly by?: Author;
      /** Said instead when the message is not known on the other side. */
      readonly notice?: Notice;
    }
  | {
      readonly kind: "thread.changed";
      /** The topic or thread itself: `thread` is set. */
      readonly conversation: ConversationRef;
      readonly change: ThreadChange;
      readonly name?: string;
      readonly by?: Author;
      /** Said in the conversation itself, where a thread has no twin. */
      readonly notice?: Notice;
    }
  /** Made by the bridge itself: the reactions to or the votes of `about` are to be shown anew. */
  | { readonly kind: "marks.changed"; readonly about: MessageRef }
  /** Somebody came or went, beside the notice that says so. For the robot alone. */
  | {
      readonly kind: "members.changed";
      readonly conversation: ConversationRef;
      readonly joined: readonly Author[];
      readonly left: readonly Author[];
      /** Who added or removed them, when that was somebody else. */
      readonly by?: Author;
      /** Milliseconds since 1970. */
      readonly at: number;
    }
  /** What the account itself may do there has changed. For the robot alone. */
  | {
      readonly kind: "access.changed";
      /** With `thread` only that thread. */
      readonly conversation: ConversationRef;
      /** `none`: removed, or the conversation is no more; `mute`: it may not write; `full`: (again) all is well. */
      readonly access: "full" | "mute" | "none";
      readonly by?: Author;
    }
  /** Somebody was banned, muted, … on the platform itself. For the robot alone. */
  | {
      readonly kind: "moderated";
      readonly conversation: ConversationRef;
      readonly act: Act;
      readonly user: Author & { readonly user: UserRef };
      /** Absent when the platform does not tell; the robot's own acts are none. */
      readonly by?: Author;
      /** Of what ends by itself; milliseconds since 1970. */
      readonly until?: number;
      readonly at: number;
    }
  /** Somebody pressed a button of the robot's. For the robot alone. */
  | {
      readonly kind: "button.pressed";
      /** What `Social.acknowledge` takes. */
      readonly press: string;
      readonly on: MessageRef;
      readonly action: string;
      readonly by: Author;
      /** A private talk between the person and the robot. */
      readonly isPrivate: boolean;
      /** As the person's app is set. */
      readonly locale?: string;
      readonly at: number;
    }
  /** A Telegram group became a supergroup: every stored use of `from` now means `to`. */
  | { readonly kind: "conversation.moved"; readonly from: ConversationRef; readonly to: ConversationRef };

export type EventKind = BridgeEvent["kind"];

/** The conversation an event happened in; undefined for a poll that is known by its id alone. */
export function conversationOf(event: BridgeEvent): ConversationRef | undefined {
  switch (event.kind) {
    case "message.created":
    case "message.edited":
      return event.message.ref.conversation;
    case "message.deleted":
    case "notice":
    case "thread.changed":
    case "members.changed":
    case "access.changed":
    case "moderated":
      return event.conversation;
    case "button.pressed":
      return event.on.conversation;
    case "reaction.changed":
    case "pin.changed":
      return event.target.conversation;
    case "vote.changed":
    case "poll.closed":
      return "conversation" in event.target ? event.target.conversation : undefined;
    case "marks.changed":
      return event.about.conversation;
    case "conversation.moved":
      return event.from;
  }
}
