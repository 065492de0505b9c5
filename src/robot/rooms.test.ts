// What a room has chosen follows its group to another id, in memory and on disk.

import { afterEach, beforeEach, expect, test } from "vitest";
import { createBridgeTable } from "../bridge/bridge-table.ts";
import type { Store } from "../bridge/store-port.ts";
import { ManualClock } from "../sandbox/manual-clock.ts";
import { openStore } from "../storage/open.ts";
import { createRooms } from "./rooms.ts";

const from = { account: "telegram", id: "-5" };
const to = { account: "telegram", id: "-1005" };
let store: Store;

beforeEach(async () => {
  store = await openStore("sqlite::memory:", { clock: new ManualClock(1_700_000_000_000) });
});
afterEach(() => store.close());

const loaded = async () => {
  const rooms = createRooms(store, createBridgeTable([]), "pt-BR");
  await rooms.load();
  return rooms;
};

test("a group that gets another id keeps its settings, also after a restart", async () => {
  const rooms = await loaded();
  await rooms.set(from, { language: "es", rules: "sem gritos" });
  await rooms.set(to, { rules: "sem spam" });
  // Telegram says it twice, once in each of the two chats.
  for (const _ of [1, 2]) {
    const moving = rooms.move(from, to);
    await store.transaction((tx) => moving.keep(tx));
    moving.after();
  }
  for (const one of [rooms, await loaded()]) {
    expect(one.get(to)).toEqual({ language: "es", rules: "sem spam" });
    expect(one.get(from)).toEqual({});
  }
});
