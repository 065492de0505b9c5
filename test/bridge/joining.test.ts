// What a lane does that is behind: it joins what waits, folds edits, drops what was deleted, and keeps its budget.

import { describe, expect, it } from "vitest";
import type { Rate } from "../../src/bridge/platform.ts";
import { PlatformError } from "../../src/model/errors.ts";
import { ManualClock } from "../../src/sandbox/manual-clock.ts";
import { openStore } from "../../src/storage/open.ts";
import { type ToyBridgeOptions, toyBridge, until } from "../support/toy-bridge.ts";
import { ToyRoom, type ToyUpdate, toyUpdate } from "../support/toy-platform.ts";

const slow: readonly Rate[] = [{ limit: 4, windowMs: 60_000 }];

async function scene(
  options: Partial<Omit<ToyBridgeOptions, "clock">> & { readonly clock?: ManualClock } = {},
) {
  const clock = options.clock ?? new ManualClock(1_000_000);
  const store = await openStore("sqlite::memory:", { clock });
  const rooms = new Map([["1", new ToyRoom()]]);
  const bridge = toyBridge({ store, clock, rooms, cut: 100, rates: () => slow, ...options });
  await bridge.start();
  let next = 0;
  const say = (update: Omit<ToyUpdate, "chat">) =>
    bridge.accept(toyUpdate("left", String(next++), { chat: "1", ...update }));
  const right = rooms.get("1") as ToyRoom;
  /** Turns the clock until nothing waits; milliseconds it took. */
  const settled = async (stepMs = 500) => {
    const from = clock.now();
    await until(async () => {
      if ((await store.transaction((tx) => tx.outbox.waiting())) === 0) return true;
      await clock.advance(stepMs);
      return false;
    });
    return clock.now() - from;
  };
  const texts = () => right.lines.map(({ text }) => text);
  return { clock, store, rooms, bridge, say, right, settled, texts };
}

/** The first message goes at once; the others wait for the budget. */
async function crowd(count: number, options: Partial<Omit<ToyBridgeOptions, "clock">> = {}) {
  const stage = await scene(options);
  await stage.say({ do: "say", id: "0", text: "[0]" });
  await stage.settled();
  for (let id = 1; id <= count; id += 1) await stage.say({ do: "say", id: String(id), text: `[${id}]` });
  return stage;
}

describe("a lane that is behind", () => {
  it("joins what waits, in order, with a row in the map for each", async () => {
    const { settled, texts, store } = await crowd(5);
    await settled();
    expect(texts()).toEqual(["[0]", "[1][2][3][4][5]"]);
    const copy = { conversation: { account: "right", id: "1" }, id: "2" };
    const rows = await store.transaction((tx) => tx.map.rows(copy));
    expect(rows.map(({ source, section }) => [source.id, section])).toEqual([
      ["1", 0],
      ["2", 1],
      ["3", 2],
      ["4", 3],
      ["5", 4],
    ]);
  });

  it("joins no more than one message holds", async () => {
    const { settled, texts } = await crowd(5, { joinedCut: 9 });
    await settled();
    expect(texts()).toEqual(["[0]", "[1][2][3]", "[4][5]"]);
  });

  it("stops joining as soon as it has caught up", async () => {
    const { settled, say, clock, texts } = await crowd(3);
    await settled();
    await clock.advance(120_000);
    await say({ do: "say", id: "8", text: "[8]" });
    await settled();
    expect(texts()).toEqual(["[0]", "[1][2][3]", "[8]"]);
  });

  it("folds edits into what waits, and never sends what was deleted", async () => {
    const { settled, say, texts } = await crowd(4);
    await say({ do: "edit", id: "2", text: "[dois]" });
    await say({ do: "edit", id: "2", text: "[zwei]" });
    await say({ do: "delete", ids: ["3"] });
    await settled();
    expect(texts()).toEqual(["[0]", "[1][zwei][4]"]);
  });

  it("an edit, a delete and a reply of a joined message still work", async () => {
    const { settled, say, texts, right } = await crowd(3);
    await settled();
    await say({ do: "edit", id: "2", text: "[dois]" });
    await settled();
    expect(texts()).toEqual(["[0]", "[1][dois][3]"]);
    await say({ do: "delete", ids: ["1"] });
    await settled();
    expect(texts()).toEqual(["[0]", "[dois][3]"]);
    await say({ do: "say", id: "9", text: "[9]", replyTo: "3" });
    await settled();
    expect(right.lines.at(-1)).toMatchObject({ text: "[9]", replyTo: "2" });
    await say({ do: "delete", ids: ["2", "3"] });
    await settled();
    expect(texts()).toEqual(["[0]", "[9]"]);
  });

  it("an edit that outgrows its joined message goes on in one of its own, whole, until it is short again", async () => {
    const { settled, say, texts } = await crowd(2, { joinedCut: 60 });
    await say({ do: "say", id: "3", text: "[3]" });
    await settled();
    const long = Array.from({ length: 12 }, (_, n) => `palavra${n}`).join(" ");
    await say({ do: "edit", id: "1", text: long });
    await settled();
    const [, joined = "", rest = ""] = texts();
    expect(joined).toMatch(/^palavra0 .* …\[2\]\[3\]$/);
    expect(joined.length).toBeLessThanOrEqual(60);
    expect(`${joined.split(" …")[0]} ${rest}`).toBe(long);
    await say({ do: "edit", id: "1", text: `${long}!` });
    await settled();
    expect(texts()[2]).toBe(`${rest}!`);
    await say({ do: "edit", id: "1", text: "[1]" });
    await settled();
    expect(texts()).toEqual(["[0]", "[1][2][3]"]);
    await say({ do: "edit", id: "1", text: long });
    await say({ do: "delete", ids: ["1"] });
    await settled();
    expect(texts()).toEqual(["[0]", "[2][3]"]);
  });

  it("an edit for which a later program finds no room stands in a message of its own", async () => {
    const { settled, texts, bridge, store, clock, rooms } = await crowd(3, { joinedCut: 60 });
    await settled();
    await bridge.stop();
    const narrow = toyBridge({ store, clock, rooms, cut: 100, joinedCut: 4, rates: () => slow });
    await narrow.start();
    for (const text of ["[2b]", "[2c]"]) {
      await narrow.accept(toyUpdate("left", text, { chat: "1", do: "edit", id: "2", text }));
      await settled();
      expect(texts()).toEqual(["[0]", "[1][2][3]", text]);
    }
  });

  it("an edit that brings a file has it in a message of its own, as long as it is there", async () => {
    const { settled, say, texts, right } = await crowd(3);
    await settled();
    await say({ do: "edit", id: "2", text: "[2b]", files: ["a.png"] });
    await settled();
    expect(texts()).toEqual(["[0]", "[1][2b][3]", ""]);
    expect(right.lines[2]?.files).toEqual(["a.png"]);
    await say({ do: "edit", id: "2", text: "[2c]", files: ["a.png"] });
    await settled();
    expect(texts()).toEqual(["[0]", "[1][2c][3]", ""]);
    await say({ do: "edit", id: "2", text: "[2]" });
    await settled();
    expect(texts()).toEqual(["[0]", "[1][2][3]"]);
  });

  it("when a joined message is refused, its parts go one by one and only the bad one dies", async () => {
    const { settled, texts, store } = await crowd(3, {
      network: async (effect, to, call) => {
        if (to.account === "right" && JSON.stringify(call.request).includes("[2]"))
          throw new PlatformError("scripted", "bad", { kind: "refused" });
        return effect();
      },
    });
    await settled();
    expect(texts()).toEqual(["[0]", "[1]", "[3]"]);
    const dead = await store.transaction((tx) => tx.outbox.dead());
    expect(dead.map(({ event }) => "message" in event && event.message.ref.id)).toEqual(["2"]);
  });

  it("does not let an edit wait for the text's budget, nor text for the edit's", async () => {
    const rates = (share: string) => (share === "text" ? slow : []);
    const { settled, say, texts, clock } = await crowd(2, { rates });
    await say({ do: "edit", id: "0", text: "[zero]" });
    await clock.advance(1_000);
    await until(() => texts()[0] === "[zero]");
    expect(texts()).toEqual(["[zero]"]);
    await settled();
    expect(texts()).toEqual(["[zero]", "[1][2]"]);
  });
});

describe("a chat at twice its limit for an hour", () => {
  it("is never far behind, and keeps the limit", async () => {
    const sentAt: number[] = [];
    const sayings = new Map<string, number>();
    const lags: number[] = [];
    const clock = new ManualClock(1_000_000);
    const { say, settled } = await scene({
      clock,
      rates: () => [{ limit: 20, windowMs: 60_000 }],
      network: async (effect, to, call) => {
        if (to.account === "right") {
          sentAt.push(clock.now());
          const text = String((call.request as { readonly text?: string }).text);
          for (const word of text.match(/\[\d+\]/g) ?? []) lags.push(clock.now() - (sayings.get(word) ?? 0));
        }
        return effect();
      },
    });
    for (let n = 0; n < 2_400; n += 1) {
      sayings.set(`[${n}]`, clock.now());
      await say({ do: "say", id: String(n), text: `[${n}]` });
      await clock.advance(1_500);
    }
    await settled();
    expect(lags).toHaveLength(2_400);
    expect(Math.max(...lags)).toBeLessThan(15_000);
    const worst = sentAt.map((from) => sentAt.filter((at) => at >= from && at < from + 60_000).length);
    expect(Math.max(...worst)).toBeLessThanOrEqual(20);
  }, 60_000);
});
