// Random transactions on SQLite give what a naive store of plain lists gives, whatever is mixed and whatever fails.

import fc from "fast-check";
import { expect, test } from "vitest";
import type { MarkKind, MarkRow, Store, StoreTx } from "../../src/bridge/store-port.ts";
import {
  asideOf,
  type ConversationRef,
  futureThread,
  type MessageRef,
  type UserRef,
} from "../../src/model/refs.ts";
import { openStore } from "../../src/storage/open.ts";
import { naiveStore } from "../support/naive-store.ts";
import {
  call,
  channel,
  created,
  edited,
  group,
  notice,
  poll,
  raw,
  room,
  topic,
} from "../support/store-samples.ts";

/** One thing a work does; `toString` is what a counterexample shows. */
interface Step {
  readonly run: (tx: StoreTx) => Promise<unknown>;
  readonly toString: () => string;
}

type Action = (id: number, tx: StoreTx, lane: ConversationRef) => Promise<void>;

const future = futureThread(channel, topic);
const place = fc.constantFrom<ConversationRef>(group, topic, channel, room, future);
const ref: fc.Arbitrary<MessageRef> = fc.record({ conversation: place, id: fc.constantFrom("1", "2", "3") });
const small = fc.nat(5);
const list = <T>(item: fc.Arbitrary<T>) => fc.array(item, { maxLength: 4 });
const key = fc.constantFrom("a", "ab", "b", "c");
const update = fc
  .record({ key, receivedAt: small, position: fc.option(small) })
  .map(({ key, receivedAt, position }) =>
    raw(key, { receivedAt, ...(position !== null && { position: { name: "n", value: `${position}` } }) }),
  );
const event = fc.oneof(
  ref.map((source) => created(source)),
  ref.map(edited),
  ref.map((about) => ({ kind: "marks.changed" as const, about })),
  small.map((key) => notice(`${key}`)),
);
const delivery = fc.record({ event, to: place });
const held = fc.record({ waitsFor: ref, delivery, until: small });
const section = fc.option(fc.nat(2));
const mapRow = fc
  .record({
    source: ref,
    copy: ref,
    part: fc.nat(2),
    hash: fc.string(),
    via: fc.option(fc.string()),
    section,
  })
  .map(({ via, section, ...row }) => ({
    ...row,
    // No two rows of one place have the same time, so that their order is known.
    at: Number(row.copy.id) * 10 + (section ?? -1),
    ...(via !== null && { via }),
    ...(section !== null && { section }),
  }));
const sections = list(
  fc.record({ source: ref, text: fc.string() }).map(({ source, text }) => ({
    source,
    section: { kind: "notice" as const, body: [{ kind: "text" as const, text }] },
  })),
);
const traceStep = fc
  .record({ about: ref, to: fc.option(place), at: small, detail: fc.option(fc.string()) })
  .map(({ about, to, at, detail }) => ({
    ...{ about, at, step: "held" },
    ...(to !== null && { to }),
    ...(detail !== null && { detail }),
  }));

const kind = fc.constantFrom<MarkKind>("reaction", "vote");
const user = fc.constantFrom("", "1", "2");
const markRow = fc
  .record({
    about: ref,
    kind,
    place,
    user,
    name: fc.string(),
    at: small,
    marks: fc.array(key, { maxLength: 2 }),
  })
  .map(({ marks, ...row }): MarkRow => ({ ...row, marks: marks.map((key) => ({ key, count: 1 })) }));
/** Two of each chat, so that there are often several that could answer. */
const thread = fc
  .tuple(fc.constantFrom(group, channel, room), fc.constantFrom("1", "2"))
  .map(([chat, thread]): ConversationRef => ({ ...chat, thread }));
const threadPair = fc
  .tuple(thread, thread, fc.boolean())
  .filter(([one, other]) => one.account !== other.account)
  .map(([one, other, isOpened]) => {
    const chat: ConversationRef = { account: other.account, id: other.id };
    return { one, answers: isOpened ? other : chat, chat };
  });
const chat = fc.constantFrom(group, channel, room);
const person = fc.record<UserRef>({
  account: fc.constantFrom("telegram", "discord", "third"),
  id: fc.constantFrom("1", "2"),
});
const twoPersons = fc.tuple(person, person).filter(([one, other]) => one.account !== other.account);

const actions: Readonly<Record<string, Action>> = {
  freeze: (id, tx) => tx.outbox.freeze(id, [call(0), call(1)], { at: 4 }),
  mark: (id, tx) => tx.outbox.freeze(id, [call(0)], { at: 5, mark: "7" }),
  join: async (id, tx, lane) => {
    const others = (await tx.outbox.front(lane, 3)).map((row) => row.id).filter((other) => other !== id);
    await tx.outbox.freeze(id, [call(0)], { at: 6, joined: others });
  },
  thaw: (id, tx) => tx.outbox.thaw(id),
  progress: (id, tx) => tx.outbox.progress(id, 1),
  failed: (id, tx) => tx.outbox.failed(id, 2, 3),
  finish: (id, tx) => tx.outbox.finish(id),
  bury: (id, tx) => tx.outbox.bury(id, "no"),
  rewrite: (id, tx) => tx.outbox.rewrite(id, edited({ conversation: group, id: "1" })),
};

const deadActions: Readonly<Record<string, (id: number, tx: StoreTx) => Promise<boolean>>> = {
  retry: (id, tx) => tx.outbox.retry(id),
  drop: (id, tx) => tx.outbox.drop(id),
};

function step<T extends readonly unknown[]>(
  name: string,
  values: { readonly [K in keyof T]: fc.Arbitrary<T[K]> },
  run: (tx: StoreTx, ...values: T) => Promise<unknown>,
): fc.Arbitrary<Step> {
  return fc.tuple(...(values as unknown as fc.Arbitrary<unknown>[])).map((given) => ({
    run: (tx) => run(tx, ...(given as unknown as T)),
    toString: () => `${name}(${given.map((value) => JSON.stringify(value)).join(", ")})`,
  }));
}

const recorded = step("map.record", [list(mapRow)], (tx, rows) => tx.map.record(rows));

/** What is done with tables that have to do with each other. */
const steps: Readonly<Record<string, fc.Arbitrary<Step>>> = {
  journal: fc.oneof(
    step("journal.insert", [list(update)], (tx, raws) => tx.journal.insert(raws)),
    step("journal.bury", [update], (tx, buried) => tx.journal.bury(buried, "no")),
    step("journal.retry", [key], (tx, wanted) => tx.journal.retry("telegram", wanted)),
    step("journal.settle", [key], (tx, wanted) => tx.journal.settle("telegram", wanted)),
    step("journal.dead", [], async (tx) => [await tx.journal.dead(), await tx.journal.again()]),
    step("journal.keys", [fc.constantFrom("", "a", "b"), small], (tx, prefix, since) =>
      tx.journal.keys("telegram", prefix, since),
    ),
    step("journal.prune", [small], (tx, before) => tx.journal.prune(before)),
  ),
  outbox: fc.oneof(
    step("outbox.append", [list(delivery)], (tx, deliveries) => tx.outbox.append(deliveries)),
    step("outbox.front", [place, small], async (tx, lane, limit) => [
      await tx.outbox.front(lane, limit),
      await tx.outbox.depth(lane, limit),
    ]),
    step("outbox.front and", [place, fc.constantFrom(...Object.keys(actions))], async (tx, lane, name) => {
      const [head] = await tx.outbox.front(lane, 1);
      if (head) await actions[name]?.(head.id, tx, lane);
    }),
    step("outbox.dead and", [small, fc.constantFrom(...Object.keys(deadActions))], async (tx, nth, name) => {
      const id = (await tx.outbox.dead())[nth]?.id;
      return id !== undefined && [await deadActions[name]?.(id, tx), await tx.outbox.retry(id)];
    }),
    step("outbox.pruneDead", [small], (tx, before) => tx.outbox.pruneDead(before)),
    step("outbox.lanes", [], async (tx) => [
      await tx.outbox.lanes(),
      await tx.outbox.waiting(),
      await tx.outbox.dead(),
    ]),
    step("outbox.pending", [ref, place], async (tx, source, to) => [
      await tx.outbox.pending(source, to),
      await tx.outbox.pending(asideOf(source), to),
      await tx.outbox.lanesOf(source),
    ]),
    step("outbox.move", [place, place], (tx, from, to) => tx.outbox.move(from, to)),
    step("held.hold", [list(held)], (tx, rows) => tx.held.hold(rows)),
    step("held.release", [list(ref)], (tx, refs) => tx.held.release(refs)),
    step("held.expire", [small], (tx, now) => tx.held.expire(now)),
  ),
  map: fc.oneof(
    recorded,
    step("map.rehash", [ref, fc.string()], (tx, copy, hash) => tx.map.rehash(copy, hash)),
    step("map.copies", [ref, place], (tx, source, to) => tx.map.copies(source, to)),
    step("map.find", [ref, place], (tx, wanted, to) => tx.map.find(wanted, to)),
    step("map.forget", [list(ref), fc.option(ref)], (tx, copies, source) =>
      tx.map.forget(copies, source ?? undefined),
    ),
    step("map.known", [list(ref)], (tx, refs) => tx.map.known(refs)),
    step("map.origin", [ref], (tx, copy) => tx.map.origin(copy)),
    step("map.rows", [ref], (tx, wanted) => tx.map.rows(wanted)),
  ),
  rest: fc.oneof(
    step("joined.save", [ref, sections, small], (tx, copy, shown, at) => tx.joined.save(copy, shown, at)),
    step("joined.load", [ref], (tx, copy) => tx.joined.load(copy)),
    step("joined.forget", [ref], (tx, copy) => tx.joined.forget(copy)),
    step("joined.prune", [small], (tx, before) => tx.joined.prune(before)),
    step("trace.note", [list(traceStep)], (tx, steps) => tx.trace.note(steps)),
    step("trace.of", [ref], (tx, about) => tx.trace.of(about)),
    step("trace.prune", [small], (tx, before) => tx.trace.prune(before)),
    step("state", [fc.constantFrom("n", "m"), fc.string()], async (tx, name, value) => {
      const before = await tx.state.get("telegram", name);
      await tx.state.set("telegram", name, value);
      return before;
    }),
    step("moves", [place, place], async (tx, from, to) => {
      await tx.moves.add(from, to);
      return tx.moves.all();
    }),
  ),
  marks: fc.oneof(
    recorded,
    step("marks.put", [markRow], (tx, row) => tx.marks.put(row)),
    step("marks.of", [ref, kind], (tx, about, kind) => tx.marks.of(about, kind)),
    step("marks.clear", [ref, kind, place], (tx, about, kind, place) => tx.marks.clear(about, kind, place)),
    step("marks.forget", [list(ref)], (tx, abouts) => tx.marks.forget(abouts)),
    step("polls.put", [ref, fc.string()], (tx, about, question) => tx.polls.put(about, poll(question))),
    step("polls.get", [ref], (tx, about) => tx.polls.get(about)),
    step("polls.name", [key, ref], (tx, id, named) => tx.polls.name(named.conversation.account, id, named)),
    step("polls.messageOf", [key], async (tx, id) => [
      await tx.polls.messageOf("telegram", id),
      await tx.polls.messageOf("discord", id),
    ]),
  ),
  threads: fc.oneof(
    step("threads.pair", [threadPair], (tx, { one, answers, chat }) => tx.threads.pair(one, answers, chat)),
    step("threads.find", [thread, chat], (tx, one, chat) => tx.threads.find(one, chat)),
    step("threads.forget", [thread], (tx, one) => tx.threads.forget(one)),
  ),
  people: fc.oneof(
    step("people.link", [twoPersons], (tx, [one, other]) => tx.people.link(one, other)),
    step("people.unlink", [person], (tx, one) => tx.people.unlink(one)),
    step("people.find", [person, fc.constantFrom("telegram", "discord")], (tx, one, account) =>
      tx.people.find(one, account),
    ),
  ),
};

/** Works of one burst are given at once, so that they share a commit. */
const burstsOf = (anyStep: fc.Arbitrary<Step>) =>
  fc.array(
    fc.array(fc.record({ steps: fc.array(anyStep, { maxLength: 6 }), fails: fc.boolean() }), {
      maxLength: 4,
    }),
    { maxLength: 12 },
  );

/** All mixed, and the few of one table: only among few do those meet that have to do with each other. */
const bursts = fc.oneof(
  { weight: 4, arbitrary: burstsOf(fc.oneof(...Object.values(steps))) },
  ...Object.values(steps).map((some) => ({ weight: 1, arbitrary: burstsOf(some) })),
);

/** Ids need only grow (and two stores count apart): they are left out where results are compared. */
function withoutIds(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value ?? null, (key, item) => (key === "id" && typeof item === "number" ? 0 : item)),
  );
}

function work({ steps, fails }: { readonly steps: readonly Step[]; readonly fails: boolean }) {
  return async (tx: StoreTx) => {
    const results: unknown[] = [];
    for (const { run } of steps) results.push(withoutIds(await run(tx)));
    if (fails) throw new Error("this work fails");
    return results;
  };
}

test("any works, in any bursts, do what plain lists do", async () => {
  await fc.assert(
    fc.asyncProperty(bursts, async (all) => {
      let now = 0;
      const clock = { now: () => now, after: () => ({ cancel: () => {} }) };
      const store: Store = await openStore("sqlite::memory:", { clock });
      const naive = naiveStore(clock.now);
      for (const burst of all) {
        now += 1;
        const got = await Promise.allSettled(burst.map((given) => store.transaction(work(given))));
        const expected: PromiseSettledResult<unknown>[] = [];
        for (const given of burst)
          expected.push(...(await Promise.allSettled([naive.transaction(work(given))])));
        expect(got).toEqual(expected);
      }
      await store.close();
    }),
    { numRuns: 500 },
  );
});
