// The area as a whole: words and aliases, greetings, help, lists, languages, hashes, links and what rooms teach.

import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  ana,
  group,
  type RobotBench,
  robotBench,
  robotConfig,
  wordsOf,
} from "../../../test/support/robot-world.ts";
import type { BridgeEvent } from "../../model/event.ts";
import { loadTexts } from "../../texts.ts";
import type { Area } from "../area.ts";
import { type Command, said } from "../command.ts";
import type { RobotConfig } from "../config.ts";
import { createRegistry } from "../registry.ts";
import { createEveryday, type EverydayOptions } from "./everyday.ts";
import { hashOf, workingHashes } from "./hash.ts";

let bench: RobotBench;
let area: Area;

async function open(config: Partial<RobotConfig> = {}, options: EverydayOptions = {}): Promise<void> {
  await bench?.close();
  area = createEveryday({ ...robotConfig, ...config }, options);
  bench = await robotBench({ config, commands: area.commands ?? [] });
  await area.prepare?.(bench.world);
}
beforeEach(() => open());
afterEach(async () => {
  await bench.close();
});

function command(name: string): Command {
  const found = area.commands?.find((one) => one.name === name);
  if (!found) throw new Error(`no command ${name}`);
  return found;
}

describe("the words", () => {
  it("find their command by every name and alias in three languages, and none is wanted twice", () => {
    const registry = createRegistry(area.commands ?? [], loadTexts);
    expect(registry.clashes).toEqual([]);
    const words = {
      ...{
        start: "start começar",
        help: "ajuda help ayuda",
        list: "lista list comandos",
        info: "info sobre",
      },
      ...{
        feedback: "feedback feed",
        qr: "qr qrcode",
        random: "random rand r aleatório",
        dice: "dado dice d",
      },
      ...{ pi: "pi", phi: "phi", donate: "doar donate donar", coin: "moeda coin moneda", hash: "hash" },
      ...{
        choose: "escolher choose elegir",
        language: "idioma language",
        command: "comando command",
        c: "c",
      },
    };
    for (const [name, all] of Object.entries(words))
      for (const word of all.split(" ")) expect(registry.find(word)?.name, word).toBe(name);
  });

  it("fit into the menus of both platforms", () => {
    for (const { names, about, args } of createRegistry(area.commands ?? [], loadTexts).sheets()) {
      for (const name of Object.values(names)) expect(name).toMatch(/^[a-z][a-z0-9_]{0,31}$/);
      for (const line of Object.values(about)) expect(line.length).toBeLessThanOrEqual(100);
      for (const { name, about: line } of args) {
        for (const one of Object.values(name)) expect(one).toMatch(/^[a-z0-9_-]{1,32}$/);
        for (const one of Object.values(line)) expect(one.length).toBeLessThanOrEqual(100);
      }
    }
  });
});

describe("start", () => {
  it("greets by the personality's words, or neutral ones", async () => {
    expect(wordsOf(await bench.command(command("start"), {}, { isPrivate: true }))).toMatch(
      /^Oi, Ana!.*\/ponte/s,
    );
    await open({}, { say: (key, { name }) => (key === "start" ? `E aí, ${name}?` : undefined) });
    expect(wordsOf(await bench.command(command("start")))).toMatch(/^E aí, Ana\?/);
  });

  it("hands over what a deep link brought, and greets when it means nothing", async () => {
    const seen: string[] = [];
    const onStart: EverydayOptions["onStart"] = async (_question, payload) => {
      seen.push(payload);
      return payload === "CODE" ? said("joined") : undefined;
    };
    await open({}, { onStart });
    expect(wordsOf(await bench.command(command("start"), { code: "CODE" }))).toBe("joined");
    expect(wordsOf(await bench.command(command("start"), { code: "x" }))).toContain("Oi, Ana!");
    expect(seen).toEqual(["CODE", "x"]);
  });
});

describe("help and the list", () => {
  it("has a button for each topic in which the person may do something", async () => {
    const { say } = await bench.command(command("help"));
    const actions = say?.buttons?.flat().map((one) => ("action" in one ? one.action : ""));
    expect(actions).toEqual(["help:topic:rooms", "help:topic:everyday"]);
    const page = await bench.press(command("help"), "help:topic:everyday");
    expect(wordsOf(page)).toContain("/dado — ");
    expect(wordsOf(page)).not.toContain("/idioma");
  });

  it("explains one command with its example, in the language of the person", async () => {
    const words = wordsOf(await bench.command(command("help"), { command: "/dice" }, { language: "es" }));
    expect(words).toContain("Por ejemplo: /dado 2d6+1");
    await expect(bench.command(command("help"), { command: "nada" })).rejects.toMatchObject({
      key: "robot-everyday.help.unknown",
    });
  });

  it("leaves out what is switched off, hidden, for others, or for other places", async () => {
    const nobody = { texts: "robot-everyday.dice", answer: () => said("") };
    const more: Command[] = [
      { ...nobody, name: "x-owner", who: "owner" },
      { ...nobody, name: "x-hidden", isHidden: true },
      { ...nobody, name: "x-private", where: "private" },
      { ...nobody, name: "x-seen", words: { ...inEach("seen") } },
    ];
    await bench.close();
    bench = await robotBench({ config: { off: ["pi"] }, commands: [...(area.commands ?? []), ...more] });
    const list = command("list");
    const words = wordsOf(await bench.command(list));
    expect(words).toContain("/seen");
    expect(words).toContain("/phi");
    expect(words).not.toContain("/pi —");
    // They all are called /dado, and so is the real one.
    expect(words.match(/\/dado —/g)).toHaveLength(1);
    const owner = wordsOf(await bench.command(list, {}, { role: "owner", isPrivate: true }));
    expect(owner.match(/\/dado —/g)).toHaveLength(3);
  });
});

function inEach(name: string) {
  const one = { "pt-BR": name, en: name, es: name };
  return { names: one, about: one, aliases: { "pt-BR": [], en: [], es: [] } };
}

describe("info", () => {
  it("says version, community, bridges of this room alone, uptime, privacy and source", async () => {
    const about = { version: "1.2.3", source: "https://example.org/src", privacy: () => "guardo pouco." };
    area = createEveryday(robotConfig, { about });
    await bench.close();
    const other = { account: "discord", id: "2" };
    bench = await robotBench({
      config: { about: "Somos a horta." },
      bridges: [
        { name: "horta", members: [group, other] },
        { name: "secreta", members: [other, { account: "discord", id: "3" }] },
      ],
    });
    await area.prepare?.(bench.world);
    await bench.clock.advance(25 * 3_600_000);
    const words = wordsOf(await bench.command(command("info")));
    expect(words).toContain("MateBot 1.2.3:");
    expect(words).toContain("Somos a horta.");
    expect(words).toContain("na ponte horta.");
    expect(words).not.toContain("secreta");
    expect(words).toContain("há 1 dia e 1 hora");
    expect(words).toContain("guardo pouco.");
    expect(words).toContain("https://example.org/src");
  });
});

describe("language", () => {
  it("of a room is changed by its admins, and said in the new one", async () => {
    const language = command("language");
    await expect(bench.command(language, { to: "en" })).rejects.toMatchObject({
      key: "robot-everyday.language.admins",
    });
    expect(wordsOf(await bench.command(language, { to: "en" }, { role: "admin" }))).toContain(
      "I speak English",
    );
    expect(bench.world.rooms.get(group).language).toBe("en");
    await bench.command(language, { to: "default" }, { role: "admin" });
    expect(bench.world.rooms.get(group).language).toBeUndefined();
  });

  it("of a private talk is the person's own", async () => {
    await bench.command(command("language"), { to: "es" }, { isPrivate: true });
    expect(bench.world.people.get(ana.user).language).toBe("es");
    expect(bench.world.rooms.get(group).language).toBeUndefined();
  });
});

describe("hash", () => {
  it("knows only algorithms that work, and each of them is right about an empty text", () => {
    const all = workingHashes();
    expect(all).toEqual(expect.arrayContaining(["md5", "sha1", "sha256", "sha512", "sha3-256", "shake128"]));
    for (const name of all) expect(hashOf(name, "abc")).toMatch(/^([0-9a-f]{2}){16,}$/);
    expect(hashOf("sha256", "abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(hashOf("shake128", "")).toMatch(/^7f9c2ba4e88f827d616045507605853e/);
  });

  it("takes a text, a message that is answered, and a file", async () => {
    const hash = command("hash");
    const of = (data: string) => createHash("sha256").update(data).digest("hex");
    expect(wordsOf(await bench.command(hash, { algorithm: "SHA-256", text: "bom  dia" }))).toContain(
      of("bom  dia"),
    );
    const ref = { conversation: group, id: "1" };
    const shell = { kind: "command", name: "hash", words: "" } as const;
    const about = { ref, text: "antes", files: [] };
    const replied = { asked: { ...shell, files: [], about } };
    expect(wordsOf(await bench.command(hash, { algorithm: "sha256" }, replied))).toContain(of("antes"));
    bench.files.set("f", new TextEncoder().encode("dentro"));
    const file = { kind: "document", account: "telegram", source: "f" } as const;
    const sent = { asked: { ...shell, files: [file] } };
    expect(wordsOf(await bench.command(hash, { algorithm: "sha256" }, sent))).toContain(of("dentro"));
  });

  it("warns of broken ones, and refuses what it does not know, with the list", async () => {
    const hash = command("hash");
    expect(wordsOf(await bench.command(hash, { algorithm: "md5", text: "a" }))).toContain(
      "não é mais seguro",
    );
    expect(wordsOf(await bench.command(hash, { algorithm: "sha512", text: "a" }))).not.toContain("seguro");
    await expect(bench.command(hash, { algorithm: "sha257", text: "a" })).rejects.toMatchObject({
      key: "robot-everyday.hash.unknown",
      values: { word: "sha257" },
    });
    await expect(bench.command(hash)).rejects.toMatchObject({ key: "robot-everyday.hash.usage" });
    await expect(bench.command(hash, { algorithm: "sha1" })).rejects.toMatchObject({
      key: "robot-everyday.hash.empty",
    });
  });
});

describe("donations, links and fixed replies of the configuration", () => {
  it("are shown with buttons, or the owner is told what is missing", async () => {
    expect(wordsOf(await bench.command(command("donate")))).toContain("matebot.yaml");
    await open({
      donate: [
        { label: "Apoie", to: "https://example.org/a" },
        { label: "BTC", to: "bc1xyz" },
      ],
    });
    const answer = await bench.command(command("donate"));
    expect(wordsOf(answer)).toContain("BTC: bc1xyz");
    expect(answer.say?.buttons).toEqual([[{ label: "Apoie", href: "https://example.org/a" }]]);
  });

  it("become commands of their own when their names can be typed", async () => {
    await open({
      links: { wiki: "https://wiki.example.org", "two words": "https://x.example" },
      replies: { wiki: "never", horario: "Às terças, 19 h." },
    });
    expect(wordsOf(await bench.command(command("wiki")))).toBe("https://wiki.example.org");
    expect(wordsOf(await bench.command(command("horario")))).toBe("Às terças, 19 h.");
    expect(area.commands?.filter(({ words }) => words).map(({ name }) => name)).toEqual(["wiki", "horario"]);
  });
});

describe("a link of the configuration", () => {
  it("hides no command of ours, whatever it is called in any language", async () => {
    await open({
      links: { ajuda: "https://x.example", qrcode: "https://x.example", wiki: "https://w.example" },
    });
    const registry = createRegistry(area.commands ?? [], loadTexts);
    expect(registry.find("ajuda")?.name).toBe("help");
    expect(registry.find("qrcode")?.name).toBe("qr");
    expect(registry.find("wiki")?.name).toBe("wiki");
    expect(registry.sheets().map(({ name }) => name)).not.toContain("ajuda");
    expect(registry.clashes).toContainEqual({ word: "ajuda", command: "ajuda" });
  });
});

describe("what a room teaches", () => {
  const admin = { role: "admin" } as const;
  const teach = (name: string, text: string) =>
    bench.command(command("command"), { action: "add", name, text }, admin);

  function typed(text: string, kind: "person" | "bot" | "robot" = "person", room = group): BridgeEvent {
    return {
      kind: "message.created",
      message: {
        ref: { conversation: room, id: "9" },
        ...{ author: { ...ana, kind }, at: 1, body: [{ kind: "text", text }], attachments: [] },
      },
    };
  }
  const hear = async (event: BridgeEvent) =>
    area.wants?.(event, bench.world)
      ? wordsOf((await area.hear?.(event, bench.world, new AbortController().signal)) ?? {})
      : undefined;

  it("is answered to /name there and nowhere else, also after a restart", async () => {
    await teach("Régras", "Seja gentil.");
    expect(await hear(typed("/regras"))).toBe("Seja gentil.");
    expect(await hear(typed("/régras@ponte_bot agora"))).toBe("Seja gentil.");
    expect(await hear(typed("/regras@other_bot"))).toBeUndefined();
    expect(await hear(typed("regras"))).toBeUndefined();
    expect(await hear(typed("/regras", "bot"))).toBeUndefined();
    expect(await hear(typed("/regras", "person", { account: "telegram", id: "-2" }))).toBeUndefined();
    area = createEveryday(robotConfig);
    await area.prepare?.(bench.world);
    expect(await hear(typed("/regras"))).toBe("Seja gentil.");
    expect(wordsOf(await bench.command(command("c"), { name: "regras" }))).toBe("Seja gentil.");
  });

  it("is answered in the other rooms of the bridge as well, where they see commands", async () => {
    await bench.close();
    const other = { account: "discord", id: "2" };
    bench = await robotBench({ bridges: [{ name: "horta", members: [group, other] }] });
    await teach("regras", "Seja gentil.");
    const answer = async () => area.hear?.(typed("/regras"), bench.world, new AbortController().signal);
    expect((await answer())?.also?.map(({ to }) => to)).toEqual([other]);
    bench.world.table.put({ name: "horta", members: [group, other], show: { commands: false } });
    expect((await answer())?.also).toEqual([]);
  });

  it("moves along when the group gets another id", async () => {
    await teach("regras", "Seja gentil.");
    const to = { account: "telegram", id: "-100777" };
    const moved = { kind: "conversation.moved", from: group, to } as const;
    expect(area.wants?.({ ...moved, from: to, to: group }, bench.world)).toBe(false);
    expect(area.wants?.(moved, bench.world)).toBe(true);
    for (let times = 0; times < 2; times += 1) {
      const answer = await area.hear?.(moved, bench.world, new AbortController().signal);
      await bench.store.transaction(async (tx) => answer?.keep?.(tx));
      await answer?.after?.();
    }
    expect(await hear(typed("/regras"))).toBeUndefined();
    expect(await hear(typed("/regras", "person", to))).toBe("Seja gentil.");
    area = createEveryday(robotConfig);
    await area.prepare?.(bench.world);
    expect(await hear(typed("/regras", "person", to))).toBe("Seja gentil.");
  });

  it("can be changed, listed, proposed and removed", async () => {
    await teach("regras", "1");
    await teach("regras", "2");
    expect(await hear(typed("/regras"))).toBe("2");
    expect(wordsOf(await bench.command(command("command"), { action: "list" }))).toContain("/regras");
    const proposed = await bench.command({
      ...command("c"),
      answer: async (question) =>
        said(JSON.stringify(await command("c").complete?.(question, "name", "rég"))),
    });
    expect(wordsOf(proposed)).toBe('[{"label":"regras","value":"regras"}]');
    await bench.command(command("command"), { action: "remove", name: "/regras" }, admin);
    expect(await hear(typed("/regras"))).toBeUndefined();
    await expect(bench.command(command("c"), { name: "regras" })).rejects.toMatchObject({
      key: "robot-everyday.command.unknown",
    });
  });

  it("is for admins to teach", async () => {
    const add = { action: "add", name: "x", text: "y" };
    for (const args of [add, { action: "remove", name: "x" }])
      await expect(bench.command(command("command"), args)).rejects.toMatchObject({
        key: "robot-everyday.command.admins",
      });
  });

  it.each([
    ["dice", "x", "taken"],
    ["two words", "x", "bad-name"],
    ["", "x", "no-name"],
    ["ok", " ", "no-text"],
    ["ok", "x".repeat(1001), "long"],
  ])("refuses /%s with %.5s: %s", async (name, text, key) => {
    await expect(teach(name, text)).rejects.toMatchObject({ key: `robot-everyday.command.${key}` });
  });

  it("ends at fifty, but what is known can still be changed", async () => {
    for (let i = 0; i < 50; i += 1) await teach(`n${i}`, "x");
    await expect(teach("n50", "x")).rejects.toMatchObject({ key: "robot-everyday.command.full" });
    await expect(teach("n49", "y")).resolves.toBeDefined();
  });
});
