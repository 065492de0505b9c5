// One WebSocket of a client: HELLO, IDENTIFY or RESUME, heartbeats, limits and close codes; `gateway.ts` opens it.

import type { WebSocket } from "ws";
import type { Timer } from "../../../model/clock.ts";
import { type Fields, isFields } from "../forms/form.ts";
import { botByToken } from "../world.ts";
import type { Gateway } from "./gateway.ts";
import { refuseIntents } from "./intents.ts";
import { canReplay, type Session, type SessionLink } from "./session.ts";

// Discord docs, events/gateway: 4096 bytes for each payload, 120 payloads a minute.
const MAX_BYTES = 4096;
const MAX_SENDS = 120;
const SEND_WINDOW_MS = 60_000;
/** A client has half an interval more than it was told before its connection counts as dead. */
const PATIENCE = 1.5;

interface State {
  readonly gateway: Gateway;
  readonly socket: WebSocket;
  /** Closes the connection with a code of ours. */
  readonly end: (code: number) => void;
  session: Session | undefined;
  link: SessionLink | undefined;
  heartbeat: Timer | undefined;
  sends: number[];
}

function send(state: State, op: number, d: unknown): void {
  state.socket.send(JSON.stringify({ op, d, s: null, t: null }));
}

function expectHeartbeat(state: State): void {
  state.heartbeat?.cancel();
  const { clock } = state.gateway.world;
  state.heartbeat = clock.after(state.gateway.heartbeatMs * PATIENCE, () => state.end(4009));
}

function attach(state: State, session: Session): void {
  session.link?.close(4000);
  state.link = { send: (text) => state.socket.send(text), close: state.end };
  session.link = state.link;
  session.detachedAt = undefined;
  state.session = session;
}

/** What a payload earns: the code to close with; undefined: nothing. */
type Verdict = number | undefined;

function identify(state: State, d: unknown): Verdict {
  const { gateway } = state;
  if (state.session) return 4005;
  if (!isFields(d) || typeof d.token !== "string" || !isFields(d.properties)) return 4002;
  const bot = botByToken(gateway.world, d.token);
  if (!bot) return 4004;
  const { shard } = d;
  if (shard !== undefined && !(Array.isArray(shard) && shard[0] === 0 && shard[1] === 1)) return 4010;
  const refused = refuseIntents(bot, d.intents);
  if (refused) return refused;
  if (d.compress === true) {
    gateway.refuseUnsimulated(state.socket, "compress");
    return undefined;
  }
  if (!gateway.admitIdentify(bot)) {
    send(state, 9, false);
    return undefined;
  }
  if (bot.token !== d.token) return 4004;
  const session = gateway.openSession(bot, Number(d.intents));
  attach(state, session);
  gateway.greet(session, shard);
  return undefined;
}

function resume(state: State, d: unknown): Verdict {
  const { gateway } = state;
  if (state.session) return 4005;
  if (!isFields(d) || typeof d.token !== "string" || typeof d.session_id !== "string") return 4002;
  if (!botByToken(gateway.world, d.token)) return 4004;
  const session = gateway.session(d.session_id);
  const known = session?.bot.token === d.token;
  if (known && (typeof d.seq !== "number" || d.seq > session.seq || d.seq < 0)) return 4007;
  if (!known || !canReplay(session, Number(d.seq))) {
    send(state, 9, false);
    return undefined;
  }
  session.sent = Number(d.seq);
  attach(state, session);
  gateway.resumed(session);
  return undefined;
}

function beat(state: State, d: unknown): Verdict {
  expectHeartbeat(state);
  const { session } = state;
  if (session && typeof d === "number" && d > session.seq) return 4007;
  if (!state.gateway.mute) send(state, 11, null);
  return undefined;
}

function parse(bytes: Buffer): Fields | undefined {
  try {
    const payload: unknown = JSON.parse(bytes.toString("utf8"));
    return isFields(payload) ? payload : undefined;
  } catch {
    return undefined;
  }
}

function receive(state: State, bytes: Buffer): Verdict {
  const now = state.gateway.world.clock.now();
  if (bytes.length > MAX_BYTES) return 4002;
  state.sends = [...state.sends.filter((at) => at > now - SEND_WINDOW_MS), now];
  if (state.sends.length > MAX_SENDS) return 4008;
  const payload = parse(bytes);
  if (!payload) return 4002;
  const { op, d } = payload;
  if (op === 1) return beat(state, d);
  if ((op === 2 || op === 6) && state.gateway.muteLogins) return undefined;
  if (op === 2) return identify(state, d);
  if (op === 6) return resume(state, d);
  if (typeof op !== "number" || ![3, 4, 8, 31, 43].includes(op)) return 4001;
  if (!state.session) return 4003;
  // Presence and voice state have no effect here; the others are not simulated and must not pass in silence.
  if (op !== 3 && op !== 4) state.gateway.refuseUnsimulated(state.socket, `opcode ${op}`);
  return undefined;
}

/** `code` is the one the client chose, or the one we closed with. */
function lost(state: State, code: number, byUs: boolean): void {
  state.heartbeat?.cancel();
  const { session, gateway } = state;
  // The session may live on already, on a newer connection.
  if (!session || session.link !== state.link) return;
  session.link = undefined;
  session.detachedAt = gateway.world.clock.now();
  // Discord docs: 1000 and 1001 from the client end the session, every other end keeps it for a while; after our
  // 4007 and 4009 a new session is required.
  const ends = byUs ? code === 4007 || code === 4009 : code === 1000 || code === 1001;
  if (ends) gateway.forget(session);
}

/** Speaks the Gateway protocol on this socket until it closes. */
export function openConnection(gateway: Gateway, socket: WebSocket): void {
  // `ws` reports the code of the close frame that comes back, so ours is kept.
  let ours: number | undefined;
  const end = (code: number) => {
    ours ??= code;
    socket.close(code);
  };
  const state: State = {
    gateway,
    socket,
    end,
    session: undefined,
    link: undefined,
    heartbeat: undefined,
    sends: [],
  };
  socket.on("message", (data: Buffer) => {
    const code = socket.readyState === socket.OPEN ? receive(state, data) : undefined;
    if (code !== undefined) end(code);
  });
  socket.on("close", (code) => lost(state, ours ?? code, ours !== undefined));
  socket.on("error", () => socket.terminate());
  send(state, 10, { heartbeat_interval: gateway.heartbeatMs, _trace: [] });
  expectHeartbeat(state);
}
