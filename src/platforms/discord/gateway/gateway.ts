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
import { GatewayOpcodes } from "discord-api-types/v10";
import { sleep } from "../../../model/clock.ts";
import type { RawUpdate } from "../../../model/delivery.ts";
import { closeFault } from "../account/faults.ts";
import { Abandoned, type CatchUp, createCatchUp } from "./catchup.ts";
import type { Dispatch } from "./dispatch.ts";
import { createDoor, type Door, reasonOf } from "./door.ts";
import { createInbox, type Inbox } from "./inbox.ts";
import { gatewayOptions } from "./options.ts";
import type { GatewayParts } from "./parts.ts";
import { createGatewaySession, type GatewaySession } from "./session.ts";
import { hangUp } from "./socket.ts";
import { createWatchdog, type Watchdog } from "./watchdog.ts";

/** Any code but 1000 and 1001 leaves the session alive, so that the next run can resume it. */
const closeKeeping = 4200;
const stopWithinMs = 3_000;
const resumableMs = 10 * 60_000;

export class Gateway {
  readonly #parts: GatewayParts;
  readonly #session: GatewaySession;
  readonly #stopped = new AbortController();
  readonly #shard: WebSocketShard;
  readonly #door: Door;
  readonly #watchdog: Watchdog;
  #inbox: Inbox | undefined;
  #catchUp: CatchUp | undefined;
  #failures = 0;
  #storeFailures = 0;
  /** True from HELLO to the close: only then does a dropped session mean that Discord refused it. */
  #greeted = false;
  /** True from a storing fault to the next HELLO: what still comes in will come again. */
  #deaf = false;
  #first = Promise.withResolvers<void>();
  #fault: string | undefined;
  #failingSince: number | undefined;
  #wasUp = false;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
    this.#session = createGatewaySession(parts.context, parts.intents);
    this.#watchdog = createWatchdog({
      clock: parts.context.clock,
      probe: () => this.#probe(),
      giveUp: (why) => this.#onSilence(why),
    });
    this.#door = createDoor({
      ...parts,
      stopped: this.#stopped.signal,
      session: () => {
        this.#giveUpOldSession();
        return this.#info();
      },
      // The first repetition is at once: Discord closes connections all day long, and the library waits half a second.
      failures: () => Math.max(this.#failures - 1, this.#storeFailures),
      onOpening: () => this.#watchdog.opening(),
      onFailure: (reason) => this.#onFailure(reason),
      onRefusal: (error) => this.#die(error),
    });
    this.#shard = new WebSocketShard(
      {
        options: gatewayOptions(parts.token, parts.intents, () => this.#door.information),
        retrieveSessionInfo: () =>
          // The library asks at every event too; only while idle is it about to open a connection.
          this.#shard.status === WebSocketShardStatus.Idle ? this.#door.admit() : this.#info(),
        updateSessionInfo: (_shard, info) => this.#update(info),
        waitForIdentify: (_shard, signal) => this.#door.waitForIdentify(signal),
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
    const store = async (raw: RawUpdate) => {
      await accept(raw);
      if (this.#storeFailures === 0) return;
      this.#storeFailures = 0;
      context.health.up(context.account);
    };
    const inbox = createInbox({
      accept: async (raw) => {
        await this.#session.saved();
        await store(raw);
      },
      clock: context.clock,
      savePosition: (position) => this.#session.savePosition(position),
      onFault: (error) => this.#onStoreFault(error),
    });
    this.#inbox = inbox;
    const backfill = this.#parts.backfill({ accept: store, onFault: (error) => this.#sayNotStored(error) });
    this.#catchUp = createCatchUp({ session: this.#session, inbox, backfill });
    await this.#catchUp.load();
    // Its failures arrive as events too; a promise that is never settled is no harm.
    this.#shard.connect().catch(() => undefined);
    await this.#first.promise;
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#first.resolve();
    this.#watchdog.rest();
    this.#catchUp?.abandon();
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
      this.#watchdog.greeted();
    });
    shard.on(WebSocketShardEvents.Ready, () => this.#onConnected("session begun"));
    shard.on(WebSocketShardEvents.Resumed, () => {
      this.#catchUp?.resumed();
      this.#onConnected("session resumed");
    });
    shard.on(WebSocketShardEvents.HeartbeatComplete, () => {
      this.#watchdog.heard();
      this.#sayUp();
    });
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

  #update(info: SessionInfo | null): void {
    // The library drops the session at network faults and at our own stop too: Discord refused it only if it had
    // greeted us and did not close (op 9).
    if (info === null && this.#greeted && !this.#stopped.signal.aborted) this.#lose();
    // The library also counts its own sequence here; ours is that of the last event on disk.
    if (info !== null && info.sessionId !== this.#info()?.sessionId) this.#catchUp?.begin(info);
  }

  /** The URL to resume at may be gone for ever; sessions last a few minutes at most. */
  #giveUpOldSession(): void {
    const since = this.#failingSince;
    if (since !== undefined && this.#parts.context.clock.now() - since > resumableMs) this.#lose();
  }

  #lose(): void {
    if (this.#info() === null) return;
    this.#catchUp?.abandon();
    this.#session.forget();
    this.#parts.context.log.warn(
      {},
      "the Gateway session is over; what is said meanwhile is read from the history",
    );
  }

  #onConnected(how: string): void {
    this.#failures = 0;
    this.#failingSince = undefined;
    this.#wasUp = true;
    this.#fault = undefined;
    const { context } = this.#parts;
    this.#watchdog.ready();
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
    this.#watchdog.rest();
    // Closed by ourselves for want of storage: the connection has no fault of its own.
    if (this.#stopped.signal.aborted || code === closeKeeping) return;
    const fatal = closeFault(code, this.#parts.context.texts);
    if (fatal) {
      void this.#mendOrDie(code, fatal);
      return;
    }
    // Discord, opcodes and status codes: 4007 (bad sequence) and 4009 (timed out) need a new session.
    if (code === 4007 || code === 4009) this.#lose();
    this.#onFailure(this.#fault ?? `close code ${code}`);
  }

  /** What Discord lets the bot switch on by itself is switched on, and the account goes on. */
  async #mendOrDie(code: number, fatal: Error): Promise<void> {
    const mended = await this.#parts.mend(code, this.#stopped.signal).catch(() => false);
    if (this.#stopped.signal.aborted) return;
    if (mended) this.#shard.connect().catch(() => undefined);
    else this.#die(fatal);
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
    this.#watchdog.rest();
    this.#catchUp?.abandon();
    context.health.down(context.account, error.message);
    this.#first.promise.then(
      () => context.halt(error.message),
      () => undefined,
    );
    this.#first.reject(error);
  }

  #onDispatch(event: Dispatch): void {
    this.#watchdog.heard();
    const session = this.#info()?.sessionId;
    if (this.#deaf || session === undefined) return;
    try {
      this.#catchUp?.push(event, session, this.#parts.receive(event, session));
    } catch (error) {
      this.#parts.context.log.error(
        { type: event.t, error: reasonOf(error) },
        "an event could not be taken in",
      );
    }
  }

  /** Nothing may be stored after a gap: the connection is closed and resumed from the last event on disk. */
  #onStoreFault(error: unknown): void {
    if (error instanceof Abandoned) return;
    this.#deaf = true;
    this.#sayNotStored(error);
    this.#reconnect();
  }

  #sayNotStored(error: unknown): void {
    this.#storeFailures += 1;
    const { context } = this.#parts;
    context.log.error({ error: reasonOf(error) }, "an event could not be stored; it is asked for again");
    context.health.down(context.account, context.texts("discord-account.gateway.not-stored"));
  }

  /** A heartbeat of our own: its answer is a sign of life. */
  #probe(): void {
    const d = this.#info()?.sequence ?? null;
    this.#shard.send({ op: GatewayOpcodes.Heartbeat, d }).catch(() => undefined);
  }

  #onSilence(why: "unanswered" | "silent"): void {
    const { context } = this.#parts;
    context.log.warn({ account: context.account, why }, "the Gateway connection is given up");
    this.#onFailure(context.texts(`discord-account.gateway.${why}`));
    this.#reconnect();
  }

  #reconnect(): void {
    if (this.#stopped.signal.aborted) return;
    void hangUp(this.#shard, { code: closeKeeping, recover: WebSocketShardDestroyRecovery.Resume });
  }
}
