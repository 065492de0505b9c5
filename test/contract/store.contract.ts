// What every storage engine must do; run by store-sqlite.test.ts and store-postgres.test.ts.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Store, StoreTx } from "../../src/bridge/ports.ts";
import type { Clock } from "../../src/model/clock.ts";
import type { MessageRef } from "../../src/model/refs.ts";
import {
  call,
  channel,
  created,
  delivery,
  edited,
  group,
  keyOf,
  message,
  raw,
  room,
  topic,
} from "../support/store-samples.ts";

export interface StoreHarness {
  /** A store over a database that nobody used before. */
  open(clock: Clock): Promise<Store>;
  /** The store of the last `open` again, after it was closed. */
  reopen(clock: Clock): Promise<Store>;
}

const clock: Clock = { now: () => 5_000, after: () => ({ cancel: () => {} }) };
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

export function storeContract(harness: StoreHarness): void {
  let store: Store;
  const run = <T>(work: (tx: StoreTx) => Promise<T>) => store.transaction(work);

  beforeEach(async () => {
    store = await harness.open(clock);
  });
  afterEach(() => store.close());

  describe("journal", () => {
    test("stores each update once and returns those that are new", async () => {
      const [a, b, c] = [raw("a"), raw("b"), raw("c")];
      expect(await run((tx) => tx.journal.insert([a, b]))).toEqual([a, b]);
      expect(await run((tx) => tx.journal.insert([b, c]))).toEqual([c]);
      expect(await run((tx) => tx.journal.insert([]))).toEqual([]);
    });

    test("takes the first of two updates with one key", async () => {
      const first = raw("a", { body: "1" });
      expect(await run((tx) => tx.journal.insert([first, raw("a", { body: "2" }), raw("b")]))).toEqual([
        first,
        raw("b"),
      ]);
    });

    test("tells the accounts' keys apart", async () => {
      const both = [raw("a"), raw("a", { account: "discord" })];
      expect(await run((tx) => tx.journal.insert(both))).toEqual(both);
    });

    test("takes more updates than one statement holds", async () => {
      const all = numbers(250).map((i) => raw(`${i}`));
      const some = all.filter((_, i) => i % 3 === 0);
      await run((tx) => tx.journal.insert(some));
      expect(await run((tx) => tx.journal.insert(all))).toEqual(all.filter((_, i) => i % 3 !== 0));
    });

    test("stores the positions of new updates only, the last one of each name", async () => {
      const at = (key: string, value: string) => raw(key, { position: { name: "sequence", value } });
      await run((tx) => tx.journal.insert([at("a", "1"), at("b", "2")]));
      expect(await run((tx) => tx.state.get("telegram", "sequence"))).toBe("2");
      await run((tx) => tx.journal.insert([at("c", "3"), at("a", "9")]));
      expect(await run((tx) => tx.state.get("telegram", "sequence"))).toBe("3");
    });

    test("forgets what is old, but keeps what was buried", async () => {
      const [old, buried, young] = [raw("old"), raw("buried"), raw("young", { receivedAt: 3_000 })];
      await run((tx) => tx.journal.insert([old, buried, young]));
      await run((tx) => tx.journal.bury(buried, "PARSE"));
      expect(await run((tx) => tx.journal.prune(3_000))).toBe(1);
      expect(await run((tx) => tx.journal.insert([old, buried, young]))).toEqual([old]);
    });
  });

  describe("outbox", () => {
    const head = () => run((tx) => tx.outbox.head(channel));
    const headId = async () => (await head())?.id ?? -1;

    test("gives a delivery back as it was, waiting", async () => {
      const stored = delivery("a", topic);
      await run((tx) => tx.outbox.append([stored]));
      expect(await run((tx) => tx.outbox.head(topic))).toEqual({
        ...stored,
        id: expect.any(Number),
        state: "waiting",
        attempts: 0,
        done: 0,
      });
    });

    test("keeps any text: emoji, NUL, half a surrogate pair", async () => {
      const event = created(message(group, "1"), "👩🏽‍🚀 \u0000 \ud800 \u2028 'quoted' \\");
      await run((tx) => tx.outbox.append([{ event, to: channel }]));
      expect((await head())?.event).toEqual(event);
    });

    test("keeps the order of each lane, whatever happens in the others", async () => {
      const keys = numbers(250).map((i) => `${i}`);
      await run((tx) => tx.outbox.append(keys.flatMap((key) => [delivery(key), delivery(key, group)])));
      const seen: string[] = [];
      for (let next = await head(); next !== undefined; next = await head()) {
        seen.push(keyOf(next));
        const { id } = next;
        await run((tx) => tx.outbox.finish(id));
      }
      expect(seen).toEqual(keys);
      expect(await run((tx) => tx.outbox.head(group))).toMatchObject(delivery("0", group));
    });

    test("never gives an id twice, even after the lane was empty", async () => {
      await run((tx) => tx.outbox.append([delivery("a")]));
      const first = await headId();
      await run((tx) => tx.outbox.finish(first));
      await run((tx) => tx.outbox.append([delivery("b")]));
      expect(await headId()).toBeGreaterThan(first);
    });

    test("names the lanes that have something to send, and counts it", async () => {
      await run((tx) =>
        tx.outbox.append([delivery("a"), delivery("b", topic), delivery("c", group), delivery("d")]),
      );
      expect(await run((tx) => tx.outbox.lanes())).toEqual([channel, topic, group]);
      expect(await run((tx) => tx.outbox.waiting())).toBe(4);
      const id = (await run((tx) => tx.outbox.head(topic)))?.id ?? -1;
      await run((tx) => tx.outbox.bury(id, "no right"));
      expect(await run((tx) => tx.outbox.lanes())).toEqual([channel, group]);
      expect(await run((tx) => tx.outbox.waiting())).toBe(3);
    });

    test("keeps what was frozen, what is done and how it failed", async () => {
      await run((tx) => tx.outbox.append([delivery("a")]));
      const id = await headId();
      await run(async (tx) => {
        await tx.outbox.freeze(id, [call(0), call(1)]);
        await tx.outbox.progress(id, 1);
        await tx.outbox.failed(id, 3, 4_000);
      });
      expect(await head()).toEqual({
        ...delivery("a"),
        id,
        state: "sending",
        calls: [call(0), call(1)],
        done: 1,
        attempts: 3,
        failingSince: 4_000,
      });
    });

    test("goes on after a dead delivery and keeps it whole", async () => {
      await run((tx) => tx.outbox.append([delivery("a"), delivery("b")]));
      const id = await headId();
      await run(async (tx) => {
        await tx.outbox.freeze(id, [call(0)]);
        await tx.outbox.bury(id, "message is too long");
      });
      expect(await head()).toMatchObject(delivery("b"));
      expect(await run((tx) => tx.outbox.dead())).toEqual([
        {
          ...delivery("a"),
          id,
          state: "dead",
          calls: [call(0)],
          done: 0,
          attempts: 0,
          reason: "message is too long",
        },
      ]);
    });

    test("knows whether a message is still on its way to a place", async () => {
      const source = message(group, "1");
      const carries = (ref: MessageRef, to = channel) => run((tx) => tx.outbox.carries(ref, to));
      await run((tx) =>
        tx.outbox.append([
          { event: created(source), to: channel },
          { event: edited(message(group, "2")), to: channel },
        ]),
      );
      expect(await carries(source)).toBe(true);
      expect(await carries(message(topic, "1"))).toBe(true);
      expect(await carries(source, room)).toBe(false);
      expect(await carries(message(group, "2"))).toBe(false);
      const id = await headId();
      await run((tx) => tx.outbox.freeze(id, [call(0)]));
      expect(await carries(source)).toBe(true);
      await run((tx) => tx.outbox.bury(id, "no"));
      expect(await carries(source)).toBe(false);
    });

    test("moves a lane with all that is in it, in order", async () => {
      const moved = { account: "telegram", id: "-100999" };
      await run((tx) => tx.outbox.append([delivery("a", group), delivery("b"), delivery("c", group)]));
      await run((tx) => tx.outbox.append([delivery("d", group), delivery("e", group)]));
      await run(async (tx) => {
        await tx.held.hold([
          { waitsFor: message(channel, "1"), delivery: delivery("held", group), until: 9_000 },
        ]);
        const first = await tx.outbox.head(group);
        await tx.outbox.bury(first?.id ?? -1, "no");
        const second = await tx.outbox.head(group);
        await tx.outbox.freeze(second?.id ?? -1, [call(0)]);
      });
      await run((tx) => tx.outbox.move(group, moved));
      expect(await run((tx) => tx.outbox.head(group))).toBeUndefined();
      expect(await run((tx) => tx.outbox.dead())).toMatchObject([delivery("a", moved)]);
      expect(await run((tx) => tx.held.release([message(channel, "1")]))).toEqual([delivery("held", moved)]);
      const left: string[] = [];
      for (let i = 0; i < 3; i += 1) {
        const next = await run((tx) => tx.outbox.head(moved));
        left.push(next ? keyOf(next) : "nothing");
        await run((tx) => tx.outbox.finish(next?.id ?? -1));
      }
      expect(left).toEqual(["c", "d", "e"]);
    });
  });

  describe("held", () => {
    const hold = (waitsFor: MessageRef, key: string, until = 9_000) =>
      run((tx) => tx.held.hold([{ waitsFor, delivery: delivery(key, topic), until }]));

    test("gives out what waited for a message, once, oldest first", async () => {
      const [one, two, three] = [message(group, "1"), message(group, "2"), message(group, "3")];
      await hold(two, "a");
      await hold(one, "b");
      await hold(three, "c");
      await hold(two, "d");
      const release = () => run((tx) => tx.held.release([one, two]));
      expect(await release()).toEqual([delivery("a", topic), delivery("b", topic), delivery("d", topic)]);
      expect(await release()).toEqual([]);
      expect(await run((tx) => tx.held.release([three]))).toEqual([delivery("c", topic)]);
    });

    test("drops what waited too long", async () => {
      await hold(message(group, "1"), "a", 1_000);
      await hold(message(group, "2"), "b", 2_000);
      expect(await run((tx) => tx.held.expire(1_000))).toBe(0);
      expect(await run((tx) => tx.held.expire(1_001))).toBe(1);
      expect(await run((tx) => tx.held.release([message(group, "1"), message(group, "2")]))).toEqual([
        delivery("b", topic),
      ]);
    });

    test("takes and releases more than one statement holds", async () => {
      const refs = numbers(230).map((i) => message(group, `${i}`));
      const deliveries = refs.map((_, i) => delivery(`${i}`));
      await run((tx) =>
        tx.held.hold(
          refs.map((waitsFor, i) => ({ waitsFor, delivery: deliveries[i] ?? delivery("?"), until: 9_000 })),
        ),
      );
      expect(await run((tx) => tx.held.release(refs.toReversed()))).toEqual(deliveries);
    });
  });

  describe("message map", () => {
    const source = message(topic, "7");
    const copies = [message(channel, "100"), message(channel, "101")] as const;
    const elsewhere = message(room, "x");
    const find = (ref: MessageRef, to: MessageRef["conversation"]) => run((tx) => tx.map.find(ref, to));

    beforeEach(() =>
      run((tx) =>
        tx.map.record([
          { source, copy: copies[1], part: 1, hash: "h1", at: 2_001 },
          { source, copy: copies[0], part: 0, hash: "h0", via: "555", at: 2_000 },
          { source, copy: elsewhere, part: 0, hash: "h", at: 2_002 },
        ]),
      ),
    );

    test("lists the copies in one place, in order", async () => {
      expect(await run((tx) => tx.map.copies(source, channel))).toEqual([
        { ref: copies[0], part: 0, hash: "h0", via: "555", at: 2_000 },
        { ref: copies[1], part: 1, hash: "h1", at: 2_001 },
      ]);
      expect(await run((tx) => tx.map.copies(source, group))).toEqual([]);
    });

    test("finds the twin of an original, of a copy, and of a copy elsewhere", async () => {
      expect(await find(source, channel)).toEqual(copies[0]);
      expect(await find(copies[1], topic)).toEqual(source);
      expect(await find(elsewhere, channel)).toEqual(copies[0]);
      expect(await find(copies[1], room)).toEqual(elsewhere);
    });

    test("does not ask for the thread, and gives it back", async () => {
      expect(await find(message(group, "7"), channel)).toEqual(copies[0]);
      expect(await find(copies[0], group)).toEqual(source);
      const inThread = message({ ...channel, thread: "900" }, "102");
      await run((tx) =>
        tx.map.record([{ source: message(group, "8"), copy: inThread, part: 0, hash: "h", at: 2_003 }]),
      );
      expect(await find(message(group, "8"), channel)).toEqual(inThread);
      expect(await run((tx) => tx.map.copies(message(group, "8"), channel))).toMatchObject([
        { ref: inThread },
      ]);
    });

    test("leaves a message that stands in the place itself as it is", async () => {
      expect(await find(source, group)).toEqual(source);
      expect(await find(message(channel, "unknown"), channel)).toEqual(message(channel, "unknown"));
    });

    test("knows nothing of strangers", async () => {
      expect(await find(message(group, "8"), channel)).toBeUndefined();
      expect(await find(message(channel, "8"), group)).toBeUndefined();
      expect(await find(source, { account: "nobody", id: "1" })).toBeUndefined();
    });

    test("changes the hash of one copy", async () => {
      await run((tx) => tx.map.rehash(copies[1], "new"));
      expect(await run((tx) => tx.map.copies(source, channel))).toMatchObject([
        { hash: "h0" },
        { hash: "new" },
      ]);
    });

    test("takes a copy that is recorded again", async () => {
      const again = { source, copy: copies[0], part: 0, hash: "again", at: 3_000 };
      await run((tx) => tx.map.record([again, again]));
      expect(await run((tx) => tx.map.copies(source, channel))).toEqual([
        { ref: copies[0], part: 0, hash: "again", at: 3_000 },
        { ref: copies[1], part: 1, hash: "h1", at: 2_001 },
      ]);
    });

    test("forgets copies, and then their originals stand for nothing", async () => {
      await run((tx) => tx.map.forget([copies[0]]));
      expect(await find(source, channel)).toEqual(copies[1]);
      await run((tx) => tx.map.forget([copies[1], elsewhere]));
      expect(await find(source, channel)).toBeUndefined();
      expect(await find(copies[1], topic)).toBeUndefined();
    });
  });

  describe("state and moves", () => {
    test("keeps one value for each account and name", async () => {
      const get = (account: string, name: string) => run((tx) => tx.state.get(account, name));
      expect(await get("telegram", "offset")).toBeUndefined();
      await run((tx) => tx.state.set("telegram", "offset", "1"));
      await run((tx) => tx.state.set("telegram", "offset", "2"));
      await run((tx) => tx.state.set("discord", "offset", ""));
      expect(await get("telegram", "offset")).toBe("2");
      expect(await get("discord", "offset")).toBe("");
      expect(await get("discord", "other")).toBeUndefined();
    });

    test("keeps each move once, oldest first", async () => {
      const moves = [
        { from: group, to: { account: "telegram", id: "-100999" } },
        { from: channel, to: topic },
      ];
      for (const { from, to } of [...moves, ...moves]) await run((tx) => tx.moves.add(from, to));
      expect(await run((tx) => tx.moves.all())).toEqual(moves);
    });
  });

  describe("transactions", () => {
    test("what was committed is there after the store was closed and opened", async () => {
      await run((tx) => tx.outbox.append([delivery("a")]));
      await store.close();
      store = await harness.reopen(clock);
      expect(await run((tx) => tx.outbox.head(channel))).toMatchObject(delivery("a"));
    });

    test("a work that throws leaves nothing behind and rejects alone", async () => {
      const works = numbers(5).map((i) =>
        run(async (tx) => {
          await tx.outbox.append([delivery(`${i}`)]);
          if (i === 2) throw new Error("the third one");
          return i;
        }),
      );
      expect(await Promise.allSettled(works)).toMatchObject([
        { value: 0 },
        { value: 1 },
        { status: "rejected", reason: { message: "the third one" } },
        { value: 3 },
        { value: 4 },
      ]);
      const left: string[] = [];
      for (let i = 0; i < 4; i += 1) {
        const next = await run((tx) => tx.outbox.head(channel));
        left.push(next ? keyOf(next) : "nothing");
        await run((tx) => tx.outbox.finish(next?.id ?? -1));
      }
      expect(left).toEqual(["0", "1", "3", "4"]);
    });

    test("a statement that fails spoils only its own work, even when that work hides it", async () => {
      const broken = (tx: StoreTx) => tx.outbox.freeze(Number.NaN, undefined as never);
      const [before, hidden, after] = await Promise.allSettled([
        run((tx) => tx.state.set("a", "before", "1")),
        run(async (tx) => {
          await tx.state.set("a", "hidden", "1");
          await broken(tx).catch(() => {});
          await tx.state.set("a", "hidden too", "1");
        }),
        run((tx) => tx.state.set("a", "after", "1")),
      ]);
      expect([before.status, after.status]).toEqual(["fulfilled", "fulfilled"]);
      const names = ["before", "hidden", "hidden too", "after"];
      const values = await run((tx) => Promise.all(names.map((name) => tx.state.get("a", name))));
      const kept = hidden.status === "fulfilled" ? "1" : undefined;
      expect(values).toEqual(["1", kept, kept, "1"]);
    });

    test("works see what those before them wrote, and end in their order", async () => {
      const ended: number[] = [];
      const counts = await Promise.all(
        numbers(20).map((i) =>
          run(async (tx) => {
            await tx.outbox.append([delivery(`${i}`)]);
            return tx.outbox.waiting();
          }).finally(() => ended.push(i)),
        ),
      );
      expect(counts).toEqual(numbers(20).map((i) => i + 1));
      expect(ended).toEqual(numbers(20));
    });

    test("closing finishes what was given and refuses what comes after", async () => {
      const given = numbers(10).map((i) => run((tx) => tx.state.set("a", `${i}`, "1")));
      const closing = store.close();
      await expect(run((tx) => tx.outbox.waiting())).rejects.toMatchObject({ code: "closed" });
      await expect(Promise.all(given)).resolves.toHaveLength(10);
      await closing;
      await store.close();
      store = await harness.reopen(clock);
      expect(await run((tx) => tx.state.get("a", "9"))).toBe("1");
    });
  });
}
