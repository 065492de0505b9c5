// Compares what was written with what both rooms show in the end, and with what the app kept; `run-seed.ts` asks it.

import type { Store } from "../../src/bridge/ports.ts";
import type { MessageRef } from "../../src/model/refs.ts";
import { botMessages, type Rooms, type Shown, type Written } from "./rooms.ts";
import { SIDES, type Side } from "./story.ts";
import { type Found, findWords, mentions } from "./words.ts";

export interface Verdict {
  /** What is wrong, a sentence each. */
  readonly faults: readonly string[];
  /** What is not as it should be, but cannot be helped; how often. */
  readonly excuses: Readonly<Record<string, number>>;
  /** Lines of the robot itself. */
  readonly notices: number;
  /** Messages of the bot that stand for several. */
  readonly joined: number;
}

/** One thing a room shows: an "ok", or all marks of one version of a message, in order. */
interface Item {
  /** "ok" or "17v2". */
  readonly name: string;
  readonly marks: readonly number[];
  /** The messages of the bot that show it. */
  readonly shown: readonly Shown[];
}

/** Is everything there that was written, once, in order, as it was last written, and nothing else? */
export function judgeRooms(rooms: Rooms, written: readonly Written[]): Verdict {
  const faults: string[] = [...originalsTouched(rooms, written)];
  const excuses: Record<string, number> = {};
  let notices = 0;
  let joined = 0;
  for (const side of SIDES) {
    const shown = botMessages(rooms, side);
    const strays = shown.filter(({ own }) => findWords(own).length === 0);
    const foreign = strays.filter(({ text }) => !isNotice(text));
    notices += strays.length - foreign.length;
    faults.push(...foreign.map(({ id, text }) => `${side}: ${id} stands for nothing: ${short(text)}`));
    const expected = itemsExpected(written, side);
    const there = itemsIn(shown);
    joined += shown.filter((message) => itemsIn([message]).length > 1).length;
    faults.push(...difference(side, expected, there));
    faults.push(...wrongAnswers(rooms, written, side, there));
  }
  return { faults, excuses, notices, joined };
}

/** The robot speaks of itself; it carries nobody's words. See `failure` in locales/en/bridge.json. */
function isNotice(text: string): boolean {
  return /⚠️|⏸️|⏳|earlier messages? (was|were) not carried/.test(text);
}

const short = (text: string) => JSON.stringify(text.length > 120 ? `${text.slice(0, 117)}…` : text);

/** Telegram tells bots of no deletion: what was deleted there still stands on the other side. */
function itemsExpected(written: readonly Written[], side: Side): readonly Item[] {
  return written
    .filter((each) => each.side !== side && !(each.deleted && each.side === "discord"))
    .map((each) => itemOf(findWords(each.words), []));
}

function itemOf(words: readonly Found[], shown: readonly Shown[]): Item {
  const marks = words.flatMap((found) => (found.kind === "mark" ? [found] : []));
  const first = marks[0];
  if (!first) return { name: "ok", marks: [], shown };
  return { name: `${first.n}v${first.version}`, marks: marks.map(({ index }) => index), shown };
}

/** What the bot's messages show, in the order in which each begins; a part that was added later belongs to its first. */
function itemsIn(shown: readonly Shown[]): readonly Item[] {
  const items: { name: string; marks: number[]; shown: Shown[] }[] = [];
  const known = new Map<string, (typeof items)[number]>();
  for (const message of shown) {
    for (const found of findWords(message.own)) {
      const name = found.kind === "ok" ? "ok" : `${found.n}v${found.version}`;
      const marks = found.kind === "ok" ? [] : [found.index];
      const item = found.kind === "ok" ? undefined : known.get(name);
      // The same mark again is the same message again.
      if (!item || item.marks.some((mark) => marks.includes(mark))) {
        const fresh = { name, marks, shown: [message] };
        items.push(fresh);
        known.set(name, fresh);
      } else {
        item.marks.push(...marks);
        if (!item.shown.includes(message)) item.shown.push(message);
      }
    }
  }
  return items;
}

function difference(side: Side, expected: readonly Item[], there: readonly Item[]): readonly string[] {
  const say = ({ name, marks }: Item) => (marks.length > 1 ? `${name}[${ranges(marks)}]` : name);
  const wanted = expected.map(say);
  const found = there.map(say);
  if (wanted.join("\n") === found.join("\n")) return [];
  const lacking = without(wanted, found);
  const tooMuch = without(found, wanted);
  const reasons = [
    ...(lacking.length > 0 ? [`missing ${lacking.join(" ")}`] : []),
    ...(tooMuch.length > 0 ? [`too much ${tooMuch.join(" ")}`] : []),
  ];
  const what = reasons.length > 0 ? reasons.join("; ") : "the order is wrong";
  return [`${side}: ${what}\n    wanted: ${wanted.join(" ")}\n    shown:  ${found.join(" ")}`];
}

/** 0,1,2,5 is 0-2,5. */
function ranges(all: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const each of all) {
    const last = runs.at(-1);
    if (last && last[1] + 1 === each) last[1] = each;
    else runs.push([each, each]);
  }
  return runs.map(([from, to]) => (from === to ? from : `${from}-${to}`)).join();
}

/** The elements of `all` that are left when each of `others` has taken one away. */
function without(all: readonly string[], others: readonly string[]): readonly string[] {
  const left = [...others];
  return all.filter((each) => {
    const at = left.indexOf(each);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

function wrongAnswers(
  rooms: Rooms,
  written: readonly Written[],
  side: Side,
  there: readonly Item[],
): readonly string[] {
  return there.flatMap((item) => {
    const message = written.find(({ n }) => item.name.startsWith(`${n}v`));
    const first = item.shown[0];
    if (message?.answers === undefined || !first) return [];
    const targets = written.filter(({ n }) => message.answers?.includes(n));
    if (targets.some(({ deleted }) => deleted)) return [];
    const leads = targets.some(
      (target) => mentions(first.text, target.n) || leadsTo(rooms, first, target, there),
    );
    return leads ? [] : [`${side}: ${item.name} does not answer ${message.answers.join(" or ")}`];
  });
}

/** By a native answer or a link. */
function leadsTo(rooms: Rooms, { answers, text }: Shown, target: Written, there: readonly Item[]): boolean {
  const copies = there.filter(({ name }) => name.startsWith(`${target.n}v`)).flatMap(({ shown }) => shown);
  const ids = [target.id, ...copies.map(({ id }) => id)];
  return ids.some((id) => answers === id || text.includes(`/${rooms.channel}/${id}`));
}

/** Nobody's own words may change. */
function originalsTouched(rooms: Rooms, written: readonly Written[]): readonly string[] {
  const { telegram, discord, chat, channel } = rooms;
  const standing = {
    telegram: new Map(telegram.messages(chat).map((each) => [String(each.message_id), each.text])),
    discord: new Map(discord.messages(channel).map((each) => [each.id, each.content])),
  };
  return written.flatMap(({ n, side, id, words, deleted }) => {
    const text = standing[side].get(id);
    if (deleted ? text === undefined : text === words) return [];
    return [`${side}: the original of ${n} was touched: ${short(text ?? "(gone)")}`];
  });
}

/** What the app keeps: nothing waits, nothing was given up, and the map knows every copy and no other. */
export async function judgeStore(
  rooms: Rooms,
  written: readonly Written[],
  store: Store,
): Promise<readonly string[]> {
  const { chat, channel } = rooms;
  const faults: string[] = [];
  await store.transaction(async (tx) => {
    const waiting = await tx.outbox.waiting();
    if (waiting > 0) faults.push(`${waiting} deliveries still wait`);
    for (const { to, event, reason } of await tx.outbox.dead())
      faults.push(`a dead letter to ${to.account} (${event.kind}): ${reason}`);
    for (const side of SIDES) {
      const to = { account: side, id: side === "telegram" ? String(chat) : channel };
      const from =
        side === "telegram" ? { account: "discord", id: channel } : { account: "telegram", id: String(chat) };
      const there = itemsIn(botMessages(rooms, side));
      for (const message of written.filter((each) => each.side !== side)) {
        const item = there.find(({ name }) => name.startsWith(`${message.n}v`));
        const ref: MessageRef = { conversation: from, id: message.id };
        const copies = (await tx.map.copies(ref, to)).map((copy) => copy.ref.id);
        const shown = item?.shown.map(({ id }) => id) ?? [];
        const isOk = message.form === "ok";
        const gone = message.deleted && message.side === "discord";
        if (gone && copies.length > 0) faults.push(`${side}: the map still knows ${message.n}: ${copies}`);
        if (isOk || gone) continue;
        if (!item) continue;
        if (copies.toSorted().join() !== shown.toSorted().join())
          faults.push(
            `${side}: the map says that ${message.n} stands in ${copies}, but it stands in ${shown}`,
          );
      }
    }
  });
  return faults;
}
