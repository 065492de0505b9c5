// Bans and mutes over the bridge: who may, where it holds, who is asked instead; in the world of a command.

import { afterEach, beforeEach, expect, test } from "vitest";
import {
  ana,
  carla,
  channel,
  group,
  type RobotBench,
  robotBench,
  wordsOf,
} from "../../../test/support/robot-world.ts";
import type { Social } from "../../bridge/social.ts";
import type { BridgeEvent } from "../../model/event.ts";
import type { UserRef } from "../../model/refs.ts";
import type { Area } from "../area.ts";
import { type Command, Refusal } from "../command.ts";
import { createModeration } from "./moderation.ts";

const troll: UserRef = { account: "telegram", id: "666" };
const trollThere: UserRef = { account: "discord", id: "300000000000000666" };
let bench: RobotBench;
let area: Area;

beforeEach(async () => {
  bench = await robotBench({ bridges: [{ name: "praca", members: [group, channel] }] });
  area = createModeration();
  await bench.world.rooms.set(group, { moderation: true });
  await bench.world.rooms.set(channel, { moderation: true });
  bench.standings.set(`telegram:11 telegram:${group.id}`, "admin");
  await link(troll, trollThere);
});
afterEach(() => bench.close());

const link = (one: UserRef, other: UserRef) => bench.store.transaction((tx) => tx.people.link(one, other));
const anaIsAdminThere = async () => {
  await link(ana.user, carla.user);
  bench.standings.set(`discord:${carla.user.id} discord:${channel.id}`, "admin");
};
const named = (name: string): Command => {
  const found = area.commands?.find((command) => command.name === name);
  if (!found) throw new Error(`no command ${name}`);
  return found;
};
const against = (user: UserRef) => {
  const about = { ref: { conversation: group, id: "5" }, user, files: [] };
  const asked = { kind: "command" as const, name: "x", words: "", files: [], about };
  return { by: ana, room: group, asked };
};
const refusal = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof Refusal ? error.key : error;
};
const moderated = (more: object = {}): BridgeEvent => ({
  ...{ kind: "moderated", conversation: group, act: "ban", at: 1, by: ana },
  user: { kind: "person", name: "Zé", user: troll },
  ...more,
});
const hear = async (event: BridgeEvent) => {
  if (!area.wants?.(event, bench.world)) return undefined;
  const answer = await area.hear?.(event, bench.world, new AbortController().signal);
  await bench.store.transaction(async (tx) => answer?.keep?.(tx));
  return answer;
};
const acted = () => bench.moderated.map(({ act, user, room }) => [act, user.id, room.account]);

test("a ban holds in every room in which the admin is one", async () => {
  await anaIsAdminThere();
  const answer = await bench.command(named("ban"), {}, against(troll));
  expect(acted()).toEqual([
    ["ban", troll.id, "telegram"],
    ["ban", trollThere.id, "discord"],
  ]);
  expect(answer.also).toEqual([]);
});

test("where the admin is none, the admins are told, and their button does it", async () => {
  const answer = await bench.command(named("ban"), {}, against(troll));
  expect(acted()).toEqual([["ban", troll.id, "telegram"]]);
  const [line] = answer.also ?? [];
  expect(line?.to).toEqual(channel);
  const button = line?.saying.buttons?.[0]?.[0];
  const action = button && "action" in button ? button.action : "";
  const there = { by: carla, room: channel, account: "discord" };
  const press = () => bench.press(named("moderation"), action, there);
  expect(await refusal(press())).toBe("robot-moderation.pressed.not-admin");
  bench.standings.set(`discord:${carla.user.id} discord:${channel.id}`, "admin");
  await press();
  expect(acted()).toContainEqual(["ban", trollThere.id, "discord"]);
  expect(await refusal(press())).toBe("robot-moderation.over");
});

test("a button of one room does nothing in another", async () => {
  const answer = await bench.command(named("ban"), {}, against(troll));
  const button = answer.also?.[0]?.saying.buttons?.[0]?.[0];
  const action = button && "action" in button ? button.action : "";
  const pressed = bench.press(named("moderation"), action, { by: ana, room: group });
  expect(await refusal(pressed)).toBe("robot-moderation.over");
});

test("who is no admin by the platform's word does nothing anywhere", async () => {
  await anaIsAdminThere();
  bench.standings.set(`telegram:11 telegram:${group.id}`, "member");
  for (const name of ["ban", "mute", "unmute", "unban"]) {
    const asked = bench.command(named(name), {}, { ...against(troll), role: "admin" });
    expect(await refusal(asked)).toBe("robot-moderation.not-admin");
  }
  expect(bench.moderated).toEqual([]);
});

test("admins, oneself and rooms without moderation are left alone", async () => {
  bench.standings.set(`telegram:${troll.id} telegram:${group.id}`, "admin");
  expect(await refusal(bench.command(named("ban"), {}, against(troll)))).toBe("robot-moderation.admin");
  expect(await refusal(bench.command(named("ban"), {}, against(ana.user)))).toBe("robot-moderation.self");
  await link(ana.user, carla.user);
  expect(await refusal(bench.command(named("ban"), {}, against(carla.user)))).toBe("robot-moderation.self");
  await bench.world.rooms.set(group, { moderation: undefined });
  expect(await refusal(bench.command(named("ban"), {}, against(troll)))).toBe("robot-moderation.off-here");
  expect(bench.moderated).toEqual([]);
});

test("a mute ends when it was said to", async () => {
  await bench.command(named("mute"), { minutes: 30 }, against(troll));
  expect(bench.moderated[0]).toMatchObject({ act: "mute", until: bench.clock.now() + 30 * 60_000 });
});

test("somebody named is found among those who wrote, and nobody else", async () => {
  const by = { by: ana, room: group };
  expect(await refusal(bench.command(named("ban"), { person: "Ninguém" }, by))).toBe(
    "robot-moderation.not-seen",
  );
  await bench.command(named("mute"), { person: "Carla" }, by);
  expect(bench.moderated).toEqual([]);
  const mention = bench.command(named("ban"), { person: "<@300000000000000666>" }, by);
  expect(await refusal(mention)).toBe("robot-moderation.not-seen");
  await bench.command(named("ban"), { person: "66666" }, by);
  expect(acted()).toEqual([["ban", "66666", "telegram"]]);
});

test("a ban on the platform itself is followed where the admin is one, and not carried back", async () => {
  await anaIsAdminThere();
  const answer = await hear(moderated());
  expect(acted()).toEqual([["ban", trollThere.id, "discord"]]);
  expect(answer?.also?.map(({ to }) => to)).toEqual([channel]);
  const echo = moderated({
    conversation: channel,
    user: { kind: "person", name: "Zé", user: trollThere },
    by: carla,
  });
  expect(await hear(echo)).toBeUndefined();
  expect(bench.moderated).toHaveLength(1);
});

const HOUR_MS = 3_600_000;
/** Turns the clock past the watch's next looks, each of which ends before the next. */
const turn = async (ms: number) => {
  for (let left = ms; left > 0; left -= 30_000) {
    await bench.clock.advance(Math.min(left, 30_000));
    for (let count = 0; count < 6; count++) await bench.store.transaction(async () => {});
  }
};
const bannedForAnHour = () => hear(moderated({ until: bench.clock.now() + HOUR_MS }));

test("a ban with an end is ended where the platform knows none, also after a restart", async () => {
  await anaIsAdminThere();
  await bannedForAnHour();
  expect(acted()).toEqual([["ban", trollThere.id, "discord"]]);
  area = createModeration();
  await area.prepare?.(bench.world);
  const watch = area.start?.(bench.world);
  await turn(HOUR_MS - 60_000);
  expect(acted()).toHaveLength(1);
  await turn(2 * 60_000);
  expect(acted().slice(1)).toEqual([["unban", trollThere.id, "discord"]]);
  await turn(HOUR_MS);
  expect(acted()).toHaveLength(2);
  await watch?.stop();
});

test("who was banned or let in anew by a moderator meanwhile stays as that one wanted it", async () => {
  await anaIsAdminThere();
  await bannedForAnHour();
  const watch = area.start?.(bench.world);
  await turn(6 * 60_000);
  const there = { conversation: channel, user: { kind: "person", name: "Zé", user: trollThere }, by: carla };
  expect(await hear(moderated({ ...there, at: 2 }))).toBeDefined();
  const before = acted().length;
  await turn(2 * HOUR_MS);
  expect(acted()).toHaveLength(before);
  await watch?.stop();
});

test("a ban whose end is refused is tried again, and the operator is told once", async () => {
  await anaIsAdminThere();
  const real = bench.world.social("discord");
  let isAllowed = false;
  const moderate: Social["moderate"] = async (moderation, signal) => {
    if (moderation.act === "unban" && !isAllowed) throw new Error("no right");
    await real?.moderate?.(moderation, signal);
  };
  const social = (account: string) =>
    account === "discord" && real ? { ...real, moderate } : bench.world.social(account);
  const world = { ...bench.world, social };
  const watch = area.start?.(world);
  await bannedForAnHour();
  await turn(HOUR_MS + 30 * 60_000);
  expect(acted()).toHaveLength(1);
  expect(bench.reported).toEqual([{ level: "warn", key: "robot-moderation.term-stays" }]);
  isAllowed = true;
  await turn(11 * 60_000);
  expect(acted().slice(1)).toEqual([["unban", trollThere.id, "discord"]]);
  await watch?.stop();
});

test("a ban of which nobody says whose it is, is only told", async () => {
  const { by: _, ...anonymous } = moderated() as Extract<BridgeEvent, { kind: "moderated" }>;
  const answer = await hear(anonymous);
  expect(bench.moderated).toEqual([]);
  expect(answer?.also?.[0]?.saying.buttons).toHaveLength(1);
});

test("nothing is followed where a room has not switched it on", async () => {
  await anaIsAdminThere();
  await bench.world.rooms.set(channel, { moderation: undefined });
  expect(await hear(moderated())).toBeUndefined();
});

test("the switch says what holds", async () => {
  const by = { by: ana, room: group };
  expect(wordsOf(await bench.command(named("moderation"), {}, by))).toMatch(/ligada/);
  await bench.command(named("moderation"), { on: false }, by);
  expect(bench.world.rooms.get(group).moderation).toBeUndefined();
});

test("a purge takes the last messages of one person away on all sides, and only an admin's", async () => {
  const carry = (id: string, author: string, at: number) => ({
    ...{ source: { conversation: group, id }, copy: { conversation: channel, id: `1${id}` } },
    ...{ part: 0, hash: "h", at, author },
  });
  const rows = [carry("1", "666", 1), carry("2", "5", 2), carry("3", "666", 3), carry("4", "666", 4)];
  await bench.store.transaction((tx) => tx.map.record(rows));
  const { about: _, ...asked } = against(troll).asked;
  const purge = (count: number, more: object = {}) =>
    bench.command(named("purge"), { count, person: "666666" }, { by: ana, room: group, asked, ...more });
  expect(await refusal(purge(2))).toBe("robot-moderation.purge.nothing");
  const stranger = { ...ana, user: { account: "telegram", id: "12" } };
  expect(await refusal(purge(2, { by: stranger, role: "admin" }))).toBe("robot-moderation.not-admin");
  await bench.command(named("purge"), { count: 2 }, against(troll));
  expect(bench.removed.map(({ id }) => id)).toEqual(["4", "3"]);
  const waiting = await bench.store.transaction((tx) => tx.outbox.front(channel, 9));
  expect(waiting.map(({ event }) => "refs" in event && event.refs[0]?.id)).toEqual(["4", "3"]);
});

const purgeFromElsewhere = async () => {
  const elsewhere = { source: { conversation: channel, id: "7" }, copy: { conversation: group, id: "107" } };
  const own = { source: { conversation: group, id: "8" }, copy: { conversation: channel, id: "108" } };
  const rows = [elsewhere, own].map((row, at) => ({ ...row, part: 0, hash: "h", at, author: "1" }));
  await bench.store.transaction((tx) => tx.map.record(rows));
  const answer = await bench.command(named("purge"), { count: 5 }, { by: ana, room: group });
  const lanes = await bench.store.transaction((tx) =>
    Promise.all([group, channel].map((room) => tx.outbox.front(room, 9))),
  );
  const [here, there] = lanes.map((lane) =>
    lane.map(({ event }) => ("refs" in event ? event.refs[0]?.id : undefined)),
  );
  return { words: wordsOf(answer), here, there };
};

test("a purge takes away here alone what was written where the admin is none", async () => {
  const { words, here, there } = await purgeFromElsewhere();
  expect(bench.removed.map(({ id }) => id)).toEqual(["8"]);
  expect(here).toEqual(["7"]);
  expect(there).toEqual(["8"]);
  expect(words).toContain("1 mensagem apagada");
  expect(words).toContain("só daqui");
});

test("a purge takes originals of another room away where the admin is one and moderation is on", async () => {
  await anaIsAdminThere();
  expect(await purgeFromElsewhere()).toMatchObject({ here: ["7"], there: ["8"] });
  expect(bench.removed.map(({ id }) => id).sort()).toEqual(["7", "8"]);
});

test("a purge leaves the originals of a room without moderation", async () => {
  await anaIsAdminThere();
  await bench.world.rooms.set(channel, { moderation: undefined });
  await purgeFromElsewhere();
  expect(bench.removed.map(({ id }) => id)).toEqual(["8"]);
});

test("a ban that was taken back is followed again when somebody else bans anew", async () => {
  await anaIsAdminThere();
  await hear(moderated());
  await hear(moderated({ act: "unban", at: 2 }));
  bench.moderated.length = 0;
  const user = { kind: "person", name: "Zé", user: trollThere };
  await hear(moderated({ conversation: channel, user, by: carla, at: 3 }));
  expect(acted()).toEqual([["ban", troll.id, "telegram"]]);
});

test("a ban that a moderator took back where it was carried to is followed when it comes again", async () => {
  await anaIsAdminThere();
  await bench.world.rooms.set(group, { moderation: true });
  await hear(moderated());
  const user = { kind: "person", name: "Zé", user: trollThere };
  await hear(moderated({ conversation: channel, user, act: "unban", by: carla, at: 2 }));
  bench.moderated.length = 0;
  await hear(moderated({ conversation: channel, user, by: carla, at: 3 }));
  expect(acted()).toEqual([["ban", troll.id, "telegram"]]);
});
