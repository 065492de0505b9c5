// Bridges the gap between two Gateway sessions: the history first, then what the new session told; `gateway.ts` owns one.
//
// Why nothing is lost and the order holds: a new session is kept (and with it any position of it) only when all that
// was said before it is on disk. Until then its events go through the backfill, which lets them pass behind the
// history of their channel; a crash or another lost session meanwhile begins again from the same place, and the
// journal drops what is there already.

import type { SessionInfo } from "@discordjs/ws";
import type { Backfill, Recovery } from "../backfill/backfill.ts";
import { isId } from "../snowflake.ts";
import type { Dispatch } from "./dispatch.ts";
import type { Arrival, Inbox, Position } from "./inbox.ts";
import type { GatewaySession } from "./session.ts";

export interface CatchUpParts {
  readonly session: GatewaySession;
  readonly inbox: Inbox;
  readonly backfill: Backfill;
}

export interface CatchUp {
  /** Goes on from where an earlier run came to. */
  load(): Promise<void>;
  /** READY: what was said since the last event on disk is read, if there ever was one. */
  begin(info: SessionInfo): void;
  /** RESUMED: Discord itself tells what was missed. */
  resumed(): void;
  /** The next event of the session, with the update to store, if it must be. */
  push(event: Dispatch, session: string, raw?: Exclude<Arrival, Promise<void>>): void;
  /** The session is over: what is under way would be counted for the wrong one. */
  abandon(): void;
}

/** What was under way is void, and no fault: the next session begins it again. */
export class Abandoned extends Error {
  override readonly name = "Abandoned";
}

export function createCatchUp({ session, inbox, backfill }: CatchUpParts): CatchUp {
  let seen: string | undefined;
  let running:
    | { readonly recovery: Recovery; readonly done: Promise<void>; readonly end: AbortController }
    | undefined;

  function abandon(): void {
    running?.end.abort(new Abandoned());
    running = undefined;
  }

  function recover(since: { readonly seen?: string; readonly floor?: string }): void {
    const end = new AbortController();
    const recovery = backfill.start(since, end.signal, (floor) => {
      session.keep(floor);
      running = undefined;
    });
    const done = recovery.done.then(() => session.saved());
    // It fails by `abandon` alone, and the inbox may not be waiting for it.
    done.catch(() => undefined);
    running = { recovery, done, end };
  }

  return {
    async load() {
      const position = await session.load();
      if (position === undefined) return;
      seen = position.seen;
      inbox.begin(position);
    },
    begin(info) {
      abandon();
      // Of what is on disk, not of what was heard: an event that could not be stored is in the history, too.
      seen = inbox.reached?.seen;
      const position: Position = { ...session.begin(info), ...(seen === undefined ? {} : { seen }) };
      inbox.begin(position);
      const { floor } = session;
      if (seen === undefined && floor === undefined) {
        session.keep(backfill.first());
        backfill.settle();
      } else recover({ ...(seen === undefined ? {} : { seen }), ...(floor === undefined ? {} : { floor }) });
    },
    resumed() {
      if (running === undefined) backfill.settle();
    },
    push(event, id, raw) {
      const data = event.d as { readonly id?: unknown; readonly channel_id?: unknown } | null;
      if (event.t === "MESSAGE_CREATE" && isId(data?.id)) seen = data.id;
      const position = { session: id, sequence: event.s, ...(seen === undefined ? {} : { seen }) };
      if (running === undefined) return inbox.push(position, raw);
      if (raw !== undefined) running.recovery.pass(String(data?.channel_id ?? data?.id), raw);
      inbox.push(position, running.done);
    },
    abandon,
  };
}
