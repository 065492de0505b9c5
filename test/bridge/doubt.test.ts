// A call without an answer, a right that is missing, what people are told, and what an admin sends again.

import { describe, expect, it } from "vitest";
import type { Store } from "../../src/bridge/store-port.ts";
import { PlatformError } from "../../src/model/errors.ts";
import { ManualClock } from "../../src/sandbox/manual-clock.ts";
import { StorageError } from "../../src/storage/errors.ts";
import { openStore } from "../../src/storage/open.ts";
import { type ToyBridgeOptions, toyBridge, until } from "../support/toy-bridge.ts";
import { ToyRoom, type ToyUpdate, toyUpdate } from "../support/toy-platform.ts";

interface SceneOptions extends Partial<ToyBridgeOptions> {
  /** Put around the store. */
  readonly wrap?: (store: Store) => Store;
}

async function scene({ wrap = (store) => store, ...options }: SceneOptions = {}) {
  const clock = new ManualClock(1_000_000);
  const store = wrap(await openStore("sqlite::memory:", { clock }));
  const rooms = new Map([
    ["1", new ToyRoom()],
    ["left:1", new ToyRoom()],
  ]);
  const bridge = toyBridge({ store, clock, rooms, cut: 100, ...options });
  await bridge.start();
  let next = 0;
  const say = (update: Omit<ToyUpdate, "chat">) =>
    bridge.accept(toyUpdate("left", String(next++), { chat: "1", ...update }));
  const settled = () =>
    until(async () => {
      if ((await store.transaction((tx) => tx.outbox.waiting())) === 0) return true;
      await clock.advance(500);
      return false;
    });
  const texts = (room: string) => (rooms.get(room) ?? new ToyRoom()).lines.map(({ text }) => text);
  return { clock, store, bridge, say, settled, right: () => texts("1"), left: () => texts("left:1") };
}

const lost = new PlatformError("scripted", "no answer", { kind: "retry", maybeDelivered: true });
const noRight = new PlatformError("scripted", "no right", { kind: "blocked" }, { words: "toy.no-right" });

/** Loses the answer to every `nth` new message on the right side, before or after the effect. */
function losing(nth: number, when: "before" | "after"): ToyBridgeOptions["network"] {
  let count = 0;
  return async (effect, to, { op }) => {
    const counts = to.account === "right" && op === "create";
    count += counts ? 1 : 0;
    const loses = counts && count % nth === 0;
    if (loses && when === "before") throw lost;
    const sent = effect();
    if (loses) throw lost;
    return sent;
  };
}

describe("a call whose answer was lost", () => {
  it.each(["before", "after"] as const)("stands there once when it was lost %s the effect", async (when) => {
    const { say, settled, right } = await scene({ network: losing(2, when) });
    for (const id of ["1", "2", "3", "4", "5"]) await say({ do: "say", id, text: "ok" });
    await settled();
    expect(right()).toEqual(["ok", "ok", "ok", "ok", "ok"]);
  });

  it("is in the map when it was found, so that an edit reaches it", async () => {
    const { say, settled, right } = await scene({ network: losing(1, "after") });
    await say({ do: "say", id: "1", text: "um" });
    await say({ do: "edit", id: "1", text: "dois" });
    await settled();
    expect(right()).toEqual(["dois"]);
  });

  it("is sent again where nobody can tell: twice is better than never", async () => {
    const { say, settled, right } = await scene({ network: losing(2, "after"), tells: false });
    await say({ do: "say", id: "1", text: "um" });
    await say({ do: "say", id: "2", text: "dois" });
    await say({ do: "say", id: "3", text: "três" });
    await settled();
    expect([...new Set(right())]).toEqual(["um", "dois", "três"]);
  });

  it("is looked for again when the disk is busy meanwhile", async () => {
    let refusals = 2;
    const busy = async (): Promise<never> => {
      refusals -= 1;
      throw new StorageError("busy", "another program holds it");
    };
    const wrap = (store: Store): Store => ({
      ...store,
      transaction: (work) =>
        store.transaction((tx) => work(refusals > 0 ? { ...tx, map: { ...tx.map, known: busy } } : tx)),
    });
    const { say, settled, right, store } = await scene({ network: losing(1, "after"), wrap });
    await say({ do: "say", id: "1", text: "um" });
    await settled();
    expect(refusals).toBe(0);
    expect(await store.transaction((tx) => tx.outbox.dead())).toEqual([]);
    expect(right()).toEqual(["um"]);
  });

  it("is told as part of the message's story", async () => {
    const { say, settled, store } = await scene({ network: losing(1, "after") });
    await say({ do: "say", id: "1", text: "um" });
    await settled();
    const about = { conversation: { account: "left", id: "1" }, id: "1" };
    const steps = await store.transaction((tx) => tx.trace.of(about));
    expect(steps.map(({ step, detail }) => [step, detail])).toEqual([
      ["failed", "scripted"],
      ["doubt.found", undefined],
    ]);
  });
});

describe("a missing right", () => {
  const forbidding = () => {
    const rights = { given: false };
    const network: ToyBridgeOptions["network"] = async (effect, to) => {
      if (to.account === "right" && !rights.given) throw noRight;
      return effect();
    };
    return { rights, network };
  };

  it("pauses the lane, is said once in the conversation, and all goes on by itself", async () => {
    const { rights, network } = forbidding();
    const { say, settled, right, left, clock, store } = await scene({ network });
    for (const id of ["1", "2", "3"]) await say({ do: "say", id, text: id });
    await clock.advance(60 * 60_000);
    expect(right()).toEqual([]);
    expect(left()).toEqual(["bridge.failure.waits"]);
    rights.given = true;
    await settled();
    expect(right().join("")).toBe("123");
    expect(await store.transaction((tx) => tx.outbox.dead())).toEqual([]);
  });

  it("ends at once when the platform hears that the right is back", async () => {
    const { rights, network } = forbidding();
    const { say, bridge, right, left } = await scene({ network });
    await say({ do: "say", id: "1", text: "um" });
    await until(() => left().length === 1);
    rights.given = true;
    await until(async () => {
      bridge.recovered("right");
      return right().length === 1;
    });
  });

  it("makes dead letters after a day, all of them, and the next message is tried at once", async () => {
    const { rights, network } = forbidding();
    const { say, clock, store, right } = await scene({ network });
    for (const id of ["1", "2"]) await say({ do: "say", id, text: id });
    for (let hour = 0; hour < 25; hour += 1) await clock.advance(60 * 60_000);
    await until(async () => (await store.transaction((tx) => tx.outbox.dead())).length === 2);
    rights.given = true;
    await say({ do: "say", id: "3", text: "três" });
    await until(() => right().join("") === "três");
  });
});

describe("what people are told of a refusal", () => {
  it("is one line, and later one line with the count of all that came meanwhile", async () => {
    const network: ToyBridgeOptions["network"] = async (effect, to) => {
      if (to.account === "right") throw new PlatformError("scripted", "too long", { kind: "refused" });
      return effect();
    };
    const { say, settled, left, clock, store } = await scene({ network });
    for (const id of ["1", "2", "3"]) await say({ do: "say", id, text: id });
    await settled();
    expect(left()).toEqual(["bridge.failure.refused"]);
    await clock.advance(10 * 60_000);
    await until(() => left().length === 2);
    await clock.advance(60 * 60_000);
    expect(left()).toHaveLength(2);
    expect(await store.transaction((tx) => tx.outbox.dead())).toHaveLength(3);
  });
});

describe("what an admin sends again", () => {
  it("a dead letter goes to its place", async () => {
    let refuses = true;
    const { say, settled, right, store, bridge } = await scene({
      network: async (effect, to) => {
        if (to.account === "right" && refuses) throw new PlatformError("scripted", "no", { kind: "refused" });
        return effect();
      },
    });
    await say({ do: "say", id: "1", text: "um" });
    await settled();
    refuses = false;
    const [dead] = await store.transaction((tx) => tx.outbox.dead());
    await store.transaction((tx) => tx.outbox.retry(dead?.id ?? 0));
    await bridge.lookAgain();
    await settled();
    expect(right()).toEqual(["um"]);
  });

  it("a poison update that is understood after an upgrade goes its way, and is not parsed for ever otherwise", async () => {
    const { bridge, settled, right, store } = await scene();
    const poison = toyUpdate("left", "p", { do: "poison", chat: "1", id: "7", text: "agora sim" });
    await bridge.accept(poison);
    const dead = () => store.transaction((tx) => tx.journal.dead());
    expect(await dead()).toHaveLength(1);
    await store.transaction((tx) => tx.journal.retry("left", "p"));
    await bridge.lookAgain();
    expect(await store.transaction((tx) => tx.journal.again())).toEqual([]);
    expect(await dead()).toHaveLength(1);
    await store.transaction((tx) => tx.journal.retry("left", "p"));
    bridge.upgrade();
    await bridge.lookAgain();
    await settled();
    expect(right()).toEqual(["agora sim"]);
    expect(await dead()).toEqual([]);
  });
});
