// What a platform must be to join a bridge: the one port that `platforms/<x>` implements and the bridge speaks to.

import type { Clock } from "../model/clock.ts";
import type { Call, Copy, Json, Part, RawUpdate, Sent } from "../model/delivery.ts";
import type { BridgeEvent } from "../model/event.ts";
import type { Message } from "../model/message.ts";
import type { AccountId, ConversationRef, MessageRef } from "../model/refs.ts";
import type { RichText } from "../model/rich-text.ts";
import type { Texts } from "../model/texts.ts";
import type { HealthPort, Log, WebPort } from "./ports.ts";

/** What a platform can do at all; `plan` obeys. How it is done is the renderers' business. */
export interface Capabilities {
  readonly edit: boolean;
  readonly delete: boolean;
}

/** What the lane knows about the message to render. */
export interface Resolved {
  /** The answered message in the destination, when it is known there. */
  readonly replyTo?: MessageRef;
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
  /** Pure. A whole message, cut into as many parts as the platform needs; never empty. */
  renderMessage(message: Message, to: ConversationRef, known: Resolved): readonly Part[];
  /** Pure. A line of the robot itself. */
  renderNotice(body: RichText, to: ConversationRef, known: Resolved): readonly Part[];
  /** Pure. The request that turns `copy` into `part`. */
  renderEdit(part: Part, copy: Copy, known: Resolved): Json;
  /** Pure. Requests that remove these copies (of one conversation); each names the copies it removes. */
  renderDelete(copies: readonly Copy[], to: ConversationRef, known: Resolved): readonly DeleteRequest[];
  /** The only sending I/O. A create answers with the new message. @throws PlatformError */
  send(call: Call, to: ConversationRef, signal: AbortSignal): Promise<Sent | undefined>;
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
  /** The conversations of this account that are bridged now. */
  readonly conversations: () => readonly ConversationRef[];
  /** Small values kept for this account, such as the Gateway session; `RawUpdate.position` writes the same table. */
  readonly state: {
    get(name: string): Promise<string | undefined>;
    set(name: string, value: string): Promise<void>;
  };
  /** Reports a fault from which the account cannot recover by itself (token revoked): its lanes stop. */
  readonly halt: (reason: string) => void;
  /** Announces a secret learned while running (a webhook token), so that the log can hide it. */
  readonly secret: (value: string) => void;
}
