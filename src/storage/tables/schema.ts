// The tables as Kysely sees them; every query of this folder is written against these types.

import type { Generated } from "kysely";
import type { DeliveryState, MarkKind } from "../../bridge/store-port.ts";
import type { EventKind } from "../../model/event.ts";

/** Raw updates, one row for each, so that a second delivery of the same update is known. */
export interface JournalTable {
  account: string;
  key: string;
  body: string;
  /** Milliseconds since 1970, as in every column of time. */
  received_at: number;
  /** `again`: buried, and shall be parsed once more. */
  state: Generated<"done" | "dead" | "again">;
  reason: string | null;
}

/** Deliveries; `lane` is the conversation key of the destination, and the order of a lane is that of `id`. */
export interface OutboxTable {
  id: Generated<number>;
  lane: string;
  kind: EventKind;
  /** JSON of a BridgeEvent. */
  event: string;
  /** The message key of the created or edited message; of the aside whose line is to be written anew. */
  source: string | null;
  state: Generated<DeliveryState>;
  attempts: Generated<number>;
  failing_since: number | null;
  /** JSON of the frozen calls. */
  calls: string | null;
  done: Generated<number>;
  reason: string | null;
  created_at: number;
  frozen_at: number | null;
  /** What the platform's `mark` said when the calls were frozen. */
  mark: string | null;
  /** The delivery whose calls carry this one. */
  joined_to: number | null;
  died_at: number | null;
}

/** Deliveries that came before the message they are about. */
export interface HeldTable {
  id: Generated<number>;
  waits_for: string;
  lane: string;
  event: string;
  until: number;
}

/** Keys of conversations, with their threads and without, which the other tables name by number. */
export interface PlacesTable {
  id: Generated<number>;
  key: string;
}

/**
 * One row for each copy, and for each section of a joined one (-1 when it is not joined). The ids of messages are
 * unique in a place, which is a conversation without its thread; the whole conversations stand beside them.
 */
export interface MessageMapTable {
  copy_place: number;
  copy_id: string;
  section: number;
  copy_conversation: number;
  source_place: number;
  source_id: string;
  source_conversation: number;
  part: number;
  hash: string;
  via: string | null;
  at: number;
  /** The source's author, by the id in its account. */
  author: string | null;
}

/** What joined messages show. */
export interface JoinedTable {
  copy_key: string;
  /** JSON of JoinedSections. */
  sections: string;
  saved_at: number;
}

/** What one user has in one place, of one message; places are conversations without their threads, as in the map. */
export interface MarksTable {
  about_place: number;
  about_id: string;
  kind: MarkKind;
  place: number;
  user_id: string;
  /** JSON of the user's name and Marks. */
  content: string;
  at: number;
}

/** Polls by the message they were made in. */
export interface PollsTable {
  place: number;
  message_id: string;
  /** JSON of a Poll. */
  poll: string;
}

/** What the updates of an account call a poll, with the message it stands in there. */
export interface PollNamesTable {
  account: string;
  poll_id: string;
  place: number;
  conversation: number;
  message_id: string;
}

/** Threads of one family answer to each other; the greater `id` is the younger. `chat` is the one it stands in, or it itself. */
export interface ThreadsTable {
  id: Generated<number>;
  family: number;
  chat: number;
  conversation: number;
}

/** Users with the same `person` are one person; the greater `id` was linked later. */
export interface PeopleTable {
  id: Generated<number>;
  account: string;
  user_id: string;
  person: number;
}

/** What waits for the robot. */
export interface TasksTable {
  id: string;
  /** JSON of what was asked. */
  ask: string;
  at: number;
  attempts: Generated<number>;
}

/** Small things of the robot and of plugins. */
export interface RecordsTable {
  kind: string;
  key: string;
  /** JSON. */
  value: string;
  /** It is no more from then on. */
  until: number | null;
}

/** What befell messages beyond the plain way. */
export interface TraceTable {
  id: Generated<number>;
  about: string;
  lane: string | null;
  at: number;
  step: string;
  detail: string | null;
}

/** Small values of an account, such as the Gateway's sequence. */
export interface StateTable {
  account: string;
  name: string;
  value: string;
}

/** Conversations that got another id. */
export interface MovesTable {
  id: Generated<number>;
  from_key: string;
  to_key: string;
}

/** The migrations that were run. */
export interface VersionTable {
  version: number;
  applied_at: number;
}

export interface Tables {
  journal: JournalTable;
  outbox: OutboxTable;
  held: HeldTable;
  places: PlacesTable;
  message_map: MessageMapTable;
  joined: JoinedTable;
  marks: MarksTable;
  polls: PollsTable;
  poll_names: PollNamesTable;
  threads: ThreadsTable;
  people: PeopleTable;
  trace: TraceTable;
  tasks: TasksTable;
  records: RecordsTable;
  state: StateTable;
  moves: MovesTable;
  matebot_schema: VersionTable;
}
