// Two accounts of one person, what of them is carried, deleting and forgetting: in the world of a command, on a store in memory.

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
import type { About } from "../../model/ask.ts";
import type { Bridge } from "../../model/bridge.ts";
import type { BridgeEvent } from "../../model/event.ts";
import type { Message } from "../../model/message.ts";
import type { MessageRef, UserRef } from "../../model/refs.ts";
import { type Command, Refusal } from "../command.ts";
import { createPeople, type PeopleArea } from "./people.ts";

const bridge: Bridge = { name: "praca", members: [group, channel] };
let bench: RobotBench;
let people: PeopleArea;
let erased: readonly UserRef[];

beforeEach(async () => {
  erased = [];
  people = createPeople({
    onErased: (accounts) => {
      erased = accounts;
    },
  });
  bench = await robotBench({ bridges: [bridge] });
});
afterEach(() => bench.close());

const named = (name: string): Command => {
  const found = people.commands?.find((command) => command.name === name);
  if (!found) throw new Error(`no command ${name}`);
  return found;
};
const onTelegram = { by: ana, room: group, account: "telegram" };
const inPrivate = { ...onTelegram, room: { account: "telegram", id: "11" }, isPrivate: true };
const onDiscord = { by: carla, room: channel, account: "discord", can: { forms: true, whispers: true } };
const refusal = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof Refusal ? error.key : error;
};
const codeFrom = (words: string) => /[2-9A-Z]{4}-[2-9A-Z]{4}/.exec(words)?.[0] ?? "none";
const makeCode = async () => codeFrom(wordsOf(await bench.command(named("link"), {}, inPrivate)));
const link = async () => bench.command(named("link"), { code: await makeCode() }, onDiscord);
const linked = () => bench.store.transaction((tx) => tx.people.find(ana.user, "discord"));

const original: MessageRef = { conversation: group, id: "1" };
const copy: MessageRef = { conversation: channel, id: "101" };
const carry = (source = original, to = copy, author: string | undefined = "11", section?: number) =>
  bench.store.transaction((tx) =>
    tx.map.record([
      {
        ...{ source, copy: to, part: 0, hash: "h", at: 1 },
        ...(author !== undefined && { author }),
        ...(section !== undefined && { section }),
      },
    ]),
  );
const waiting = () =>
  bench.store.transaction(async (tx) => {
    const fronts = await Promise.all((await tx.outbox.lanes()).map((lane) => tx.outbox.front(lane, 10)));
    return fronts.flat().map(({ event, to }) => ({ event, to }));
  });
const deletion = (ref: MessageRef, to = channel) => ({
  event: { kind: "message.deleted", conversation: ref.conversation, refs: [ref] },
  to,
});
const remove = (ref: MessageRef, more: object, about: Partial<About> = {}) =>
  bench.command(
    named("delete"),
    {},
    {
      asked: { kind: "command", name: "delete", words: "", files: [], about: { ref, files: [], ...about } },
      ...more,
    },
  );

test("a code made in private and entered on the other side makes one person of two accounts", async () => {
  expect(wordsOf(await link())).toMatch(/Carla.*Ana/);
  expect(await linked()).toEqual(carla.user);
});

test("a code is never shown in a group where all would see it", async () => {
  const answer = await bench.command(named("link"), {}, onTelegram);
  expect(codeFrom(wordsOf(answer))).toBe("none");
  expect(answer.say?.buttons?.[0]?.[0]).toMatchObject({ href: "https://t.me/ponte_bot?start=link" });
});

test("a code is shown on Discord for the person's eyes alone", async () => {
  const answer = await bench.command(named("link"), {}, onDiscord);
  expect(codeFrom(wordsOf(answer))).not.toBe("none");
  expect(answer.isPrivate).toBe(true);
});

test("a code is on disk only as a hash, works once and not after ten minutes", async () => {
  const code = await makeCode();
  const kept = await bench.store.transaction((tx) => tx.records.list("people.code"));
  expect(JSON.stringify(kept)).not.toContain(code.replace("-", ""));
  await bench.clock.advance(10 * 60_000);
  expect(await refusal(bench.command(named("link"), { code }, onDiscord))).toBe("robot-people.link.wrong");
  const fresh = await makeCode();
  await bench.command(named("link"), { code: fresh }, onDiscord);
  const again = bench.command(named("link"), { code: fresh }, onDiscord);
  expect(await refusal(again)).toBe("robot-people.link.wrong");
});

test("a code is of no use to the account that made it, nor once there is a newer one", async () => {
  const code = await makeCode();
  expect(await refusal(bench.command(named("link"), { code }, inPrivate))).toBe("robot-people.link.own");
  await makeCode();
  expect(await refusal(bench.command(named("link"), { code }, onDiscord))).toBe("robot-people.link.wrong");
});

test("who guesses is shut out, even from the right code", async () => {
  for (let i = 0; i < 5; i++) await refusal(bench.command(named("link"), { code: "AAAA-AAAA" }, onDiscord));
  const right = bench.command(named("link"), { code: await makeCode() }, onDiscord);
  expect(await refusal(right)).toBe("robot-people.link.blocked");
  expect(await linked()).toBeUndefined();
});

test("who is linked already is told so, and who is linked to somebody else is not joined to a second", async () => {
  await link();
  expect(wordsOf(await link())).toMatch(/já são a mesma pessoa/);
  const other = { ...ana, user: { account: "telegram", id: "12" } };
  const theirs = { ...inPrivate, by: other };
  const code = codeFrom(wordsOf(await bench.command(named("link"), {}, theirs)));
  expect(await refusal(bench.command(named("link"), { code }, onDiscord))).toBe("robot-people.link.taken");
});

test("who writes as the group or a channel chooses nothing for a person, and is told where they can", async () => {
  const code = codeFrom(wordsOf(await bench.command(named("link"), {}, onDiscord)));
  for (const kind of ["anonymous", "channel"] as const) {
    const by = { kind, name: "Praça", user: { account: "telegram", id: group.id } };
    const as = { ...onTelegram, by };
    expect(await refusal(bench.command(named("link"), { code }, as))).toBe("robot-people.nobody");
    for (const name of ["unlink", "optout", "optin"])
      expect(await refusal(bench.command(named(name), {}, as))).toBe("robot-people.nobody");
    expect(await refusal(bench.command(named("profile"), { name: "Rei" }, as))).toBe("robot-people.nobody");
    expect(bench.world.people.get(by.user)).toEqual({});
  }
  await bench.command(named("link"), { code }, onTelegram);
  expect(await linked()).toEqual(carla.user);
});

test("unlinking makes two people again", async () => {
  await link();
  await bench.command(named("unlink"), {}, onDiscord);
  expect(await linked()).toBeUndefined();
  expect(await refusal(bench.command(named("unlink"), {}, onDiscord))).toBe("robot-people.unlink.none");
});

test("the author deletes a message everywhere, the copies by their lanes", async () => {
  await carry();
  await remove(original, onTelegram, { user: ana.user });
  expect(bench.removed).toEqual([original]);
  expect(await waiting()).toEqual([deletion(original)]);
});

test("a linked account deletes the copy, and with it the original on the other side", async () => {
  await carry();
  expect(await refusal(remove(copy, onDiscord))).toBe("robot-people.delete.not-yours");
  await link();
  await remove(copy, onDiscord);
  expect(bench.removed).toEqual([original]);
  expect(await waiting()).toEqual([deletion(original)]);
});

test("an admin of the room deletes what others wrote, also what was never carried", async () => {
  await carry();
  bench.standings.set(`discord:${carla.user.id} discord:${channel.id}`, "admin");
  await remove(copy, onDiscord);
  const alone = { conversation: channel, id: "500" };
  await remove(alone, onDiscord, { user: { account: "discord", id: "9" } });
  expect(bench.removed).toEqual([original, alone]);
});

test("an admin of one room deletes nothing that stands in another", async () => {
  await carry();
  bench.standings.set(`telegram:11 telegram:${group.id}`, "admin");
  const foreign = { conversation: { account: "telegram", id: "-9" }, id: "1" };
  expect(await refusal(remove(foreign, onTelegram))).toBe("robot-people.delete.elsewhere");
});

test("of a joined message only one's own section goes", async () => {
  const other = { conversation: group, id: "2" };
  await carry(original, copy, "11", 0);
  await carry(other, copy, "99", 1);
  await link();
  await remove(copy, onDiscord);
  expect(bench.removed).toEqual([original]);
  expect(await waiting()).toEqual([deletion(original)]);
});

test("nobody but author and admin ever deletes, whatever the map knows", async () => {
  const strangers: readonly UserRef[] = [
    { account: "discord", id: "11" },
    { account: "telegram", id: "12" },
    { account: "telegram", id: "-1001" },
  ];
  await carry();
  await carry({ conversation: group, id: "2" }, { conversation: channel, id: "102" }, undefined);
  await carry({ conversation: group, id: "!a" }, { conversation: group, id: "7" }, undefined);
  for (const user of strangers) {
    const room = user.account === "discord" ? channel : group;
    for (const id of ["1", "2", "7", "101", "102", "404"])
      for (const written of [undefined, { account: room.account, id: "555" }]) {
        const by = { kind: "person", name: "X", user } as const;
        const about = written ? { user: written } : {};
        const asking = { by, room, account: room.account };
        expect(await refusal(remove({ conversation: room, id }, asking, about))).toMatch(
          /^robot-people\.delete\./,
        );
      }
  }
  expect(bench.removed).toEqual([]);
  expect(await waiting()).toEqual([]);
});

const message: Message = {
  ref: original,
  ...{ author: ana, at: 1, body: [{ kind: "text", text: "oi" }], attachments: [] },
};
const carried = (event: BridgeEvent) => people.carries?.(event, bench.world);

test("nothing of who opted out crosses, from any of their accounts, until they come back", async () => {
  await link();
  await bench.command(named("optout"), {}, onDiscord);
  expect(carried({ kind: "message.created", message })).toBeUndefined();
  expect(carried({ kind: "message.edited", message })).toBeUndefined();
  const change = { kind: "set", reactions: [] } as const;
  expect(carried({ kind: "reaction.changed", target: copy, by: carla, change })).toBeUndefined();
  const vote = { kind: "add", option: "0" } as const;
  expect(carried({ kind: "vote.changed", target: copy, by: ana, change: vote })).toBeUndefined();
  await bench.command(named("optin"), {}, onTelegram);
  expect(carried({ kind: "message.created", message })).toEqual({ kind: "message.created", message });
});

test("an answer to who opted out shows nothing of them", async () => {
  await bench.command(named("optout"), {}, onDiscord);
  const reply = { ref: copy, author: "Carla", excerpt: "segredo", user: carla.user };
  const event = carried({ kind: "message.created", message: { ...message, reply } });
  expect(event).toMatchObject({ message: { reply: { ref: copy, excerpt: "[…]" } } });
  expect(JSON.stringify(event)).not.toMatch(/segredo|Carla/);
});

test("people are carried under the name and the picture they chose", async () => {
  await link();
  await bench.command(named("profile"), { name: "Aninha", face: "other" }, onTelegram);
  const event = carried({ kind: "message.created", message });
  expect(event).toMatchObject({
    message: { author: { name: "Aninha", user: ana.user, portrait: carla.user } },
  });
  await bench.store.transaction((tx) => tx.records.put("person", "telegram:11", { face: "other" }));
  const restarted = createPeople();
  await restarted.prepare?.(bench.world);
  expect(restarted.carries?.({ kind: "message.created", message }, bench.world)).toEqual(event);
  await bench.command(named("profile"), { face: "none" }, onTelegram);
  expect(carried({ kind: "message.created", message })).toMatchObject({
    message: { author: { portrait: "none" } },
  });
  await bench.command(named("profile"), { name: "-", face: "own" }, onTelegram);
  expect(carried({ kind: "message.created", message })).toEqual({ kind: "message.created", message });
});

test.each([
  ["", "bad-name"],
  ["\u200b\u200b", "bad-name"],
  ["a".repeat(33), "bad-name"],
  ["MateBot", "robot-name"],
  ["M a t e-B0t", "robot-name"],
  ["МаteBot", "robot-name"],
  ["Carla", "taken"],
])("nobody is carried as %j", async (name, why) => {
  const asked = bench.command(named("profile"), { name }, onTelegram);
  expect(await refusal(asked)).toBe(`robot-people.profile.${why}`);
});

test("nobody takes the name another person chose, and no picture of an account they have not", async () => {
  const key = `discord:${carla.user.id}`;
  await bench.store.transaction((tx) => tx.records.put("person", key, { name: "Sabiá" }));
  const same = bench.command(named("profile"), { name: "sabiá" }, onTelegram);
  expect(await refusal(same)).toBe("robot-people.profile.taken");
  const other = bench.command(named("profile"), { face: "other" }, onTelegram);
  expect(await refusal(other)).toBe("robot-people.profile.unlinked");
});

test("what is stored is handed over as a file, then erased for all accounts of the person", async () => {
  await carry();
  await link();
  await bench.command(named("profile"), { name: "Aninha" }, onTelegram);
  expect(wordsOf(await bench.command(named("forget"), {}, inPrivate))).toMatch(/1 mensagem/);
  const file = (await bench.press(named("forget"), "forget:export", inPrivate)).say?.files?.[0];
  const told = new TextDecoder().decode(bench.files.get(file?.source ?? ""));
  expect(told).toContain("telegram:-1001#1");
  expect(told).toContain("Aninha");
  await bench.press(named("forget"), "forget:yes", inPrivate);
  expect(await linked()).toBeUndefined();
  expect(await bench.store.transaction((tx) => tx.map.rows(original))).not.toMatchObject([{ author: "11" }]);
  expect(bench.world.people.get(carla.user)).toEqual({});
  expect(erased).toEqual([ana.user, carla.user]);
});

test("who is forgotten stays off the bridge only if they ask for it", async () => {
  await bench.command(named("optout"), {}, onTelegram);
  await bench.press(named("forget"), "forget:out", inPrivate);
  expect(bench.world.people.get(ana.user)).toEqual({ optedOut: true });
  await bench.press(named("forget"), "forget:yes", inPrivate);
  expect(bench.world.people.get(ana.user)).toEqual({});
});

test("what people chose is erased together with the rest, even if the process ends right behind it", async () => {
  const chosen = () => bench.store.transaction((tx) => tx.records.list("person"));
  const key = "telegram:11";
  const choose = () => bench.store.transaction((tx) => tx.records.put("person", key, { name: "Aninha" }));
  bench.world.people.set = () => Promise.reject(new Error("killed"));
  await choose();
  await expect(bench.press(named("forget"), "forget:yes", inPrivate)).rejects.toThrow("killed");
  expect(await chosen()).toEqual([]);
  await choose();
  await expect(bench.press(named("forget"), "forget:out", inPrivate)).rejects.toThrow("killed");
  expect(await chosen()).toEqual([{ key, value: { optedOut: true } }]);
});

test("nothing is erased by the button that leaves it", async () => {
  await carry();
  await bench.press(named("forget"), "forget:no", inPrivate);
  expect(await bench.store.transaction((tx) => tx.map.rows(original))).toMatchObject([{ author: "11" }]);
});
