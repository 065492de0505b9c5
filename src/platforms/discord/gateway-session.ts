// The Gateway session that survives restarts, and when it must be given up; `gateway.ts` keeps one.

import type { SessionInfo } from "@discordjs/ws";
import type { PlatformContext } from "../../bridge/platform.ts";
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

/** One Gateway session at a time, in memory and in the account's state. */
export interface GatewaySession {
  /** Reads what an earlier run left; gives where to go on from, if there is a session. */
  load(): Promise<Position | undefined>;
  /** What to resume with, given the event up to which all is on disk. */
  info(reached: Position | undefined): SessionInfo | null;
  /** Keeps a session READY has just begun. */
  begin(info: SessionInfo): Position;
  forget(): void;
  savePosition(position: Position): Promise<void>;
  /** Resolves when the current session is on disk: a position of it means nothing before. */
  saved(): Promise<void>;
}

export function createGatewaySession(context: PlatformContext, intents: number): GatewaySession {
  let current: StoredSession | undefined;
  let saving: Promise<void> = Promise.resolve();

  function save(): void {
    const text = current === undefined ? "" : JSON.stringify(current);
    saving = saving
      .then(() => context.state.set(sessionName, text))
      // Without it a restart begins a new session; a disk that is full shows at the next update.
      .catch((error: unknown) =>
        context.log.warn({ error: nameOf(error) }, "the Gateway session could not be kept"),
      );
  }

  return {
    async load() {
      const stored = readJson<StoredSession>(await context.state.get(sessionName));
      if (stored?.intents !== intents || !/^wss?:\/\/./.test(stored.url)) return undefined;
      current = stored;
      const position = readJson<Position>(await context.state.get(positionName));
      if (position?.session === stored.id && position.sequence > stored.ready) return position;
      return { session: stored.id, sequence: stored.ready };
    },
    info(reached) {
      if (current === undefined) return null;
      const sequence = reached?.session === current.id ? reached.sequence : current.ready;
      return { sessionId: current.id, resumeURL: current.url, sequence, shardId: 0, shardCount: 1 };
    },
    begin(info) {
      current = { id: info.sessionId, url: info.resumeURL, ready: info.sequence, intents };
      save();
      return { session: info.sessionId, sequence: info.sequence };
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
