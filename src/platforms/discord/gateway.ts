// Keeps the Gateway connection: session, order, storing, reconnecting; `index.ts` owns one per account.
//
// It drives the library's WebSocketShard itself, with a context in place of the library's manager: the manager
// forgets the session at every network fault, reconnects twice a second for ever and cannot be stopped meanwhile.

import type { SessionInfo } from "@discordjs/ws";
import {
  WebSocketShard,
  WebSocketShardDestroyRecovery,
  WebSocketShardEvents,
  WebSocketShardStatus,
} from "@discordjs/ws";
import type { APIGatewayBotInfo } from "discord-api-types/v10";
import type { PlatformContext } from "../../bridge/platform.ts";
import { sleep } from "../../model/clock.ts";
import type { RawUpdate } from "../../model/delivery.ts";
import { PlatformError, UserError } from "../../model/errors.ts";
import type { Dispatch } from "./dispatch.ts";
import { closeFault } from "./faults.ts";
import { gatewayOptions, intents } from "./gateway-options.ts";
import { createGatewaySession, type GatewaySession } from "./gateway-session.ts";
import { hangUp } from "./gateway-socket.ts";
import { createInbox, type Inbox } from "./inbox.ts";

export interface GatewayParts {
  readonly context: PlatformContext;
  readonly token: string;
  /** Learns what must be known before events can be parsed. Called before each connection; cheap once it succeeded. */
  readonly prepare: (signal: AbortSignal) => Promise<void>;
  /** GET /gateway/bot. */
  readonly information: (signal: AbortSignal) => Promise<APIGatewayBotInfo>;
  /** Takes in an event and gives the update to store, if it must be. */
  readonly receive: (event: Dispatch, session: string) => Omit<RawUpdate, "position"> | undefined;
}

/** Any code but 1000 and 1001 leaves the session alive, so that the next run can resume it. */
const closeKeeping = 4200;
/** One IDENTIFY per 5 s (max_concurrency 1). */
const identifyEveryMs = 5_000;
const stopWithinMs = 3_000;
const resumableMs = 10 * 60_000;

export class Gateway {
  readonly #parts: GatewayParts;
  readonly #session: GatewaySession;
  readonly #stopped = new AbortController();
  readonly #shard: WebSocketShard;
  #information: APIGatewayBotInfo | undefined;
  #inbox: Inbox | undefined;
  #failures = 0;
  #storeFailures = 0;
  /** True from HELLO to the close: only then does a dropped session mean that Discord refused it. */
  #greeted = false;
  /** True from a storing fault to the next HELLO: what still comes in will come again. */
  #deaf = false;
  #lastIdentifyAt = Number.NEGATIVE_INFINITY;
  #first = Promise.withResolvers<void>();
  #fault: string | undefined;
  #failingSince: number | undefined;
  #wasUp = false;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
    this.#session = createGatewaySession(parts.context, intents);
    const information = () => this.#information;
    this.#shard = new WebSocketShard(
      {
        options: gatewayOptions(parts.token, information),
        retrieveSessionInfo: () =>
          // The library asks at every event too; only while idle is it about to open a connection.
          this.#shard.status === WebSocketShardStatus.Idle ? this.#admit() : this.#info(),
        updateSessionInfo: (_shard, info) => this.#update(info),
        waitForIdentify: (_shard, signal) => this.#waitForIdentify(signal),
      },
      0,
    );
    this.#listen();
  }

  /**
   * Resolves when connected, or after the first attempt that failed for want of a network: it goes on trying.
   * @throws UserError when Discord refuses the account
   */
  async start(accept: (raw: RawUpdate) => Promise<void>): Promise<void> {
    const { context } = this.#parts;
    const inbox = createInbox({
      accept: async (raw) => {
        await this.#session.saved();
        await accept(raw);
        if (this.#storeFailures === 0) return;
        this.#storeFailures = 0;
        context.health.up(context.account);
      },
      clock: context.clock,
      savePosition: (position) => this.#session.savePosition(position),
      onFault: (error) => this.#onStoreFault(error),
    });
    this.#inbox = inbox;
    const position = await this.#session.load();
    if (position) inbox.begin(position);
    // Its failures arrive as events too; a promise that is never settled is no harm.
    this.#shard.connect().catch(() => undefined);
    await this.#first.promise;
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#first.resolve();
    const { clock } = this.#parts.context;
    await Promise.race([hangUp(this.#shard, { code: closeKeeping }), sleep(clock, stopWithinMs)]);
    await this.#inbox?.settle();
    await this.#session.saved();
  }

  #listen(): void {
    const shard = this.#shard;
    shard.on(WebSocketShardEvents.Hello, () => {
      this.#greeted = true;
      this.#deaf = false;
    });
    shard.on(WebSocketShardEvents.Ready, () => this.#onConnected("session begun"));
    shard.on(WebSocketShardEvents.Resumed, () => this.#onConnected("session resumed"));
    shard.on(WebSocketShardEvents.HeartbeatComplete, () => this.#sayUp());
    shard.on(WebSocketShardEvents.Dispatch, (payload) => this.#onDispatch(payload as Dispatch));
    shard.on(WebSocketShardEvents.Closed, (code) => this.#onClosed(code));
    shard.on(WebSocketShardEvents.SocketError, (error) => {
      this.#fault = "code" in error ? String(error.code) : error.name;
    });
    // Fatal closes come as Closed with their code before; without a listener the emitter would throw.
    shard.on(WebSocketShardEvents.Error, () => undefined);
  }

  #info(): SessionInfo | null {
    return this.#session.info(this.#inbox?.reached);
  }

  /** Stands before every connection: waits after failures, learns what is missing, then lets the library open it. */
  async #admit(): Promise<SessionInfo | null> {
    const { context, prepare, information } = this.#parts;
    const { signal } = this.#stopped;
    for (let limitMs = 0; ; ) {
      const delayMs = Math.max(limitMs, this.#delayMs());
      if (delayMs > 0) await sleep(context.clock, delayMs, signal);
      // The library cannot be told to give up reconnecting, but it waits for an answer that never comes.
      if (signal.aborted) return new Promise(() => undefined);
      try {
        await prepare(signal);
        this.#giveUpOldSession();
        const session = this.#info();
        if (session === null || this.#information === undefined) {
          this.#information = await information(signal);
          await this.#waitForSessionStart(this.#information, session);
        }
        if (!signal.aborted) return session;
      } catch (error) {
        if (signal.aborted) continue;
        if (isFatal(error)) this.#die(error);
        else this.#onFailure(reasonOf(error));
        // Discord blocks whole addresses that ask on through a limit.
        limitMs = error instanceof PlatformError && error.fate.kind === "wait" ? error.fate.ms : 0;
      }
    }
  }

  /** Discord resets the bot's token when its daily sessions are overdrawn. */
  async #waitForSessionStart({ session_start_limit: limit }: APIGatewayBotInfo, session: SessionInfo | null) {
    if (session !== null || limit.remaining > 0) return;
    this.#onFailure("no Gateway sessions left today");
    await sleep(this.#parts.context.clock, limit.reset_after, this.#stopped.signal);
  }

  #delayMs(): number {
    const { random } = this.#parts.context;
    // The first repetition is at once: Discord closes connections all day long, and the library waits half a second.
    const failures = Math.max(this.#failures - 1, this.#storeFailures);
    if (failures <= 0) return 0;
    // Two minutes at last: even a day of failing IDENTIFYs stays below the 1000 that are allowed.
    return Math.round(Math.min(120_000, 500 * 2 ** Math.min(failures, 12)) * (0.75 + random() / 4));
  }

  async #waitForIdentify(signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts.context;
    const wait = this.#lastIdentifyAt + identifyEveryMs - clock.now();
    if (wait > 0) await sleep(clock, wait, signal);
    signal.throwIfAborted();
    this.#lastIdentifyAt = clock.now();
  }

  #update(info: SessionInfo | null): void {
    if (info !== null) {
      // The library also counts its own sequence here; ours is that of the last event on disk.
      if (info.sessionId !== this.#info()?.sessionId) this.#inbox?.begin(this.#session.begin(info));
      return;
    }
    // The library drops the session at network faults and at our own stop too: Discord refused it only if it had
    // greeted us and did not close (op 9).
    if (this.#greeted && !this.#stopped.signal.aborted) this.#lose();
  }

  /** The URL to resume at may be gone for ever; sessions last a few minutes at most. */
  #giveUpOldSession(): void {
    const since = this.#failingSince;
    if (since !== undefined && this.#parts.context.clock.now() - since > resumableMs) this.#lose();
  }

  #lose(): void {
    if (this.#info() === null) return;
    this.#session.forget();
    this.#parts.context.log.warn({}, "the Gateway session is over; what was said meanwhile may be missing");
  }

  #onConnected(how: string): void {
    this.#failures = 0;
    this.#failingSince = undefined;
    this.#wasUp = true;
    this.#fault = undefined;
    const { context } = this.#parts;
    this.#sayUp();
    context.log.info({ account: context.account }, how);
    this.#first.resolve();
  }

  /** A connection whose events cannot be stored is of no use, however well it stands. */
  #sayUp(): void {
    const { context } = this.#parts;
    if (this.#storeFailures === 0) context.health.up(context.account);
  }

  #onClosed(code: number): void {
    this.#greeted = false;
    // Closed by ourselves for want of storage: the connection has no fault of its own.
    if (this.#stopped.signal.aborted || code === closeKeeping) return;
    const fatal = closeFault(code, this.#parts.context.texts);
    if (fatal) {
      this.#die(fatal);
      return;
    }
    // Discord, opcodes and status codes: 4007 (bad sequence) and 4009 (timed out) need a new session.
    if (code === 4007 || code === 4009) this.#lose();
    this.#onFailure(this.#fault ?? `close code ${code}`);
  }

  #onFailure(reason: string): void {
    const { context } = this.#parts;
    this.#failures += 1;
    this.#failingSince ??= context.clock.now();
    this.#first.resolve();
    // Discord tells clients to reconnect all day long: once is no fault.
    if (this.#wasUp && this.#failures === 1) return;
    context.health.down(context.account, context.texts("discord-account.gateway.down", { reason }));
  }

  /** The account is refused: no use to try again. */
  #die(error: Error): void {
    const { context } = this.#parts;
    this.#stopped.abort();
    context.health.down(context.account, error.message);
    this.#first.promise.then(
      () => context.halt(error.message),
      () => undefined,
    );
    this.#first.reject(error);
  }

  #onDispatch(event: Dispatch): void {
    const session = this.#info()?.sessionId;
    if (this.#deaf || session === undefined || this.#inbox === undefined) return;
    try {
      const raw = this.#parts.receive(event, session);
      this.#inbox.push({ session, sequence: event.s }, raw);
    } catch (error) {
      this.#parts.context.log.error(
        { type: event.t, error: reasonOf(error) },
        "an event could not be taken in",
      );
    }
  }

  /** Nothing may be stored after a gap: the connection is closed and resumed from the last event on disk. */
  #onStoreFault(error: unknown): void {
    this.#deaf = true;
    this.#storeFailures += 1;
    const { context } = this.#parts;
    context.log.error({ error: reasonOf(error) }, "an event could not be stored; resuming before it");
    context.health.down(context.account, context.texts("discord-account.gateway.not-stored"));
    if (this.#stopped.signal.aborted) return;
    void hangUp(this.#shard, { code: closeKeeping, recover: WebSocketShardDestroyRecovery.Resume });
  }
}

function isFatal(error: unknown): error is Error {
  return error instanceof UserError;
}

function reasonOf(error: unknown): string {
  if (error instanceof PlatformError) return error.message;
  return error instanceof Error ? error.name : "unknown";
}
