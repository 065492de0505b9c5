// Rooms that cannot be reached any more, and can again: what is paused, what goes on, what is told and how often.

import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ana, channel, group, type RobotBench, robotBench } from "../../../test/support/robot-world.ts";
import type { Bridge } from "../../model/bridge.ts";
import { type ConversationRef, conversationKey } from "../../model/refs.ts";
import { plainText } from "../../model/rich-text.ts";
import { type Command, Refusal } from "../command.ts";
import { RECHECK_MS } from "./access.ts";
import { type Bridges, createBridges } from "./bridges.ts";
import { overlaps } from "./roster.ts";

const third: ConversationRef = { account: "telegram", id: "-1003" };
const TICK = RECHECK_MS + 1;

let bench: RobotBench;
let bridges: Bridges;
let job: { stop(): Promise<void> } | undefined;

async function open(members: readonly ConversationRef[], more: Partial<Bridge> = {}) {
  bench = await robotBench();
  for (const room of [group, channel, third]) {
    bench.facts.set(conversationKey(room), { name: `sala ${room.id}`, kind: "group" });
    bench.standings.set(`telegram:11 ${conversationKey(room)}`, "admin");
  }
  const bridge = { name: "casa", members, from: "chats" as const, ...more };
  await bench.store.transaction((tx) => tx.records.put("bridge", "casa", { ...bridge } as never));
  await begin();
}

async function begin() {
  await job?.stop();
  for (const { name, from } of bench.world.table.all()) if (from === "chats") bench.world.table.drop(name);
  bridges = createBridges({ waitMs: 0 });
  await bridges.prepare?.(bench.world);
  job = bridges.start?.(bench.world);
}

beforeEach(() => open([group, channel]));
afterEach(async () => {
  await job?.stop();
  job = undefined;
  await bench.close();
});

/** What is told where, after the event was heard. */
async function becomes(
  conversation: ConversationRef,
  access: "full" | "mute" | "none",
): Promise<Readonly<Record<string, string>>> {
  const event = { kind: "access.changed", conversation, access } as const;
  if (!bridges.wants?.(event, bench.world)) return {};
  const answer = await bridges.hear?.(event, bench.world, new AbortController().signal);
  if (answer?.keep) await bench.store.transaction(answer.keep);
  await answer?.after?.();
  return Object.fromEntries(
    (answer?.also ?? []).map(({ to, saying }) => [conversationKey(to), plainText(saying.body)]),
  );
}

const others = (room: ConversationRef) => bench.world.table.others(room);
const command = () => bridges.commands?.[0] as Command;
const say = (code: string, room = group) => bench.command(command(), { code }, { room, by: ana });

describe("a bridge of two rooms", () => {
  it("is paused with a note to the other room when one is gone, and comes back by itself", async () => {
    const told = await becomes(channel, "none");
    expect(Object.keys(told)).toEqual([conversationKey(group)]);
    expect(Object.values(told)[0]).toContain("fica em pausa");
    expect(others(group)).toEqual([]);
    const back = await becomes(channel, "full");
    expect(back[conversationKey(group)]).toContain("voltou a funcionar");
    expect(back[conversationKey(channel)]).toBeDefined();
    expect(others(group)).toEqual([channel]);
  });

  it("says why: gone, or not allowed to write", async () => {
    const gone = await becomes(channel, "none");
    await becomes(channel, "full");
    await bench.clock.advance(TICK);
    const muted = await becomes(channel, "mute");
    expect(gone[conversationKey(group)]).toContain("Não estou mais em");
    expect(muted[conversationKey(group)]).toContain("Não posso escrever em");
  });

  it("stays paused over a restart, and comes back afterwards", async () => {
    await becomes(channel, "none");
    await begin();
    expect(others(group)).toEqual([]);
    await becomes(channel, "full");
    await begin();
    expect(others(group)).toEqual([channel]);
  });

  it("that people paused is not resumed when the room is back", async () => {
    await say("pausar");
    await becomes(channel, "none");
    const back = await becomes(channel, "full");
    expect(JSON.stringify(back)).not.toContain("voltou a funcionar");
    expect(others(group)).toEqual([]);
    await say("retomar");
    expect(others(group)).toEqual([channel]);
  });

  it("comes back by the clock when nobody told that the room is there again", async () => {
    const { facts } = bench;
    const was = facts.get(conversationKey(channel));
    facts.delete(conversationKey(channel));
    await becomes(channel, "none");
    await bench.clock.advance(TICK);
    expect(others(group)).toEqual([]);
    if (was) facts.set(conversationKey(channel), was);
    await bench.clock.advance(TICK);
    expect(others(group)).toEqual([channel]);
    expect(bench.said.map(({ saying }) => plainText(saying.body)).join()).toContain("voltou a funcionar");
  });

  it("stays paused by the clock while nothing can be written there", async () => {
    bench.lacks.set(conversationKey(channel), ["discord.lacks.send"]);
    await becomes(channel, "mute");
    await bench.clock.advance(3 * TICK);
    expect(others(group)).toEqual([]);
    expect(bench.said).toEqual([]);
  });

  it("that flaps is told twice at most, and once more when it ends otherwise than was told", async () => {
    bench.lacks.set(conversationKey(channel), ["discord.lacks.send"]);
    let notes = 0;
    for (let n = 0; n < 20; n++) {
      notes += Object.keys(await becomes(channel, "mute")).length > 0 ? 1 : 0;
      notes += Object.keys(await becomes(channel, "full")).length > 0 ? 1 : 0;
    }
    expect(notes).toBe(2);
    await becomes(channel, "mute");
    expect(others(group)).toEqual([]);
    await bench.clock.advance(TICK);
    expect(bench.said.filter(({ to }) => conversationKey(to) === conversationKey(group))).toHaveLength(1);
  });
});

describe("a bridge of three rooms", () => {
  beforeEach(async () => {
    await job?.stop();
    await bench.close();
    await open([group, channel, third]);
  });

  it("goes on without one, and brings it nothing until it is back", async () => {
    const told = await becomes(channel, "none");
    expect(told[conversationKey(third)]).toContain("seguem juntas");
    expect(others(group)).toEqual([third]);
    expect(others(third)).toEqual([group]);
    await becomes(channel, "full");
    expect(others(group)).toEqual([channel, third]);
  });

  it("is paused when a second one goes", async () => {
    await becomes(channel, "none");
    await becomes(third, "mute");
    expect(others(group)).toEqual([]);
    expect(others(third)).toEqual([]);
  });

  it("lets nothing out of a room that is only to hear and is silenced", async () => {
    await job?.stop();
    await bench.close();
    await open([group, channel, third], { ways: { [conversationKey(channel)]: "hears" } });
    await becomes(channel, "mute");
    expect(others(channel)).toEqual([]);
    expect(others(group)).toEqual([third]);
  });
});

describe("a bridge of the file", () => {
  it("is paused and resumed like the others, and never written", async () => {
    bench.world.table.drop("casa");
    await bench.store.transaction((tx) => tx.records.delete("bridge", "casa"));
    bench.world.table.put({ name: "arquivo", members: [group, channel], from: "file" });
    await begin();
    await becomes(channel, "none");
    expect(others(group)).toEqual([]);
    bench.world.table.put({ name: "arquivo", members: [group, channel], from: "file" });
    await begin();
    expect(others(group)).toEqual([]);
    await becomes(channel, "full");
    expect(others(group)).toEqual([channel]);
    expect(await bench.store.transaction((tx) => tx.records.list("bridge"))).toEqual([]);
  });
});

describe("rooms of no bridge", () => {
  it("that the file joined once are forgotten", async () => {
    await becomes(channel, "none");
    await bench.store.transaction((tx) => tx.records.delete("bridge", "casa"));
    await begin();
    await bench.clock.advance(TICK);
    expect(await bench.store.transaction((tx) => tx.records.list("bridge.out"))).toEqual([]);
    expect(bench.said).toEqual([]);
  });

  it("are not listened to", () => {
    const event = { kind: "access.changed", conversation: third, access: "none" } as const;
    expect(bridges.wants?.(event, bench.world)).toBe(false);
  });
});

describe("any walk through the commands", () => {
  const rooms: readonly ConversationRef[] = [
    group,
    third,
    { account: "telegram", id: "-1004" },
    { account: "telegram", id: "-1004", thread: "5" },
    { account: "telegram", id: "-1004", thread: "7" },
  ];
  const room = fc.nat(rooms.length - 1);
  const step = fc.oneof(
    fc.record({
      what: fc.constant("join" as const),
      from: room,
      to: room,
      way: fc.constantFrom("both", "out", "in"),
    }),
    fc.record({ what: fc.constantFrom("pause", "resume", "leave-yes", "direction", "restart"), from: room }),
    fc.record({ what: fc.constantFrom("none", "mute", "full"), from: room }),
  );
  type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

  async function walk(one: Step) {
    const here = rooms[one.from] ?? group;
    if (one.what === "restart") return begin();
    if (one.what === "none" || one.what === "mute" || one.what === "full") return becomes(here, one.what);
    const press = (action: string, at: ConversationRef) =>
      bench.press(command(), action, { room: at, by: ana });
    if (!("to" in one)) return press(`bridge:${one.what}`, here);
    const there = rooms[one.to] ?? group;
    const invitation = await press("bridge:invite:here", here);
    const code = /[2-9A-Z]{4}-[2-9A-Z]{4}/.exec(plainText(invitation.say?.body ?? []))?.[0] ?? "";
    const asked = await say(code, there);
    const yes = (asked.say?.buttons ?? []).flat().map((button) => ("action" in button ? button.action : ""));
    return press(yes.find((action) => action.endsWith(one.way)) ?? "", there);
  }

  it("leaves no room in two bridges, no bridge with one room, and memory as the disk", async () => {
    let done = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 16 }), async (steps) => {
        await job?.stop();
        await bench.close();
        await open([group, third]);
        for (const one of rooms) {
          bench.facts.set(conversationKey(one), { name: `sala ${one.id}`, kind: "group" });
          bench.standings.set(`telegram:11 ${conversationKey(one)}`, "admin");
        }
        for (const one of steps) {
          await walk(one).then(
            () => {
              if ("to" in one) done += 1;
            },
            (error: unknown) => {
              if (!(error instanceof Refusal)) throw error;
            },
          );
          const rows = await bench.store.transaction((tx) => tx.records.list("bridge"));
          const stored = rows.map(({ value }) => value as unknown as Bridge);
          for (const { members } of stored) expect(members.length).toBeGreaterThan(1);
          const all = stored.flatMap(({ members }) => members);
          for (const [i, a] of all.entries())
            for (const b of all.slice(i + 1))
              if (overlaps(a, b)) expect([a.thread, b.thread]).not.toContain(undefined);
          expect(new Set(all.map(conversationKey)).size).toBe(all.length);
          const names = bench.world.table.all().map(({ name }) => name);
          expect(names.sort()).toEqual(stored.map(({ name }) => name).sort());
        }
      }),
      { numRuns: 25 },
    );
    // The walks lead somewhere.
    expect(done).toBeGreaterThan(10);
  }, 60_000);
});

it("goes on for a day while a room cannot be reached: what is said waits for it, and only then is it set aside", async () => {
  await open([group, channel]);
  await job?.stop();
  const patient = createBridges();
  await patient.prepare?.(bench.world);
  job = patient.start?.(bench.world);
  bench.facts.delete(conversationKey(channel));
  const event = { kind: "access.changed", conversation: channel, access: "none" } as const;
  const told = await patient.hear?.(event, bench.world, new AbortController().signal);
  await bench.store.transaction(async (tx) => told?.keep?.(tx));
  await told?.after?.();
  expect(told?.also).toHaveLength(1);
  expect(bench.world.table.others(group)).toEqual([channel]);
  await bench.clock.advance(23 * 3_600_000);
  expect(bench.world.table.others(group)).toEqual([channel]);
  for (let hours = 0; hours < 8 && bench.world.table.others(group).length > 0; hours += 1)
    await bench.clock.advance(600_000);
  expect(bench.world.table.others(group)).toEqual([]);
});
