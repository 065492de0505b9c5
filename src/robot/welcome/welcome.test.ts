// What a room hears when people come and go, and who may speak in it before the rules are accepted.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  ana,
  carla,
  group,
  type RobotBench,
  robotBench,
  wordsOf,
} from "../../../test/support/robot-world.ts";
import type { Social } from "../../bridge/social.ts";
import type { Button } from "../../model/buttons.ts";
import { PlatformError } from "../../model/errors.ts";
import type { BridgeEvent } from "../../model/event.ts";
import type { Author } from "../../model/message.ts";
import type { UserRef } from "../../model/refs.ts";
import type { Language } from "../../model/texts.ts";
import { loadTexts } from "../../texts.ts";
import type { Area } from "../area.ts";
import { readArguments } from "../arguments.ts";
import { type Answer, type Command, Refusal } from "../command.ts";
import { createRegistry } from "../registry.ts";
import type { RobotWorld } from "../world.ts";
import type { WelcomeOptions } from "./greeting.ts";
import { createWelcome } from "./welcome.ts";

type Person = Author & { readonly user: UserRef };

let bench: RobotBench;
let area: Area;
let world: RobotWorld;

beforeEach(async () => {
  bench = await robotBench();
  bench.facts.set("telegram:-1001", { name: "Jardim", kind: "group" });
  world = bench.world;
  area = createWelcome({});
});
afterEach(() => bench.close());

function person(id: number, name = `Pessoa ${id}`): Person {
  return { kind: "person", name, user: { account: "telegram", id: String(id) } };
}

function changed(who: { joined?: readonly Author[]; left?: readonly Author[]; by?: Author }): BridgeEvent {
  return {
    ...{ kind: "members.changed", conversation: group, joined: [], left: [], at: bench.clock.now() },
    ...who,
  };
}

/** As the robot does it: asked whether it is wanted, told, and what it keeps is kept. */
async function hear(event: BridgeEvent, by: Area = area): Promise<Answer> {
  if (!by.wants?.(event, world)) return {};
  const answer = (await by.hear?.(event, world, new AbortController().signal)) ?? {};
  const { keep } = answer;
  if (keep) await bench.store.transaction(keep);
  return answer;
}

function named(name: string): Command {
  const found = area.commands?.find((command) => command.name === name);
  if (!found) throw new Error(`no command ${name}`);
  return found;
}

const admin = { role: "admin" } as const;
const welcome = (args: Record<string, string> = {}, language: Language = "pt-BR") =>
  bench.command(named("welcome"), args, { ...admin, language });

function buttonsOf({ say, change }: Answer): readonly Button[] {
  return ((say ?? change)?.buttons ?? []).flat();
}

function acceptAction(answer: Answer): string {
  const button = buttonsOf(answer).find((one) => "action" in one);
  if (!button || !("action" in button)) throw new Error("no button to accept");
  return button.action;
}

function mentionsOf(answer: Answer): readonly (string | undefined)[] {
  return (answer.say?.body ?? []).flatMap((node) => (node.kind === "mention" ? [node.user?.id] : []));
}

/** Turns the clock in the steps of the watch, each of which ends before the next. */
async function turn(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 5_000) {
    await bench.clock.advance(Math.min(left, 5_000));
    // What the watch does is a handful of transactions, one after another.
    for (let count = 0; count < 6; count++) await bench.store.transaction(async () => {});
  }
}

/** A platform that does not do what it is asked. */
function refusing(what: (act: string) => Error | undefined): void {
  const { social } = world;
  world = {
    ...world,
    social(account) {
      const real = social(account);
      if (!real) return undefined;
      const moderate: Social["moderate"] = async (moderation, signal) => {
        const error = what(moderation.act);
        if (error) throw error;
        await real.moderate?.(moderation, signal);
      };
      return { ...real, moderate };
    },
  };
}

const noRight = () => new PlatformError("telegram.no-rights", "not enough rights", { kind: "refused" });

describe("welcomes", () => {
  it("are off until an admin switches them on", async () => {
    expect(area.wants?.(changed({ joined: [ana] }), world)).toBe(false);
    expect(area.wants?.(changed({ left: [ana] }), world)).toBe(false);
    expect(named("welcome").who).toBe("admin");
    expect(named("goodbye").who).toBe("admin");

    await welcome({ action: "on" });
    expect(wordsOf(await hear(changed({ joined: [ana] })))).toBe("Boas-vindas a Jardim, Ana!");
    await welcome({ action: "off" });
    expect(await hear(changed({ joined: [ana] }))).toEqual({});
  });

  it("name everybody who came in one message, each as a mention", async () => {
    await welcome({ action: "on" });
    const answer = await hear(changed({ joined: [person(1, "Ana"), person(2, "Bia"), person(3, "Caio")] }));
    expect(wordsOf(answer)).toBe("Boas-vindas a Jardim: Ana, Bia e Caio!");
    expect(mentionsOf(answer)).toEqual(["1", "2", "3"]);
    expect(answer.say?.silent).toBeUndefined();
  });

  it("greet no bots", async () => {
    await welcome({ action: "on" });
    const bot: Author = { kind: "bot", name: "Robô", user: { account: "telegram", id: "9" } };
    expect(area.wants?.(changed({ joined: [bot] }), world)).toBe(false);
    expect(mentionsOf(await hear(changed({ joined: [bot, person(1)] })))).toEqual(["1"]);
  });

  it("are said in the room's own words", async () => {
    await welcome({ action: "on" });
    await welcome({ action: "text", words: "Oi {name}! {count} em {room}. {rules}" });
    await bench.command(named("rules"), { words: "Seja gentil." }, admin);
    const answer = await hear(changed({ joined: [person(1, "Ana {room}"), person(2, "Bia")] }));
    expect(wordsOf(answer)).toBe("Oi Ana {room} e Bia! 2 em Jardim. Seja gentil.");
    await welcome({ action: "text", words: "-" });
    expect(wordsOf(await hear(changed({ joined: [ana] })))).toContain("Boas-vindas");
  });

  it("refuse placeholders that mean nothing, and name those that do", async () => {
    const refusal = await welcome({ action: "text", words: "Oi {nome} {x} {nome}" }).catch((error) => error);
    expect(refusal).toBeInstanceOf(Refusal);
    expect(refusal.values).toEqual({ unknown: "{nome} {x}", known: "{name} {room} {count} {rules}" });
    expect(world.rooms.get(group).welcome).toBeUndefined();
    await expect(welcome({ action: "text" })).rejects.toMatchObject({ key: "robot-welcome.no-text" });
    await expect(welcome({ words: "ligue" })).rejects.toMatchObject({ key: "robot-welcome.what" });
  });

  it("are shown to the admin as they would look", async () => {
    const words = wordsOf(await welcome());
    expect(words).toContain("desligadas");
    expect(words).toContain("Boas-vindas a Jardim, Ana!");
  });

  it("are said by the personality where it has words, with everybody named", async () => {
    const told: Record<string, string | number>[] = [];
    const say: WelcomeOptions["say"] = (_room, key, values) => {
      told.push(values);
      return key === "welcome-one" ? `Opa, ${values.name}, puxe uma cadeira!` : "Opa, gente!";
    };
    area = createWelcome({ say });
    await welcome({ action: "on" });
    expect(wordsOf(await hear(changed({ joined: [ana] })))).toBe("Opa, Ana, puxe uma cadeira!");
    const many = await hear(changed({ joined: [person(1, "Bia"), person(2, "Caio")] }));
    expect(wordsOf(many)).toBe("Bia e Caio: Opa, gente!");
    expect(told.at(-1)).toMatchObject({ room: "Jardim", count: 2, rules: "" });
  });

  it("are in the language of the room, which differ", async () => {
    await welcome({ action: "on" });
    const heard = new Set<string>();
    for (const language of ["pt-BR", "en", "es"] as const) {
      await world.rooms.set(group, { language });
      heard.add(wordsOf(await hear(changed({ joined: [person(1), person(2)] }))));
    }
    expect([...heard]).toEqual([
      "Boas-vindas a Jardim: Pessoa 1 e Pessoa 2!",
      "Welcome to Jardim: Pessoa 1 and Pessoa 2!",
      "¡Les damos la bienvenida a Jardim: Pessoa 1 y Pessoa 2!",
    ]);
  });
});

describe("the commands", () => {
  const all = { "pt-BR": loadTexts("pt-BR"), en: loadTexts("en"), es: loadTexts("es") };
  const textsOf = (language: Language) => all[language];

  it.each([
    ["boasvindas", "texto Oi, {name}!\nLeia  isto.", { action: "text", words: "Oi, {name}!\nLeia  isto." }],
    ["boas-vindas", "aceite ligar", { action: "accept", words: "ligar" }],
    ["welcome", "accept off", { action: "accept", words: "off" }],
    ["bienvenida", "desactivar", { action: "off" }],
    ["welcome", "", {}],
    ["despedida", "ligar", { action: "on" }],
    ["goodbye", "text Bye, {name}.", { action: "text", words: "Bye, {name}." }],
    ["regras", "Seja gentil.", { words: "Seja gentil." }],
    ["reglas", "-", { words: "-" }],
  ])("understand /%s %s", (name, words, expected) => {
    const registry = createRegistry(area.commands ?? [], textsOf);
    const command = registry.find(name);
    if (!command) throw new Error("not found");
    const asked = { kind: "command", name, words, files: [] } as const;
    const texts = textsOf("pt-BR");
    expect(readArguments(asked, { command, language: "pt-BR", texts, textsOf })).toEqual(expected);
  });

  it("fit into the menus of the platforms", () => {
    const sheets = createRegistry(area.commands ?? [], textsOf).sheets();
    const abouts = sheets.flatMap(({ about, args }) => [about, ...args.map((argument) => argument.about)]);
    for (const about of abouts.flatMap((each) => Object.values(each)))
      expect(about.length, about).toBeLessThanOrEqual(100);
    expect(sheets.map(({ name, forAdmins }) => [name, forAdmins])).toEqual([
      ["welcome", true],
      ["goodbye", true],
      ["rules", false],
    ]);
    expect(area.commands?.every(({ isCarried }) => isCarried === false)).toBe(true);
  });
});

describe("goodbyes", () => {
  it("are said to people who went by themselves", async () => {
    await bench.command(named("goodbye"), { action: "on" }, admin);
    expect(wordsOf(await hear(changed({ left: [ana] })))).toBe("Ana saiu daqui. Até a próxima!");
    expect(await hear(changed({ left: [ana], by: carla }))).toEqual({});
    await bench.command(named("goodbye"), { action: "text", words: "Tchau, {name}." }, admin);
    expect(wordsOf(await hear(changed({ left: [ana] })))).toBe("Tchau, Ana.");
    expect(await hear(changed({ joined: [ana] }))).toEqual({});
  });
});

describe("goodbyes where the platform may not tell who leaves", () => {
  const there = { account: "discord", id: "77" };
  let tells: boolean;
  beforeEach(async () => {
    tells = true;
    const { social } = world;
    world = {
      ...world,
      social: (account) => {
        const real = social(account);
        return real && account === "discord" ? { ...real, tellsWhoLeaves: () => tells } : real;
      },
    };
    await world.rooms.set(there, { goodbye: { on: true } });
  });
  const leaving = () =>
    hear({ kind: "members.changed", conversation: there, joined: [], left: [carla], at: 1 });

  it("are said to who went, a moment later", async () => {
    const answer = leaving();
    await bench.clock.advance(2_000);
    expect(wordsOf(await answer)).toContain("Carla");
  });

  it("are not said to who was put out, which is told only behind that", async () => {
    const answer = leaving();
    const kicked = { kind: "moderated", conversation: there, act: "kick", user: carla, at: 1 } as const;
    expect(area.wants?.(kicked, world)).toBe(false);
    await bench.clock.advance(2_000);
    expect((await answer).say).toBeUndefined();
  });

  it("are explained to the admin while it does not tell", async () => {
    const asked = { kind: "command", name: "goodbye", words: "", files: [] } as const;
    const ask = bench.ask(asked, { room: there, account: "discord" });
    const { signal } = new AbortController();
    const texts = loadTexts("pt-BR");
    const question = { ask, args: {}, texts, language: "pt-BR", role: "admin", world, signal } as const;
    const shown = async () => wordsOf(await named("goodbye").answer(question));
    expect(await shown()).not.toContain("members: true");
    tells = false;
    expect(await shown()).toContain("members: true");
  });
});

describe("the rules", () => {
  const rules = (words?: string, role: "admin" | "everyone" = "admin") =>
    bench.command(named("rules"), words === undefined ? {} : { words }, { role });

  it("are read by everybody and written by admins", async () => {
    expect(wordsOf(await rules(undefined, "everyone"))).toContain("ainda não tem regras");
    await expect(rules("Vale tudo.", "everyone")).rejects.toMatchObject({
      key: "robot-welcome.rules.admins",
    });
    await rules("Seja gentil.");
    expect(wordsOf(await rules(undefined, "everyone"))).toBe("📜 Regras: Seja gentil.");
    for (const nothing of ["-", "Nada", "none"]) {
      await rules("Seja gentil.");
      await rules(nothing);
      expect(world.rooms.get(group).rules).toBeUndefined();
    }
  });

  it("hold in the rooms it is joined to that have none of their own", async () => {
    const there = { account: "discord", id: "77" };
    world.table.put({ name: "jardim", members: [group, there] });
    const ask = { room: there, account: "discord" };
    const read = async () => wordsOf(await bench.command(named("rules"), {}, ask));
    await rules("Seja gentil.");
    expect(await read()).toBe("📜 Regras: Seja gentil.");
    await world.rooms.set(there, { rules: "Sem pressa." });
    expect(await read()).toBe("📜 Regras: Sem pressa.");
    expect(wordsOf(await rules())).toBe("📜 Regras: Seja gentil.");
  });

  it("come with a welcome: a link as a button, words as a line", async () => {
    await welcome({ action: "on" });
    await rules("https://exemplo.org/regras");
    const linked = await hear(changed({ joined: [ana] }));
    expect(buttonsOf(linked)).toEqual([{ label: "📜 Ler as regras", href: "https://exemplo.org/regras" }]);
    await rules("Seja gentil.");
    const worded = await hear(changed({ joined: [ana] }));
    expect(buttonsOf(worded)).toEqual([]);
    expect(wordsOf(worded)).toBe("Boas-vindas a Jardim, Ana!\n\n📜 Regras: Seja gentil.");
    await rules("muito ".repeat(100));
    expect(wordsOf(await hear(changed({ joined: [ana] })))).toContain("leia com /regras");
  });
});

describe("who must accept the rules", () => {
  const press = (action: string, by: Person) => bench.press(named("welcome"), action, { by });
  const bia = person(1, "Bia");
  const caio = person(2, "Caio");

  beforeEach(async () => {
    await welcome({ action: "accept", words: "sim" });
  });

  it("is welcomed, too, and the switch is understood in three languages", async () => {
    expect(world.rooms.get(group)).toMatchObject({ accept: true, welcome: { on: true } });
    for (const word of ["desligar", "off", "desactivar"]) {
      await welcome({ action: "accept", words: word });
      expect(world.rooms.get(group).accept).toBeUndefined();
      await welcome({ action: "accept", words: "activar" });
      expect(world.rooms.get(group).accept).toBe(true);
    }
    await expect(welcome({ action: "accept", words: "talvez" })).rejects.toBeInstanceOf(Refusal);
  });

  it("is muted until they press, and the message changes when all have", async () => {
    const answer = await hear(changed({ joined: [bia, caio] }));
    const until = bench.clock.now() + 7 * 86_400_000;
    expect(bench.moderated).toEqual([
      { act: "mute", user: bia.user, room: group, until },
      { act: "mute", user: caio.user, room: group, until },
    ]);
    const action = acceptAction(answer);
    expect(new TextEncoder().encode(action).length).toBeLessThanOrEqual(64);

    const first = await press(action, bia);
    expect(bench.moderated.at(-1)).toEqual({ act: "unmute", user: bia.user, room: group });
    expect(first.change).toBeUndefined();
    const last = await press(action, caio);
    expect(bench.moderated.at(-1)).toEqual({ act: "unmute", user: caio.user, room: group });
    expect(buttonsOf(last)).toEqual([]);
    expect(wordsOf(last)).toContain("✅ Todas as pessoas aceitaram as regras.");
    expect(wordsOf(last)).toContain("Bia e Caio");
  });

  it("keeps the button with the rules when all have accepted", async () => {
    await bench.command(named("rules"), { words: "https://exemplo.org" }, admin);
    const answer = await hear(changed({ joined: [bia] }));
    expect(buttonsOf(answer)).toHaveLength(2);
    const pressed = await press(acceptAction(answer), bia);
    expect(buttonsOf(pressed)).toEqual([{ label: "📜 Ler as regras", href: "https://exemplo.org" }]);
  });

  it("is nobody else: strangers are told so, and their press frees nobody", async () => {
    const action = acceptAction(await hear(changed({ joined: [bia] })));
    expect(named("welcome").pressedBy).toBe("everyone");
    await expect(press(action, carla)).rejects.toMatchObject({ key: "robot-welcome.accept.stranger" });
    expect(bench.moderated.filter(({ act }) => act === "unmute")).toEqual([]);
    const elsewhere = { by: bia, room: { account: "telegram", id: "-2" } };
    await expect(bench.press(named("welcome"), action, elsewhere)).rejects.toBeInstanceOf(Refusal);
    expect((await press(action, bia)).change).toBeDefined();
  });

  it("accepts once; a second press says so and mutes or frees nobody again", async () => {
    const action = acceptAction(await hear(changed({ joined: [bia, caio] })));
    await press(action, bia);
    const acts = bench.moderated.length;
    const again = await press(action, bia);
    expect(again.toast).toContain("já aceitou");
    expect(again.change).toBeUndefined();
    expect(bench.moderated).toHaveLength(acts);
  });

  it("waits seven days at most", async () => {
    const action = acceptAction(await hear(changed({ joined: [bia, caio] })));
    await bench.clock.advance(6 * 86_400_000);
    await press(action, bia);
    await bench.clock.advance(86_400_000 + 1);
    await expect(press(action, caio)).rejects.toMatchObject({ key: "robot-welcome.accept.over" });
  });

  it("is not waited for any more after leaving", async () => {
    const action = acceptAction(await hear(changed({ joined: [bia, caio] })));
    await hear(changed({ left: [bia] }));
    expect((await press(action, caio)).change).toBeDefined();
    await expect(press(action, bia)).rejects.toBeInstanceOf(Refusal);
  });

  it("is asked once when the joining is heard twice", async () => {
    const event = changed({ joined: [bia, caio] });
    const action = acceptAction(await hear(event));
    await press(action, bia);
    expect(acceptAction(await hear(event))).toBe(action);
    expect((await press(action, caio)).change).toBeDefined();
  });

  it("keeps their voice where the robot may not mute, which the room is told once", async () => {
    refusing((act) => (act === "mute" ? noRight() : undefined));
    const first = await hear(changed({ joined: [bia] }));
    expect(first.also?.map(({ to }) => to)).toEqual([group]);
    expect(wordsOf({ say: first.also?.[0]?.saying ?? { body: [] } })).toContain("permissão de banir pessoas");
    const second = await hear(changed({ joined: [caio] }));
    expect(second.also).toBeUndefined();
    expect((await press(acceptAction(second), caio)).change).toBeDefined();
    expect(bench.moderated).toEqual([]);

    await welcome({ action: "accept", words: "on" });
    expect((await hear(changed({ joined: [person(3)] }))).also).toHaveLength(1);

    // The right was given, and lost again.
    world = bench.world;
    expect((await hear(changed({ joined: [person(4)] }))).also).toBeUndefined();
    refusing(noRight);
    expect((await hear(changed({ joined: [person(5)] }))).also).toHaveLength(1);
  });

  it("does not complain of admins, who cannot be muted, nor of a network that fails", async () => {
    refusing(noRight);
    bench.standings.set("telegram:1 telegram:-1001", "admin");
    expect((await hear(changed({ joined: [bia] }))).also).toBeUndefined();
    const fate = { kind: "retry", maybeDelivered: true } as const;
    world = bench.world;
    refusing(() => new PlatformError("telegram.network", "no answer", fate));
    expect((await hear(changed({ joined: [caio] }))).also).toBeUndefined();
  });

  it("stays silent by a moderator's word, whatever they press", async () => {
    const silent = new Set([bia.user.id]);
    const { social } = bench.world;
    bench.world.social = (account) => {
      const real = social(account);
      return real && { ...real, isSilenced: async ({ id }) => silent.has(id) };
    };
    const answer = await hear(changed({ joined: [bia, caio] }));
    expect(bench.moderated.map(({ user }) => user)).toEqual([caio.user]);
    await press(acceptAction(answer), bia);
    expect(bench.moderated).toHaveLength(1);

    // Caio has no voice by the robot's own hand: coming back, or heard twice, it is still that.
    silent.add(caio.user.id);
    await hear(changed({ left: [caio] }));
    const back = acceptAction(await hear(changed({ joined: [caio] })));
    await press(back, caio);
    expect(bench.moderated.at(-1)).toMatchObject({ act: "unmute", user: caio.user });
    // From now on it is not.
    await bench.clock.advance(1_000);
    const later = acceptAction(await hear(changed({ joined: [caio] })));
    const acts = bench.moderated.length;
    await press(later, caio);
    expect(bench.moderated).toHaveLength(acts);
  });

  it("may press again when the voice could not be given back", async () => {
    const action = acceptAction(await hear(changed({ joined: [bia] })));
    const { social } = bench.world;
    let isDown = true;
    bench.world.social = (account) => {
      const real = social(account);
      if (!real || !isDown) return real;
      return { ...real, moderate: () => Promise.reject(noRight()) };
    };
    await expect(press(action, bia)).rejects.toMatchObject({ key: "robot-welcome.accept.stuck" });
    isDown = false;
    expect((await press(action, bia)).change).toBeDefined();
  });
});

describe("many who join at once", () => {
  /** One after another, a second between them. */
  async function join(from: number, to: number, by: Area = area): Promise<readonly Answer[]> {
    const answers: Answer[] = [];
    for (let id = from; id <= to; id++) {
      answers.push(await hear(changed({ joined: [person(id)] }), by));
      await turn(1_000);
    }
    return answers;
  }

  beforeEach(async () => {
    await welcome({ action: "on" });
  });

  it("are welcomed together when nobody came for a minute, and the operator hears of it once", async () => {
    const job = area.start?.(world);
    const answers = await join(1, 9);
    expect(answers.map(({ say }) => say !== undefined)).toEqual([
      ...[true, true, true, true, true],
      ...[false, false, false, false],
    ]);
    expect(bench.reported).toEqual([{ level: "warn", key: "robot-welcome.report.raid" }]);
    await turn(50_000);
    expect(bench.said).toEqual([]);
    await turn(20_000);
    expect(bench.said).toHaveLength(1);
    const [line] = bench.said;
    expect(line?.to).toEqual(group);
    expect(mentionsOf({ say: line?.saying ?? { body: [] } })).toEqual(["6", "7", "8", "9"]);

    await turn(120_000);
    expect(bench.said).toHaveLength(1);
    expect((await hear(changed({ joined: [person(10)] }))).say).toBeDefined();
    await job?.stop();
  });

  it("wait on, as long as somebody comes", async () => {
    const job = area.start?.(world);
    await join(1, 6);
    for (let id = 7; id <= 9; id++) {
      await turn(45_000);
      expect((await hear(changed({ joined: [person(id)] }))).say).toBeUndefined();
    }
    expect(bench.said).toEqual([]);
    await turn(70_000);
    expect(mentionsOf({ say: bench.said[0]?.saying ?? { body: [] } })).toEqual(["6", "7", "8", "9"]);
    await job?.stop();
  });

  it("are not forgotten over a restart, and heard twice they count once", async () => {
    const job = area.start?.(world);
    await join(1, 4);
    const fifth = changed({ joined: [person(5)] });
    await hear(fifth);
    await job?.stop();

    const next = createWelcome({});
    expect((await hear(fifth, next)).say).toBeDefined();
    const seventh = changed({ joined: [person(6), person(7)] });
    expect((await hear(seventh, next)).say).toBeUndefined();

    const last = createWelcome({});
    await hear(seventh, last);
    expect(bench.reported).toHaveLength(1);
    const running = last.start?.(world);
    await turn(80_000);
    expect(bench.said).toHaveLength(1);
    expect(mentionsOf({ say: bench.said[0]?.saying ?? { body: [] } })).toEqual(["6", "7"]);
    await running?.stop();
  });

  it("do not come together over a longer time", async () => {
    for (let id = 1; id <= 8; id++) {
      expect((await hear(changed({ joined: [person(id)] }))).say).toBeDefined();
      await turn(15_000);
    }
    expect(bench.reported).toEqual([]);
  });

  it("name twenty and count the others; who has left again is not welcomed, nor waved after", async () => {
    await bench.command(named("goodbye"), { action: "on" }, admin);
    const job = area.start?.(world);
    const crowd = Array.from({ length: 26 }, (_, index) => person(index + 1));
    expect((await hear(changed({ joined: crowd }))).say).toBeUndefined();
    expect((await hear(changed({ left: [person(1)] }))).say).toBeUndefined();
    await turn(70_000);
    const say = bench.said[0]?.saying ?? { body: [] };
    expect(mentionsOf({ say })).toEqual(Array.from({ length: 20 }, (_, index) => String(index + 2)));
    expect(wordsOf({ say })).toContain("mais 5 pessoas");
    await job?.stop();
  });

  it("accept the rules on the message for all of them", async () => {
    await welcome({ action: "accept", words: "on" });
    const job = area.start?.(world);
    await hear(changed({ joined: [1, 2, 3, 4, 5, 6].map((id) => person(id)) }));
    expect(bench.moderated).toHaveLength(6);
    await turn(70_000);
    const action = acceptAction({ say: bench.said[0]?.saying ?? { body: [] } });
    for (let id = 1; id <= 6; id++) {
      const { change } = await bench.press(named("welcome"), action, { by: person(id) });
      expect(change !== undefined).toBe(id === 6);
    }
    await job?.stop();
  });

  it("say it again when it could not be said", async () => {
    let fails = 1;
    const { say } = world;
    world = {
      ...world,
      say: (line) => (fails-- > 0 ? Promise.reject(new Error("storage is full")) : say(line)),
    };
    const job = area.start?.(world);
    await join(1, 6);
    await turn(80_000);
    expect(bench.said).toHaveLength(1);
    await job?.stop();
  });
});
