// The store's transaction as plain lists, without any cleverness: what the engines are compared with.

import type { HeldDelivery, MapRow, StoredDelivery, StoreTx } from "../../src/bridge/ports.ts";
import type { RawUpdate } from "../../src/model/delivery.ts";
import { type ConversationRef, conversationKey, type MessageRef, messageKey } from "../../src/model/refs.ts";

type Row = StoredDelivery & { readonly reason?: string };

interface Lists {
  journal: { raw: RawUpdate; dead: boolean }[];
  outbox: Row[];
  held: HeldDelivery[];
  map: MapRow[];
  state: { account: string; name: string; value: string }[];
  moves: { from: ConversationRef; to: ConversationRef }[];
}

export interface NaiveStore {
  /** Undoes everything when `work` throws. */
  transaction<T>(work: (tx: StoreTx) => Promise<T>): Promise<T>;
}

export function naiveStore(): NaiveStore {
  let lists: Lists = { journal: [], outbox: [], held: [], map: [], state: [], moves: [] };
  return {
    async transaction(work) {
      const before = structuredClone(lists);
      try {
        return await work(transactionOn(lists));
      } catch (error) {
        lists = before;
        throw error;
      }
    },
  };
}

const same = (a: ConversationRef, b: ConversationRef) => conversationKey(a) === conversationKey(b);
const samePlace = (a: ConversationRef, b: ConversationRef) => a.account === b.account && a.id === b.id;
const sameMessage = (a: MessageRef, b: MessageRef) => messageKey(a) === messageKey(b);

function transactionOn(lists: Lists): StoreTx {
  const state: StoreTx["state"] = {
    get: async (account, name) =>
      lists.state.find((row) => row.account === account && row.name === name)?.value,
    async set(account, name, value) {
      lists.state = lists.state.filter((row) => row.account !== account || row.name !== name);
      lists.state.push({ account, name, value });
    },
  };
  return {
    journal: journalOn(lists, state),
    outbox: outboxOn(lists),
    held: heldOn(lists),
    map: mapOn(lists),
    state,
    moves: {
      all: async () => [...lists.moves],
      async add(from, to) {
        if (!lists.moves.some((move) => same(move.from, from) && same(move.to, to)))
          lists.moves.push({ from, to });
      },
    },
  };
}

function journalOn(lists: Lists, state: StoreTx["state"]): StoreTx["journal"] {
  const find = ({ account, key }: RawUpdate) =>
    lists.journal.find(({ raw }) => raw.account === account && raw.key === key);
  return {
    async insert(raws) {
      const fresh: RawUpdate[] = [];
      for (const raw of raws) {
        if (find(raw)) continue;
        lists.journal.push({ raw, dead: false });
        fresh.push(raw);
        if (raw.position) await state.set(raw.account, raw.position.name, raw.position.value);
      }
      return fresh;
    },
    async bury(raw) {
      const row = find(raw);
      if (row) row.dead = true;
    },
    async prune(before) {
      const left = lists.journal.filter(({ raw, dead }) => dead || raw.receivedAt >= before);
      const gone = lists.journal.length - left.length;
      lists.journal = left;
      return gone;
    },
  };
}

function outboxOn(lists: Lists): StoreTx["outbox"] {
  const alive = () => lists.outbox.filter((row) => row.state !== "dead");
  const change = async (id: number, more: Partial<Row>) => {
    lists.outbox = lists.outbox.map((row) => (row.id === id ? { ...row, ...more } : row));
  };
  return {
    async append(deliveries) {
      for (const { event, to } of deliveries) {
        const id = (lists.outbox.at(-1)?.id ?? 0) + 1;
        lists.outbox.push({ id, event, to, state: "waiting", attempts: 0, done: 0 });
      }
    },
    head: async (lane) => alive().find(({ to }) => same(to, lane)),
    lanes: async () =>
      alive().flatMap(({ to }, i) => (alive().findIndex((row) => same(row.to, to)) === i ? [to] : [])),
    waiting: async () => alive().length,
    freeze: (id, calls) => change(id, { calls, state: "sending" }),
    progress: (id, done) => change(id, { done }),
    failed: (id, attempts, failingSince) => change(id, { attempts, failingSince }),
    async finish(id) {
      lists.outbox = lists.outbox.filter((row) => row.id !== id);
    },
    bury: (id, reason) => change(id, { state: "dead", reason }),
    dead: async () =>
      lists.outbox.filter((row) => row.state === "dead").map((row) => ({ ...row, reason: row.reason ?? "" })),
    carries: async (source, lane) =>
      alive().some(
        ({ event, to }) =>
          event.kind === "message.created" && sameMessage(event.message.ref, source) && same(to, lane),
      ),
    async move(from, to) {
      lists.outbox = lists.outbox.map((row) => (same(row.to, from) ? { ...row, to } : row));
      lists.held = lists.held.map((row) =>
        same(row.delivery.to, from) ? { ...row, delivery: { ...row.delivery, to } } : row,
      );
    },
  };
}

function heldOn(lists: Lists): StoreTx["held"] {
  return {
    async hold(rows) {
      lists.held.push(...rows);
    },
    async release(refs) {
      const wanted = ({ waitsFor }: HeldDelivery) => refs.some((ref) => sameMessage(ref, waitsFor));
      const released = lists.held.filter(wanted);
      lists.held = lists.held.filter((row) => !wanted(row));
      return released.map(({ delivery }) => delivery);
    },
    async expire(now) {
      const left = lists.held.filter(({ until }) => until >= now);
      const gone = lists.held.length - left.length;
      lists.held = left;
      return gone;
    },
  };
}

function mapOn(lists: Lists): StoreTx["map"] {
  const copiesOf = (source: MessageRef, to: ConversationRef) =>
    lists.map
      .filter((row) => sameMessage(row.source, source) && samePlace(row.copy.conversation, to))
      .sort((a, b) => a.part - b.part || a.at - b.at);
  return {
    async record(rows) {
      for (const row of rows) {
        lists.map = lists.map.filter(({ copy }) => !sameMessage(copy, row.copy));
        lists.map.push(row);
      }
    },
    async rehash(copy, hash) {
      lists.map = lists.map.map((row) => (sameMessage(row.copy, copy) ? { ...row, hash } : row));
    },
    copies: async (source, to) =>
      copiesOf(source, to).map(({ copy, source: _, ...rest }) => ({ ref: copy, ...rest })),
    async find(ref, to) {
      const origin = lists.map.find(({ copy }) => sameMessage(copy, ref))?.source ?? ref;
      return samePlace(origin.conversation, to) ? origin : copiesOf(origin, to)[0]?.copy;
    },
    async forget(copies) {
      lists.map = lists.map.filter((row) => !copies.some((copy) => sameMessage(copy, row.copy)));
    },
  };
}
