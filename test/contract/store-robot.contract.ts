// What every storage engine must keep for the robot: tasks, records, authors, and what it knows of a person; run by store-sqlite.test.ts and store-postgres.test.ts.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Store, StoreTx } from "../../src/bridge/store-port.ts";
import type { Clock } from "../../src/model/clock.ts";
import type { JoinedSection } from "../../src/model/delivery.ts";
import type { Author, Message } from "../../src/model/message.ts";
import type { UserRef } from "../../src/model/refs.ts";
import { channel, group, message, raw } from "../support/store-samples.ts";
import type { StoreHarness } from "./store.contract.ts";

let now = 5_000;
const clock: Clock = { now: () => now, after: () => ({ cancel: () => {} }) };
const ana: UserRef = { account: "telegram", id: "777" };
const anaThere: UserRef = { account: "discord", id: "300000000000000001" };
const author: Author = { kind: "person", name: "Ana", user: ana };
const bia: Author = { kind: "person", name: "Bia", user: { account: "telegram", id: "888" } };

function written(by: Author, id: string, more: Partial<Message> = {}): Message {
  const body = [{ kind: "text", text: `palavras de ${by.name}` }] as const;
  return { ref: message(group, id), author: by, at: 1_000, body, attachments: [], ...more };
}

export function robotContract(harness: StoreHarness): void {
  let store: Store;
  const run = <T>(work: (tx: StoreTx) => Promise<T>) => store.transaction(work);
  beforeEach(async () => {
    now = 5_000;
    store = await harness.open(clock);
  });
  afterEach(() => store.close());

  describe("tasks", () => {
    const task = (id: string, at: number) => ({ id, at, ask: { words: `de ${id}` } });

    test("wait oldest first, those of one moment by their id", async () => {
      await run(async (tx) => {
        for (const one of [task("c", 2), task("b", 1), task("a", 2)]) await tx.tasks.add(one);
      });
      expect(await run((tx) => tx.tasks.all(2))).toEqual([task("b", 1), task("a", 2)]);
    });

    test("are added once, as they were first", async () => {
      await run((tx) => tx.tasks.add(task("a", 1)));
      await run((tx) => tx.tasks.add({ ...task("a", 9), ask: "anders" }));
      expect(await run((tx) => tx.tasks.all(9))).toEqual([task("a", 1)]);
    });

    test("count their attempts, over a restart as well", async () => {
      await run((tx) => tx.tasks.add(task("a", 1)));
      expect(await run((tx) => tx.tasks.begin("a"))).toBe(1);
      await store.close();
      store = await harness.reopen(clock);
      expect(await run((tx) => tx.tasks.begin("a"))).toBe(2);
      expect(await run((tx) => tx.tasks.begin("nobody"))).toBe(0);
    });

    test("end once", async () => {
      await run((tx) => tx.tasks.add(task("a", 1)));
      expect(await run((tx) => tx.tasks.finish("a"))).toBe(true);
      expect(await run((tx) => tx.tasks.finish("a"))).toBe(false);
      expect(await run((tx) => tx.tasks.all(9))).toEqual([]);
    });
  });

  describe("records", () => {
    test("are kept by kind and key, the last value of each", async () => {
      await run(async (tx) => {
        await tx.records.put("room", "a", { on: false });
        await tx.records.put("room", "a", { on: true, words: "olá 🧉" });
        await tx.records.put("person", "a", 1);
      });
      expect(await run((tx) => tx.records.get("room", "a"))).toEqual({ on: true, words: "olá 🧉" });
      expect(await run((tx) => tx.records.get("person", "a"))).toBe(1);
      expect(await run((tx) => tx.records.get("room", "b"))).toBeUndefined();
      expect(await run((tx) => tx.records.delete("room", "a"))).toBe(true);
      expect(await run((tx) => tx.records.delete("room", "a"))).toBe(false);
      expect(await run((tx) => tx.records.get("person", "a"))).toBe(1);
    });

    test("are listed by the bytes of their keys, with a prefix that means nothing else", async () => {
      const keys = ["b", "a%", "A", "á", "a_1", "a", "ab"];
      await run(async (tx) => {
        for (const key of keys) await tx.records.put("k", key, key);
      });
      const listed = async (prefix?: string) =>
        (await run((tx) => tx.records.list("k", prefix))).map(({ key }) => key);
      expect(await listed()).toEqual(["A", "a", "a%", "a_1", "ab", "b", "á"]);
      expect(await listed("a")).toEqual(["a", "a%", "a_1", "ab"]);
      expect(await listed("a%")).toEqual(["a%"]);
    });

    test("are no more once their time is over, though nobody removed them", async () => {
      await run((tx) => tx.records.put("code", "x", "secret", 6_000));
      await run((tx) => tx.records.put("code", "y", "kept"));
      now = 5_999;
      expect(await run((tx) => tx.records.get("code", "x"))).toBe("secret");
      now = 6_000;
      expect(await run((tx) => tx.records.get("code", "x"))).toBeUndefined();
      expect(await run((tx) => tx.records.list("code"))).toEqual([{ key: "y", value: "kept" }]);
      expect(await run((tx) => tx.records.size("code"))).toEqual({ count: 1, bytes: 6 });
      expect(await run((tx) => tx.records.prune())).toBe(1);
      expect(await run((tx) => tx.records.prune())).toBe(0);
    });

    test("live on when they are put again without an end", async () => {
      await run((tx) => tx.records.put("code", "x", 1, 6_000));
      await run((tx) => tx.records.put("code", "x", 2));
      now = 7_000;
      expect(await run((tx) => tx.records.get("code", "x"))).toBe(2);
    });
  });

  describe("a person", () => {
    const row = { part: 0, hash: "h", at: 2_000 };
    const own = { ...row, source: message(group, "1"), copy: message(channel, "101"), author: ana.id };
    const others = { ...row, source: message(group, "2"), copy: message(channel, "102"), author: "888" };
    /** The same id on the other side is somebody else. */
    const namesake = { ...row, source: message(channel, "3"), copy: message(group, "103"), author: ana.id };
    const joined: readonly JoinedSection[] = [
      { source: message(group, "4"), section: { kind: "message", message: written(author, "4") } },
      {
        source: message(group, "5"),
        section: {
          kind: "message",
          message: written(bia, "5", { reply: { author: "Ana", excerpt: "palavras", user: ana } }),
        },
      },
    ];
    const mark = (user: string, place = group) => ({
      ...({ about: message(group, "2"), kind: "reaction", place, user, name: "Ana", at: 3_000 } as const),
      marks: [{ key: "👍", count: 1 }],
    });

    beforeEach(() =>
      run(async (tx) => {
        await tx.map.record([own, others, namesake]);
        await tx.marks.put(mark("777"));
        await tx.marks.put(mark("888"));
        await tx.marks.put(mark("777", channel));
        await tx.journal.insert([
          raw("1", { body: '{"message":{"from":{"id":777,"first_name":"Ana"},"text":"segredo"}}' }),
          raw("2", { body: '{"message":{"from":{"id":888},"text":"777"}}' }),
          raw("3", { body: '{"message":{"message_id":777,"from":{"id":17771}}}' }),
          raw("4", { body: '{"from":{"id":777}} no JSON' }),
          raw("1", { account: "discord", body: '{"author":{"id":"777"}}' }),
        ]);
        await tx.journal.insert([raw("5", { body: '{"from":{"id":777}}' })]);
        await tx.journal.bury(raw("5"), "not understood");
        await tx.joined.save(message(channel, "104"), joined, 4_000);
        await tx.outbox.append([
          { event: { kind: "message.created", message: written(author, "6") }, to: channel },
          { event: { kind: "message.created", message: written(bia, "7") }, to: channel },
          { event: { kind: "message.created", message: written(author, "8") }, to: channel },
        ]);
        for (const { id } of (await tx.outbox.front(channel, 2)).slice()) await tx.outbox.bury(id, "refused");
        const step = { at: 1, step: "cancelled" };
        await tx.trace.note([
          { ...step, about: message(group, "1") },
          { ...step, about: message(group, "2") },
          { ...step, about: message(group, "6") },
        ]);
        await tx.people.link(ana, anaThere);
      }),
    );

    test("who wrote what is carried comes back with the map", async () => {
      expect(await run((tx) => tx.map.rows(own.source))).toEqual([own]);
      expect(await run((tx) => tx.map.rows(own.copy))).toEqual([own]);
    });

    test("the latest of a chat are found, youngest first, of everybody or of one", async () => {
      const young = { ...own, source: message(group, "9"), copy: message(channel, "109"), at: 9_000 };
      await run((tx) => tx.map.record([young, { ...young, copy: message(channel, "110"), part: 1 }]));
      const ids = async (...given: Parameters<StoreTx["latest"]>) =>
        (await run((tx) => tx.latest(...given))).map(({ id }) => id);
      expect(await ids(group, 2)).toEqual(["9", "3"]);
      expect(await ids(channel, 9)).toEqual(["9", "3", "2", "1"]);
      expect(await ids(group, 9, [ana])).toEqual(["9", "1"]);
      expect(await ids(group, 9, [anaThere])).toEqual([]);
    });

    test("is told all that is known, and nothing of others", async () => {
      const about = await run((tx) => tx.privacy.about(ana));
      expect(about).toMatchObject({
        ...{ account: "telegram", id: "777", linked: [anaThere] },
        messages: [{ message: "telegram:-1001234567890#1", at: 2_000 }],
        marks: [{ message: "telegram:-1001234567890#2", kind: "reaction", name: "Ana", at: 3_000 }],
        updates: [{ key: "1", receivedAt: 1_000 }],
        joined: [{ name: "Ana", at: 1_000 }],
        undelivered: [{ message: { ref: message(group, "6") } }],
      });
      expect(JSON.stringify(about)).not.toContain("Bia");
    });

    test("is a stranger afterwards: nothing is known, and a second time changes nothing", async () => {
      const count = await run((tx) => tx.privacy.erase(ana));
      expect(count).toBe(8);
      expect(await run((tx) => tx.privacy.about(ana))).toEqual({
        ...{ account: "telegram", id: "777", linked: [], messages: [], marks: [], updates: [] },
        ...{ joined: [], undelivered: [] },
      });
      expect(await run((tx) => tx.privacy.erase(ana))).toBe(0);
    });

    test("leaves the messages joined, without the name", async () => {
      await run((tx) => tx.privacy.erase(ana));
      const { author: _, ...anonymous } = own;
      expect(await run((tx) => tx.map.rows(own.source))).toEqual([anonymous]);
      expect(await run((tx) => tx.map.rows(others.source))).toEqual([others]);
      expect(await run((tx) => tx.map.rows(namesake.source))).toEqual([namesake]);
    });

    test("leaves the marks, steps and letters of others, and of who has the same id elsewhere", async () => {
      await run((tx) => tx.privacy.erase(ana));
      const marks = await run((tx) => tx.marks.of(message(group, "2"), "reaction"));
      expect(marks.map(({ user, place }) => [user, place.account])).toEqual([
        ["777", "discord"],
        ["888", "telegram"],
      ]);
      expect(await run((tx) => tx.trace.of(message(group, "1")))).toEqual([]);
      expect(await run((tx) => tx.trace.of(message(group, "6")))).toEqual([]);
      expect(await run((tx) => tx.trace.of(message(group, "2")))).toHaveLength(1);
      expect(await run((tx) => tx.outbox.dead())).toMatchObject([{ event: { message: { author: bia } } }]);
      // What is on its way is left.
      expect(await run((tx) => tx.outbox.waiting())).toBe(1);
    });

    test("no update comes twice for it", async () => {
      await run((tx) => tx.privacy.erase(ana));
      expect(await run((tx) => tx.journal.insert([raw("1"), raw("2"), raw("3")]))).toEqual([]);
      expect(await run((tx) => tx.journal.dead())).toMatchObject([{ raw: { key: "5" } }]);
    });

    test("leaves joined messages to others, with […] in the place of the words", async () => {
      await run((tx) => tx.privacy.erase(ana));
      const left = await run((tx) => tx.joined.load(message(channel, "104")));
      expect(JSON.stringify(left)).not.toContain("Ana");
      expect(JSON.stringify(left)).not.toContain("777");
      expect(left?.[0]?.section).toMatchObject({
        message: { author: { name: "?" }, body: [{ text: "[…]" }] },
      });
      expect(left?.[1]?.section).toMatchObject({
        message: { author: bia, body: [{ text: "palavras de Bia" }], reply: { excerpt: "[…]" } },
      });
    });

    test("is not linked any more, from neither side", async () => {
      await run((tx) => tx.privacy.erase(ana));
      expect(await run((tx) => tx.people.find(ana, "discord"))).toBeUndefined();
      expect(await run((tx) => tx.people.find(anaThere, "telegram"))).toBeUndefined();
    });
  });
}
