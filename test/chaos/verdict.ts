// Compares what was written with what both rooms show in the end; `run-seed.ts` and the crash test ask it.

import { botMessages, type Rooms, type Shown, type Written } from "./rooms.ts";
import { SIDES, type Side } from "./story.ts";
import { type Found, findWords, mentions } from "./words.ts";

/** Ids of messages of the bot, by side. */
export type Strays = Readonly<Record<Side, readonly string[]>>;

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

/**
 * Is everything there that was written, once, in order, as it was last written, and nothing else? `strays` are messages
 * of the bot that cannot be helped.
 */
export function judgeRooms(
  rooms: Rooms,
  written: readonly Written[],
  strays: Strays = { telegram: [], discord: [] },
): Verdict {
  const faults: string[] = [...originalsTouched(rooms, written)];
  const excuses = { "sent twice because nobody could tell": 0 };
  let notices = 0;
  let joined = 0;
  for (const side of SIDES) {
    const shown = botMessages(rooms, side).filter(({ id }) => !strays[side].includes(id));
    excuses["sent twice because nobody could tell"] += strays[side].length;
    const wordless = shown.filter(({ own }) => findWords(own).length === 0);
    const foreign = wordless.filter(({ text }) => !isNotice(text));
    notices += wordless.length - foreign.length;
    faults.push(...foreign.map(({ id, text }) => `${side}: ${id} stands for nothing: ${short(text)}`));
    const purged = written.flatMap((each) => (each.purged ? [each.n] : []));
    const expected = itemsExpected(written, side);
    const there = itemsIn(shown).filter(({ name }) => !purged.some((n) => name.startsWith(`${n}v`)));
    joined += shown.filter(isJoined).length;
    faults.push(...difference(side, expected, there));
    faults.push(...wrongAnswers(rooms, written, side, there));
  }
  return { faults, excuses, notices, joined };
}

const isJoined = (message: Shown) => itemsIn([message]).length > 1;

/** The robot speaks of itself, or of who reacted; it carries nobody's words. See `failure` in locales/en/bridge.json. */
function isNotice(text: string): boolean {
  return /⚠️|⏸️|⏳|✅|earlier messages? (was|were) not carried|^(-# )?👍 /.test(text);
}

const short = (text: string) => JSON.stringify(text.length > 300 ? `${text.slice(0, 297)}…` : text);

/** Telegram tells bots of no deletion: what was deleted there still stands on the other side. */
function itemsExpected(written: readonly Written[], side: Side): readonly Item[] {
  return written
    .filter((each) => each.side !== side && !each.purged && !(each.deleted && each.side === "discord"))
    .map((each) => itemOf(findWords(each.words), []));
}

function itemOf(words: readonly Found[], shown: readonly Shown[]): Item {
  const marks = words.flatMap((found) => (found.kind === "mark" ? [found] : []));
  const first = marks[0];
  if (!first) return { name: "ok", marks: [], shown };
  return { name: `${first.n}v${first.version}`, marks: marks.map(({ index }) => index), shown };
}

/** What the bot's messages show, in the order in which each begins; a part that was added later belongs to its first. */
export function itemsIn(shown: readonly Shown[]): readonly Item[] {
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
    ...(lacking.length > 0 ? [`missing ${extract(lacking, 0, 60)}`] : []),
    ...(tooMuch.length > 0 ? [`too much ${extract(tooMuch, 0, 60)}`] : []),
  ];
  const what = reasons.length > 0 ? reasons.join("; ") : "the order is wrong";
  const from = Math.max(0, wanted.findIndex((each, index) => each !== found[index]) - 5);
  const around = (all: readonly string[]) => extract(all, from, 60);
  return [`${side}: ${what}\n    wanted: ${around(wanted)}\n    shown:  ${around(found)}`];
}

function extract(all: readonly string[], from: number, most: number): string {
  if (all.length <= most) return all.join(" ");
  const to = from + most;
  return `${from > 0 ? "… " : ""}${all.slice(from, to).join(" ")}${to < all.length ? " …" : ""} (${all.length})`;
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
    // What was changed to "ok" meanwhile is quoted so, and cannot be told from others.
    if (targets.some(({ deleted, purged, form }) => deleted || purged || form === "ok")) return [];
    // An answer that overtook the news of what it answers repeats what stood there.
    if (message.answered && plain(first.text).includes(plain(message.answered).slice(0, 30))) return [];
    const leads = targets.some(
      (target) => mentions(first.text, target.n) || leadsTo(rooms, first, target, there),
    );
    return leads
      ? []
      : [`${side}: ${item.name} does not answer ${message.answers.join(" or ")}: ${short(first.text)}`];
  });
}

/** Letters, digits and what encloses heads and marks: the marks of one platform are not the other's. */
const plain = (text: string) => text.replace(/[^\p{L}\p{N}⟨⟩«»]/gu, "");

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
