// What the bridge needs of a store, table by table; `storage` implements it.

import type { Poll } from "../model/attachment.ts";
import type { Call, Copy, Delivery, JoinedSection, Json, RawUpdate } from "../model/delivery.ts";
import type { BridgeEvent } from "../model/event.ts";
import type { AccountId, ConversationRef, MessageRef, UserRef } from "../model/refs.ts";
import type { Latest, Privacy, Records } from "./robot-tables.ts";

/** `joined`: it travels with the calls of an earlier delivery of its lane. */
export type DeliveryState = "waiting" | "sending" | "joined" | "dead";

/** A delivery in its lane, with what is frozen of it. */
export interface StoredDelivery extends Delivery {
  /** Grows with every delivery; the order of a lane. */
  readonly id: number;
  readonly state: DeliveryState;
  readonly attempts: number;
  /** When the first attempt failed; milliseconds since 1970. */
  readonly failingSince?: number;
  /** Frozen at the first attempt. */
  readonly calls?: readonly Call[];
  /** How many of the calls are known to be done. */
  readonly done: number;
  /** When it came into the lane; milliseconds since 1970. */
  readonly createdAt: number;
  /** When the calls were frozen; milliseconds since 1970. */
  readonly frozenAt?: number;
  /** What the platform's `mark` said then. */
  readonly mark?: string;
}

/** A delivery that was given up. */
export interface DeadDelivery extends StoredDelivery {
  readonly reason: string;
}

/** An update that could not be understood. */
export interface DeadUpdate {
  readonly raw: RawUpdate;
  readonly reason: string;
}

/** What befell a message beyond the plain way; `trace` tells it. */
export interface TraceStep {
  /** The source message; absent for what belongs to none (a notice). */
  readonly about: MessageRef;
  readonly to?: ConversationRef;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** A key of locales/<language>/trace.json. */
  readonly step: string;
  /** Without secrets and without the message's text. */
  readonly detail?: string;
}

export interface MapRow {
  readonly source: MessageRef;
  readonly copy: MessageRef;
  readonly part: number;
  readonly hash: string;
  readonly via?: string;
  readonly at: number;
  /** Its place in a joined message. */
  readonly section?: number;
  /** Who wrote the source: the id in the source's account. Absent when nobody knows (any more). */
  readonly author?: string;
}

export interface Found {
  readonly ref: MessageRef;
  /** `ref`, or the message that was asked about, is a joined message: it stands for several. */
  readonly joined: boolean;
  /** Since when it is known; absent for what was asked about itself. Milliseconds since 1970. */
  readonly since?: number;
}

/** An edit or delete that came before the message it is about. */
export interface HeldDelivery {
  readonly waitsFor: MessageRef;
  readonly delivery: Delivery;
  /** Milliseconds since 1970; after it the delivery is dropped. */
  readonly until: number;
}

/** Something asked of the robot that was journaled; `ask` is JSON of whatever the robot put there. */
export interface RobotTask {
  readonly id: string;
  readonly ask: Json;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export type MarkKind = "reaction" | "vote";

export interface MarkRow {
  /** The original, or the message itself when it is in no map. */
  readonly about: MessageRef;
  readonly kind: MarkKind;
  /** Where it was done. */
  readonly place: ConversationRef;
  /** The id there; "" when nobody says who. The account's own: `SELF`. */
  readonly user: string;
  readonly name: string;
  readonly marks: readonly Mark[];
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** The reactions of ours, in `MarkRow.user`. */
export const SELF = "self";

/** `key`: the emoji (and `id` of a custom one), or the option of a poll. */
export interface Mark {
  readonly key: string;
  readonly id?: string;
  /** More than one only where nobody says of whom. */
  readonly count: number;
}

/** What is kept with frozen calls. */
export interface Freeze {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly mark?: string;
  /** Rows of the same lane whose events are in the calls, too. */
  readonly joined?: readonly number[];
}

export interface Store {
  /**
   * Runs `work` in a durable transaction; resolves after the commit. Works that arrive while another commit runs are
   * committed together. `work` may run twice and must touch nothing but `tx`.
   */
  transaction<T>(work: (tx: StoreTx) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface StoreTx {
  readonly journal: {
    /** Stores the updates that are new, with their positions, and returns those; the others were seen before. */
    insert(raws: readonly RawUpdate[]): Promise<readonly RawUpdate[]>;
    /** Marks an update that could not be parsed. */
    bury(raw: RawUpdate, reason: string): Promise<void>;
    /** Removes what is older than `before` and not buried, at most some thousands a call. Returns how many. */
    prune(before: number): Promise<number>;
    /** What could not be understood, oldest first. */
    dead(): Promise<readonly DeadUpdate[]>;
    /** Buried updates that shall be parsed again; they stay so until `settle` or `bury`. */
    again(): Promise<readonly RawUpdate[]>;
    /** Asks for a buried update to be parsed again. False when there is none. */
    retry(account: AccountId, key: string): Promise<boolean>;
    /** Understood after all (or given up for good by an admin): not buried any more. False when it was not. */
    settle(account: AccountId, key: string): Promise<boolean>;
    /** Keys that begin with `prefix`, of updates received since then. */
    keys(account: AccountId, prefix: string, since: number): Promise<readonly string[]>;
  };
  readonly outbox: {
    append(deliveries: readonly Delivery[]): Promise<void>;
    /** The oldest deliveries of the lane that are neither dead nor joined, at most `limit`, in order. */
    front(lane: ConversationRef, limit: number): Promise<readonly StoredDelivery[]>;
    /** How many deliveries `front` could give, counted up to `limit`. */
    depth(lane: ConversationRef, limit: number): Promise<number>;
    /** Lanes that have something to send. */
    lanes(): Promise<readonly ConversationRef[]>;
    waiting(): Promise<number>;
    /** Saves the calls and marks the row `sending`; the rows `joined` travel with it. */
    freeze(id: number, calls: readonly Call[], more: Freeze): Promise<void>;
    /** The calls are no more: the row and those that travelled with it wait again, each for itself. */
    thaw(id: number): Promise<void>;
    progress(id: number, done: number): Promise<void>;
    failed(id: number, attempts: number, failingSince: number): Promise<void>;
    /** Done (or cancelled): the row goes, and those that travelled with it. */
    finish(id: number): Promise<void>;
    /** Given up, kept with everything needed to send it again. */
    bury(id: number, reason: string): Promise<void>;
    dead(): Promise<readonly DeadDelivery[]>;
    /** A dead letter goes back to its place in its lane, as if it had never been tried. False when there is none. */
    retry(id: number): Promise<boolean>;
    /** A dead letter is forgotten. False when there is none. */
    drop(id: number): Promise<boolean>;
    /** Removes dead letters that died before then; returns how many. */
    pruneDead(before: number): Promise<number>;
    /** What is on its way to `to` for this message (its create, its edits), in order; not the dead ones. */
    pending(source: MessageRef, to: ConversationRef): Promise<readonly StoredDelivery[]>;
    /** The lanes in which the message itself is on its way, in order; not the dead ones. */
    lanesOf(source: MessageRef): Promise<readonly ConversationRef[]>;
    /** Another event in the place of one that waits. */
    rewrite(id: number, event: BridgeEvent): Promise<void>;
    /** The conversation has another id now: its lane moves with it. */
    move(from: ConversationRef, to: ConversationRef): Promise<void>;
  };
  readonly held: {
    hold(rows: readonly HeldDelivery[]): Promise<void>;
    /** Takes out what waited for these messages, oldest first. */
    release(refs: readonly MessageRef[]): Promise<readonly Delivery[]>;
    /** Removes what waited too long; returns how many. */
    expire(now: number): Promise<number>;
  };
  readonly map: {
    record(rows: readonly MapRow[]): Promise<void>;
    /** The hash of a copy after an edit; of all its sections when it is joined. */
    rehash(copy: MessageRef, hash: string): Promise<void>;
    /** The parts of `source` that stand in `to`, in order. */
    copies(source: MessageRef, to: ConversationRef): Promise<readonly Copy[]>;
    /**
     * The message that stands for `ref` in `to`: `ref` may be an original, a copy in `to`, or a copy elsewhere.
     * Goes to the origin first, then to its first copy in `to`; what no platform made (`isCoined`) stands nowhere itself.
     */
    find(ref: MessageRef, to: ConversationRef): Promise<Found | undefined>;
    /** These copies do not exist any more; with `source` only as copies of that message. */
    forget(copies: readonly MessageRef[], source?: MessageRef): Promise<void>;
    /** Is it a copy, or the source of one? One answer for each. */
    known(refs: readonly MessageRef[]): Promise<readonly boolean[]>;
    /** The original a copy was made of (the first of a joined one); undefined when it is no copy. */
    origin(copy: MessageRef): Promise<MessageRef | undefined>;
    /** All rows of a message, whether it is an original or a copy. */
    rows(ref: MessageRef): Promise<readonly MapRow[]>;
  };
  /** What joined messages show, so that one section can change. */
  readonly joined: {
    save(copy: MessageRef, sections: readonly JoinedSection[], at: number): Promise<void>;
    load(copy: MessageRef): Promise<readonly JoinedSection[] | undefined>;
    forget(copy: MessageRef): Promise<void>;
    /** Removes what was saved before then; returns how many. */
    prune(before: number): Promise<number>;
  };
  readonly trace: {
    note(steps: readonly TraceStep[]): Promise<void>;
    of(about: MessageRef): Promise<readonly TraceStep[]>;
    prune(before: number): Promise<number>;
  };
  /** Who reacted to a message and who voted in its poll, wherever a copy of it stands. */
  readonly marks: {
    /** What one person has now in one conversation; [] removes the row. `user` "": nobody says who. */
    put(row: MarkRow): Promise<void>;
    /** All of `kind` of a message, oldest first. */
    of(about: MessageRef, kind: MarkKind): Promise<readonly MarkRow[]>;
    /** Everybody's in one conversation. */
    clear(about: MessageRef, kind: MarkKind, place: ConversationRef): Promise<void>;
    /** The message is no more: neither are its marks nor its poll. */
    forget(abouts: readonly MessageRef[]): Promise<void>;
  };
  readonly polls: {
    /** A poll was made (by a person or as a copy), which updates may call by `id`. */
    put(about: MessageRef, poll: Poll): Promise<void>;
    name(account: AccountId, id: string, message: MessageRef): Promise<void>;
    get(about: MessageRef): Promise<Poll | undefined>;
    /** The message of a poll that is known by its id alone: an original or a copy. */
    messageOf(account: AccountId, id: string): Promise<MessageRef | undefined>;
  };
  /** Threads that answer to each other. */
  readonly threads: {
    /** The thread in `chat` (a conversation without a thread) that answers to `thread`; `chat` itself where there is none to be. */
    find(thread: ConversationRef, chat: ConversationRef): Promise<ConversationRef | undefined>;
    pair(thread: ConversationRef, answers: ConversationRef, chat: ConversationRef): Promise<void>;
    /** The thread is no more. */
    forget(thread: ConversationRef): Promise<void>;
  };
  /** Accounts on different platforms that belong to one person. */
  readonly people: {
    link(one: UserRef, other: UserRef): Promise<void>;
    unlink(user: UserRef): Promise<void>;
    /** The same person in `account`. */
    find(user: UserRef, account: AccountId): Promise<UserRef | undefined>;
  };
  readonly state: {
    get(account: AccountId, name: string): Promise<string | undefined>;
    set(account: AccountId, name: string, value: string): Promise<void>;
  };
  /** What waits for the robot, until it has answered. */
  readonly tasks: {
    /** One with the same id is not added twice. */
    add(task: RobotTask): Promise<void>;
    /** Oldest first. */
    all(limit: number): Promise<readonly RobotTask[]>;
    /** One more attempt begins; how many there were with it. */
    begin(id: string): Promise<number>;
    /** False when there was none. */
    finish(id: string): Promise<boolean>;
  };
  /** Small things of the robot's and of plugins, by kind and key: bridges, codes, settings of rooms, wishes of people. */
  readonly records: Records;
  /** What is known of one account of a person, beyond the robot's records. */
  readonly privacy: Privacy;
  readonly latest: Latest;
  readonly moves: {
    /** Every conversation that got another id, oldest first. */
    all(): Promise<readonly { readonly from: ConversationRef; readonly to: ConversationRef }[]>;
    add(from: ConversationRef, to: ConversationRef): Promise<void>;
  };
}
