// What the robot needs of a store's transaction beside the bridge's tables; `store-port.ts` has it in `StoreTx`.

import type { Json } from "../model/delivery.ts";
import type { ConversationRef, MessageRef, UserRef } from "../model/refs.ts";

export interface Records {
  get(kind: string, key: string): Promise<Json | undefined>;
  /** `until` (milliseconds since 1970): it is no more from then on. */
  put(kind: string, key: string, value: Json, until?: number): Promise<void>;
  delete(kind: string, key: string): Promise<boolean>;
  /** Ordered by key (byte by byte); those whose key begins with `prefix`. */
  list(kind: string, prefix?: string): Promise<readonly { readonly key: string; readonly value: Json }[]>;
  /** How many there are of a kind, and how many bytes their values take. */
  size(kind: string): Promise<{ readonly count: number; readonly bytes: number }>;
  /** Removes what is no more; returns how many. */
  prune(): Promise<number>;
}

export interface Privacy {
  /** For an export, readable by people. */
  about(user: UserRef): Promise<Json>;
  /**
   * The person becomes a stranger: nothing names them any more, and no update comes twice for it. What is on its way in
   * the lanes is left. How many rows changed.
   */
  erase(user: UserRef): Promise<number>;
}

/** The originals that were carried from or to a chat, the youngest first; with `authors` only theirs. */
export type Latest = (
  chat: ConversationRef,
  limit: number,
  authors?: readonly UserRef[],
) => Promise<readonly MessageRef[]>;
