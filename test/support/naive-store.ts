// The store's transaction as plain lists, without any cleverness: what the engines are compared with.

import type {
  HeldDelivery,
  MapRow,
  MarkRow,
  RobotTask,
  StoredDelivery,
  StoreTx,
  TraceStep,
} from "../../src/bridge/store-port.ts";
import type { Poll } from "../../src/model/attachment.ts";
import type { JoinedSection, Json, RawUpdate } from "../../src/model/delivery.ts";
import type { BridgeEvent } from "../../src/model/event.ts";
import {
  asideOf,
  type ConversationRef,
  conversationKey,
  type MessageRef,
  messageKey,
  type UserRef,
} from "../../src/model/refs.ts";
import { latestOn, privacyOn } from "./naive-privacy.ts";

type Row = StoredDelivery & {
  readonly reason?: string;
  readonly joinedTo?: number;
  readonly diedAt?: number;
};

interface Lists {
  journal: { raw: RawUpdate; state: "done" | "dead" | "again"; reason: string }[];
  outbox: Row[];
  held: HeldDelivery[];
  map: MapRow[];
  joined: { copy: MessageRef; sections: readonly JoinedSection[]; at: number }[];
  trace: TraceStep[];
  marks: MarkRow[];
  polls: { about: MessageRef; poll: Poll }[];
  pollNames: { account: string; id: string; message: MessageRef }[];
  /** The youngest last; those of one group answer to each other. */
  threads: { group: number; thread: ConversationRef }[];
  /** Who was linked last comes last; those of one group are one person. */
  people: { group: number; user: UserRef }[];
  state: { account: string; name: string; value: string }[];
  tasks: (RobotTask & { attempts: number })[];
  records: { kind: string; key: string; value: Json; until: number | undefined }[];
  moves: { from: ConversationRef; to: ConversationRef }[];
}

export interface NaiveStore {
  /** Undoes everything when `work` throws. */
  transaction<T>(work: (tx: StoreTx) => Promise<T>): Promise<T>;
}

/** `now` is what the clock of the compared store says. */
export function naiveStore(now: () => number): NaiveStore {
  let lists: Lists = emptyLists();
  return {
    async transaction(work) {
      const before = structuredClone(lists);
      try {
        return await work(transactionOn(lists, now));
      } catch (error) {
        lists = before;
        throw error;
      }
    },
  };
}

function emptyLists(): Lists {
  return {
    ...{ journal: [], outbox: [], held: [], map: [], joined: [], trace: [], marks: [], polls: [] },
    ...{ pollNames: [], threads: [], people: [], state: [], moves: [] },
    ...{ tasks: [], records: [] },
  };
}

const same = (a: ConversationRef, b: ConversationRef) => conversationKey(a) === conversationKey(b);
const samePlace = (a: ConversationRef, b: ConversationRef) => a.account === b.account && a.id === b.id;
const placeKey = ({ account, id }: ConversationRef) => `${account}:${id}`;
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const sameMessage = (a: MessageRef, b: MessageRef) => messageKey(a) === messageKey(b);

function transactionOn(lists: Lists, now: () => number): StoreTx {
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
    outbox: outboxOn(lists, now),
    held: heldOn(lists),
    map: mapOn(lists),
    joined: joinedOn(lists),
    trace: traceOn(lists),
    marks: marksOn(lists),
    polls: pollsOn(lists),
    threads: threadsOn(lists),
    people: peopleOn(lists),
    state,
    tasks: tasksOn(lists),
    records: recordsOn(lists, now),
    privacy: privacyOn(lists),
    latest: latestOn(lists),
    moves: {
      all: async () => [...lists.moves],
      async add(from, to) {
        if (!lists.moves.some((move) => same(move.from, from) && same(move.to, to)))
          lists.moves.push({ from, to });
      },
    },
  };
}

function tasksOn(lists: Lists): StoreTx["tasks"] {
  const find = (id: string) => lists.tasks.find((task) => task.id === id);
  return {
    async add(task) {
      if (!find(task.id)) lists.tasks.push({ ...task, attempts: 0 });
    },
    all: async (limit) =>
      [...lists.tasks]
        .sort((a, b) => a.at - b.at || compare(a.id, b.id))
        .slice(0, limit)
        .map(({ id, ask, at }) => ({ id, ask, at })),
    async begin(id) {
      const task = find(id);
      if (!task) return 0;
      task.attempts += 1;
      return task.attempts;
    },
    async finish(id) {
      const was = lists.tasks.length;
      lists.tasks = lists.tasks.filter((task) => task.id !== id);
      return lists.tasks.length < was;
    },
  };
}

function recordsOn(lists: Lists, now: () => number): StoreTx["records"] {
  const isAlive = ({ until }: { until: number | undefined }) => until === undefined || until > now();
  const alive = (kind: string) => lists.records.filter((row) => row.kind === kind && isAlive(row));
  const without = (kind: string, key: string) =>
    lists.records.filter((row) => row.kind !== kind || row.key !== key);
  return {
    get: async (kind, key) => alive(kind).find((row) => row.key === key)?.value,
    async put(kind, key, value, until) {
      lists.records = [...without(kind, key), { kind, key, value, until }];
    },
    async delete(kind, key) {
      const was = lists.records.length;
      lists.records = without(kind, key);
      return lists.records.length < was;
    },
    list: async (kind, prefix = "") =>
      alive(kind)
        .filter(({ key }) => key.startsWith(prefix))
        .sort((a, b) => compare(a.key, b.key))
        .map(({ key, value }) => ({ key, value })),
    async size(kind) {
      const rows = alive(kind);
      const bytes = rows.reduce((sum, { value }) => sum + [...JSON.stringify(value)].length, 0);
      return { count: rows.length, bytes };
    },
    async prune() {
      const was = lists.records.length;
      lists.records = lists.records.filter(isAlive);
      return was - lists.records.length;
    },
  };
}

function journalOn(lists: Lists, state: StoreTx["state"]): StoreTx["journal"] {
  const find = ({ account, key }: Pick<RawUpdate, "account" | "key">) =>
    lists.journal.find(({ raw }) => raw.account === account && raw.key === key);
  const buried = (which: "dead" | "again") =>
    lists.journal
      .filter((row) => row.state === which)
      .map(({ raw: { position: _, ...raw }, reason }) => ({ raw, reason }))
      .sort(
        (a, b) =>
          a.raw.receivedAt - b.raw.receivedAt ||
          compare(a.raw.account, b.raw.account) ||
          compare(a.raw.key, b.raw.key),
      );
  const change = (account: string, key: string, to: "again" | "done") => {
    const row = find({ account, key });
    if (row === undefined || row.state === "done") return false;
    row.state = to;
    return true;
  };
  return {
    async insert(raws) {
      const fresh: RawUpdate[] = [];
      for (const raw of raws) {
        if (find(raw)) continue;
        lists.journal.push({ raw, state: "done", reason: "" });
        fresh.push(raw);
        if (raw.position) await state.set(raw.account, raw.position.name, raw.position.value);
      }
      return fresh;
    },
    async bury(raw, reason) {
      const row = find(raw);
      if (row) Object.assign(row, { state: "dead", reason });
    },
    async prune(before) {
      return prune(lists, "journal", (row) => row.state === "done" && row.raw.receivedAt < before);
    },
    dead: async () => buried("dead"),
    again: async () => buried("again").map(({ raw }) => raw),
    retry: async (account, key) => change(account, key, "again"),
    settle: async (account, key) => change(account, key, "done"),
    keys: async (account, prefix, since) =>
      lists.journal
        .filter(({ raw }) => raw.account === account && raw.key.startsWith(prefix) && raw.receivedAt >= since)
        .map(({ raw }) => raw.key)
        .sort(compare),
  };
}

function outboxOn(lists: Lists, now: () => number): StoreTx["outbox"] {
  const alive = () => lists.outbox.filter((row) => row.state !== "dead");
  const front = (lane: ConversationRef, limit: number) =>
    alive()
      .filter(({ to, state }) => same(to, lane) && state !== "joined")
      .slice(0, limit);
  const change = async (id: number, more: Partial<Row>) => {
    lists.outbox = lists.outbox.map((row) => (row.id === id ? { ...row, ...more } : row));
  };
  return {
    ...deadOn(lists),
    async append(deliveries) {
      for (const { event, to } of deliveries) {
        const id = (lists.outbox.at(-1)?.id ?? 0) + 1;
        lists.outbox.push({ id, event, to, state: "waiting", attempts: 0, done: 0, createdAt: now() });
      }
    },
    front: async (lane, limit) => front(lane, limit).map(shown),
    depth: async (lane, limit) => front(lane, limit).length,
    lanes: async () =>
      alive().flatMap(({ to }, i) => (alive().findIndex((row) => same(row.to, to)) === i ? [to] : [])),
    waiting: async () => alive().length,
    async freeze(id, calls, { at, mark, joined = [] }) {
      const { mark: _, ...row } = lists.outbox.find((row) => row.id === id) as Row;
      lists.outbox = lists.outbox.map((other) =>
        other.id === id
          ? { ...row, calls, state: "sending", frozenAt: at, ...(mark !== undefined && { mark }) }
          : other,
      );
      for (const other of joined) await change(other, { state: "joined", joinedTo: id });
    },
    async thaw(id) {
      lists.outbox = lists.outbox.map((row) =>
        (row.id === id || row.joinedTo === id) && row.state !== "dead" ? unfrozen(row) : row,
      );
    },
    progress: (id, done) => change(id, { done }),
    failed: (id, attempts, failingSince) => change(id, { attempts, failingSince }),
    async finish(id) {
      lists.outbox = lists.outbox.filter((row) => row.id !== id && row.joinedTo !== id);
    },
    bury: (id, reason) => change(id, { state: "dead", reason, diedAt: now() }),
    pending: async (source, lane) =>
      alive()
        .filter(({ event, to }) => same(to, lane) && aboutOf(event).some((ref) => sameMessage(ref, source)))
        .map(shown),
    lanesOf: async (source) =>
      alive().flatMap(({ event, to }) =>
        event.kind === "message.created" && sameMessage(event.message.ref, source) ? [to] : [],
      ),
    rewrite: (id, event) => change(id, { event }),
    async move(from, to) {
      const moved = (lane: ConversationRef) => movedTo(lane, from, to);
      lists.outbox = lists.outbox.map((row) => ({ ...row, to: moved(row.to) }));
      lists.held = lists.held.map((row) => ({
        ...row,
        delivery: { ...row.delivery, to: moved(row.delivery.to) },
      }));
    },
  };
}

/** A thread moves alone, a chat with all its threads. */
function movedTo(lane: ConversationRef, from: ConversationRef, to: ConversationRef): ConversationRef {
  if (same(lane, from)) return to;
  if (from.thread !== undefined || !samePlace(lane, from)) return lane;
  return { ...lane, account: to.account, id: to.id };
}

/** What a delivery is found by. */
function aboutOf(event: BridgeEvent): readonly MessageRef[] {
  if ("message" in event) return [event.message.ref];
  return event.kind === "marks.changed" ? [asideOf(event.about)] : [];
}

function deadOn(lists: Lists): Pick<StoreTx["outbox"], "dead" | "retry" | "drop" | "pruneDead"> {
  const isDead = (id: number) => lists.outbox.some((row) => row.id === id && row.state === "dead");
  return {
    dead: async () =>
      lists.outbox
        .filter((row) => row.state === "dead")
        .map((row) => ({ ...shown(row), reason: row.reason ?? "" })),
    async retry(id) {
      if (!isDead(id)) return false;
      lists.outbox = lists.outbox.map((row) => (row.id === id ? untried(row) : row));
      return true;
    },
    async drop(id) {
      if (!isDead(id)) return false;
      lists.outbox = lists.outbox.filter((row) => row.id !== id);
      return true;
    },
    pruneDead: async (before) =>
      prune(lists, "outbox", (row) => row.state === "dead" && (row.diedAt ?? 0) < before),
  };
}

/** What the store tells of a row. */
function shown({ reason: _, joinedTo: __, diedAt: ___, ...row }: Row): StoredDelivery {
  return row;
}

function unfrozen({ calls: _, frozenAt: __, mark: ___, joinedTo: ____, ...row }: Row): Row {
  return { ...row, state: "waiting", done: 0 };
}

function untried({ reason: _, diedAt: __, failingSince: ___, ...row }: Row): Row {
  return { ...unfrozen(row), attempts: 0 };
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
  const rowsOf = (copy: MessageRef) =>
    lists.map
      .filter((row) => sameMessage(row.copy, copy))
      .sort((a, b) => (a.section ?? -1) - (b.section ?? -1));
  return {
    async record(rows) {
      for (const row of rows) {
        lists.map = lists.map.filter(
          ({ copy, section }) => !sameMessage(copy, row.copy) || section !== row.section,
        );
        lists.map.push(row);
      }
    },
    async rehash(copy, hash) {
      lists.map = lists.map.map((row) => (sameMessage(row.copy, copy) ? { ...row, hash } : row));
    },
    copies: async (source, to) =>
      copiesOf(source, to).map(({ copy, source: _, section, ...rest }) => ({
        ref: copy,
        ...rest,
        ...(section !== undefined && { joined: true }),
      })),
    async find(ref, to) {
      const row = rowsOf(ref)[0];
      const origin = row?.source ?? ref;
      const joined = row?.section !== undefined;
      if (samePlace(origin.conversation, to)) return { ref: origin, joined, ...(row && { since: row.at }) };
      const copy = copiesOf(origin, to)[0];
      if (copy === undefined) return undefined;
      const since = Math.max(copy.at, row?.at ?? 0);
      return { ref: copy.copy, joined: joined || copy.section !== undefined, since };
    },
    async forget(copies, source) {
      lists.map = lists.map.filter(
        (row) =>
          !copies.some((copy) => sameMessage(copy, row.copy)) ||
          (source !== undefined && !sameMessage(source, row.source)),
      );
    },
    origin: async (copy) => rowsOf(copy)[0]?.source,
    known: async (refs) =>
      refs.map((ref) =>
        lists.map.some(({ source, copy }) => sameMessage(source, ref) || sameMessage(copy, ref)),
      ),
    rows: async (ref) => [
      ...lists.map
        .filter(({ source }) => sameMessage(source, ref))
        .sort(
          (a, b) =>
            compare(placeKey(a.copy.conversation), placeKey(b.copy.conversation)) ||
            a.part - b.part ||
            a.at - b.at,
        ),
      ...rowsOf(ref),
    ],
  };
}

function joinedOn(lists: Lists): StoreTx["joined"] {
  const forget = (copy: MessageRef) => {
    lists.joined = lists.joined.filter((row) => !sameMessage(row.copy, copy));
  };
  return {
    async save(copy, sections, at) {
      forget(copy);
      lists.joined.push({ copy, sections, at });
    },
    load: async (copy) => lists.joined.find((row) => sameMessage(row.copy, copy))?.sections,
    forget: async (copy) => forget(copy),
    prune: async (before) => prune(lists, "joined", ({ at }) => at < before),
  };
}

function traceOn(lists: Lists): StoreTx["trace"] {
  return {
    async note(steps) {
      lists.trace.push(...steps);
    },
    of: async (about) =>
      lists.trace.filter((step) => sameMessage(step.about, about)).map((step) => ({ ...step, about })),
    prune: async (before) => prune(lists, "trace", ({ at }) => at < before),
  };
}

const chatOf = ({ account, id }: ConversationRef): ConversationRef => ({ account, id });

function marksOn(lists: Lists): StoreTx["marks"] {
  const drop = (isGone: (row: MarkRow) => boolean) => {
    lists.marks = lists.marks.filter((row) => !isGone(row));
  };
  const isOne = (row: MarkRow, of: Pick<MarkRow, "about" | "kind" | "place">) =>
    sameMessage(row.about, of.about) && row.kind === of.kind && samePlace(row.place, of.place);
  return {
    async put(row) {
      drop((other) => isOne(other, row) && other.user === row.user);
      if (row.marks.length > 0) lists.marks.push({ ...row, place: chatOf(row.place) });
    },
    of: async (about, kind) =>
      lists.marks
        .filter((row) => sameMessage(row.about, about) && row.kind === kind)
        .sort(
          (a, b) => a.at - b.at || compare(placeKey(a.place), placeKey(b.place)) || compare(a.user, b.user),
        )
        .map((row) => ({ ...row, about })),
    clear: async (about, kind, place) => drop((row) => isOne(row, { about, kind, place })),
    async forget(abouts) {
      const isGone = (ref: MessageRef) => abouts.some((about) => sameMessage(about, ref));
      const copies = lists.map.filter(({ source }) => isGone(source)).map(({ copy }) => copy);
      drop(({ about }) => isGone(about));
      lists.polls = lists.polls.filter(({ about }) => !isGone(about));
      lists.pollNames = lists.pollNames.filter(
        ({ message }) => !isGone(message) && !copies.some((copy) => sameMessage(copy, message)),
      );
    },
  };
}

function pollsOn(lists: Lists): StoreTx["polls"] {
  return {
    async put(about, poll) {
      lists.polls = lists.polls.filter((row) => !sameMessage(row.about, about));
      lists.polls.push({ about, poll });
    },
    async name(account, id, message) {
      lists.pollNames = lists.pollNames.filter((row) => row.account !== account || row.id !== id);
      lists.pollNames.push({ account, id, message });
    },
    get: async (about) => lists.polls.find((row) => sameMessage(row.about, about))?.poll,
    messageOf: async (account, id) =>
      lists.pollNames.find((row) => row.account === account && row.id === id)?.message,
  };
}

function threadsOn(lists: Lists): StoreTx["threads"] {
  const groupOf = (thread: ConversationRef) => lists.threads.find((row) => same(row.thread, thread))?.group;
  const join = (group: number, thread: ConversationRef) => {
    lists.threads = lists.threads.filter((row) => row.group !== group || !same(row.thread, thread));
    lists.threads.push({ group, thread });
  };
  return {
    async find(thread, chat) {
      const group = groupOf(thread);
      return lists.threads.findLast((row) => row.group === group && samePlace(row.thread, chat))?.thread;
    },
    async pair(thread, answers) {
      const theirs = answers.thread === undefined ? undefined : groupOf(answers);
      const group = groupOf(thread) ?? theirs ?? unused(lists.threads);
      const united = lists.threads.filter((row) => row.group === group).map((row) => row.thread);
      lists.threads = lists.threads
        .filter(
          (row) => row.group !== theirs || group === theirs || !united.some((one) => same(one, row.thread)),
        )
        .map((row) => (row.group === theirs ? { ...row, group } : row));
      for (const member of [thread, answers]) join(group, member);
    },
    async forget(thread) {
      lists.threads = lists.threads.filter((row) => !same(row.thread, thread));
    },
  };
}

function peopleOn(lists: Lists): StoreTx["people"] {
  const sameUser = (a: UserRef, b: UserRef) => a.account === b.account && a.id === b.id;
  const groupOf = (user: UserRef) => lists.people.find((row) => sameUser(row.user, user))?.group;
  const leave = (user: UserRef) => {
    lists.people = lists.people.filter((row) => !sameUser(row.user, user));
  };
  return {
    async link(one, other) {
      const theirs = groupOf(other);
      const group = groupOf(one) ?? theirs ?? unused(lists.people);
      lists.people = lists.people.map((row) => (row.group === theirs ? { ...row, group } : row));
      for (const user of [one, other]) {
        leave(user);
        lists.people.push({ group, user });
      }
    },
    unlink: async (user) => leave(user),
    async find(user, account) {
      const group = groupOf(user);
      return lists.people.findLast((row) => row.group === group && row.user.account === account)?.user;
    },
  };
}

function unused(rows: readonly { readonly group: number }[]): number {
  return Math.max(0, ...rows.map(({ group }) => group)) + 1;
}

/** How many rows it removed. */
function prune<Name extends "journal" | "outbox" | "joined" | "trace">(
  lists: Lists,
  name: Name,
  isOld: (row: Lists[Name][number]) => boolean,
): number {
  const rows = lists[name] as Lists[Name][number][];
  const left = rows.filter((row) => !isOld(row));
  lists[name] = left as Lists[Name];
  return rows.length - left.length;
}
