// What the bridge does with more than text: albums, reactions, polls, pins, threads, and what is switched off.

import { describe, expect, it } from "vitest";
import { ManualClock } from "../../src/sandbox/manual-clock.ts";
import { openStore } from "../../src/storage/open.ts";
import { type ToyBridgeOptions, toyBridge, until } from "../support/toy-bridge.ts";
import { ToyRoom, type ToyUpdate, toyUpdate } from "../support/toy-platform.ts";

async function scene(options: Partial<ToyBridgeOptions> = {}) {
  const clock = new ManualClock(1_000_000);
  const store = options.store ?? (await openStore("sqlite::memory:", { clock }));
  const rooms = new Map([
    ["1", new ToyRoom()],
    ["left:1", new ToyRoom()],
  ]);
  const bridge = toyBridge({ store, clock, rooms, ...options });
  await bridge.start();
  let next = 0;
  const from = (account: string) => (update: Omit<ToyUpdate, "chat">) =>
    bridge.accept(toyUpdate(account, String(next++), { chat: "1", ...update }));
  const room = (key: string) => {
    const found = rooms.get(key) ?? new ToyRoom();
    rooms.set(key, found);
    return found;
  };
  const settled = () => until(async () => (await store.transaction((tx) => tx.outbox.waiting())) === 0);
  const dead = () => store.transaction((tx) => tx.outbox.dead());
  return {
    ...{ clock, store, bridge, room, settled, dead },
    left: from("left"),
    right: from("right"),
    lines: (key = "1") => room(key).lines,
  };
}

/** Whatever can happen without time passing has happened then. */
async function someTurns(): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

const photo = (id: string, more: Partial<ToyUpdate> = {}): Omit<ToyUpdate, "chat"> => ({
  ...{ do: "say", id, files: [`${id}.png`], album: "a" },
  ...more,
});

describe("an album", () => {
  it("stands as one message with its files in order, and is not overtaken by what follows", async () => {
    const { left, settled, lines } = await scene();
    await left(photo("1"));
    await left(photo("2", { text: "férias" }));
    await left(photo("3"));
    await left({ do: "say", id: "4", text: "depois" });
    await settled();
    expect(lines().map(({ text, files }) => [text, files])).toEqual([
      ["férias", ["1.png", "2.png", "3.png"]],
      ["depois", undefined],
    ]);
  });

  it("goes after a second when nothing follows, and not before", async () => {
    const { left, settled, lines, clock } = await scene();
    await left(photo("1"));
    await left(photo("2"));
    await someTurns();
    clock.advance(900);
    await someTurns();
    expect(lines()).toEqual([]);
    clock.advance(101);
    await settled();
    expect(lines().map(({ files }) => files)).toEqual([["1.png", "2.png"]]);
  });

  it("is taken up by the next process when the first one dies before it is whole", async () => {
    const clock = new ManualClock(1_000_000);
    const store = await openStore("sqlite::memory:", { clock });
    const first = await scene({ store, clock });
    await first.left(photo("1"));
    await first.bridge.stop();
    const second = await scene({ store, clock });
    await second.bridge.accept(toyUpdate("left", "x", { chat: "1", ...photo("2") }));
    await second.bridge.accept(toyUpdate("left", "y", { chat: "1", do: "say", id: "3", text: "fim" }));
    await second.settled();
    expect(second.lines().map(({ files }) => files)).toEqual([["1.png", "2.png"], undefined]);
  });

  it("keeps its files when a caption is edited, loses one that is deleted, and goes with the last", async () => {
    const { left, settled, lines } = await scene();
    await left(photo("1", { text: "um" }));
    await left(photo("2"));
    await left({ do: "say", id: "3", text: "fim" });
    await settled();
    await left({ ...photo("1", { text: "outro" }), do: "edit" });
    await settled();
    expect(lines()[0]).toMatchObject({ text: "outro", files: ["1.png", "2.png"] });
    await left({ do: "delete", ids: ["2"] });
    await settled();
    expect(lines()[0]).toMatchObject({ text: "outro", files: ["1.png"] });
    await left({ do: "delete", ids: ["1"] });
    await settled();
    expect(lines().map(({ text }) => text)).toEqual(["fim"]);
  });

  it("is sent anew where no edit takes a file out of it, and the map is kept", async () => {
    const { left, settled, lines } = await scene({ fixedFiles: true });
    await left(photo("1", { text: "um" }));
    await left(photo("2"));
    await left({ do: "say", id: "3", text: "meio" });
    await settled();
    await left({ do: "delete", ids: ["2"] });
    await left({ do: "say", id: "4", text: "fim", replyTo: "1" });
    await settled();
    expect(lines()).toMatchObject([
      { id: "2", text: "meio" },
      { id: "3", text: "um", files: ["1.png"] },
      { text: "fim", replyTo: "3" },
    ]);
    await left({ do: "delete", ids: ["1"] });
    await settled();
    expect(lines().map(({ text }) => text)).toEqual(["meio", "fim"]);
  });

  it("that may not be sent anew is one dead letter, and what follows goes on", async () => {
    const { PlatformError } = await import("../../src/model/errors.ts");
    const { left, settled, lines, dead } = await scene({
      fixedFiles: true,
      network: async (effect, _to, call) => {
        if (call.op === "create" && call.joined?.length === 1)
          throw new PlatformError("no", "no", { kind: "refused" });
        return effect();
      },
    });
    await left(photo("1"));
    await left(photo("2"));
    await left({ do: "say", id: "3", text: "meio" });
    await left({ do: "delete", ids: ["2"] });
    await left({ do: "say", id: "4", text: "fim" });
    await settled();
    expect(lines().map(({ text }) => text)).toEqual(["", "meio", "fim"]);
    expect(await dead()).toHaveLength(1);
  });

  it("is an album there, too, where each of its messages answers to its own", async () => {
    const { left, settled, lines } = await scene({ apart: 10 });
    for (const id of ["1", "2", "3"]) await left(photo(id));
    await left({ do: "say", id: "4", text: "a do meio", replyTo: "2" });
    await settled();
    await left({ ...photo("3", { text: "esta" }), do: "edit" });
    await left({ do: "delete", ids: ["1"] });
    await settled();
    expect(lines()).toMatchObject([
      { id: "2", files: ["2.png"] },
      { id: "3", files: ["3.png"], text: "esta" },
      { text: "a do meio", replyTo: "2" },
    ]);
  });

  it("becomes several where one album there holds less, and each message answers to its own still", async () => {
    const { left, settled, lines } = await scene({ apart: 2 });
    for (const id of ["1", "2", "3", "4", "5"]) await left(photo(id));
    await left({ do: "say", id: "6", text: "fim" });
    await settled();
    await left({ ...photo("4", { text: "esta" }), do: "edit" });
    await left({ do: "delete", ids: ["1", "3"] });
    await settled();
    expect(lines().map(({ files, text }) => [files?.[0], text])).toEqual([
      ["2.png", ""],
      ["4.png", "esta"],
      ["5.png", ""],
      [undefined, "fim"],
    ]);
  });

  it("of which a part stands there already is never sent again as a whole", async () => {
    const { PlatformError } = await import("../../src/model/errors.ts");
    const { left, settled, lines, room } = await scene({
      apart: 10,
      network: async (effect, _to, { op, part }) => {
        if (op === "create" && part === 2) throw new PlatformError("no", "no", { kind: "refused" });
        return effect();
      },
    });
    await left(photo("1", { text: "mais de dez letras" }));
    await left(photo("2"));
    await left({ do: "say", id: "3", text: "fim" });
    await settled();
    expect(lines().map(({ files, text }) => [files?.[0], text])).toEqual([
      ["1.png", "mais de de"],
      ["2.png", ""],
      [undefined, "fim"],
    ]);
    expect(room("left:1").sent).toEqual(["bridge.failure.refused"]);
  });

  it("is answered natively, whichever of its messages is meant", async () => {
    const { left, settled, lines } = await scene();
    await left(photo("1"));
    await left(photo("2"));
    await left({ do: "say", id: "3", text: "linda", replyTo: "2" });
    await settled();
    expect(lines().at(-1)).toMatchObject({ text: "linda", replyTo: "1" });
  });

  it("has all captions below each other, numbered, when there are several", async () => {
    const { left, settled, lines } = await scene();
    await left(photo("1", { text: "um" }));
    await left(photo("2"));
    await left(photo("3", { text: "três" }));
    await left({ do: "say", id: "4", text: "fim" });
    await settled();
    expect(lines()[0]?.text).toBe("1. um\n3. três");
  });
});

describe("a mention", () => {
  it("reaches who is known there, in whichever caption of an album it stands", async () => {
    const { left, settled, lines, store } = await scene({ cut: 100 });
    await store.transaction((tx) =>
      tx.people.link({ account: "left", id: "Bia" }, { account: "right", id: "beatriz" }),
    );
    await left({ do: "say", id: "1", mention: "Bia" });
    await left(photo("2"));
    await left(photo("3", { mention: "Bia" }));
    await left({ do: "say", id: "4", text: "fim" });
    await settled();
    expect(lines().map(({ text }) => text)).toEqual(["Bia @beatriz", "Bia @beatriz", "fim"]);
  });
});

describe("what our own code stumbles over", () => {
  it("is a dead letter of its own, and what stands behind it goes on", async () => {
    const { left, settled, lines, dead } = await scene();
    await left({ do: "say", id: "1", text: "stumble" });
    await left({ do: "say", id: "2", text: "fim" });
    await settled();
    expect(lines().map(({ text }) => text)).toEqual(["fim"]);
    expect(await dead()).toMatchObject([{ reason: "TypeError: no such form" }]);
  });
});

describe("a file", () => {
  it("is replaced where no edit can do it, and the map is kept", async () => {
    const { left, settled, lines } = await scene();
    await left({ do: "say", id: "1", text: "olha", files: ["a.png"] });
    await left({ do: "edit", id: "1", text: "olha isto", files: ["a.png"] });
    await left({ do: "say", id: "2", text: "sim", replyTo: "1" });
    await settled();
    expect(lines()).toMatchObject([{ text: "olha isto", files: ["a.png"] }, { replyTo: "1" }]);
  });
});

describe("reactions", () => {
  it("are set as far as the platform can, and one line below says whose they are", async () => {
    const { left, settled, lines } = await scene();
    await left({ do: "say", id: "1", text: "oi" });
    await left({ do: "react", id: "1", emoji: "👍", by: "Ana" });
    await left({ do: "react", id: "1", emoji: "👍", by: "Beto" });
    await left({ do: "react", id: "1", emoji: "🎉", by: "Caio" });
    await settled();
    expect(lines()).toEqual([
      { id: "1", text: "oi", reactions: ["👍"] },
      { id: "2", text: "👍 Ana, Beto · 🎉 Caio", replyTo: "1" },
    ]);
  });

  it("change that line and never post it anew; it goes with the last of them", async () => {
    const { left, settled, lines, room } = await scene();
    await left({ do: "say", id: "1", text: "oi" });
    await left({ do: "react", id: "1", emoji: "👍" });
    await settled();
    await left({ do: "react", id: "1", emoji: "🎉", by: "Beto" });
    await settled();
    expect(lines()[1]).toMatchObject({ id: "2", text: "👍 Ana · 🎉 Beto" });
    await left({ do: "unreact", id: "1", emoji: "👍" });
    await left({ do: "unreact", id: "1", emoji: "🎉", by: "Beto" });
    await settled();
    expect(lines()).toEqual([{ id: "1", text: "oi", reactions: [] }]);
    expect(room("1").sent).toHaveLength(2);
  });

  it("that come in one go with their message show, too", async () => {
    const { left, settled, lines } = await scene();
    await Promise.all([
      left({ do: "say", id: "1", text: "oi" }),
      left({ do: "react", id: "1", emoji: "👍" }),
      left({ do: "react", id: "1", emoji: "🎉", by: "Beto" }),
    ]);
    await settled();
    expect(lines()).toMatchObject([{ text: "oi" }, { text: "👍 Ana · 🎉 Beto", replyTo: "1" }]);
  });

  it("go to the thread in which their message stands, or will", async () => {
    const { left, settled, lines } = await scene({ threads: [] });
    await Promise.all([
      left({ do: "say", id: "1", thread: "9", topic: "Compras", text: "pão" }),
      left({ do: "react", id: "1", emoji: "👍" }),
    ]);
    await left({ do: "react", id: "1", emoji: "🎉", by: "Beto" });
    await settled();
    expect(lines("1/t1")).toMatchObject([{ text: "pão" }, { text: "👍 Ana · 🎉 Beto", replyTo: "1" }]);
  });

  it("find the bridge of their topic, which they do not name", async () => {
    const topic = { account: "left", id: "1", thread: "9" };
    const { left, right, settled, lines } = await scene({ members: [topic, { account: "right", id: "1" }] });
    await left({ do: "say", id: "1", thread: "9", text: "pão" });
    await left({ do: "react", id: "1", emoji: "👍" });
    await left({ do: "react", id: "77", emoji: "👍" });
    await settled();
    await left({ do: "react", id: "1", emoji: "🎉", by: "Beto" });
    await right({ do: "react", id: "1", emoji: "🔥", by: "Duda" });
    await settled();
    expect(lines()).toMatchObject([{ text: "pão" }, { text: "👍 Ana · 🎉 Beto" }]);
    expect(lines("left:1/9")).toMatchObject([{ text: "🔥 Duda", replyTo: "1" }]);
  });

  it("to a copy show at the original, and an answer to the line answers the message", async () => {
    const { left, right, settled, lines } = await scene();
    await left({ do: "say", id: "7", text: "oi" });
    await settled();
    await right({ do: "react", id: "1", emoji: "👍", by: "Duda" });
    await settled();
    expect(lines("left:1")).toEqual([{ id: "1", text: "👍 Duda", replyTo: "7" }]);
    await left({ do: "say", id: "8", text: "viu?", replyTo: "1" });
    await settled();
    expect(lines().at(-1)).toMatchObject({ text: "viu?", replyTo: "1" });
  });

  it("that come before their message wait for it", async () => {
    const { left, settled, lines } = await scene();
    await left({ do: "react", id: "1", emoji: "👍" });
    await left({ do: "say", id: "1", text: "oi" });
    await settled();
    expect(lines()).toMatchObject([{ text: "oi", reactions: ["👍"] }, { text: "👍 Ana" }]);
  });

  it("that overtake each other leave what holds last", async () => {
    const { left, settled, lines } = await scene();
    await left({ do: "say", id: "1", text: "oi" });
    for (let i = 0; i < 5; i += 1) {
      await left({ do: "react", id: "1", emoji: "👍" });
      await left({ do: "unreact", id: "1", emoji: "👍" });
    }
    await left({ do: "react", id: "1", emoji: "🔥" });
    await settled();
    expect(lines()).toMatchObject([{ reactions: ["🔥"] }, { text: "🔥 Ana" }]);
  });

  it("go with the message", async () => {
    const { left, right, settled, lines } = await scene();
    await left({ do: "say", id: "7", text: "oi" });
    await settled();
    await left({ do: "react", id: "7", emoji: "👍" });
    await right({ do: "react", id: "1", emoji: "🎉", by: "Duda" });
    await settled();
    await left({ do: "delete", ids: ["7"] });
    await settled();
    expect([lines(), lines("left:1")]).toEqual([[], []]);
  });

  it("are not shown where the bridge does not want them", async () => {
    const { left, settled, lines } = await scene({ show: { reactions: false } });
    await left({ do: "say", id: "1", text: "oi" });
    await left({ do: "react", id: "1", emoji: "👍" });
    await settled();
    expect(lines()).toEqual([{ id: "1", text: "oi" }]);
  });
});

describe("a poll", () => {
  const asked = { do: "say", id: "1", text: "Café?", options: ["sim", "não"] } as const;

  it("is one of its own on the other side; votes there are shown below the original", async () => {
    const { left, right, settled, lines } = await scene();
    await left(asked);
    await settled();
    expect(lines()[0]?.files).toEqual(["poll:Café?"]);
    await right({ do: "vote", id: "1", votes: [2, 1] });
    await settled();
    await right({ do: "vote", id: "1", votes: [3, 1] });
    await settled();
    expect(lines("left:1")).toEqual([{ id: "1", text: "bridge.poll.elsewhere", replyTo: "1" }]);
  });

  it("is counted once when totals follow single votes", async () => {
    const { left, right, settled, store } = await scene();
    await left(asked);
    await settled();
    await right({ do: "choose", id: "1", option: "1", by: "Duda" });
    await right({ do: "choose", id: "1", option: "2", by: "Edu" });
    await right({ do: "vote", id: "1", votes: [1, 1] });
    await settled();
    const about = { conversation: { account: "left", id: "1" }, id: "1" };
    const rows = await store.transaction((tx) => tx.marks.of(about, "vote"));
    expect(rows.map(({ user, marks }) => [user, marks.map(({ key, count }) => `${key}:${count}`)])).toEqual([
      ["", ["0:1", "1:1"]],
    ]);
  });

  it("has its totals counted in the order of its options, whatever their names", async () => {
    const { left, right, settled, store } = await scene();
    await left(asked);
    await settled();
    await right({ do: "vote", id: "1", votes: [2, 0] });
    await left({ do: "vote", id: "1", votes: [0, 3] });
    await settled();
    const about = { conversation: { account: "left", id: "1" }, id: "1" };
    const rows = await store.transaction((tx) => tx.marks.of(about, "vote"));
    expect(rows.flatMap(({ marks }) => marks.map(({ key, count }) => `${key}:${count}`)).toSorted()).toEqual([
      "0:2",
      "1:3",
    ]);
  });

  it("ends there when it ends here", async () => {
    const { left, settled, lines } = await scene();
    await left(asked);
    await left({ do: "close", id: "1" });
    await settled();
    expect(lines()[0]).toMatchObject({ closed: true });
  });

  it("that does not fit is told in words", async () => {
    const { left, settled, lines } = await scene({ cut: 200 });
    await left({ ...asked, options: ["a", "b", "c", "d"] });
    await settled();
    expect(lines()[0]?.text).toBe("bridge.attachment.poll · Café?\n• a\n• b\n• c\n• d\nCafé?");
  });
});

describe("a pin", () => {
  it("is set on the counterpart, or told when there is none", async () => {
    const { left, settled, lines } = await scene();
    await left({ do: "say", id: "1", text: "regras" });
    await left({ do: "pin", id: "1" });
    await left({ do: "pin", id: "99" });
    await settled();
    expect(lines()).toMatchObject([{ text: "regras", pinned: true }, { text: "pinned" }]);
  });

  it("that may not be set holds up nothing, is no dead letter, and is told", async () => {
    const { PlatformError } = await import("../../src/model/errors.ts");
    const { left, settled, lines, dead } = await scene({
      network: async (effect, _to, call) => {
        if (call.op === "act") throw new PlatformError("no-right", "no", { kind: "blocked" });
        return effect();
      },
    });
    await left({ do: "say", id: "1", text: "regras" });
    await left({ do: "pin", id: "1" });
    await left({ do: "say", id: "2", text: "fim" });
    await settled();
    expect(lines().map(({ text }) => text)).toEqual(["regras", "fim", "pinned"]);
    expect(await dead()).toEqual([]);
  });
});

describe("a thread", () => {
  it("gets a twin on first use, with its name, and what is said in it stays there", async () => {
    const threads: string[] = [];
    const { left, settled, lines } = await scene({ threads });
    await left({ do: "say", id: "1", text: "geral" });
    await left({ do: "say", id: "2", thread: "9", topic: "Compras", text: "pão" });
    await left({ do: "say", id: "3", thread: "9", topic: "Compras", text: "leite" });
    await settled();
    await left({ do: "say", id: "4", thread: "9", topic: "Compras", text: "ovos" });
    await settled();
    expect(threads).toEqual(["Compras"]);
    expect(lines().map(({ text }) => text)).toEqual(["geral"]);
    expect(lines("1/t1").map(({ text }) => text)).toEqual(["pão", "leite", "ovos"]);
  });

  it("is answered from its twin", async () => {
    const { left, right, settled, lines } = await scene({ threads: [] });
    await left({ do: "say", id: "2", thread: "9", topic: "Compras", text: "pão" });
    await settled();
    await right({ do: "say", id: "50", thread: "t1", text: "já tem", replyTo: "1" });
    await settled();
    expect(lines("left:1/9")).toMatchObject([{ text: "já tem", replyTo: "2" }]);
  });

  it("where there can be none is told in the chat itself", async () => {
    const { left, settled, lines } = await scene({ threads: [], forum: false });
    await left({ do: "thread", thread: "9", topic: "Compras" });
    await left({ do: "say", id: "2", thread: "9", topic: "Compras", text: "pão" });
    await settled();
    expect(lines().map(({ text }) => text)).toEqual(["thread", "pão"]);
  });

  it("is renamed with its twin, also before anything was said in it", async () => {
    const threads: string[] = [];
    const { left, settled, room } = await scene({ threads });
    await left({ do: "thread", thread: "9", topic: "Compras" });
    await settled();
    await left({ do: "thread", thread: "9", change: "renamed", topic: "Feira" });
    await settled();
    expect(threads).toEqual(["Compras"]);
    expect(room("1/t1").acts).toMatchObject([{ text: "Feira" }]);
  });
});
