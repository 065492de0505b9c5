// The ports the bridge and the platforms need from the outside world; `storage` and `web` implement them.

import type { Call, Copy, Delivery, RawUpdate } from "../model/delivery.ts";
import type { AccountId, ConversationRef, MessageRef } from "../model/refs.ts";

/** The subset of pino that the parts use. Never give it a token, a URL with one, or a message's text. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Where each connection says how it is; `/health` and the log read it. */
export interface HealthPort {
  /** The connection works (now). */
  up(connection: string): void;
  /** The connection fails; `reason` is one sentence without secrets. */
  down(connection: string, reason: string): void;
}

/** The web server as a platform sees it. */
export interface WebPort {
  /** What the outside is told, without a trailing slash. Absent: nobody outside can reach us. */
  readonly publicUrl?: URL;
  /** The self-signed certificate that must be uploaded for others to trust us; undefined when a public CA (or a proxy) vouches. */
  certificate(): string | undefined;
  /** Called after the certificate was renewed, so that it can be uploaded again. */
  onCertificate(listener: () => void): void;
  /** Answers POST `path` (below the public URL's own path). Bodies are limited to 1 MiB before the handler sees them. */
  post(path: string, handler: (request: WebRequest) => Promise<number>): void;
}

export interface WebRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export type DeliveryState = "waiting" | "sending" | "dead";

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
}

export interface MapRow {
  readonly source: MessageRef;
  readonly copy: MessageRef;
  readonly part: number;
  readonly hash: string;
  readonly via?: string;
  readonly at: number;
}

/** An edit or delete that came before the message it is about. */
export interface HeldDelivery {
  readonly waitsFor: MessageRef;
  readonly delivery: Delivery;
  /** Milliseconds since 1970; after it the delivery is dropped. */
  readonly until: number;
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
    /** Removes what is older than `before` and not buried. Returns how many. */
    prune(before: number): Promise<number>;
  };
  readonly outbox: {
    append(deliveries: readonly Delivery[]): Promise<void>;
    /** The oldest delivery of the lane that is not dead. */
    head(lane: ConversationRef): Promise<StoredDelivery | undefined>;
    /** Lanes that have something to send. */
    lanes(): Promise<readonly ConversationRef[]>;
    waiting(): Promise<number>;
    /** Saves the calls and marks the row `sending`. */
    freeze(id: number, calls: readonly Call[]): Promise<void>;
    progress(id: number, done: number): Promise<void>;
    failed(id: number, attempts: number, failingSince: number): Promise<void>;
    /** Done: the row goes. */
    finish(id: number): Promise<void>;
    /** Given up, kept with everything needed to send it again. */
    bury(id: number, reason: string): Promise<void>;
    dead(): Promise<readonly (StoredDelivery & { readonly reason: string })[]>;
    /** Is the message's own delivery to `to` still on its way? */
    carries(source: MessageRef, to: ConversationRef): Promise<boolean>;
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
    /** The hash of a copy after an edit. */
    rehash(copy: MessageRef, hash: string): Promise<void>;
    /** The parts of `source` that stand in `to`, in order. */
    copies(source: MessageRef, to: ConversationRef): Promise<readonly Copy[]>;
    /**
     * The message that stands for `ref` in `to`: `ref` may be an original, a copy in `to`, or a copy elsewhere.
     * Goes to the origin first, then to its first copy in `to`.
     */
    find(ref: MessageRef, to: ConversationRef): Promise<MessageRef | undefined>;
    /** These copies do not exist any more. */
    forget(copies: readonly MessageRef[]): Promise<void>;
  };
  readonly state: {
    get(account: AccountId, name: string): Promise<string | undefined>;
    set(account: AccountId, name: string, value: string): Promise<void>;
  };
  readonly moves: {
    /** Every conversation that got another id, oldest first. */
    all(): Promise<readonly { readonly from: ConversationRef; readonly to: ConversationRef }[]>;
    add(from: ConversationRef, to: ConversationRef): Promise<void>;
  };
}
