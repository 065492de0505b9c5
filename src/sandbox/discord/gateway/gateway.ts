// The Gateway: accepts sockets, keeps sessions and tells them what happens; `index.ts` starts it and steers it.

import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { BotRecord } from "../records.ts";
import { sessionStartLimit } from "../rest/self.ts";
import { type Dispatch, hex, tokenText, type World } from "../world.ts";
import { openConnection } from "./connection.ts";
import { INTENT } from "./intents.ts";
import { guildCreateData, guildsOf, readyData } from "./payloads.ts";
import { append, hears, type Mischief, pump, type Session, sessionViewer } from "./session.ts";

export interface GatewayOptions {
  readonly heartbeatMs: number;
  readonly resumeWindowMs: number;
  /** Enforce one IDENTIFY for each 5 s. */
  readonly limitIdentify: boolean;
  /** Told of what the simulator refuses although Discord knows it. */
  readonly onUnexpected: (what: string) => void;
}

const IDENTIFY_WINDOW_MS = 5000;

/** Owns the sockets and the sessions. */
export class Gateway {
  readonly world: World;
  readonly heartbeatMs: number;
  /** While true, heartbeats stay unanswered: the connection looks dead to the client. */
  mute = false;
  /** While true, IDENTIFY and RESUME stay unanswered. */
  muteLogins = false;
  /** While true, new sockets are refused. */
  refusing = false;
  readonly mischief: Mischief = { drop: 0, duplicate: 0, reorder: 0 };
  readonly #options: GatewayOptions;
  readonly #server = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  readonly #sessions = new Map<string, Session>();
  #held = false;
  #swapped: { session: Session; type: string; data: unknown } | undefined;

  constructor(world: World, options: GatewayOptions) {
    this.world = world;
    this.#options = options;
    this.heartbeatMs = options.heartbeatMs;
    world.listeners.add((dispatch) => this.#tell(dispatch));
  }

  /** Takes over an HTTP upgrade; version and encoding must be right. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const url = new URL(request.url ?? "", "http://localhost");
    if (this.refusing || !/^\/gateway(\/resume)?\/?$/.test(url.pathname)) {
      socket.end(`HTTP/1.1 ${this.refusing ? "503 Service Unavailable" : "404 Not Found"}\r\n\r\n`);
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (ws) => {
      const plain = url.searchParams.get("encoding") === "json" && !url.searchParams.has("compress");
      if (url.searchParams.get("v") !== "10") ws.close(4012);
      else if (plain) openConnection(this, ws);
      else this.refuseUnsimulated(ws, `gateway query ${url.search}`);
    });
  }

  /** Closes loudly on what Discord may know but the simulator does not. */
  refuseUnsimulated(socket: WebSocket, what: string): void {
    this.#options.onUnexpected(what);
    socket.close(4002, `SANDBOX: ${what} is not simulated`);
  }

  /** Counts an IDENTIFY; false: too soon after the last one. Too many in a day reset the token, as Discord does. */
  admitIdentify(bot: BotRecord): boolean {
    const now = this.world.clock.now();
    const last = bot.identifies.at(-1);
    if (this.#options.limitIdentify && last !== undefined && now - last < IDENTIFY_WINDOW_MS) return false;
    if (sessionStartLimit(this.world, bot).remaining === 0) {
      for (const session of [...this.#sessions.values()]) if (session.bot === bot) this.endSession(session);
      bot.token = tokenText(this.world.random, 70);
      return true;
    }
    bot.identifies.push(now);
    return true;
  }

  openSession(bot: BotRecord, intents: number): Session {
    const id = hex(this.world.random, 16);
    const session: Session = {
      id,
      bot,
      intents,
      seq: 0,
      log: [],
      sent: 0,
      link: undefined,
      detachedAt: undefined,
    };
    this.#sessions.set(id, session);
    return session;
  }

  /** A session that can still be resumed. */
  session(id: string): Session | undefined {
    const session = this.#sessions.get(id);
    const lostAt = session?.detachedAt;
    if (lostAt === undefined || this.world.clock.now() - lostAt <= this.#options.resumeWindowMs)
      return session;
    this.#sessions.delete(id);
    return undefined;
  }

  get sessions(): readonly Session[] {
    return [...this.#sessions.values()];
  }

  /** The session cannot be resumed any more; its connection stays. */
  forget(session: Session): void {
    this.#sessions.delete(session.id);
  }

  endSession(session: Session): void {
    this.forget(session);
    session.link?.close(4000);
  }

  /** READY, then each guild as it becomes available. */
  greet(session: Session, shard: unknown): void {
    append(session, "READY", readyData(this.world, session.bot, session.id, shard));
    if ((session.intents & INTENT.GUILDS) !== 0)
      for (const guild of guildsOf(this.world, session.bot))
        append(session, "GUILD_CREATE", guildCreateData(this.world, guild, session.bot));
    pump(session);
  }

  /** Replays what was missed, then says so. */
  resumed(session: Session): void {
    append(session, "RESUMED", { _trace: [] });
    pump(session);
  }

  /** Until `release`, what happens is numbered but not put on the wire. */
  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
  }

  flush(): void {
    for (const session of this.#sessions.values()) pump(session);
  }

  async close(): Promise<void> {
    for (const client of this.#server.clients) client.terminate();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** Ends every TCP connection without a word. */
  cutAll(): void {
    for (const client of this.#server.clients) client.terminate();
  }

  #tell(dispatch: Dispatch): void {
    for (const session of this.#sessions.values()) {
      if (!hears(this.world, session, dispatch)) continue;
      const data = dispatch.data(sessionViewer(session));
      if (data !== undefined) this.#append(session, dispatch.type, data);
    }
    if (!this.#held) this.flush();
  }

  #append(session: Session, type: string, data: unknown): void {
    const { mischief } = this;
    if (mischief.drop > 0) {
      mischief.drop -= 1;
      return;
    }
    if (mischief.reorder > 0 && !this.#swapped) {
      this.#swapped = { session, type, data };
      return;
    }
    append(session, type, data);
    if (mischief.duplicate > 0) {
      mischief.duplicate -= 1;
      append(session, type, data);
    }
    if (this.#swapped?.session !== session) return;
    append(session, this.#swapped.type, this.#swapped.data);
    this.#swapped = undefined;
    mischief.reorder -= 1;
  }
}
