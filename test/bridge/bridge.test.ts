// What the bridge promises, seen from both rooms: order, replies, edits, deletes, retries, dead letters, crashes.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HOLD_MS } from "../../src/bridge/route.ts";
import type { Store } from "../../src/bridge/store-port.ts";
import type { Fate } from "../../src/model/errors.ts";
import { PlatformError } from "../../src/model/errors.ts";
import { ManualClock } from "../../src/sandbox/manual-clock.ts";
import { openStore } from "../../src/storage/open.ts";
import { silentLog, type ToyBridgeOptions, toyBridge, until } from "../support/toy-bridge.ts";
import { ToyRoom, type ToyUpdate, toyUpdate } from "../support/toy-platform.ts";

async function scene(options: Partial<ToyBridgeOptions> = {}) {
  const clock = new ManualClock(1_000_000);
  const store = options.store ?? (await openStore("sqlite::memory:", { clock }));
  const rooms = new Map([["1", new ToyRoom()]]);
  const bridge = toyBridge({ store, clock, rooms, ...options });
  await bridge.start();
  let next = 0;
  const say = (update: Omit<ToyUpdate, "chat">) =>
    bridge.accept(toyUpdate("left", String(next++), { chat: "1", ...update }));
  const right = rooms.get("1") as ToyRoom;
  const settled = () => until(async () => (await store.transaction((tx) => tx.outbox.waiting())) === 0);
  return { clock, store, bridge, say, right, settled, texts: () => right.lines.map((line) => line.text) };
}

/** Fails the first `times` sends with this fate, before or after they took effect. */
function failing(
  fate: Fate,
  times: number,
  when: "before" | "after" = "before",
): ToyBridgeOptions["network"] {
  let left = times;
  return async (effect) => {
    const fails = left-- > 0;
    if (fails && when === "before") throw new PlatformError("scripted", "no", fate);
    const sent = effect();
    if (fails) throw new PlatformError("scripted", "no", fate);
    return sent;
  };
}

describe("what is said on one side", () => {
  it("arrives on the other, in order and once, even when the update comes twice", async () => {
    const { say, bridge, settled, texts } = await scene();
    await say({ do: "say", id: "1", text: "um" });
    await Promise.all([say({ do: "say", id: "2", text: "dois" }), say({ do: "say", id: "3", text: "três" })]);
    await bridge.accept(toyUpdate("left", "1", { do: "say", chat: "1", id: "2", text: "dois" }));
    await settled();
    expect(texts()).toEqual(["um", "dois", "três"]);
  });

  it("is cut when it is long, and a reply to it answers its first part", async () => {
    const { say, settled, right } = await scene();
    await say({ do: "say", id: "1", text: "abcdefghijklmnop" });
    await say({ do: "say", id: "2", text: "sim", replyTo: "1" });
    await settled();
    expect(right.lines.map(({ text, replyTo }) => [text, replyTo])).toEqual([
      ["abcdefghij", undefined],
      ["klmnop", undefined],
      ["sim", "1"],
    ]);
  });

  it.each([
    { name: "changed", text: "outro", out: ["outro", "fim"] },
    { name: "longer: a part is added", text: "0123456789abc", out: ["0123456789", "fim", "abc"] },
    { name: "the same: no call is made", text: "antes", out: ["antes", "fim"] },
  ])("is edited ($name)", async (row) => {
    const { say, settled, texts } = await scene();
    await say({ do: "say", id: "1", text: "antes" });
    await say({ do: "say", id: "2", text: "fim" });
    await say({ do: "edit", id: "1", text: row.text });
    await settled();
    expect(texts()).toEqual(row.out);
  });

  it("loses its superfluous parts when an edit makes it shorter", async () => {
    const { say, settled, texts } = await scene();
    await say({ do: "say", id: "1", text: "0123456789abc" });
    await say({ do: "edit", id: "1", text: "curto" });
    await settled();
    expect(texts()).toEqual(["curto"]);
  });

  it("is deleted with all its parts, many at once", async () => {
    const { say, settled, texts } = await scene();
    await say({ do: "say", id: "1", text: "0123456789abc" });
    await say({ do: "say", id: "2", text: "fica" });
    await say({ do: "say", id: "3", text: "vai" });
    await say({ do: "delete", ids: ["1", "3"] });
    await settled();
    expect(texts()).toEqual(["fica"]);
  });
});

describe("an edit or delete that overtook its message", () => {
  it("waits for it", async () => {
    const { say, settled, texts } = await scene();
    await say({ do: "edit", id: "1", text: "novo" });
    await say({ do: "delete", ids: ["2"] });
    await say({ do: "say", id: "1", text: "velho" });
    await say({ do: "say", id: "2", text: "some" });
    await settled();
    expect(texts()).toEqual(["novo"]);
  });

  it("is dropped when the message does not come", async () => {
    const { say, store, settled, clock, texts } = await scene();
    await say({ do: "edit", id: "1", text: "novo" });
    expect(await store.transaction((tx) => tx.held.expire(clock.now() + HOLD_MS + 1))).toBe(1);
    await say({ do: "say", id: "1", text: "velho" });
    await settled();
    expect(texts()).toEqual(["velho"]);
  });
});

describe("when the other side fails", () => {
  it("a network fault is tried again after a while, and order holds", async () => {
    const { say, clock, settled, texts, right } = await scene({
      network: failing({ kind: "retry", maybeDelivered: false }, 2),
    });
    await say({ do: "say", id: "1", text: "um" });
    await say({ do: "say", id: "2", text: "dois" });
    expect(right.sent).toEqual([]);
    for (let i = 0; i < 8; i += 1) await clock.advance(500);
    await settled();
    expect(texts()).toEqual(["um", "dois"]);
  });

  it("a limit pauses the lane exactly as long as it is told", async () => {
    const { say, clock, settled, texts, right } = await scene({
      network: failing({ kind: "wait", ms: 30_000 }, 1),
    });
    await say({ do: "say", id: "1", text: "um" });
    await clock.advance(29_000);
    expect(right.sent).toEqual([]);
    await clock.advance(1_001);
    await settled();
    expect(texts()).toEqual(["um"]);
  });

  it("what is refused becomes a dead letter and the lane goes on", async () => {
    const { say, store, settled, texts } = await scene({ network: failing({ kind: "refused" }, 1) });
    await say({ do: "say", id: "1", text: "não pode" });
    await say({ do: "say", id: "2", text: "pode" });
    await settled();
    expect(texts()).toEqual(["pode"]);
    const [dead] = await store.transaction((tx) => tx.outbox.dead());
    expect(dead?.event).toMatchObject({ kind: "message.created", message: { body: [{ text: "não pode" }] } });
  });

  it("a refused account stops its lanes and keeps what waits", async () => {
    const { say, store, bridge, texts } = await scene({ network: failing({ kind: "halt" }, 1) });
    await say({ do: "say", id: "1", text: "um" });
    await say({ do: "say", id: "2", text: "dois" });
    await until(() => bridge.halted.length > 0);
    expect(bridge.halted).toEqual(["right"]);
    expect(texts()).toEqual([]);
    expect(await store.transaction((tx) => tx.outbox.waiting())).toBe(2);
  });

  it("an error that no platform classified is a dead letter, not an endless loop", async () => {
    const network: ToyBridgeOptions["network"] = async () => {
      throw new TypeError("bug");
    };
    const { say, store, settled } = await scene({ network });
    await say({ do: "say", id: "1", text: "um" });
    await settled();
    // The report of it meets the same bug, and is reported to nobody.
    expect((await store.transaction((tx) => tx.outbox.dead())).map(({ reason }) => reason)).toEqual([
      "TypeError: bug",
      "TypeError: bug",
    ]);
  });

  it("a group that moved gets the message under its new id, and the bridge stays", async () => {
    const rooms = new Map([
      ["1", new ToyRoom()],
      ["100", new ToyRoom()],
    ]);
    const network: ToyBridgeOptions["network"] = async (effect, to) => {
      if (to.account === "right" && to.id === "1")
        throw new PlatformError("moved", "moved", { kind: "moved", to: "100" });
      return effect();
    };
    const { say, settled, store } = await scene({ rooms, network });
    await say({ do: "say", id: "1", text: "um" });
    await say({ do: "say", id: "2", text: "dois" });
    await settled();
    await say({ do: "say", id: "3", text: "três" });
    await settled();
    expect(rooms.get("100")?.lines.map(({ text }) => text)).toEqual(["um", "dois", "três"]);
    expect(await store.transaction((tx) => tx.moves.all())).toHaveLength(1);
  });
});

describe("when the destination cannot be made ready", () => {
  it("a refusal makes a dead letter of what waits, says so, and the lane goes on", async () => {
    let refusals = 1;
    const prepare = async () => {
      if (refusals-- > 0) throw new PlatformError("scripted", "not allowed there", { kind: "refused" });
      return null;
    };
    const errors: string[] = [];
    const log = { ...silentLog, error: (fields: object) => void errors.push(JSON.stringify(fields)) };
    const { say, store, settled, texts } = await scene({ prepare, log });
    await say({ do: "say", id: "1", text: "um" });
    await settled();
    await say({ do: "say", id: "2", text: "dois" });
    await settled();
    expect(texts()).toEqual(["dois"]);
    expect(await store.transaction((tx) => tx.outbox.dead())).toMatchObject([
      { reason: "not allowed there" },
    ]);
    expect(errors.join()).toContain("not allowed there");
  });

  it("what was sent before is written down all the same", async () => {
    let asked = 0;
    const prepare = () => (asked++ === 0 ? Promise.resolve(null) : new Promise<null>(() => {}));
    const { say, store, right } = await scene({ prepare });
    await say({ do: "say", id: "1", text: "um" });
    await until(() => right.lines.length === 1);
    const waiting = () => store.transaction((tx) => tx.outbox.waiting());
    await until(async () => (await waiting()) === 0);
  });
});

describe("a poison update", () => {
  it("is acknowledged, kept, and blocks nothing", async () => {
    const { say, settled, texts } = await scene();
    await say({ do: "poison" });
    await say({ do: "say", id: "1", text: "um" });
    await settled();
    expect(texts()).toEqual(["um"]);
  });
});

describe("when the disk refuses", () => {
  it("nothing is acknowledged, not even what came after in the same moment", async () => {
    const real = await openStore("sqlite::memory:");
    let full = false;
    const store: Store = {
      transaction: (work) => (full ? Promise.reject(new Error("disk full")) : real.transaction(work)),
      close: () => real.close(),
    };
    const { bridge, say, settled, texts } = await scene({ store });
    full = true;
    const results = await Promise.allSettled([
      say({ do: "say", id: "1", text: "um" }),
      say({ do: "say", id: "2", text: "dois" }),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    full = false;
    await bridge.start();
    await say({ do: "say", id: "1", text: "um" });
    await settled();
    expect(texts()).toEqual(["um"]);
  });
});

/** The bridge dies at a random step; what it had begun goes nowhere, what was committed stays. */
function mortal(real: Store, budget: { steps: number }): Pick<ToyBridgeOptions, "store" | "network"> {
  const step = async () => {
    if (budget.steps-- <= 0) await new Promise(() => {});
  };
  return {
    store: {
      async transaction(work) {
        await step();
        const result = await real.transaction(work);
        await step();
        return result;
      },
      close: async () => {},
    },
    async network(effect) {
      await step();
      const sent = effect();
      await step();
      return sent;
    },
  };
}

/** Edits fit into one part: an edit that needs further parts adds them at the end of the room, as it must. */
const updates = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant("say" as const),
        text: fc.string({ minLength: 1, maxLength: 25 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("edit" as const),
        text: fc.string({ minLength: 1, maxLength: 5 }),
        of: fc.nat(20),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("delete" as const), of: fc.nat(20) }) },
  ),
  { minLength: 1, maxLength: 14 },
);

describe("killed at any instant, as often as you like, with another splitter after each start", () => {
  it("every message stands there whole, once and in order, joined or not", async () => {
    await fc.assert(
      fc.asyncProperty(
        updates,
        fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 6 }),
        async (script, lives) => {
          const store = await openStore("sqlite::memory:");
          const rooms = new Map([["1", new ToyRoom()]]);
          const clock = new ManualClock(0);
          const wire = script.map((one, index) => {
            const id = String("of" in one ? Math.min(one.of, index) : index);
            return toyUpdate("left", String(index), { chat: "1", ...one, id, ids: [id] });
          });
          let acknowledged = 0;
          for (const [life, steps] of [...lives, Number.POSITIVE_INFINITY].entries()) {
            const budget = { steps };
            const rates = () => (life % 2 === 0 ? [] : [{ limit: 2, windowMs: 20_000 }]);
            // A joined message never has less room than when it was made: its edits would go on elsewhere, as they must.
            const cuts = { cut: 5 + (life % 3) * 4, joinedCut: 20 + life * 10 };
            const bridge = toyBridge({ clock, rooms, rates, ...cuts, ...mortal(store, budget) });
            const started = bridge.start();
            const feed = (async () => {
              // The source sends again whatever was not acknowledged.
              for (const raw of wire.slice(acknowledged)) {
                await bridge.accept(raw);
                acknowledged += 1;
              }
            })();
            if (steps === Number.POSITIVE_INFINITY) await Promise.all([started, feed]);
            await until(async () => {
              await clock.advance(500);
              return (
                budget.steps <= 0 ||
                (acknowledged === wire.length && (await store.transaction((tx) => tx.outbox.waiting())) === 0)
              );
            });
          }
          const shown = (rooms.get("1") as ToyRoom).lines.map(({ text }) => text);
          const expected = expectedTexts(wire.map(({ body }) => JSON.parse(body) as ToyUpdate));
          expect(shown.join("")).toBe(expected.join(""));
          await store.close();
        },
      ),
      // A life that never ends is told with its script, and not shrunk: each try would take as long.
      { numRuns: 150, timeout: 10_000, endOnFailure: true },
    );
  });
});

/** The texts that must stand in the room in the end, in order. */
function expectedTexts(script: readonly ToyUpdate[]): readonly string[] {
  const room = new Map<string, string>();
  const gone = new Set<string>();
  for (const { do: what, id = "", text = "" } of script) {
    if (what === "say") room.set(id, text);
    if (what === "edit" && room.has(id) && !gone.has(id)) room.set(id, text);
    if (what === "delete") {
      room.delete(id);
      gone.add(id);
    }
  }
  return [...room.values()];
}
