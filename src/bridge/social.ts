// The robot as platforms see it, and platforms as the robot sees them: what is asked, who may, what a room is.

import type { Ask, Choice, CommandSheet, Reply, Saying } from "../model/ask.ts";
import type { Act } from "../model/event.ts";
import type { AccountId, ConversationRef, MessageRef, UserRef } from "../model/refs.ts";

/** What a person is in a conversation, by the platform's own word. */
export type Standing = "owner" | "admin" | "member" | "none";

export interface RoomFacts {
  readonly name: string;
  /** The server a channel belongs to, the group a topic belongs to. */
  readonly parent?: string;
  readonly kind: "private" | "group" | "channel" | "thread";
  /** Anybody may find and read it; undefined when the platform does not tell. */
  readonly isOpen?: boolean;
  readonly members?: number;
  /** Opens it, for people who may. */
  readonly href?: string;
}

export interface Moderation {
  readonly act: Act;
  readonly user: UserRef;
  readonly room: ConversationRef;
  /** Of a mute or ban that ends; milliseconds since 1970. */
  readonly until?: number;
  readonly reason?: string;
}

/** What a platform can do for the robot. All of it asks the platform now, and changes nothing unless it says so. */
export interface Social {
  /** The name in `/command@name`, lower case; undefined where commands are never addressed so. */
  handle(): string | undefined;
  /** @throws PlatformError (`gone`/`refused`: it is not there, or we are not) */
  room(ref: ConversationRef, signal: AbortSignal): Promise<RoomFacts>;
  /** Never from a cache older than a few seconds. @throws PlatformError */
  standing(user: UserRef, room: ConversationRef, signal: AbortSignal): Promise<Standing>;
  /** Somebody has taken their voice there, and it has not come back yet. @throws PlatformError */
  isSilenced?(user: UserRef, room: ConversationRef, signal: AbortSignal): Promise<boolean>;
  /** What the account lacks to bridge the conversation: keys of the texts; [] when all is well. @throws PlatformError */
  lacks(room: ConversationRef, signal: AbortSignal): Promise<readonly string[]>;
  /** A link that adds the bot to a room (with the rights that it needs) and, where it can, hands over `code` there. */
  invitation(code: string): string | undefined;
  /** A link that opens the private conversation with the account and hands over `payload` there; undefined where there is none. */
  privateLink?(payload: string): string | undefined;
  /** The private conversation with a person, opened where it must be. @throws PlatformError */
  privateRoom(user: UserRef, signal: AbortSignal): Promise<ConversationRef>;
  /** Ends the waiting of who pressed a button. Trouble is swallowed. */
  acknowledge?(press: string, toast: string | undefined, signal: AbortSignal): Promise<void>;
  /** The platform's own menus show these commands from now on; does nothing when they do already. @throws PlatformError */
  announce(commands: readonly CommandSheet[], signal: AbortSignal): Promise<void>;
  /** Leaves a chat for good. @throws PlatformError */
  leave?(room: ConversationRef, signal: AbortSignal): Promise<void>;
  /** False where the platform does not tell the account who leaves its rooms. It tells, unless this says otherwise. */
  tellsWhoLeaves?(): boolean;
  /** Acts whose end the platform does not know (`Moderation.until` says nothing to it): who did them ends them. */
  readonly endless?: readonly Act[];
  /** Does it to a person. Doing it twice changes nothing. @throws PlatformError */
  moderate?(moderation: Moderation, signal: AbortSignal): Promise<void>;
  /** Removes a message of anybody. One that is gone is no failure. @throws PlatformError */
  remove(message: MessageRef, signal: AbortSignal): Promise<void>;
}

/** What a platform may ask of the robot. */
export interface RobotPort {
  /** Resolves with the answer to something asked live (a Discord interaction). Never rejects. */
  ask(ask: Ask): Promise<Reply>;
  /** The platform has brought `Reply.say`: these messages are it, in order. Never rejects. */
  stands(ref: MessageRef, messages: readonly MessageRef[]): Promise<void>;
  /** Proposals for the argument `key` that begins with `typed`; at most 25. Never rejects. */
  complete(ask: Ask, key: string, typed: string): Promise<readonly Choice[]>;
  /** Whether an answer would be for the person's eyes alone: known at once, before it is there. */
  isPrivate(ask: Ask): boolean;
  /** What the platform's menus shall show. */
  commands(account: AccountId): readonly CommandSheet[];
}

/** A line of the robot's for one conversation. */
export interface Line {
  readonly to: ConversationRef;
  readonly saying: Saying;
  readonly reply?: MessageRef;
}
