// Puts the queries of one engine behind the `Store` port; `open` calls it with an engine whose schema is current.

import type { Store, StoreTx } from "../bridge/store-port.ts";
import type { Clock } from "../model/clock.ts";
import { type Engine, kyselyOver } from "./engine.ts";
import { groupCommit } from "./group-commit.ts";
import { heldOf } from "./tables/held.ts";
import { joinedOf } from "./tables/joined.ts";
import { journalOf } from "./tables/journal.ts";
import { latestOf } from "./tables/latest.ts";
import { marksOf } from "./tables/marks.ts";
import { messageMapOf } from "./tables/message-map.ts";
import { movesOf } from "./tables/moves.ts";
import { outboxOf } from "./tables/outbox.ts";
import { peopleOf } from "./tables/people.ts";
import { pollsOf } from "./tables/polls.ts";
import { privacyOf } from "./tables/privacy.ts";
import { recordsOf } from "./tables/records.ts";
import { setStatesOf, stateOf } from "./tables/state.ts";
import { tasksOf } from "./tables/tasks.ts";
import { threadsOf } from "./tables/threads.ts";
import { traceOf } from "./tables/trace.ts";

/** The store owns the engine from now on, and closes it. */
export function storeOver(engine: Engine, clock: Clock): Store {
  const commits = groupCommit(engine, queriesOf(engine, clock));
  let closing: Promise<void> | undefined;
  return {
    transaction: (work) => commits.run(work),
    close() {
      closing ??= commits.drain().then(() => engine.close());
      return closing;
    },
  };
}

/** Made once: there is one connection, so there is one transaction at a time. */
function queriesOf(engine: Engine, clock: Clock): StoreTx {
  const db = kyselyOver(engine);
  const setStates = setStatesOf(engine, db);
  return {
    journal: journalOf(engine, db, setStates),
    outbox: outboxOf(engine, db, clock),
    held: heldOf(engine, db),
    map: messageMapOf(engine, db),
    joined: joinedOf(engine, db),
    trace: traceOf(engine, db),
    marks: marksOf(engine, db),
    polls: pollsOf(engine, db),
    threads: threadsOf(engine, db),
    people: peopleOf(engine, db),
    state: stateOf(engine, db, setStates),
    moves: movesOf(db),
    tasks: tasksOf(db),
    records: recordsOf(db, clock),
    privacy: privacyOf(engine, db),
    latest: latestOf(db),
  };
}
