// Which personalities there are, what is wrong with a broken one, and what they say on each occasion.

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { group, type RobotBench, robotBench } from "../../../test/support/robot-world.ts";
import { LANGUAGES, loadTexts } from "../../texts.ts";
import { FAULTS, PackFault, parsePack } from "./pack.ts";
import { createPacks } from "./packs.ts";
import { createPersonality, shippedFolder } from "./personality.ts";
import { oneOf, type PhraseKey, PLACEHOLDERS } from "./phrase-keys.ts";

const KEYS = Object.keys(PLACEHOLDERS) as PhraseKey[];
const folder = shippedFolder();
let privateFolder: string;
let bench: RobotBench;

beforeEach(async () => {
  privateFolder = mkdtempSync(join(tmpdir(), "personalities-"));
  bench = await robotBench();
});
afterEach(async () => {
  rmSync(privateFolder, { recursive: true });
  await bench.close();
});

const keep = (file: string, words: string) => writeFileSync(join(privateFolder, file), words);
const made = (more: { rough?: boolean; fallback?: string } = {}) =>
  createPersonality({ folder, privateFolder, rough: false, fallback: "neutra", ...more }).personalities;
const packNamed = (name: string) => {
  const pack = createPacks({ folder, privateFolder }).get(name, bench.world);
  if (!pack) throw new Error(`no pack ${name}`);
  return pack;
};

describe("the packs that come along", () => {
  it("are four, the neutral one first, and one of them is rough", () => {
    const packs = createPacks({ folder, privateFolder }).all(bench.world);
    expect(packs.map(({ name }) => name)).toEqual(["neutra", "galpao", "oficina", "resmungao"]);
    expect(packs.filter(({ rough }) => rough).map(({ name }) => name)).toEqual(["resmungao"]);
    expect(readdirSync(folder)).toHaveLength(packs.length);
  });

  it.each(LANGUAGES)("have neutral words for everything in %s, rules or not", (language) => {
    const { phrases, triggers } = packNamed("neutra");
    expect(Object.keys(phrases[language] ?? {}).sort()).toEqual([...KEYS].sort());
    const values = { name: "Ana", room: "Casa", count: 2, example: "/dado" };
    for (const key of KEYS) expect(oneOf(phrases[language]?.[key] ?? [], values, () => 0)).toBeTruthy();
    expect(triggers).toEqual([]);
  });

  it.each(["galpao", "oficina", "resmungao"])("have at least three variants of each in %s", (name) => {
    const { phrases } = packNamed(name);
    expect(Object.keys(phrases["pt-BR"] ?? {}).sort()).toEqual([...KEYS].sort());
    for (const words of Object.values(phrases).flatMap((all) => Object.values(all ?? {})))
      expect(words?.length).toBeGreaterThanOrEqual(3);
  });

  it("say nothing twice", () => {
    for (const { phrases } of createPacks({ folder, privateFolder }).all(bench.world)) {
      const all = Object.values(phrases).flatMap((keys) => Object.values(keys ?? {}).flat());
      expect(all.filter((words, i) => all.indexOf(words) !== i)).toEqual([]);
    }
  });
});

describe("a phrase", () => {
  it("says the values, one of its variants by chance", () => {
    expect(oneOf(["Oi, {name}!", "Olá, {name}!"], { name: "$& {name}" }, () => 0.9)).toBe("Olá, $& {name}!");
  });

  it("is not drawn while somebody owes it a value", () => {
    expect(oneOf(["Em {room}", "Oi"], { room: "" }, () => 0)).toBe("Oi");
    expect(oneOf(["Em {room}"], {}, () => 0)).toBeUndefined();
  });

  it("tells the rules where there are some", () => {
    expect(oneOf(["Oi", "Leia {rules}"], { rules: "o quadro" }, () => 0)).toBe("Leia o quadro");
  });

  it("is the room's own, and neutral where its pack is silent in that language", async () => {
    keep("curta.yaml", `${head}\nphrases: { pt-BR: { done: [Tá.] } }`);
    await bench.world.rooms.set(group, { personality: "curta" });
    const say = (key: PhraseKey, language: "pt-BR" | "es") =>
      made().say(group, key, {}, bench.world, language);
    expect(say("done", "pt-BR")).toBe("Tá.");
    expect(packNamed("neutra").phrases.es?.done).toContain(say("done", "es"));
    expect(packNamed("neutra").phrases["pt-BR"]?.help).toContain(say("help", "pt-BR"));
  });

  it("is the configured pack's where a room chose none, or one that is gone or not allowed any more", async () => {
    const galpao = packNamed("galpao").phrases["pt-BR"]?.done;
    const say = () => made({ fallback: "galpao" }).say(group, "done", {}, bench.world, "pt-BR");
    expect(galpao).toContain(say());
    await bench.world.rooms.set(group, { personality: "sumida" });
    expect(galpao).toContain(say());
    await bench.world.rooms.set(group, { personality: "resmungao" });
    expect(galpao).toContain(say());
    const rough = made({ fallback: "galpao", rough: true }).say(group, "done", {}, bench.world, "pt-BR");
    expect(packNamed("resmungao").phrases["pt-BR"]?.done).toContain(rough);
  });
});

const head = "title: { pt-BR: T }\nabout: { pt-BR: A }";

describe("a private pack", () => {
  const done = (text: string) => `${head}\nphrases: { pt-BR: { done: [${text}] } }`;
  const said = (personalities: ReturnType<typeof made>) =>
    personalities.say(group, "done", {}, bench.world, "pt-BR");

  it("wins over the one of the same name, and is looked at again after a minute", async () => {
    keep("neutra.yaml", done("Meu jeito"));
    const personalities = made();
    expect(said(personalities)).toBe("Meu jeito");
    keep("neutra.yaml", done("Meu novo jeito"));
    await bench.clock.advance(59_000);
    expect(said(personalities)).toBe("Meu jeito");
    await bench.clock.advance(1_000);
    expect(said(personalities)).toBe("Meu novo jeito");
    rmSync(join(privateFolder, "neutra.yaml"));
    await bench.clock.advance(60_000);
    expect(packNamed("neutra").phrases["pt-BR"]?.done).toContain(said(personalities));
  });

  it("that is broken is reported once and left out until it is mended", async () => {
    keep("neutra.yaml", "title: [");
    const personalities = made();
    const shipped = packNamed("neutra").phrases["pt-BR"]?.done;
    bench.reported.length = 0;
    expect(shipped).toContain(said(personalities));
    await bench.clock.advance(60_000);
    expect(shipped).toContain(said(personalities));
    expect(bench.reported).toEqual([{ level: "warn", key: "robot-personality.broken.yaml" }]);
    keep("neutra.yaml", done("Consertada"));
    await bench.clock.advance(60_000);
    expect(said(personalities)).toBe("Consertada");
  });

  it("that is huge is left out unread", () => {
    keep("enorme.yaml", `# ${"x".repeat(300_000)}`);
    expect(createPacks({ folder, privateFolder }).get("enorme", bench.world)).toBeUndefined();
    expect(bench.reported.map(({ key }) => key)).toEqual(["robot-personality.broken.size"]);
  });

  it("need not be there at all", () => {
    const packs = createPacks({ folder, privateFolder: join(privateFolder, "none") });
    expect(packs.all(bench.world)).toHaveLength(4);
  });
});

describe("what is wrong with a pack", () => {
  const fault = (words: string) => {
    try {
      parsePack("x", words);
    } catch (error) {
      if (error instanceof PackFault) return [error.kind, error.path, error.detail];
      throw error;
    }
    return undefined;
  };
  const phrases = "phrases: { en: { done: [Done] } }";
  const trigger = (words: string) => `${head}\n${phrases}\ntriggers: [{ says: { en: [Hi] }, ${words} }]`;

  it.each([
    ["no YAML", "title: {\n  x", ["yaml", "", expect.stringMatching(/^\d+$/)]],
    ["nothing at all", "", ["missing", "title", ""]],
    ["no phrases", head, ["missing", "phrases", "object"]],
    ["no language", `${head}\nphrases: {}`, ["wordless", "phrases", ""]],
    ["an unknown language", `${head}\nphrases: { fr: {} }`, ["unknown", "phrases.fr", ""]],
    ["an unknown field", `${head}\n${phrases}\nmood: bad`, ["unknown", "mood", ""]],
    ["an unknown occasion", `${head}\nphrases: { en: { dance: [x] } }`, ["unknown", "phrases.en.dance", ""]],
    ["no list", `${head}\nphrases: { en: { done: x } }`, ["value", "phrases.en.done", "array"]],
    [
      "a placeholder of another occasion",
      `${head}\nphrases: { en: { done: [Done, "Done, {rules}"] } }`,
      ["placeholder", "phrases.en.done.1", "{rules}"],
    ],
    ["a chance above one", trigger("words: [a], chance: 2"), ["value", "triggers.0.chance", "<= 1"]],
    ["a trigger without words", trigger("chance: 1"), ["matchless", "triggers.0", ""]],
    ["a word without letters", trigger('words: ["?!"]'), ["letters", "triggers.0.words.0", ""]],
    ["an unknown audience", trigger("words: [a], only: me"), ["value", "triggers.0.only", "any, mention"]],
    [
      "a value put in by a trigger that it cannot know",
      trigger("words: [a]").replace("Hi", '"{room}"'),
      ["placeholder", "triggers.0.says.en.0", "{room}"],
    ],
    [
      "aliases without end",
      `a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]`,
      ["value", ".", "none"],
    ],
  ])("is named: %s", (_what, words, expected) => {
    expect(fault(words)).toEqual(expected);
  });

  it.each(LANGUAGES)("has words with a cure in %s for each kind", (language) => {
    const texts = loadTexts(language);
    for (const kind of FAULTS) {
      const said = texts(`robot-personality.broken.${kind}`, { file: "x.yaml", path: "a.b", detail: "c" });
      expect(said).toContain("x.yaml");
    }
  });

  it("stops the start when it comes along with MateBot", () => {
    keep("torta.yaml", head);
    expect(() => createPacks({ folder: privateFolder, privateFolder: "" })).toThrow(/torta\.yaml: phrases/);
  });
});
