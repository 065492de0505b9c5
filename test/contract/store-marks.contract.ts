// What every storage engine must keep of reactions, votes, polls, threads and people; run by store-sqlite.test.ts and store-postgres.test.ts.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Mark, MarkRow, Store, StoreTx } from "../../src/bridge/store-port.ts";
import type { Clock } from "../../src/model/clock.ts";
import type { BridgeEvent } from "../../src/model/event.ts";
import {
  asideOf,
  awaitedBy,
  type ConversationRef,
  futureThread,
  type UserRef,
} from "../../src/model/refs.ts";
import {
  call,
  channel,
  created,
  delivery,
  edited,
  group,
  keyOf,
  message,
  poll,
  room,
  topic,
} from "../support/store-samples.ts";
import type { StoreHarness } from "./store.contract.ts";

const clock: Clock = { now: () => 5_000, after: () => ({ cancel: () => {} }) };
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
const thumb: Mark = { key: "👍", count: 1 };
const parrot: Mark = { key: "parrot", id: "99", count: 1 };
const about = message(group, "7");

function mark(more: Partial<MarkRow> = {}): MarkRow {
  return { about, kind: "reaction", place: channel, user: "1", name: "Ana", marks: [thumb], at: 1, ...more };
}

export function marksContract(harness: StoreHarness): void {
  let store: Store;
  const run = <T>(work: (tx: StoreTx) => Promise<T>) => store.transaction(work);
  beforeEach(async () => {
    store = await harness.open(clock);
  });
  afterEach(() => store.close());

  describe("marks", () => {
    const put = (...rows: readonly MarkRow[]) =>
      run(async (tx) => {
        for (const row of rows) await tx.marks.put(row);
      });
    const of = (ref = about, kind: MarkRow["kind"] = "reaction") => run((tx) => tx.marks.of(ref, kind));

    test("are what each user has in each place, oldest first", async () => {
      const rows = [
        mark({ at: 3, marks: [thumb, parrot] }),
        mark({ at: 1, user: "2", name: "Bia" }),
        mark({ at: 2, place: room, user: "", name: "", marks: [{ key: "❤", count: 12 }] }),
      ] as const;
      await put(...rows);
      expect(await of()).toEqual([rows[1], rows[2], rows[0]]);
      expect(await of(message(group, "8"))).toEqual([]);
      expect(await of(message(channel, "7"))).toEqual([]);
    });

    test("take the place of those the user had", async () => {
      const now = mark({ name: "Ana Maria", marks: [parrot], at: 9 });
      await put(mark(), now);
      expect(await of()).toEqual([now]);
    });

    test("of nothing are none", async () => {
      await put(mark(), mark({ user: "2", at: 2 }), mark({ marks: [] }));
      expect(await of()).toEqual([mark({ user: "2", at: 2 })]);
    });

    test("of votes are others than those of reactions", async () => {
      const vote = mark({ kind: "vote", marks: [{ key: "0", count: 1 }] });
      await put(mark(), vote);
      expect([await of(), await of(about, "vote")]).toEqual([[mark()], [vote]]);
    });

    test("are of a chat, not of its threads", async () => {
      await put(mark({ about: message(topic, "7"), place: { ...channel, thread: "900" } }));
      await put(mark({ marks: [parrot] }));
      expect(await of()).toEqual([mark({ marks: [parrot] })]);
      expect(await of(message(topic, "7"))).toEqual([mark({ about: message(topic, "7"), marks: [parrot] })]);
    });

    test("keep any name", async () => {
      const odd = mark({ name: "👩🏽‍🚀 \u0000 \ud800 'x'" });
      await put(odd);
      expect(await of()).toEqual([odd]);
    });

    test("of one place are cleared at once", async () => {
      const elsewhere = mark({ place: room });
      const vote = mark({ kind: "vote" });
      await put(mark(), mark({ user: "2" }), elsewhere, vote);
      await run((tx) => tx.marks.clear(about, "reaction", { ...channel, thread: "900" }));
      expect([await of(), await of(about, "vote")]).toEqual([[elsewhere], [vote]]);
    });

    test("go with their message, of more than one statement holds", async () => {
      const refs = numbers(230).map((i) => message(group, `${i}`));
      await put(...refs.map((ref) => mark({ about: ref })), mark({ kind: "vote" }));
      await run((tx) => tx.marks.forget(refs.filter((_, i) => i !== 8)));
      expect([await of(), await of(about, "vote")]).toEqual([[], []]);
      expect(await of(message(group, "8"))).toHaveLength(1);
      await run((tx) => tx.marks.forget([]));
      expect(await of(message(group, "8"))).toHaveLength(1);
    });
  });

  describe("polls", () => {
    const asked = poll("Pizza?");
    const get = (ref = about) => run((tx) => tx.polls.get(ref));
    const messageOf = (account: string, id: string) => run((tx) => tx.polls.messageOf(account, id));

    test("are kept by their message, and change", async () => {
      expect(await get()).toBeUndefined();
      await run((tx) => tx.polls.put(message(topic, "7"), asked));
      expect(await get()).toEqual(asked);
      await run((tx) => tx.polls.put(about, { ...asked, closed: true }));
      expect(await get()).toEqual({ ...asked, closed: true });
      expect(await get(message(channel, "7"))).toBeUndefined();
    });

    test("are found by what an account calls them, thread and all", async () => {
      const copy = message({ ...channel, thread: "900" }, "100");
      await run(async (tx) => {
        await tx.polls.name("telegram", "5555", message(topic, "7"));
        await tx.polls.name("discord", "5555", copy);
      });
      expect(await messageOf("telegram", "5555")).toEqual(message(topic, "7"));
      expect(await messageOf("discord", "5555")).toEqual(copy);
      expect(await messageOf("telegram", "5556")).toBeUndefined();
      await run((tx) => tx.polls.name("telegram", "5555", message(group, "9")));
      expect(await messageOf("telegram", "5555")).toEqual(message(group, "9"));
    });

    test("go with their message, and so do the names of their copies", async () => {
      const [copy, other] = [message(channel, "100"), message(channel, "101")];
      await run(async (tx) => {
        await tx.polls.put(about, asked);
        await tx.polls.name("telegram", "1", about);
        await tx.polls.name("discord", "2", copy);
        await tx.polls.name("discord", "3", other);
        await tx.map.record([{ source: about, copy, part: 0, hash: "h", at: 1 }]);
        await tx.marks.forget([about, message(group, "8")]);
      });
      expect(await get()).toBeUndefined();
      expect(await messageOf("telegram", "1")).toBeUndefined();
      expect(await messageOf("discord", "2")).toBeUndefined();
      expect(await messageOf("discord", "3")).toEqual(other);
    });
  });

  describe("threads", () => {
    const thread = (chat: ConversationRef, name: string): ConversationRef => ({ ...chat, thread: name });
    const [ours, theirs, third] = [topic, thread(channel, "900"), thread(room, "t")];
    const find = (from: ConversationRef, chat: ConversationRef) => run((tx) => tx.threads.find(from, chat));
    const pair = (from: ConversationRef, answers: ConversationRef, chat: ConversationRef) =>
      run((tx) => tx.threads.pair(from, answers, chat));

    test("answer to each other, both ways", async () => {
      expect(await find(ours, channel)).toBeUndefined();
      await pair(ours, theirs, channel);
      expect(await find(ours, channel)).toEqual(theirs);
      expect(await find(theirs, group)).toEqual(ours);
      expect(await find(ours, room)).toBeUndefined();
      expect(await find(thread(group, "43"), channel)).toBeUndefined();
    });

    test.each([
      ["first", [ours, third, room]],
      ["last", [third, ours, group]],
    ] as const)("answer to all that answer to one of them, which is named %s", async (_, [a, b, chat]) => {
      await pair(ours, theirs, channel);
      await pair(a, b, chat);
      expect(await find(third, channel)).toEqual(theirs);
      expect(await find(theirs, room)).toEqual(third);
      expect(await find(third, group)).toEqual(ours);
    });

    test("that are paired with others already bring them along", async () => {
      const fourth = thread({ account: "fourth", id: "4" }, "f");
      await pair(ours, theirs, channel);
      await pair(third, fourth, fourth);
      await pair(theirs, third, room);
      expect(await find(ours, fourth)).toEqual(fourth);
      expect(await find(fourth, group)).toEqual(ours);
    });

    test("are answered by the chat itself where there can be none, each for itself", async () => {
      const other = thread(group, "43");
      await pair(ours, channel, channel);
      await pair(other, channel, channel);
      await pair(ours, third, room);
      expect(await find(ours, channel)).toEqual(channel);
      expect(await find(other, channel)).toEqual(channel);
      expect(await find(third, channel)).toEqual(channel);
      expect(await find(other, room)).toBeUndefined();
      await pair(ours, theirs, channel);
      expect(await find(third, channel)).toEqual(theirs);
      expect(await find(other, channel)).toEqual(channel);
    });

    test("are answered by the younger where two were opened at the same time, and both are heard", async () => {
      const twice = thread(channel, "901");
      await pair(ours, theirs, channel);
      await pair(ours, twice, channel);
      expect(await find(ours, channel)).toEqual(twice);
      expect(await find(theirs, group)).toEqual(ours);
      await pair(ours, theirs, channel);
      expect(await find(ours, channel)).toEqual(theirs);
    });

    test("answer no more when they are gone", async () => {
      await pair(ours, theirs, channel);
      await pair(ours, third, room);
      await run((tx) => tx.threads.forget(theirs));
      expect(await find(ours, channel)).toBeUndefined();
      expect(await find(theirs, group)).toBeUndefined();
      expect(await find(third, group)).toEqual(ours);
      const next = thread(channel, "901");
      await pair(third, next, channel);
      expect(await find(ours, channel)).toEqual(next);
    });
  });

  describe("people", () => {
    const user = (account: string, id: string): UserRef => ({ account, id });
    const [ana, ana2, ana3, bia] = [
      user("telegram", "1"),
      user("discord", "11"),
      user("third", "111"),
      user("telegram", "2"),
    ];
    const link = (one: UserRef, other: UserRef) => run((tx) => tx.people.link(one, other));
    const find = (one: UserRef, account: string) => run((tx) => tx.people.find(one, account));

    test("are found from each of their accounts in each of them", async () => {
      expect(await find(ana, "discord")).toBeUndefined();
      await link(ana, ana2);
      await link(ana3, ana2);
      expect(await find(ana, "discord")).toEqual(ana2);
      expect(await find(ana, "third")).toEqual(ana3);
      expect(await find(ana3, "telegram")).toEqual(ana);
      expect(await find(bia, "discord")).toBeUndefined();
      expect(await find(user("discord", "1"), "telegram")).toBeUndefined();
    });

    test("become one when two of them are linked", async () => {
      const fourth = user("fourth", "4");
      await link(ana, ana2);
      await link(ana3, fourth);
      await link(ana2, fourth);
      expect(await find(ana, "third")).toEqual(ana3);
      expect(await find(ana3, "telegram")).toEqual(ana);
    });

    test("with two users of one account have both, and are found by the one linked last", async () => {
      await link(ana, ana2);
      await link(bia, ana2);
      expect(await find(ana2, "telegram")).toEqual(bia);
      expect(await find(ana, "discord")).toEqual(ana2);
      await link(ana, ana2);
      expect(await find(ana2, "telegram")).toEqual(ana);
    });

    test("lose the one account that is unlinked", async () => {
      await link(ana, ana2);
      await link(ana, ana3);
      await run((tx) => tx.people.unlink(ana));
      expect(await find(ana, "discord")).toBeUndefined();
      expect(await find(ana2, "telegram")).toBeUndefined();
      expect(await find(ana2, "third")).toEqual(ana3);
    });
  });

  describe("the message map", () => {
    test("tells the original of a copy, thread and all, and the first of a joined one", async () => {
      const source = message(topic, "7");
      const [copy, joined] = [message(channel, "100"), message(channel, "200")];
      const row = { part: 0, hash: "h", at: 1 };
      await run((tx) =>
        tx.map.record([
          { source, copy, ...row },
          { source: message(group, "9"), copy: joined, section: 1, ...row },
          { source: message(group, "8"), copy: joined, section: 0, ...row },
        ]),
      );
      const origin = (ref = copy) => run((tx) => tx.map.origin(ref));
      expect(await origin()).toEqual(source);
      expect(await origin(joined)).toEqual(message(group, "8"));
      expect(await origin(source)).toBeUndefined();
      expect(await origin(message(room, "100"))).toBeUndefined();
    });
  });

  describe("the outbox", () => {
    const keys = async (lane: ConversationRef) => (await run((tx) => tx.outbox.front(lane, 9))).map(keyOf);
    const anew: BridgeEvent = { kind: "marks.changed", about };

    test("tells the line that waits to be written anew from the message it is about", async () => {
      await run((tx) =>
        tx.outbox.append([
          { event: edited(about), to: channel },
          { event: anew, to: channel },
        ]),
      );
      const pending = (ref = about, to = channel) => run((tx) => tx.outbox.pending(ref, to));
      expect(await pending(asideOf(about))).toMatchObject([{ event: anew }]);
      expect(await pending()).toMatchObject([{ event: edited(about) }]);
      expect(await pending(asideOf(about), room)).toEqual([]);
    });

    test("takes every kind of event, and finds none of these by a message", async () => {
      const events: readonly BridgeEvent[] = [
        { kind: "reaction.changed", target: about, change: { kind: "add", reaction: { emoji: "👍" } } },
        {
          kind: "vote.changed",
          target: { account: "telegram", poll: "5" },
          change: { kind: "counts", counts: [] },
        },
        { kind: "poll.closed", target: about },
        { kind: "pin.changed", target: about, pinned: true },
        { kind: "thread.changed", conversation: topic, change: "created", name: "Festa" },
        { kind: "message.deleted", conversation: group, refs: [about] },
      ];
      await run((tx) => tx.outbox.append(events.map((event) => ({ event, to: channel }))));
      expect((await run((tx) => tx.outbox.front(channel, 9))).map(({ event }) => event)).toEqual(events);
      expect(await run((tx) => tx.outbox.pending(about, channel))).toEqual([]);
    });

    test("keeps the lane of a thread that is still to be opened, and moves it to the one that was", async () => {
      const future = futureThread(channel, topic);
      const opened = { ...channel, thread: "900" };
      const source = message(topic, "7");
      await run((tx) =>
        tx.outbox.append([
          delivery("chat"),
          { event: created(source), to: future },
          delivery("dead", future),
          delivery("next", future),
        ]),
      );
      const lanes = await run((tx) => tx.outbox.lanes());
      expect(lanes).toEqual([channel, future]);
      expect(lanes.map(awaitedBy)).toEqual([undefined, topic]);
      await run(async (tx) => {
        const [first, second] = await tx.outbox.front(future, 2);
        await tx.outbox.freeze(first?.id ?? -1, [call(0)], { at: 1 });
        await tx.outbox.bury(second?.id ?? -1, "no");
        await tx.held.hold([{ waitsFor: about, delivery: delivery("held", future), until: 9_000 }]);
        await tx.outbox.move(future, opened);
      });
      expect(await run((tx) => tx.outbox.lanes())).toEqual([channel, opened]);
      expect(await run((tx) => tx.outbox.front(opened, 9))).toMatchObject([
        { event: created(source), state: "sending", calls: [call(0)] },
        delivery("next", opened),
      ]);
      expect(await run((tx) => tx.outbox.dead())).toMatchObject([delivery("dead", opened)]);
      expect(await run((tx) => tx.held.release([about]))).toEqual([delivery("held", opened)]);
      expect(await keys(channel)).toEqual(["chat"]);
      expect(await run((tx) => tx.outbox.pending(source, opened))).toHaveLength(1);
    });

    test("moves the lanes of a chat's threads with it, and none of a chat whose id begins alike", async () => {
      const moved = { account: "telegram", id: "-100999" };
      const [alike, waiting] = [
        { ...group, id: `${group.id}0` },
        { ...channel, thread: "900" },
      ];
      const future = futureThread(group, waiting);
      await run((tx) =>
        tx.outbox.append(
          [topic, future, { ...alike, thread: "42" }, group].map((to, i) => delivery(`${i}`, to)),
        ),
      );
      await run(async (tx) => {
        await tx.held.hold([{ waitsFor: about, delivery: delivery("held", topic), until: 9_000 }]);
        await tx.outbox.move(group, moved);
      });
      const newTopic = { ...moved, thread: "42" };
      expect(await run((tx) => tx.outbox.lanes())).toEqual([
        newTopic,
        futureThread(moved, waiting),
        { ...alike, thread: "42" },
        moved,
      ]);
      expect(await run((tx) => tx.held.release([about]))).toEqual([delivery("held", newTopic)]);
    });
  });
}
