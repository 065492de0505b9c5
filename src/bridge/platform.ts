// What a platform must be to join a bridge: the one port that `platforms/<x>` implements and the bridge speaks to.

import type { FileAttachment, PollAttachment } from "../model/attachment.ts";
import type { Attribution } from "../model/bridge.ts";
import type { Clock } from "../model/clock.ts";
import type { Call, Copy, Json, Part, RawUpdate, Section, Sent } from "../model/delivery.ts";
import type { BridgeEvent, Reaction, Shown, ThreadChange } from "../model/event.ts";
import type { Message } from "../model/message.ts";
import type { AccountId, ConversationRef, MessageRef, UserRef } from "../model/refs.ts";
import type { RichText } from "../model/rich-text.ts";
import type { Texts } from "../model/texts.ts";
import type { MediaPort, OpenedFile } from "./media-port.ts";
import type { HealthPort, Log, WebPort } from "./ports.ts";
import type { RobotPort, Social } from "./social.ts";

/** What a platform can do at all; `plan` obeys. How it is done is the renderers' business. */
export interface Capabilities {
  readonly edit: boolean;
  readonly delete: boolean;
  /** Threads of a chat share one row of message ids: only one call may be in doubt in all of them at a time. */
  readonly threadsShareIds?: boolean;
  /** It can make polls of its own: others are told as cards. */
  fitsPoll?(poll: PollAttachment): boolean;
}

/** At most `limit` calls in any `windowMs`. */
export interface Rate {
  readonly limit: number;
  readonly windowMs: number;
}

/** What a lane spends of its budget: text goes first, edits and reactions have a share of their own, and deletes too. */
export type Share = "text" | "change" | "delete";

/** A create whose outcome is unknown, and what is known of the place where it would stand. */
export interface Doubt {
  /** It was frozen then and not sent before; milliseconds since 1970. */
  readonly since: number;
  /** What `mark` said when it was frozen. */
  readonly mark?: string;
  /** The id of the newest message of ours that was recorded there; everything of ours up to it is known. */
  readonly newest?: string;
  /** Is it the copy of a message, or a message that was carried from there? One answer for each. */
  known(refs: readonly MessageRef[]): Promise<readonly boolean[]>;
}

/** What the lane knows about the message to render. */
export interface Resolved {
  /** The answered message in the destination, when it is known there. */
  readonly replyTo?: MessageRef;
  /** `replyTo` is a joined message: it does not tell which of its authors is answered, so the words must. */
  readonly replyIsJoined?: boolean;
  /** Who is mentioned and has an account here, too: `account:id` of the mention -> the same person here, to be pinged. */
  readonly people?: ReadonlyMap<string, UserRef>;
  /** How much of what a joined message holds may be used now (0 < x <= 1): the rest is left for edits. All, unless told. */
  readonly room?: number;
  /** How who speaks is shown where there are no puppets; with the name, unless told. */
  readonly attribution?: Attribution;
  /** What the platform of who speaks is called, for people. */
  readonly platform?: string;
  /** Phone numbers of shared contacts are shown. */
  readonly phones?: boolean;
  /** What `prepare` found out about the destination, handed back unread. */
  readonly prepared: Json;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly texts: Texts;
}

export interface Platform {
  readonly account: AccountId;
  readonly capabilities: Capabilities;
  /** Asks whether the account is let in, and changes nothing there. Trouble that may pass is none. @throws UserError */
  check(signal: AbortSignal): Promise<void>;
  /** Connects and begins to receive. `accept` resolves once the update is on disk: acknowledge only then. @throws UserError */
  start(accept: (raw: RawUpdate) => Promise<void>): Promise<void>;
  /** Stops receiving; what was handed to `accept` is still awaited and acknowledged. */
  stop(): Promise<void>;
  /** Pure, given what the account knows of itself. Own echoes and what is not for the bridge give []. @throws ParseError */
  parse(raw: RawUpdate): readonly BridgeEvent[];
  /** Makes the destination ready to be rendered for (finds or makes a webhook). Cached; cheap when nothing changed. */
  prepare(to: ConversationRef, signal: AbortSignal): Promise<Json>;
  /**
   * Pure. A whole message, cut into as many parts as the platform needs; never empty. Its attachments are files, and
   * polls that fit: all else is words of its body already.
   */
  renderMessage(message: Message, to: ConversationRef, known: Resolved): readonly Part[];
  /** Pure. The small line about a message (who reacted, how a poll stands); `replyTo` is the message, no sound is made. */
  renderAside(body: RichText, to: ConversationRef, known: Resolved): Part;
  /** Pure. A line of the robot itself. */
  renderNotice(body: RichText, to: ConversationRef, known: Resolved): readonly Part[];
  /**
   * Pure. As many of the leading `sections` as one message can hold (whole, at least one), in one message that tells
   * who said what; undefined when not even the first fits. Replies are told in words, never natively.
   */
  renderJoined(
    sections: readonly Section[],
    to: ConversationRef,
    known: Resolved,
  ): { readonly part: Part; readonly count: number } | undefined;
  /**
   * Pure. The request that turns `copy` into message `index` of `part` (0 unless the part makes several); undefined when
   * no edit can do that: then it is removed and sent anew.
   */
  renderEdit(part: Part, copy: Copy, known: Resolved, index?: number): Json | undefined;
  /** Pure. Requests that remove these copies (of one conversation); each names the copies it removes. */
  renderDelete(copies: readonly Copy[], to: ConversationRef, known: Resolved): readonly DeleteRequest[];
  /**
   * Pure. The requests that make our own reactions to `target` show what `wanted` (most important first) does, as far as
   * the platform can, when `own` stand there; and which stand there then.
   */
  renderReactions?(
    target: MessageRef,
    wanted: readonly Reaction[],
    own: readonly Reaction[],
  ): { readonly requests: readonly Json[]; readonly own: readonly Reaction[] };
  /** Pure. */
  renderPin?(target: MessageRef, pinned: boolean): Json;
  /** Pure. Ends a poll of ours; undefined when that one cannot be ended. */
  renderPollEnd?(copy: Copy): Json | undefined;
  /** Pure. Does with our thread what was done with its twin; undefined when that is impossible. */
  renderThread?(
    to: ConversationRef,
    change: Exclude<ThreadChange, "created">,
    name?: string,
  ): Json | undefined;
  /** Opens a thread in `chat`; `chat` itself where it can have none (or we may open none). @throws PlatformError */
  openThread?(chat: ConversationRef, name: string, signal: AbortSignal): Promise<ConversationRef>;
  /** What it does for the robot; a platform without it is only bridged. */
  readonly social?: Social;
  /** Shows that somebody writes there; trouble is swallowed. */
  typing?(to: ConversationRef): void;
  /** The bytes of a file of this account, as the platform has them. @throws PlatformError (`refused`: it cannot be had) */
  open(file: FileAttachment, signal: AbortSignal): Promise<OpenedFile>;
  /** The picture of one of this account's people, channels or groups; cached for a while. @throws PlatformError */
  face?(user: UserRef, hash: string | undefined, signal: AbortSignal): Promise<FileAttachment | undefined>;
  /** What is kept of a person (of any account) outside the store goes. */
  forget?(user: UserRef): Promise<void>;
  /** The only sending I/O. A create answers with the new message. @throws PlatformError */
  send(call: Call, to: ConversationRef, signal: AbortSignal): Promise<Sent | undefined>;
  /**
   * What the platform is known to take now: of this share in `to`, or (without `to`) of the account as a whole.
   * Documented, or learned from its answers; [] when no limit is known.
   */
  rates(share: Share, to?: ConversationRef): readonly Rate[];
  /** Where the conversation stands, as far as the account has seen; frozen with a call, for `reconcile`. */
  mark?(to: ConversationRef): string | undefined;
  /**
   * Finds out whether a create that got no answer took effect, and changes nothing visible: the message it made,
   * "absent", or "unknown" when the platform cannot tell. @throws PlatformError
   */
  reconcile?(
    call: Call,
    to: ConversationRef,
    doubt: Doubt,
    signal: AbortSignal,
  ): Promise<Sent | "absent" | "unknown">;
}

export interface DeleteRequest {
  readonly request: Json;
  readonly targets: readonly MessageRef[];
}

/** What a platform is given to live on. */
export interface PlatformContext {
  readonly account: AccountId;
  readonly log: Log;
  readonly clock: Clock;
  /** 0 <= x < 1. */
  readonly random: () => number;
  readonly texts: Texts;
  readonly health: HealthPort;
  /** Absent when `web` is not configured. */
  readonly web?: WebPort;
  /** Makes files of other accounts ready to be sent from this one. */
  readonly media: MediaPort;
  /** The picture of somebody of another account, where that has one. */
  readonly face: (
    user: UserRef,
    hash: string | undefined,
    signal: AbortSignal,
  ) => Promise<FileAttachment | undefined>;
  /** Absent: nobody answers. */
  readonly robot?: RobotPort;
  /** Somebody writes in this conversation now; kept nowhere. */
  readonly typing: (conversation: ConversationRef) => void;
  /** Is this switched on for the bridge of the conversation? */
  readonly shows: (conversation: ConversationRef, what: Shown) => boolean;
  /** Bridges that are made while running show this at first. */
  readonly mayShow?: (what: Shown) => boolean;
  /** The conversations of this account that are bridged now. */
  readonly conversations: () => readonly ConversationRef[];
  /** Small values kept for this account, such as the Gateway session; `RawUpdate.position` writes the same table. */
  readonly state: {
    get(name: string): Promise<string | undefined>;
    set(name: string, value: string): Promise<void>;
  };
  /** Reports a fault from which the account cannot recover by itself (token revoked): its lanes stop. */
  readonly halt: (reason: string) => void;
  /** A right may be back, or an obstacle gone: the lane to this conversation (or all of the account) tries at once. */
  readonly recovered: (to?: ConversationRef) => void;
  /** What is in the journal of this account since then (milliseconds since 1970), by the beginning of the key. */
  readonly received: (keyPrefix: string, since: number) => Promise<readonly string[]>;
  /** Announces a secret learned while running (a webhook token), so that the log can hide it. */
  readonly secret: (value: string) => void;
}
