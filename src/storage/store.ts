// Puts the queries of one engine behind the `Store` port; `open` calls it with an engine whose schema is current.

import type { Store, StoreTx } from "../bridge/store-port.ts";
import type { Clock } from "../model/clock.ts";
import { type Engine, kyselyOver } from "./engine.ts";
import { groupCommit } from "./group-commit.ts";
import { heldOf } from "./held.ts";
import { joinedOf } from "./joined.ts";
import { journalOf } from "./journal.ts";
import { latestOf } from "./latest.ts";
import { marksOf } from "./marks.ts";
import { messageMapOf } from "./message-map.ts";
import { movesOf } from "./moves.ts";
import { outboxOf } from "./outbox.ts";
import { peopleOf } from "./people.ts";
import { pollsOf } from "./polls.ts";
import { privacyOf } from "./privacy.ts";
import { recordsOf } from "./records.ts";
import { setStatesOf, stateOf } from "./state.ts";
import { tasksOf } from "./tasks.ts";
import { threadsOf } from "./threads.ts";
import { traceOf } from "./trace.ts";

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
