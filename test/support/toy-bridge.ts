// Two toy rooms with the real intake, lanes and storage between them; the tests of the bridge run in it.

import { createBridgeTable } from "../../src/bridge/bridge-table.ts";
import { createIntake } from "../../src/bridge/intake.ts";
import { createLanes } from "../../src/bridge/lanes.ts";
import type { Log } from "../../src/bridge/ports.ts";
import { moveConversation } from "../../src/bridge/route.ts";
import type { Store } from "../../src/bridge/store-port.ts";
import type { Bridge } from "../../src/model/bridge.ts";
import type { Clock } from "../../src/model/clock.ts";
import type { RawUpdate } from "../../src/model/delivery.ts";
import { type ToyOptions, type ToyRoom, toyPlatform } from "./toy-platform.ts";

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

export interface ToyBridgeOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly rooms: Map<string, ToyRoom>;
  readonly network?: ToyOptions["network"];
  readonly prepare?: ToyOptions["prepare"];
  readonly cut?: number;
  readonly joinedCut?: number;
  readonly rates?: ToyOptions["rates"];
  readonly tells?: boolean;
  readonly log?: Log;
  readonly threads?: string[];
  readonly fixedFiles?: boolean;
  readonly apart?: number;
  readonly forum?: boolean;
  readonly show?: Bridge["show"];
  /** `left:1` and `right:1`, unless told. */
  readonly members?: Bridge["members"];
}

export interface ToyBridge {
  accept(raw: RawUpdate): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
  readonly halted: string[];
  /** A right may be back. */
  recovered(account: string): void;
  /** What the housekeeping does when an admin asked for something. */
  lookAgain(): Promise<void>;
  /** From now on the program understands what was poison. */
  upgrade(): void;
}

export function toyBridge(options: ToyBridgeOptions): ToyBridge {
  const { store, clock } = options;
  const halted: string[] = [];
  let upgraded = false;
  const table = createBridgeTable([
    {
      name: "toy",
      ...(options.show && { show: options.show }),
      members: options.members ?? [
        { account: "left", id: "1" },
        { account: "right", id: "1" },
      ],
    },
  ]);
  const make = (account: string) =>
    toyPlatform({
      account,
      rooms: options.rooms,
      upgraded: () => upgraded,
      ...(options.network && { network: options.network }),
      ...(options.prepare && { prepare: options.prepare }),
      ...(options.cut !== undefined && { cut: options.cut }),
      ...(options.joinedCut !== undefined && { joinedCut: options.joinedCut }),
      ...(options.rates && { rates: options.rates }),
      ...(options.tells !== undefined && { tells: options.tells }),
      ...(options.threads && { threads: options.threads }),
      ...(options.apart !== undefined && { apart: options.apart }),
      ...(options.fixedFiles && { fixedFiles: true }),
      ...(options.forum !== undefined && { forum: options.forum }),
    });
  const platforms = new Map(["left", "right"].map((account) => [account, make(account)]));
  const platform = (account: string) => platforms.get(account) ?? make(account);
  const log = options.log ?? silentLog;
  const lanes = createLanes({
    ...{ store, clock, log, platform, shows: table.shows },
    random: () => 0,
    texts: (key) => key,
    halt: (account) => {
      halted.push(account);
      lanes.halt(account);
    },
    moved: (from, to) => store.transaction((tx) => moveConversation(tx, from, to, table)),
  });
  const intake = createIntake({ store, table, platform, clock, log, wake: lanes.wake });
  return {
    accept: intake.accept,
    async start() {
      await lanes.start("left");
      await lanes.start("right");
    },
    stop: () => lanes.stop(0),
    halted,
    recovered: (account) => lanes.recovered(account),
    upgrade() {
      upgraded = true;
    },
    async lookAgain() {
      await store.transaction(intake.carryAgain);
      await lanes.wakeAll();
    },
  };
}

/** Turns the event loop until `done`; the toy network and SQLite need no time, only turns. */
export async function until(done: () => boolean | Promise<boolean>, turns = 2_000): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) {
    if (await done()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`still not done after ${turns} turns of the event loop`);
}
