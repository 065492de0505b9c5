// What the naive store knows of a person, found by walking through all its lists; `naive-store.ts` is its owner.

import type { MapRow, MarkRow, StoreTx, TraceStep } from "../../src/bridge/store-port.ts";
import type { JoinedSection, Json, RawUpdate } from "../../src/model/delivery.ts";
import type { BridgeEvent } from "../../src/model/event.ts";
import { type MessageRef, messageKey, type UserRef } from "../../src/model/refs.ts";
import { sectionsWith, sectionsWithout, tells } from "../../src/storage/tables/privacy-json.ts";

interface Lists {
  journal: { raw: RawUpdate; state: string }[];
  outbox: { readonly event: BridgeEvent; readonly state: string }[];
  map: MapRow[];
  joined: { copy: MessageRef; sections: readonly JoinedSection[]; at: number }[];
  trace: TraceStep[];
  marks: MarkRow[];
  people: { group: number; user: UserRef }[];
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

export function privacyOn(lists: Lists): StoreTx["privacy"] {
  return { about: async (user) => about(lists, user), erase: async (user) => erase(lists, user) };
}

const isOwn = (one: UserRef | undefined, user: UserRef) =>
  one?.account === user.account && one.id === user.id;
const wrote = (user: UserRef) => (row: MapRow) =>
  row.author === user.id && row.source.conversation.account === user.account;
const marked = (user: UserRef) => (row: MarkRow) =>
  row.user === user.id && row.place.account === user.account;
const updated =
  ({ account, id }: UserRef) =>
  ({ raw, state }: Lists["journal"][number]) =>
    state === "done" && raw.account === account && tells(raw.body, id);
const died =
  (user: UserRef) =>
  ({ event, state }: Lists["outbox"][number]) => {
    const by = "message" in event ? event.message.author : "by" in event ? event.by : undefined;
    return state === "dead" && isOwn(by?.user, user);
  };

function about(lists: Lists, user: UserRef): Json {
  const messages = new Map<string, number>();
  for (const { source, at } of lists.map.filter(wrote(user)))
    messages.set(messageKey(source), Math.min(at, messages.get(messageKey(source)) ?? at));
  const group = lists.people.find((row) => isOwn(row.user, user))?.group;
  return {
    account: user.account,
    id: user.id,
    linked: lists.people
      .filter((row) => row.group === group && !isOwn(row.user, user))
      .map((row) => ({ account: row.user.account, id: row.user.id })),
    messages: [...messages]
      .map(([message, at]) => ({ message, at }))
      .sort((a, b) => a.at - b.at || compare(a.message, b.message)),
    marks: lists.marks
      .filter(marked(user))
      .map(({ about, kind, name, marks, at }) => ({
        message: messageKey(about),
        ...{ kind, name, marks: marks as unknown as Json, at },
      }))
      .sort((a, b) => a.at - b.at || compare(`${a.message} ${a.kind}`, `${b.message} ${b.kind}`)),
    updates: lists.journal
      .filter(updated(user))
      .map(({ raw: { key, receivedAt } }) => ({ key, receivedAt }))
      .sort((a, b) => compare(a.key, b.key)),
    joined: [...lists.joined]
      .sort((a, b) => compare(messageKey(a.copy), messageKey(b.copy)))
      .flatMap(({ sections }) =>
        sections.flatMap(({ section }) =>
          section.kind === "message" && isOwn(section.message.author.user, user)
            ? [
                {
                  name: section.message.author.name,
                  at: section.message.at,
                  body: section.message.body as unknown as Json,
                },
              ]
            : [],
        ),
      ),
    undelivered: lists.outbox.filter(died(user)).map(({ event }) => event as unknown as Json),
  };
}

function erase(lists: Lists, user: UserRef): number {
  const dead = lists.outbox.filter(died(user));
  const abouts = new Set([
    ...lists.map.filter(wrote(user)).map(({ source }) => messageKey(source)),
    ...dead.flatMap(({ event }) => ("message" in event ? [messageKey(event.message.ref)] : [])),
  ]);
  let count = dead.length;
  const gone = <T>(rows: readonly T[], isGone: (row: T) => boolean): T[] => {
    const left = rows.filter((row) => !isGone(row));
    count += rows.length - left.length;
    return left;
  };
  lists.outbox = lists.outbox.filter((row) => !dead.includes(row));
  lists.trace = gone(lists.trace, ({ about }) => abouts.has(messageKey(about)));
  lists.marks = gone(lists.marks, marked(user));
  lists.people = gone(lists.people, (row) => isOwn(row.user, user));
  lists.map = lists.map.map((row) => {
    if (!wrote(user)(row)) return row;
    count += 1;
    const { author: _, ...rest } = row;
    return rest;
  });
  for (const row of lists.journal.filter(updated(user))) {
    count += 1;
    row.raw = { ...row.raw, body: "{}" };
  }
  lists.joined = lists.joined.map((row) => {
    if (!sectionsWith(row.sections, user)) return row;
    count += 1;
    return { ...row, sections: sectionsWithout(row.sections, user) };
  });
  return count;
}

export function latestOn(lists: Pick<Lists, "map">): StoreTx["latest"] {
  return async (chat, limit, authors) => {
    const isHere = ({ conversation }: MessageRef) =>
      conversation.account === chat.account && conversation.id === chat.id;
    const found = new Map<string, { readonly ref: MessageRef; readonly at: number }>();
    for (const row of lists.map) {
      if (!isHere(row.source) && !isHere(row.copy)) continue;
      if (authors && !authors.some((one) => wrote(one)(row))) continue;
      const known = found.get(messageKey(row.source));
      found.set(messageKey(row.source), { ref: row.source, at: Math.max(row.at, known?.at ?? row.at) });
    }
    return [...found.values()]
      .sort((a, b) => b.at - a.at || compare(b.ref.id, a.ref.id))
      .slice(0, limit)
      .map(({ ref }) => ref);
  };
}
