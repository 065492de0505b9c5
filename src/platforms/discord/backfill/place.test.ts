// What is found in a channel's history, as tables and as a property: kills at any instant lose and repeat nothing.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MessagePayload } from "../parse/payload.ts";
import { idAt, isAfter } from "../snowflake.ts";
import { type History, pageLength } from "./history.ts";
import { type Caps, findMissed, type Missed, type PlaceParts, startOf } from "./place.ts";

const now = Date.UTC(2026, 0, 15, 12);
const minute = 60_000;
/** The id of a message said so many minutes ago. */
const ago = (minutes: number) => idAt(now - minutes * minute);
const message = (id: string, more: Partial<MessagePayload> = {}): MessagePayload => ({
  id,
  channel_id: "c",
  content: id,
  ...more,
});

/** As Discord answers: at most a page, newest first. */
function historyOf(messages: readonly MessagePayload[]): History & { pages: number } {
  const sorted = messages.toSorted((a, b) => (isAfter(a.id, b.id) ? -1 : 1));
  return {
    pages: 0,
    async before(_channel, id) {
      this.pages += 1;
      return sorted.filter((each) => id === undefined || isAfter(id, each.id)).slice(0, pageLength);
    },
    async after(_channel, id) {
      this.pages += 1;
      return sorted.filter((each) => isAfter(each.id, id)).slice(-pageLength);
    },
    readable: async () => true,
  };
}

const caps: Caps = { messages: 500, hours: 24 };
const find = (messages: readonly MessagePayload[], more: Partial<PlaceParts>) => {
  const parts = { channel: "c", guild: "g", since: {}, caps, now, known: [], crosses: () => true };
  const history = historyOf(messages);
  return findMissed({ ...parts, history, readable: () => true, ...more }, new AbortController().signal);
};
const idOf = ({ d }: Missed) => (d as { readonly id: string }).id;
const ids = (missed: readonly Missed[]) => missed.map((each) => `${each.t} ${idOf(each) ?? ""}`.trim());

describe("where a gap begins", () => {
  const oldest = ago(1_440);
  it.each([
    ["ten minutes before the last message heard", { seen: ago(60) }, [], ago(70)],
    ["not before the session began", { seen: ago(60), floor: ago(62) }, [], ago(62)],
    ["where the session began when nothing was heard in it", { seen: ago(90), floor: ago(60) }, [], ago(60)],
    ["where the first session began", { floor: ago(60) }, [], ago(60)],
    ["at the last message, exactly, when the journal is too young", { seen: ago(1_435) }, [], ago(1_435)],
    ["behind what an interrupted run has carried", { seen: ago(60) }, [ago(65), ago(50), ago(40)], ago(40)],
    ["as usual when the journal knows nothing newer", { seen: ago(60) }, [ago(65), ago(60)], ago(70)],
  ])("%s", (_name, since, known, from) => {
    expect(startOf(since, known, oldest)).toBe(from);
  });
});

describe("what is found", () => {
  it("leaves out what the journal knows, within the margin too, and brings what is late", async () => {
    const said = [ago(68), ago(65), ago(60), ago(30), ago(20)].map((id) => message(id));
    const missed = await find(said, { since: { seen: ago(60) }, known: [ago(68), ago(60)] });
    expect(ids(missed)).toEqual([65, 30, 20].map((minutes) => `MESSAGE_CREATE ${ago(minutes)}`));
  });

  it("takes only edits since, and names each by its time", async () => {
    const edited = (minutes: number) => new Date(now - minutes * minute).toISOString();
    const said = [
      message(ago(200), { edited_timestamp: edited(100) }),
      message(ago(190), { edited_timestamp: edited(30) }),
      message(ago(180)),
    ];
    const missed = await find(said, { since: { seen: ago(60) }, known: said.map(({ id }) => id) });
    expect(missed.map(({ key }) => key)).toEqual([`update:${ago(190)}:${edited(30)}`]);
  });

  it("counts nothing as deleted where the right to read is gone", async () => {
    const known = [ago(70), ago(65)];
    const left = [message(ago(70))];
    expect(await find(left, { since: { seen: ago(60) }, known, readable: () => false })).toEqual([]);
    expect(ids(await find(left, { since: { seen: ago(60) }, known }))).toEqual([`MESSAGE_DELETE ${ago(65)}`]);
  });

  it("finds deletions among the last 500 known only, and beyond a capped gap too", async () => {
    const known = Array.from({ length: 700 }, (_, i) => ago(1_000 - i));
    const gone = [known[100], known[300], known[699]];
    const said = known.filter((id) => !gone.includes(id)).map((id) => message(id));
    const fresh = Array.from({ length: 250 }, (_, i) => message(ago(250 - i)));
    const missed = await find([...said, ...fresh], {
      since: { seen: ago(301) },
      known,
      caps: { messages: 5, hours: 24 },
    });
    expect(ids(missed).slice(0, 3)).toEqual([
      `MESSAGE_DELETE ${gone[1]}`,
      `MESSAGE_DELETE ${gone[2]}`,
      "GAP",
    ]);
    expect(missed).toHaveLength(8);
  });

  it("with a cap of nothing is the line alone", async () => {
    const said = [30, 20].map((minutes) => message(ago(minutes)));
    const missed = await find(said, { since: { seen: ago(60) }, caps: { messages: 0, hours: 24 } });
    expect(missed).toMatchObject([{ t: "GAP", d: { count: 2, more: false, first: ago(30) } }]);
  });
});

describe("whatever is killed whenever", () => {
  it("what is not behind the line of the cap is carried in order, once", async () => {
    const plan = fc.record({
      said: fc.integer({ min: 0, max: 260 }),
      later: fc.array(fc.integer({ min: 0, max: 120 }), { maxLength: 3 }),
      cuts: fc.array(fc.nat(400), { minLength: 3, maxLength: 3 }),
      cap: fc.integer({ min: 1, max: 150 }),
    });
    await fc.assert(
      fc.asyncProperty(plan, async ({ said, later, cuts, cap }) => {
        const since = { seen: ago(1_000) };
        const all: MessagePayload[] = [];
        const say = (count: number) => {
          for (let i = 0; i < count; i++) all.push(message(ago(900 - all.length)));
        };
        say(said);
        const stored: Missed[] = [];
        const store = (missed: readonly Missed[]) => {
          for (const each of missed) if (!stored.some(({ key }) => key === each.key)) stored.push(each);
        };
        const created = () => stored.filter(({ t }) => t === "MESSAGE_CREATE").map(idOf);
        const run = () => find(all, { since, known: created(), caps: { messages: cap, hours: 24 } });
        for (const [i, more] of later.entries()) {
          store((await run()).slice(0, cuts[i]));
          say(more);
        }
        store(await run());
        const carried = created();
        expect(carried).toEqual(carried.toSorted((a, b) => (isAfter(a, b) ? 1 : -1)));
        const left = stored.flatMap(({ t, d }) => {
          if (t !== "GAP") return [];
          const { first, count } = d as { readonly first: string; readonly count: number };
          const from = all.findIndex(({ id }) => id === first);
          return all.slice(from, from + count).map(({ id }) => id);
        });
        expect([...new Set([...left, ...carried])].toSorted()).toEqual(all.map(({ id }) => id).toSorted());
        expect(left.filter((id) => carried.includes(id))).toEqual([]);
        expect(carried.at(-1)).toBe(all.at(-1)?.id);
        // Nothing more is found by another look.
        expect(await run()).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

describe("a channel in which nothing stands any more", () => {
  const known = [ago(30), ago(20)];
  it("had its messages deleted, when it may be read", async () => {
    expect(ids(await find([], { since: { seen: ago(20) }, known }))).toEqual(
      known.map((id) => `MESSAGE_DELETE ${id}`),
    );
  });

  it("tells nothing when it may not be read", async () => {
    const history = { ...historyOf([]), readable: async () => false };
    expect(await find([], { since: { seen: ago(20) }, known, history })).toEqual([]);
  });
});
