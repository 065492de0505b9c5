// The Gateway session that survives restarts, and when it must be given up; `gateway.ts` keeps one.

import type { SessionInfo } from "@discordjs/ws";
import type { PlatformContext } from "../../../bridge/platform.ts";
import { isId } from "../snowflake.ts";
import { type Position, positionName } from "./inbox.ts";

const sessionName = "gateway-session";

interface StoredSession {
  readonly id: string;
  readonly url: string;
  /** The sequence of READY: nothing before it belongs to the session. */
  readonly ready: number;
  /** A session keeps the intents it began with. */
  readonly intents: number;
}

/** What the state holds: a session, or none any more; and the id up to which all was dealt with when it began. */
type Stored = Partial<StoredSession> & { readonly floor?: string };

/** One Gateway session at a time, in memory and in the account's state. */
export interface GatewaySession {
  /** Reads what an earlier run left: how far it came, in a session that can be resumed or in one that cannot. */
  load(): Promise<Position | undefined>;
  /** What to resume with, given the event up to which all is on disk. */
  info(reached: Position | undefined): SessionInfo | null;
  /** A session READY has just begun; a crash before `keep` forgets it. */
  begin(info: SessionInfo): Position;
  /** All that was said before the session began, up to `floor`, is on disk: from now on it may be resumed. */
  keep(floor: string | undefined): void;
  /** The newest message that was dealt with when the session, or the one before, began. */
  readonly floor: string | undefined;
  forget(): void;
  savePosition(position: Position): Promise<void>;
  /** Resolves when the current session is on disk: a position of it means nothing before. */
  saved(): Promise<void>;
}

export function createGatewaySession(context: PlatformContext, intents: () => number): GatewaySession {
  let current: StoredSession | undefined;
  let floor: string | undefined;
  let saving: Promise<void> = Promise.resolve();

  function save(): void {
    const text = JSON.stringify({ ...current, floor });
    saving = saving
      .then(() => context.state.set(sessionName, text))
      // Without it a restart begins a new session; a disk that is full shows at the next update.
      .catch((error: unknown) =>
        context.log.warn({ error: nameOf(error) }, "the Gateway session could not be kept"),
      );
  }

  return {
    async load() {
      const stored = readJson<Stored>(await context.state.get(sessionName));
      const position = readJson<Position>(await context.state.get(positionName));
      if (isId(stored?.floor)) floor = stored.floor;
      const seen = isId(position?.seen) ? { seen: position.seen } : {};
      if (!isResumable(stored, intents())) return { session: "", sequence: 0, ...seen };
      current = stored;
      if (position?.session === stored.id && position.sequence > stored.ready) return position;
      return { session: stored.id, sequence: stored.ready, ...seen };
    },
    info(reached) {
      if (current === undefined) return null;
      const sequence = reached?.session === current.id ? reached.sequence : current.ready;
      return { sessionId: current.id, resumeURL: current.url, sequence, shardId: 0, shardCount: 1 };
    },
    begin(info) {
      current = { id: info.sessionId, url: info.resumeURL, ready: info.sequence, intents: intents() };
      return { session: info.sessionId, sequence: info.sequence };
    },
    keep(upTo) {
      floor = upTo ?? floor;
      save();
    },
    get floor() {
      return floor;
    },
    forget() {
      if (current === undefined) return;
      current = undefined;
      save();
    },
    savePosition: (position) => context.state.set(positionName, JSON.stringify(position)),
    saved: () => saving,
  };
}

function isResumable(stored: Stored | undefined, intents: number): stored is StoredSession {
  return stored?.intents === intents && stored.id !== undefined && /^wss?:\/\/./.test(stored.url ?? "");
}

function readJson<T>(text: string | undefined): T | undefined {
  if (!text) return undefined;
  try {
    return (JSON.parse(text) ?? undefined) as T | undefined;
  } catch {
    return undefined;
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "unknown";
}
