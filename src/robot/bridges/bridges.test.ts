// Joining rooms from the rooms, as admins on both sides live it: codes, the last yes, changes, and every refusal.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  ana,
  type BenchOptions,
  carla,
  channel,
  group,
  type RobotBench,
  robotBench,
  wordsOf,
} from "../../../test/support/robot-world.ts";
import type { Ask } from "../../model/ask.ts";
import { type ConversationRef, conversationKey } from "../../model/refs.ts";
import { plainText } from "../../model/rich-text.ts";
import type { Language } from "../../model/texts.ts";
import { LANGUAGES, loadTexts } from "../../texts.ts";
import { type Answer, type Command, Refusal } from "../command.ts";
import { type Bridges, createBridges } from "./bridges.ts";

const third: ConversationRef = { account: "telegram", id: "-1003" };
const fourth: ConversationRef = { account: "discord", id: "200000000000000004" };

let bench: RobotBench;
let bridges: Bridges;
let command: Command;

type Who = typeof ana;
const inGroup = { room: group, by: ana };
const inChannel = { room: channel, by: carla };
const inThird = { room: third, by: ana };
const inFourth = { room: fourth, by: carla };

function admin(who: Who, room: ConversationRef, standing: "admin" | "member" = "admin") {
  bench.standings.set(`${who.user.account}:${who.user.id} ${conversationKey(room)}`, standing);
}

async function open(options: BenchOptions = {}) {
  bench = await robotBench(options);
  for (const [room, name, who] of [
    [group, "Cozinha", ana],
    [channel, "geral", carla],
    [third, "Horta", ana],
    [fourth, "oficina", carla],
  ] as const) {
    bench.facts.set(conversationKey(room), { name, kind: "group", members: 7 });
    admin(who, room);
  }
  await begin();
}

/** As after a start, from what is on disk. */
async function begin() {
  bridges = createBridges();
  const [first] = bridges.commands ?? [];
  if (!first) throw new Error("no command");
  command = first;
  await bridges.prepare?.(bench.world);
}

beforeEach(() => open());
afterEach(() => bench.close());

type More = Partial<Ask> & { readonly role?: "owner"; readonly language?: Language };

const say = (words: string, more: More = {}) =>
  bench.command(command, words === "" ? {} : { code: words }, { ...inGroup, ...more });
const press = (action: string, more: More = {}) => bench.press(command, action, { ...inGroup, ...more });

function codeOf(answer: Answer): string {
  return /[2-9A-Z]{4}-[2-9A-Z]{4}/.exec(wordsOf(answer))?.[0] ?? "no code";
}

function actionsOf(answer: Answer): readonly string[] {
  const buttons = ((answer.say ?? answer.change)?.buttons ?? []).flat();
  return buttons.flatMap((button) => ("action" in button ? [button.action] : []));
}

function actionOf(answer: Answer, beginning: string): string {
  return actionsOf(answer).find((action) => action.startsWith(beginning)) ?? "";
}

const yes = (answer: Answer, way = "both") => actionOf(answer, "bridge:yes").replace(/[^:]+$/, way);

async function joinRooms(from: typeof inGroup = inGroup, to: typeof inGroup = inChannel, way = "both") {
  const code = codeOf(await press("bridge:invite:here", from));
  const asked = await say(code, to);
  return press(yes(asked, way), to);
}

async function refusalOf(work: Promise<unknown>): Promise<Refusal> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Refusal);
  return error as Refusal;
}

const refused = (work: Promise<unknown>) => refusalOf(work).then(({ key }) => key);
const only = () => {
  const all = bench.world.table.all();
  expect(all).toHaveLength(1);
  const [bridge] = all;
  if (!bridge) throw new Error("no bridge");
  return bridge;
};
const toldTo = ({ also = [] }: Answer, room: ConversationRef) =>
  also
    .filter(({ to }) => conversationKey(to) === conversationKey(room))
    .map(({ saying }) => plainText(saying.body))
    .join("\n");

describe("two rooms", () => {
  it("are joined with two messages on one side and two clicks on the other", async () => {
    const invitation = await say("");
    expect(invitation.isPrivate).toBe(true);
    const code = codeOf(invitation);
    expect(JSON.stringify(invitation.say?.buttons)).toContain("https://t.me/ponte_bot?startgroup=");
    expect(JSON.stringify(invitation.say?.buttons)).toContain("https://discord.com/install");
    expect(wordsOf(invitation)).toContain(`/ponte ${code}`);
    const asked = await say(code.toLowerCase(), inChannel);
    expect(wordsOf(asked)).toContain("Cozinha");
    expect(wordsOf(asked)).toContain("geral");
    expect(wordsOf(asked)).toContain("7 pessoas");
    expect(bench.world.table.all()).toEqual([]);
    const done = await press(yes(asked), inChannel);
    expect(only()).toMatchObject({ members: [group, channel], from: "chats" });
    expect(bench.world.table.others(group)).toEqual([channel]);
    expect(bench.world.table.others(channel)).toEqual([group]);
    expect(wordsOf(done)).toContain("Carla");
    expect(toldTo(done, group)).toContain("Carla");
  });

  it("are both told in public, although Discord's answers are for one person's eyes", async () => {
    const whispering = { ...inChannel, can: { forms: true, whispers: true } };
    const asked = await say(codeOf(await say("")), whispering);
    const done = await press(yes(asked), whispering);
    expect(toldTo(done, channel)).toContain("Carla juntou");
    expect(toldTo(done, group)).toContain("Carla juntou");
    expect(toldTo(await say("pausar", whispering), channel)).toContain("Carla pausou");
  });

  it("are joined by a form where there are forms, and by typing where there are none", async () => {
    const form = await press("bridge:code", { ...inChannel, can: { forms: true, whispers: true } });
    expect(form.form).toMatchObject({ action: "bridge:code", fields: [{ name: "words" }] });
    const code = codeOf(await say(""));
    const asked = { kind: "form", action: "bridge:code", fields: { words: code } } as const;
    const question = {
      ...{ ask: bench.ask(asked, inChannel), args: {}, role: "admin" as const, language: "pt-BR" as const },
      ...{ texts: loadTexts("pt-BR"), world: bench.world, signal: new AbortController().signal },
    };
    const answer = await command.submit?.(question, "code", asked.fields);
    expect(answer && wordsOf(answer)).toContain("Cozinha");
    expect(wordsOf(await press("bridge:code"))).toContain("/ponte");
  });

  it("are told in the language of each", async () => {
    await bench.world.rooms.set(group, { language: "es" });
    await bench.world.rooms.set(channel, { language: "en" });
    const done = await joinRooms();
    expect(toldTo(done, group)).toContain("unió estas salas");
    expect(wordsOf(done)).toContain("joined these rooms");
  });

  it.each([
    ["out", [], [channel]],
    ["in", [channel], []],
  ] as const)("are joined in one direction only: %s", async (way, fromGroup, fromChannel) => {
    await joinRooms(inGroup, inChannel, way);
    expect(bench.world.table.others(group)).toEqual(fromGroup);
    expect(bench.world.table.others(channel)).toEqual(fromChannel.length === 0 ? [] : [group]);
  });

  it("of the same platform are joined as well", async () => {
    await joinRooms(inGroup, inThird);
    expect(only().members).toEqual([group, third]);
  });

  it("are not joined by a no, and the yes is worth nothing afterwards", async () => {
    const asked = await say(codeOf(await say("")), inChannel);
    await press(actionOf(asked, "bridge:no"), inChannel);
    expect(bench.world.table.all()).toEqual([]);
    expect(await refused(press(yes(asked), inChannel))).toBe("robot-bridge.refused.over");
  });

  it("are still joined after a restart", async () => {
    await joinRooms();
    const before = only();
    bench.world.table.drop(before.name);
    await begin();
    expect(only()).toEqual(before);
  });

  it("are joined by a link that hands over the code, and only in a room", async () => {
    const code = codeOf(await say("")).replace("-", "");
    const asked = { kind: "command", name: "start", words: code, files: [] } as const;
    const question = (more: Partial<Ask>) => ({
      ...{ ask: bench.ask(asked, { ...inThird, ...more }), args: {}, role: "admin" as const },
      ...{ language: "pt-BR" as const, texts: loadTexts("pt-BR"), world: bench.world },
      signal: new AbortController().signal,
    });
    expect(await bridges.onStart(question({ isPrivate: true }), code)).toBeUndefined();
    expect(await bridges.onStart(question({}), "help")).toBeUndefined();
    const invited = await bridges.onStart(question({}), "bridge");
    expect(invited && codeOf(invited)).not.toBe("no code");
    const answer = await bridges.onStart(question({}), code);
    expect(answer && wordsOf(answer)).toContain("Horta");
  });
});

describe("the question for the last yes", () => {
  it("warns when a private room meets an open one, and what nobody knows counts as private", async () => {
    bench.facts.set(conversationKey(channel), { name: "geral", kind: "channel", isOpen: true });
    const asked = await say(codeOf(await say("")), inChannel);
    expect(wordsOf(asked)).toContain("“geral” é aberta");
    bench.facts.set(conversationKey(group), { name: "Cozinha", kind: "group", isOpen: true });
    const again = await say(codeOf(await say("")), inChannel);
    expect(wordsOf(again)).not.toContain("é aberta");
  });

  it("warns of open and private rooms that are in the bridge already", async () => {
    const facts = (room: ConversationRef, name: string, isOpen: boolean) =>
      bench.facts.set(conversationKey(room), { name, kind: "group", isOpen });
    facts(group, "Cozinha", true);
    facts(channel, "geral", false);
    await joinRooms();
    // Between the two that meet here there is nothing to warn of, but the kitchen hears as well.
    facts(third, "Horta", false);
    const code = codeOf(await press("bridge:invite:here", inChannel));
    expect(wordsOf(await say(code, inThird))).toContain(
      "“Cozinha” é aberta: qualquer pessoa pode ler. O que se disser em “Horta”",
    );
  });

  it("warns for the private rooms of a bridge that an open one comes into", async () => {
    for (const [room, name] of [
      [group, "Cozinha"],
      [channel, "geral"],
      [fourth, "oficina"],
    ] as const)
      bench.facts.set(conversationKey(room), { name, kind: "group", isOpen: room === fourth });
    await joinRooms();
    const code = codeOf(await press("bridge:invite:here", inGroup));
    const words = wordsOf(await say(code, inFourth));
    expect(words).toContain("“oficina” é aberta");
    expect(words).toContain("“Cozinha”");
    expect(words).toContain("“geral”");
  });

  it("names what is lacking, and joins all the same while something can be written", async () => {
    bench.lacks.set(conversationKey(group), ["telegram.lacks.read"]);
    const asked = await say(codeOf(await say("")), inChannel);
    expect(wordsOf(asked)).toContain("“Cozinha” ainda me falta");
    await press(yes(asked), inChannel);
    expect(only().members).toHaveLength(2);
  });

  it("is answered by who entered the code, in that room, and by nobody else", async () => {
    const dora = { ...carla, user: { account: "discord", id: "9" } };
    admin(dora, channel);
    const asked = await say(codeOf(await say("")), inChannel);
    expect(await refused(press(yes(asked), { room: channel, by: dora }))).toBe(
      "robot-bridge.refused.not-yours",
    );
    expect(await refused(press(yes(asked), inFourth))).toBe("robot-bridge.refused.over");
  });

  it("may be answered by any admin when the code came from one who writes as the group", async () => {
    const code = codeOf(await say("", inChannel));
    const anonymous = { kind: "anonymous", name: "Cozinha", user: { account: "telegram", id: group.id } };
    admin(anonymous as typeof ana, group);
    const asked = await say(code, { room: group, by: anonymous as typeof ana });
    await press(yes(asked), inGroup);
    expect(only().members).toEqual([channel, group]);
  });

  it("asks both platforms again at the yes", async () => {
    const asked = await say(codeOf(await say("")), inChannel);
    admin(ana, group, "member");
    expect(await refused(press(yes(asked), inChannel))).toBe("robot-bridge.refused.not-admin-there");
    admin(ana, group);
    admin(carla, channel, "member");
    expect(await refused(press(yes(asked), inChannel))).toBe("robot-bridge.refused.not-admin");
    expect(bench.world.table.all()).toEqual([]);
  });

  it("does not wait for ever", async () => {
    const asked = await say(codeOf(await say("")), inChannel);
    await bench.clock.advance(10 * 60_000 + 1);
    expect(await refused(press(yes(asked), inChannel))).toBe("robot-bridge.refused.over");
  });
});

describe("a code", () => {
  it("works once", async () => {
    const code = codeOf(await say(""));
    await say(code, inChannel);
    expect(await refused(say(code, inChannel))).toBe("robot-bridge.refused.wrong-code");
  });

  it("ends after ten minutes", async () => {
    const code = codeOf(await say(""));
    await bench.clock.advance(10 * 60_000 + 1);
    expect(await refused(say(code, inChannel))).toBe("robot-bridge.refused.wrong-code");
  });

  it("ends when the same person makes another one there", async () => {
    const code = codeOf(await say(""));
    const next = codeOf(await say(""));
    expect(await refused(say(code, inChannel))).toBe("robot-bridge.refused.wrong-code");
    expect(wordsOf(await say(next, inChannel))).toContain("Cozinha");
  });

  it("is nowhere on disk", async () => {
    const code = codeOf(await say("")).replace("-", "");
    const kinds = ["bridge.code", "bridge.code-of"];
    const rows = await bench.store.transaction((tx) =>
      Promise.all(kinds.map((kind) => tx.records.list(kind))),
    );
    expect(rows.flat()).toHaveLength(2);
    expect(JSON.stringify(rows)).not.toContain(code);
  });

  it("that is right opens nothing after five wrong ones, until ten minutes have passed", async () => {
    for (const wrong of ["A", "B", "C", "D", "E"])
      expect(await refused(say(wrong.repeat(8), inChannel))).toBe("robot-bridge.refused.wrong-code");
    const code = codeOf(await say(""));
    expect(await refused(say(code, inChannel))).toBe("robot-bridge.refused.blocked");
    // Another person in the same room, and the same person in another room: neither helps.
    const dora = { ...carla, user: { account: "discord", id: "9" } };
    admin(dora, channel);
    expect(await refused(say(code, { room: channel, by: dora }))).toBe("robot-bridge.refused.blocked");
    expect(await refused(say(code, inFourth))).toBe("robot-bridge.refused.blocked");
    await bench.clock.advance(10 * 60_000 + 1);
    expect(wordsOf(await say(codeOf(await say("")), inChannel))).toContain("Cozinha");
  });

  it("cannot be guessed by many people in many rooms either", async () => {
    const guesser = (n: number) => {
      const by = { ...ana, user: { account: "telegram", id: `g${n}` } };
      const room = { account: "telegram", id: `-2${n}` };
      admin(by, room);
      return { by, room };
    };
    for (let n = 0; n < 30; n++) await refused(say("AAAAAAAA", guesser(n)));
    const code = codeOf(await say(""));
    expect(await refused(say(code, inChannel))).toBe("robot-bridge.refused.blocked");
  });

  it("of no shape at all is no guess", async () => {
    for (let n = 0; n < 8; n++)
      expect(await refused(say("olá", inChannel))).toBe("robot-bridge.refused.no-code");
    expect(wordsOf(await say(codeOf(await say("")), inChannel))).toContain("Cozinha");
  });
});

describe("more rooms", () => {
  it("come into the same bridge, whichever side has one already", async () => {
    await joinRooms();
    const asked = await say(codeOf(await press("bridge:invite:here")), inThird);
    expect(wordsOf(asked)).toContain("já junta 2 salas");
    const done = await press(yes(asked), inThird);
    expect(toldTo(done, channel)).toContain("Horta");
    await joinRooms(inFourth, inChannel);
    expect(only().members).toEqual([group, channel, third, fourth]);
    expect(bench.world.table.others(fourth)).toHaveLength(3);
  });

  it("leave one by one, and the bridge ends with the last but one", async () => {
    await joinRooms();
    await joinRooms(inGroup, inThird);
    expect(actionsOf(await say("sair", inThird))).toContain("bridge:leave-yes");
    const left = await press("bridge:leave-yes", inThird);
    expect(toldTo(left, channel)).toContain("seguem juntas");
    expect(only().members).toEqual([group, channel]);
    const ended = await press("bridge:leave-yes", inChannel);
    expect(toldTo(ended, group)).toContain("a ponte acabou");
    expect(bench.world.table.all()).toEqual([]);
    await begin();
    expect(bench.world.table.all()).toEqual([]);
  });
});

describe("topics and threads", () => {
  const topic = { ...group, thread: "5" };
  const other = { ...group, thread: "7" };
  beforeEach(() => {
    for (const [room, name] of [
      [topic, "Receitas"],
      [other, "Fofoca"],
    ] as const) {
      bench.facts.set(conversationKey(room), { name, kind: "thread", parent: "Cozinha" });
      admin(ana, room);
    }
  });

  it("are joined alone, or with the whole chat", async () => {
    const asked = await say(codeOf(await say("", inChannel)), { room: topic });
    expect(wordsOf(asked)).toContain("“Receitas”, em “Cozinha”");
    const whole = await press(actionOf(asked, "bridge:scope"), { room: topic });
    expect(wordsOf(whole)).not.toContain("Receitas");
    const back = await press(actionOf(whole, "bridge:scope"), { room: topic });
    await press(yes(back), { room: topic });
    expect(only().members).toEqual([channel, topic]);
    expect(bench.world.table.others(group)).toEqual([]);
  });

  it("make a code for themselves or for the whole chat", async () => {
    const mine = await say("", { room: topic });
    expect(actionsOf(mine)).toContain("bridge:invite:whole");
    const whole = await press("bridge:invite:whole", { room: topic });
    const asked = await say(codeOf(whole), inChannel);
    await press(yes(asked), inChannel);
    expect(only().members).toEqual([group, channel]);
    expect(wordsOf(await say("", { room: topic }))).toContain("este tópico faz parte dela");
  });

  it("of one chat are joined to each other, but not to the chat itself", async () => {
    const code = codeOf(await say("", { room: topic }));
    const asked = await say(code, { room: other });
    expect(await refused(say(codeOf(await say("", { room: topic })), inGroup))).toBe(
      "robot-bridge.refused.inside",
    );
    await press(yes(asked), { room: other });
    expect(only().members).toEqual([topic, other]);
  });

  it("stay out of a second bridge while their chat is in one", async () => {
    await joinRooms(inChannel, inGroup);
    const code = codeOf(await say("", inFourth));
    expect(await refused(say(code, { room: topic }))).toBe("robot-bridge.refused.loop");
  });
});

describe("a bridge", () => {
  beforeEach(async () => {
    await joinRooms();
  });

  it("shows what is joined, with buttons only for admins", async () => {
    const shown = await say("");
    expect(wordsOf(shown)).toContain("Cozinha");
    expect(wordsOf(shown)).toContain("geral");
    for (const action of ["bridge:options", "bridge:pause", "bridge:rename", "bridge:leave", "bridge:code"])
      expect(actionsOf(shown)).toContain(action);
    admin(ana, group, "member");
    expect(actionsOf(await say(""))).toEqual([]);
  });

  it.each(["pausar", "pause", "PAUSA"])("is paused by “%s”, and resumed", async (word) => {
    const paused = await say(word);
    expect(bench.world.table.others(group)).toEqual([]);
    expect(toldTo(paused, channel)).toContain("Ana pausou");
    expect(actionsOf(paused)).toContain("bridge:resume");
    expect(await refused(say(word))).toBe("robot-bridge.refused.pause");
    await begin();
    expect(bench.world.table.others(group)).toEqual([]);
    for (const again of ["retomar", "resume", "reanudar"].slice(0, 1)) await say(again, inChannel);
    expect(bench.world.table.others(group)).toEqual([channel]);
    expect(await refused(say("reanudar"))).toBe("robot-bridge.refused.resume");
  });

  it("is renamed on one line, by word and by form, and never to a name that is taken", async () => {
    await say("renomear  Casa \n da Ana");
    expect(only().name).toBe("Casa da Ana");
    expect(await refused(say("rename Casa da Ana"))).toBe("robot-bridge.refused.same-name");
    expect(await refused(say("rename"))).toBe("robot-bridge.refused.no-name");
    await joinRooms(inThird, inFourth);
    expect(await refused(say("renombrar Casa da Ana", inThird))).toBe("robot-bridge.refused.name-taken");
    const form = await press("bridge:rename", { ...inFourth, can: { forms: true, whispers: true } });
    expect(form.form).toMatchObject({ action: "bridge:rename", fields: [{ name: "words" }] });
    expect(wordsOf(await press("bridge:rename"))).toContain("/ponte renomear");
    await begin();
    expect(bench.world.table.all().map(({ name }) => name)).toContain("Casa da Ana");
  });

  it("has options that toggle in place and last", async () => {
    const options = await say("opções");
    expect(actionsOf(options)).toHaveLength(17);
    expect((options.say?.buttons ?? []).length).toBeLessThanOrEqual(5);
    const changed = await press("bridge:show:joins");
    expect(changed.change).toBeDefined();
    expect(bench.world.table.shows(group, "joins")).toBe(false);
    await press("bridge:show:typing");
    expect(bench.world.table.shows(group, "typing")).toBe(true);
    await press("bridge:language");
    await press("bridge:names");
    expect(only()).toMatchObject({ language: "pt-BR", attribution: "name-platform" });
    await press("bridge:direction");
    expect(bench.world.table.others(channel)).toEqual([]);
    await press("bridge:direction");
    expect(bench.world.table.others(group)).toEqual([]);
    const before = only();
    bench.world.table.drop(before.name);
    await begin();
    expect(only()).toEqual(before);
    await press("bridge:direction");
    expect(only().ways).toBeUndefined();
  });

  it("never gets directions by which nothing would be carried", async () => {
    await press("bridge:direction", inGroup);
    for (let n = 0; n < 6; n++) {
      await press("bridge:direction", inChannel);
      const { others } = bench.world.table;
      expect(others(group).length + others(channel).length).toBeGreaterThan(0);
    }
  });

  it("is listed here alone, and all of them for who runs this MateBot", async () => {
    await joinRooms(inThird, inFourth);
    expect(wordsOf(await say("listar")).split("\n")).toHaveLength(1);
    expect(wordsOf(await say("list", { role: "owner" })).split("\n")).toHaveLength(2);
  });

  it("changes once when two admins change it at the same moment", async () => {
    const both = await Promise.allSettled([press("bridge:leave-yes"), press("bridge:leave-yes", inChannel)]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(bench.world.table.all()).toEqual([]);
  });

  it("moves with a group that gets another id", async () => {
    const to = { account: "telegram", id: "-100999" };
    const event = { kind: "conversation.moved", from: group, to } as const;
    expect(bridges.wants?.(event, bench.world)).toBe(true);
    bench.world.table.move(group, to);
    const answer = await bridges.hear?.(event, bench.world, new AbortController().signal);
    if (answer?.keep) await bench.store.transaction(answer.keep);
    await answer?.after?.();
    expect(only().members).toEqual([to, channel]);
    await begin();
    expect(only().members).toEqual([to, channel]);
  });
});

describe("a group that gets another id while it is being joined", () => {
  const to = { account: "telegram", id: "-100999" };
  const moveGroup = async () => {
    bench.facts.delete(conversationKey(group));
    bench.facts.set(conversationKey(to), { name: "Cozinha", kind: "group", isOpen: false });
    admin(ana, to);
    await bench.store.transaction((tx) => tx.moves.add(group, to));
  };

  it("keeps its code", async () => {
    const code = codeOf(await say(""));
    await moveGroup();
    await press(yes(await say(code, inChannel)), inChannel);
    expect(only().members).toEqual([to, channel]);
  });

  it("keeps the code of an admin who writes as the group", async () => {
    const anonymous = { kind: "anonymous", name: "Cozinha", user: { account: "telegram", id: group.id } };
    admin(anonymous as typeof ana, group);
    const code = codeOf(await say("", { by: anonymous as typeof ana }));
    await moveGroup();
    admin({ ...anonymous, user: to } as typeof ana, to);
    await press(yes(await say(code, inChannel)), inChannel);
    expect(only().members).toEqual([to, channel]);
  });

  it("keeps the question for the last yes", async () => {
    const asked = await say(codeOf(await say("", inChannel)), inGroup);
    await moveGroup();
    await press(yes(asked), { room: to, by: ana });
    expect(only().members).toEqual([channel, to]);
  });

  it("keeps what it has chosen, bridged or not", async () => {
    await bench.world.rooms.set(group, { rules: "sem gritos" });
    const event = { kind: "conversation.moved", from: group, to } as const;
    expect(bridges.wants?.(event, bench.world)).toBe(true);
    await (await bridges.hear?.(event, bench.world, new AbortController().signal))?.after?.();
    expect(bench.world.rooms.get(to).rules).toBe("sem gritos");
  });
});

describe("two joins at once", () => {
  it("never put a room into two bridges", async () => {
    const one = await say(codeOf(await say("", inChannel)), inGroup);
    const two = await say(codeOf(await say("", inFourth)), inGroup);
    const both = await Promise.allSettled([press(yes(one)), press(yes(two))]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(only().members).toHaveLength(2);
  });
});

describe("bridges of the file", () => {
  const inFile = { name: "casa", members: [group, channel], from: "file" as const };

  it("cannot be changed or grown from the chats, and say so", async () => {
    await open({ bridges: [inFile] });
    const shown = await say("");
    expect(wordsOf(shown)).toContain("matebot.yaml");
    expect(actionsOf(shown)).toEqual([]);
    for (const work of [say("pausar"), say("renomear x"), say("sair"), say("opções")])
      expect(await refused(work)).toBe("robot-bridge.refused.file");
    expect(await refused(press("bridge:invite:here"))).toBe("robot-bridge.refused.file");
    expect(await refused(say(codeOf(await say("", inThird)), inChannel))).toBe("robot-bridge.refused.file");
  });

  it("win over stored ones that share a room, which is reported once", async () => {
    await joinRooms();
    for (const { name } of bench.world.table.all()) bench.world.table.drop(name);
    bench.world.table.put({ name: "casa", members: [channel, fourth], from: "file" });
    await begin();
    expect(only().name).toBe("casa");
    expect(bench.reported.filter(({ key }) => key === "robot-bridge.report.left-out")).toHaveLength(1);
  });

  it("keep their name: a stored one of the same name gets another", async () => {
    await joinRooms();
    await say("renomear casa");
    for (const { name } of bench.world.table.all()) bench.world.table.drop(name);
    bench.world.table.put({ name: "casa", members: [third, fourth], from: "file" });
    await begin();
    expect(bench.world.table.all().map(({ name }) => name)).toEqual(["casa", "casa 2"]);
  });
});

describe("in private", () => {
  it("the way is explained, with links", async () => {
    const answer = await say("", { isPrivate: true });
    expect(wordsOf(answer)).toContain("/ponte");
    expect(answer.say?.buttons).toHaveLength(2);
    expect(JSON.stringify(answer.say?.buttons)).toContain("startgroup=bridge");
  });
});

describe("every refusal", () => {
  const stranger = { ...ana, user: { account: "telegram", id: "99" } };
  const cases: readonly (readonly [string, () => Promise<unknown>])[] = [
    ["private", () => say("AAAAAAAA", { isPrivate: true })],
    ["not-admin", () => say("", { by: stranger })],
    ["no-code", () => say("isto aqui")],
    ["wrong-code", () => say("AAAAAAAA")],
    ["same", async () => say(codeOf(await say("")))],
    [
      "not-admin-there",
      async () => {
        const code = codeOf(await say(""));
        admin(ana, group, "member");
        return say(code, inChannel);
      },
    ],
    [
      "already",
      async () => {
        await joinRooms();
        return say(codeOf(await press("bridge:invite:here")), inChannel);
      },
    ],
    [
      "two",
      async () => {
        await joinRooms();
        await joinRooms(inThird, inFourth);
        return say(codeOf(await press("bridge:invite:here")), inFourth);
      },
    ],
    [
      "unseen",
      async () => {
        const code = codeOf(await say(""));
        bench.facts.delete(conversationKey(group));
        return say(code, inChannel);
      },
    ],
    [
      "cannot-write",
      async () => {
        bench.lacks.set(conversationKey(channel), ["discord.lacks.send"]);
        return say(codeOf(await say("")), inChannel);
      },
    ],
    ["none", () => say("pausar")],
    ["over", () => press("bridge:yes:0000:both")],
  ];

  it.each(cases)("%s names what is wrong and the cure in three languages", async (name, work) => {
    const { key, values } = await refusalOf(work());
    expect(key).toBe(`robot-bridge.refused.${name}`);
    const words = LANGUAGES.map((language) => loadTexts(language)(key, values));
    expect(new Set(words).size).toBe(3);
    // What is wrong, and then what helps: two sentences at least.
    for (const one of words) expect(one.split(/[.:;]\s/).length, one).toBeGreaterThanOrEqual(2);
  });

  it.each([
    ["owners", []],
    ["trusted", [ana.user]],
  ] as const)("for mayBridge %s looks at people, not at roles", async (mayBridge, trusted) => {
    await open({ config: { mayBridge, trusted, owners: [carla.user] } });
    expect(codeOf(await say("", inChannel))).not.toBe("no code");
    if (mayBridge === "trusted") expect(codeOf(await say(""))).not.toBe("no code");
    else {
      const { key, values } = await refusalOf(say(""));
      expect(key).toBe("robot-bridge.refused.not-allowed");
      expect(loadTexts("pt-BR")(key, values)).toContain("robot.owners");
    }
  });
});
