// What every storage engine must do; run by store-sqlite.test.ts and store-postgres.test.ts.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Store, StoreTx, TraceStep } from "../../src/bridge/store-port.ts";
import type { Clock } from "../../src/model/clock.ts";
import type { JoinedSection } from "../../src/model/delivery.ts";
import { answerRef, type ConversationRef, type MessageRef } from "../../src/model/refs.ts";
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
  const front = async (tx: StoreTx, lane: ConversationRef) => (await tx.outbox.front(lane, 1))[0];

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

    test("forgets so much at once that nobody waits long, and says how much", async () => {
      await run((tx) => tx.journal.insert(numbers(4_500).map((i) => raw(`${i}`))));
      const pruned: number[] = [];
      do pruned.push(await run((tx) => tx.journal.prune(2_000)));
      while (pruned.at(-1) !== 0);
      expect(pruned).toEqual([2_000, 2_000, 500, 0]);
    });

    test("lists what could not be understood, oldest first, whole", async () => {
      const [young, old] = [raw("a", { receivedAt: 2_000 }), raw("b", { body: "{}" })];
      await run((tx) => tx.journal.insert([young, old, raw("fine")]));
      await run(async (tx) => {
        await tx.journal.bury(young, "PARSE_YOUNG");
        await tx.journal.bury(old, "PARSE_OLD");
      });
      expect(await run((tx) => tx.journal.dead())).toEqual([
        { raw: old, reason: "PARSE_OLD" },
        { raw: young, reason: "PARSE_YOUNG" },
      ]);
    });

    describe("a buried update", () => {
      const buried = raw("a");
      const journal = async () => ({
        dead: (await run((tx) => tx.journal.dead())).map(({ raw: { key } }) => key),
        again: (await run((tx) => tx.journal.again())).map(({ key }) => key),
      });
      beforeEach(async () => {
        await run((tx) => tx.journal.insert([buried, raw("fine")]));
        await run((tx) => tx.journal.bury(buried, "PARSE"));
      });

      test("can be asked for again, and stays so until it is decided", async () => {
        expect(await run((tx) => tx.journal.retry("telegram", "a"))).toBe(true);
        expect(await journal()).toEqual({ dead: [], again: ["a"] });
        expect(await run((tx) => tx.journal.again())).toEqual([buried]);
        expect(await run((tx) => tx.journal.insert([buried]))).toEqual([]);
        expect(await run((tx) => tx.journal.prune(9_000))).toBe(1);
        expect(await journal()).toEqual({ dead: [], again: ["a"] });
      });

      test("is buried again with another reason", async () => {
        await run((tx) => tx.journal.retry("telegram", "a"));
        await run((tx) => tx.journal.bury(buried, "STILL"));
        expect(await journal()).toEqual({ dead: ["a"], again: [] });
        expect(await run((tx) => tx.journal.dead())).toEqual([{ raw: buried, reason: "STILL" }]);
      });

      test.each([true, false])(
        "is settled, asked for again or not (%s), and then grows old",
        async (asked) => {
          if (asked) await run((tx) => tx.journal.retry("telegram", "a"));
          expect(await run((tx) => tx.journal.settle("telegram", "a"))).toBe(true);
          expect(await journal()).toEqual({ dead: [], again: [] });
          expect(await run((tx) => tx.journal.insert([buried]))).toEqual([]);
          expect(await run((tx) => tx.journal.prune(9_000))).toBe(2);
        },
      );

      test("is another than one that was understood, or never came", async () => {
        for (const key of ["fine", "unknown"]) {
          expect(await run((tx) => tx.journal.retry("telegram", key))).toBe(false);
          expect(await run((tx) => tx.journal.settle("telegram", key))).toBe(false);
        }
        expect(await run((tx) => tx.journal.retry("discord", "a"))).toBe(false);
      });
    });

    test("names the keys with one beginning that were received since then", async () => {
      const old = raw("create:1:1", { receivedAt: 500 });
      const others = ["create:1:3", "create:1:2", "create:10:1", "create:1", "Create:1:9", "create:1:é"];
      const foreign = raw("create:1:7", { account: "discord" });
      await run((tx) => tx.journal.insert([old, ...others.map((key) => raw(key)), foreign]));
      const keys = (prefix: string, since: number) => run((tx) => tx.journal.keys("telegram", prefix, since));
      expect(await keys("create:1:", 1_000)).toEqual(["create:1:2", "create:1:3", "create:1:é"]);
      expect(await keys("create:1:", 500)).toHaveLength(4);
      expect(await keys("create:1:", 1_001)).toEqual([]);
      expect(await keys("%", 0)).toEqual([]);
    });
  });

  describe("outbox", () => {
    const head = () => run((tx) => front(tx, channel));
    const headId = async () => (await head())?.id ?? -1;

    test("gives a delivery back as it was, waiting", async () => {
      const stored = delivery("a", topic);
      await run((tx) => tx.outbox.append([stored]));
      expect(await run((tx) => front(tx, topic))).toEqual({
        ...stored,
        id: expect.any(Number),
        state: "waiting",
        attempts: 0,
        done: 0,
        createdAt: 5_000,
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
      expect(await run((tx) => front(tx, group))).toMatchObject(delivery("0", group));
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
      const id = (await run((tx) => front(tx, topic)))?.id ?? -1;
      await run((tx) => tx.outbox.bury(id, "no right"));
      expect(await run((tx) => tx.outbox.lanes())).toEqual([channel, group]);
      expect(await run((tx) => tx.outbox.waiting())).toBe(3);
    });

    test("keeps what was frozen, what is done and how it failed", async () => {
      await run((tx) => tx.outbox.append([delivery("a")]));
      const id = await headId();
      await run(async (tx) => {
        await tx.outbox.freeze(id, [call(0), call(1)], { at: 4_500, mark: "77" });
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
        createdAt: 5_000,
        frozenAt: 4_500,
        mark: "77",
      });
    });

    test("goes on after a dead delivery and keeps it whole", async () => {
      await run((tx) => tx.outbox.append([delivery("a"), delivery("b")]));
      const id = await headId();
      await run(async (tx) => {
        await tx.outbox.freeze(id, [call(0)], { at: 4_500 });
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
          createdAt: 5_000,
          frozenAt: 4_500,
          reason: "message is too long",
        },
      ]);
    });

    test("lists what is on its way for a message to a place, in order, but not what is dead", async () => {
      const source = message(group, "1");
      const pending = (ref: MessageRef, to = channel) => run((tx) => tx.outbox.pending(ref, to));
      await run((tx) =>
        tx.outbox.append([
          { event: created(source), to: channel },
          { event: created(message(group, "2")), to: channel },
          { event: edited(source), to: channel },
        ]),
      );
      const both = [{ event: created(source) }, { event: edited(source) }];
      expect(await pending(source)).toMatchObject(both);
      expect(await pending(message(topic, "1"))).toMatchObject(both);
      expect(await pending(source, room)).toEqual([]);
      const [first, second] = await run((tx) => tx.outbox.front(channel, 2));
      await run((tx) => tx.outbox.freeze(first?.id ?? -1, [call(0)], { at: 1, joined: [second?.id ?? -1] }));
      expect(await pending(source)).toMatchObject([{ state: "sending" }, { state: "waiting" }]);
      expect(await pending(message(group, "2"))).toMatchObject([{ state: "joined" }]);
      await run((tx) => tx.outbox.bury(first?.id ?? -1, "no"));
      expect(await pending(source)).toMatchObject([{ event: edited(source) }]);
    });

    test("puts another event in the place of one that waits", async () => {
      const [before, after] = [message(group, "1"), message(group, "2")];
      await run((tx) => tx.outbox.append([{ event: created(before), to: channel }, delivery("b")]));
      const id = await headId();
      await run((tx) => tx.outbox.rewrite(id, created(after, "Oi")));
      expect(await head()).toMatchObject({ id, event: created(after, "Oi") });
      expect(await run((tx) => tx.outbox.pending(before, channel))).toEqual([]);
      expect(await run((tx) => tx.outbox.pending(after, channel))).toMatchObject([{ id }]);
    });

    describe("joined deliveries", () => {
      const keys = async (limit = 10) => (await run((tx) => tx.outbox.front(channel, limit))).map(keyOf);
      const depth = (limit: number) => run((tx) => tx.outbox.depth(channel, limit));
      let ids: readonly number[] = [];

      beforeEach(async () => {
        await run((tx) => tx.outbox.append(["a", "b", "c", "d"].map((key) => delivery(key))));
        ids = (await run((tx) => tx.outbox.front(channel, 4))).map(({ id }) => id);
        const [first = -1, ...others] = ids.slice(0, 3);
        await run((tx) => tx.outbox.freeze(first, [call(0)], { at: 4_500, mark: "m", joined: others }));
      });

      test("travel with the first one and are not seen in front of the lane", async () => {
        expect(await keys()).toEqual(["a", "d"]);
        expect(await keys(1)).toEqual(["a"]);
        expect([await depth(10), await depth(1)]).toEqual([2, 1]);
        expect(await run((tx) => tx.outbox.waiting())).toBe(4);
      });

      test("are done with it", async () => {
        await run((tx) => tx.outbox.finish(ids[0] ?? -1));
        expect(await keys()).toEqual(["d"]);
        expect(await run((tx) => tx.outbox.waiting())).toBe(1);
      });

      test("wait again, each for itself, when the calls are no more", async () => {
        await run((tx) => tx.outbox.progress(ids[0] ?? -1, 1));
        await run((tx) => tx.outbox.thaw(ids[0] ?? -1));
        expect(await run((tx) => tx.outbox.front(channel, 2))).toEqual(
          ["a", "b"].map((key, i) => ({
            ...delivery(key),
            ...{ id: ids[i], state: "waiting", attempts: 0, done: 0, createdAt: 5_000 },
          })),
        );
        expect(await keys()).toEqual(["a", "b", "c", "d"]);
        await run((tx) => tx.outbox.finish(ids[0] ?? -1));
        expect(await keys()).toEqual(["b", "c", "d"]);
      });

      test("may be more than one statement holds", async () => {
        await run((tx) => tx.outbox.append(numbers(230).map((i) => delivery(`${i}`, room))));
        const [first = -1, ...others] = (await run((tx) => tx.outbox.front(room, 300))).map(({ id }) => id);
        await run((tx) => tx.outbox.freeze(first, [call(0)], { at: 1, joined: others }));
        expect(await run((tx) => tx.outbox.depth(room, 300))).toBe(1);
        await run((tx) => tx.outbox.finish(first));
        expect(await run((tx) => tx.outbox.depth(room, 300))).toBe(0);
      });
    });

    describe("dead letters", () => {
      let id = -1;
      beforeEach(async () => {
        await run((tx) => tx.outbox.append([delivery("a"), delivery("b")]));
        id = await headId();
        await run(async (tx) => {
          await tx.outbox.freeze(id, [call(0), call(1)], { at: 4_500, mark: "m" });
          await tx.outbox.progress(id, 1);
          await tx.outbox.failed(id, 3, 4_000);
          await tx.outbox.bury(id, "no right");
        });
      });

      test("go back to their place, as if they had never been tried", async () => {
        expect(await run((tx) => tx.outbox.retry(id))).toBe(true);
        expect(await head()).toEqual({
          ...delivery("a"),
          ...{ id, state: "waiting", attempts: 0, done: 0, createdAt: 5_000 },
        });
        expect(await run((tx) => tx.outbox.dead())).toEqual([]);
      });

      test("are dropped for good", async () => {
        expect(await run((tx) => tx.outbox.drop(id))).toBe(true);
        expect(await run((tx) => tx.outbox.dead())).toEqual([]);
        expect(await run((tx) => tx.outbox.retry(id))).toBe(false);
      });

      test("only the dead are sent again or dropped", async () => {
        const living = await headId();
        expect(await run((tx) => tx.outbox.retry(living))).toBe(false);
        expect(await run((tx) => tx.outbox.drop(living))).toBe(false);
        expect(await run((tx) => tx.outbox.drop(1_000_000))).toBe(false);
        expect(await headId()).toBe(living);
      });

      test("are forgotten when they died long ago", async () => {
        expect(await run((tx) => tx.outbox.pruneDead(5_000))).toBe(0);
        expect(await run((tx) => tx.outbox.pruneDead(5_001))).toBe(1);
        expect(await run((tx) => tx.outbox.dead())).toEqual([]);
        expect(await run((tx) => tx.outbox.waiting())).toBe(1);
      });
    });

    test("moves a lane with all that is in it, in order", async () => {
      const moved = { account: "telegram", id: "-100999" };
      await run((tx) => tx.outbox.append([delivery("a", group), delivery("b"), delivery("c", group)]));
      await run((tx) => tx.outbox.append([delivery("d", group), delivery("e", group)]));
      await run(async (tx) => {
        await tx.held.hold([
          { waitsFor: message(channel, "1"), delivery: delivery("held", group), until: 9_000 },
        ]);
        const first = await front(tx, group);
        await tx.outbox.bury(first?.id ?? -1, "no");
        const second = await front(tx, group);
        await tx.outbox.freeze(second?.id ?? -1, [call(0)], { at: 4_500 });
      });
      await run((tx) => tx.outbox.move(group, moved));
      expect(await run((tx) => front(tx, group))).toBeUndefined();
      expect(await run((tx) => tx.outbox.dead())).toMatchObject([delivery("a", moved)]);
      expect(await run((tx) => tx.held.release([message(channel, "1")]))).toEqual([delivery("held", moved)]);
      const left: string[] = [];
      for (let i = 0; i < 3; i += 1) {
        const next = await run((tx) => front(tx, moved));
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
    const found = (ref: MessageRef, to: ConversationRef) => run((tx) => tx.map.find(ref, to));
    const find = async (ref: MessageRef, to: ConversationRef) => (await found(ref, to))?.ref;

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

    test("finds the copy of what no platform made, also where it was said", async () => {
      const said = answerRef(topic, "telegram.-100.7");
      const here = message(topic, "55");
      const there = message(channel, "155");
      expect(await find(said, group)).toBeUndefined();
      await run((tx) => tx.map.record([{ source: said, copy: there, part: 0, hash: "h", at: 2_004 }]));
      expect(await find(there, group)).toBeUndefined();
      await run((tx) => tx.map.record([{ source: said, copy: here, part: 0, hash: "", at: 2_005 }]));
      expect(await find(there, group)).toEqual(here);
      expect(await find(here, channel)).toEqual(there);
      expect(await find(said, group)).toEqual(here);
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

    test("forgets a copy only as that of one message", async () => {
      await run((tx) => tx.map.forget([copies[0], copies[1]], message(group, "8")));
      expect(await run((tx) => tx.map.copies(source, channel))).toHaveLength(2);
      await run((tx) => tx.map.forget([copies[0], copies[1]], source));
      expect(await run((tx) => tx.map.copies(source, channel))).toEqual([]);
    });

    test("knows originals and copies from strangers", async () => {
      const refs = [copies[1], message(group, "8"), source, message(group, "7"), message(channel, "7")];
      expect(await run((tx) => tx.map.known(refs))).toEqual([true, false, true, true, false]);
      expect(await run((tx) => tx.map.known([]))).toEqual([]);
    });

    test("gives back all rows of an original, and those of a copy", async () => {
      const rows = (ref: MessageRef) => run((tx) => tx.map.rows(ref));
      const first = { source, copy: copies[0], part: 0, hash: "h0", via: "555", at: 2_000 };
      const second = { source, copy: copies[1], part: 1, hash: "h1", at: 2_001 };
      expect(await rows(source)).toEqual([
        first,
        second,
        { source, copy: elsewhere, part: 0, hash: "h", at: 2_002 },
      ]);
      expect(await rows(copies[1])).toEqual([second]);
      expect(await rows(message(group, "8"))).toEqual([]);
    });

    describe("of a joined message", () => {
      const one = message(group, "11");
      const two = message(topic, "12");
      const copy = message(channel, "200");
      beforeEach(() =>
        run((tx) =>
          tx.map.record([
            { source: two, copy, part: 0, hash: "h", at: 3_000, section: 1 },
            { source: one, copy, part: 0, hash: "h", at: 3_000, section: 0 },
          ]),
        ),
      );

      test("has a row for each section, and says that it stands for several", async () => {
        for (const section of [one, two])
          expect(await run((tx) => tx.map.copies(section, channel))).toEqual([
            { ref: copy, part: 0, hash: "h", at: 3_000, joined: true },
          ]);
        expect(await found(two, channel)).toMatchObject({ ref: copy, joined: true });
        expect(await found(copy, group)).toMatchObject({ ref: one, joined: true });
        expect(await found(source, channel)).toMatchObject({ ref: copies[0], joined: false });
        expect(await found(copies[0], group)).toMatchObject({ ref: source, joined: false });
        expect(await run((tx) => tx.map.rows(copy))).toMatchObject([
          { source: one, section: 0 },
          { source: two, section: 1 },
        ]);
      });

      test("says so of a copy elsewhere, too", async () => {
        const other = { source: one, copy: message(room, "y"), part: 0, hash: "h", at: 3_001 };
        await run((tx) => tx.map.record([other]));
        expect(await found(copy, room)).toMatchObject({ ref: other.copy, joined: true });
        expect(await found(other.copy, channel)).toMatchObject({ ref: copy, joined: true });
        expect(await found(other.copy, group)).toMatchObject({ ref: one, joined: false });
      });

      test("changes the hash of all sections", async () => {
        await run((tx) => tx.map.rehash(copy, "new"));
        expect(await run((tx) => tx.map.rows(copy))).toMatchObject([{ hash: "new" }, { hash: "new" }]);
      });

      test("forgets one section, or all", async () => {
        await run((tx) => tx.map.forget([copy], one));
        expect(await run((tx) => tx.map.copies(one, channel))).toEqual([]);
        expect(await found(copy, group)).toMatchObject({ ref: two, joined: true });
        await run((tx) => tx.map.forget([copy]));
        expect(await run((tx) => tx.map.rows(copy))).toEqual([]);
      });
    });
  });

  describe("joined messages", () => {
    const copy = message(channel, "200");
    const section = (text: string): JoinedSection => ({
      source: message(group, text),
      section: { kind: "notice", body: [{ kind: "text", text }] },
    });
    const load = () => run((tx) => tx.joined.load(copy));

    test("keep their sections, and give back the last that were saved", async () => {
      expect(await load()).toBeUndefined();
      await run((tx) => tx.joined.save(copy, [section("a"), section("b")], 1_000));
      expect(await load()).toEqual([section("a"), section("b")]);
      await run((tx) => tx.joined.save(copy, [section("b")], 2_000));
      expect(await load()).toEqual([section("b")]);
      await run((tx) => tx.joined.forget(copy));
      expect(await load()).toBeUndefined();
    });

    test("are forgotten when they are old", async () => {
      await run((tx) => tx.joined.save(copy, [], 1_000));
      expect(await run((tx) => tx.joined.prune(1_000))).toBe(0);
      expect(await run((tx) => tx.joined.prune(1_001))).toBe(1);
      expect(await load()).toBeUndefined();
    });
  });

  describe("trace", () => {
    const about = message(group, "1");
    const steps: readonly TraceStep[] = [
      { about, at: 2_000, step: "refused", to: topic, detail: "FORBIDDEN" },
      { about, at: 1_000, step: "joined" },
    ];
    const of = (ref: MessageRef) => run((tx) => tx.trace.of(ref));

    test("tells what befell a message, in the order it was noted", async () => {
      await run((tx) => tx.trace.note([...steps, { about: message(group, "2"), at: 1, step: "held" }]));
      expect(await of(about)).toEqual(steps);
      expect(await of(message(group, "3"))).toEqual([]);
    });

    test("forgets what is old", async () => {
      await run((tx) => tx.trace.note(steps));
      expect(await run((tx) => tx.trace.prune(2_000))).toBe(1);
      expect(await of(about)).toEqual([steps[0]]);
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
      expect(await run((tx) => front(tx, channel))).toMatchObject(delivery("a"));
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
        const next = await run((tx) => front(tx, channel));
        left.push(next ? keyOf(next) : "nothing");
        await run((tx) => tx.outbox.finish(next?.id ?? -1));
      }
      expect(left).toEqual(["0", "1", "3", "4"]);
    });

    test("a statement that fails spoils only its own work, even when that work hides it", async () => {
      const broken = (tx: StoreTx) => tx.outbox.freeze(Number.NaN, undefined as never, { at: 1 });
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
