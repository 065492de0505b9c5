// Choosing how the robot talks, and what it answers unasked: seldom, politely, and never to commands.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ana, group, type RobotBench, robotBench, wordsOf } from "../../../test/support/robot-world.ts";
import type { BridgeEvent } from "../../model/event.ts";
import type { Author, Message } from "../../model/message.ts";
import { text } from "../../model/rich-text.ts";
import type { Answer, Command } from "../command.ts";
import { pulled } from "./matching.ts";
import { createPacks } from "./packs.ts";
import { createPersonality, shippedFolder } from "./personality.ts";

let privateFolder: string;
let bench: RobotBench;
let chance = 0;

beforeEach(async () => {
  privateFolder = mkdtempSync(join(tmpdir(), "personality-"));
  chance = 0;
  bench = await robotBench({ random: () => chance });
});
afterEach(async () => {
  rmSync(privateFolder, { recursive: true });
  await bench.close();
});

const area = (rough = false) =>
  createPersonality({ folder: shippedFolder(), privateFolder, rough, fallback: "neutra" }).area;
const command = (name: string, rough = false): Command => {
  const found = area(rough).commands?.find((each) => each.name === name);
  if (!found) throw new Error(`no command ${name}`);
  return found;
};
const actions = ({ say, change }: Answer) =>
  ((say ?? change)?.buttons ?? []).flat().map((button) => ("action" in button ? button.action : button.href));
const labels = ({ say, change }: Answer) => ((say ?? change)?.buttons ?? []).flat().map(({ label }) => label);
const chosen = () => bench.world.rooms.get(group).personality;

describe("the personality command", () => {
  it("is for admins and their eyes", () => {
    const { who, isPrivate, isCarried } = command("personality");
    expect({ who, isPrivate, isCarried }).toEqual({ who: "admin", isPrivate: true, isCarried: false });
  });

  it("lists all with a taste of each and marks the room's; rough ones only where they are allowed", async () => {
    await bench.world.rooms.set(group, { personality: "oficina" });
    const answer = await bench.command(command("personality"), {});
    expect(labels(answer)).toEqual(["Neutra", "Galpão", "✅ Oficina"]);
    expect(wordsOf(answer)).toContain("Oi, Ana. Todos os sistemas no verde. Desconfio.");
    const rough = await bench.command(command("personality", true), {}, { language: "en" });
    expect(labels(rough)).toEqual(["Neutral", "Mate shed", "✅ Workshop", "Grump"]);
  });

  it("chooses in place with a button", async () => {
    const answer = await bench.press(command("personality"), "personality:set:galpao");
    expect(chosen()).toBe("galpao");
    expect(labels(answer)).toContain("✅ Galpão");
    expect(answer.change).toBeDefined();
    expect(answer.toast).toContain("Galpão");
  });

  it.each(["galpao", "Galpão", "MATE SHED"])("chooses by the name %s", async (name) => {
    await bench.command(command("personality"), { name });
    expect(chosen()).toBe("galpao");
  });

  it("refuses a name nobody has, with those there are", async () => {
    await expect(bench.command(command("personality"), { name: "pirata" })).rejects.toMatchObject({
      key: "robot-personality.unknown",
      values: { word: "pirata", names: "Neutra, Galpão, Oficina" },
    });
  });

  it("refuses a rough one where they are off, by button as well", async () => {
    const refused = { key: "robot-personality.rough-off" };
    await expect(bench.command(command("personality"), { name: "Resmungão" })).rejects.toMatchObject(refused);
    const pressed = bench.press(command("personality"), "personality:really:resmungao");
    await expect(pressed).rejects.toMatchObject(refused);
    expect(chosen()).toBeUndefined();
  });

  it("takes a rough one only after one more yes", async () => {
    const rough = command("personality", true);
    const asked = await bench.command(rough, { name: "resmungao" });
    const pressed = await bench.press(rough, "personality:set:resmungao");
    expect(chosen()).toBeUndefined();
    expect(actions(asked)).toEqual(["personality:really:resmungao", "personality:list"]);
    expect(actions(pressed)).toEqual(actions(asked));
    const back = await bench.press(rough, "personality:list");
    expect(labels(back)).toContain("✅ Neutra");
    await bench.press(rough, "personality:really:resmungao");
    expect(chosen()).toBe("resmungao");
  });

  it("keeps every action within a button, and the buttons within a message", async () => {
    for (let i = 0; i < 30; i++)
      writeFileSync(
        join(privateFolder, `${"n".repeat(30)}${String(i).padStart(2, "0")}.yaml`),
        "title: { en: T }\nabout: { en: A }\nphrases: { en: { done: [x] } }",
      );
    const { say } = await bench.command(command("personality"), {});
    expect(say?.buttons).toHaveLength(5);
    for (const row of say?.buttons ?? []) expect(row.length).toBeLessThanOrEqual(5);
    for (const action of actions({ ...(say && { say }) }))
      expect(`${action}really`.length).toBeLessThanOrEqual(64);
  });

  it("proposes names while one types", async () => {
    const { complete } = command("personality");
    const { world } = bench;
    const proposed = await complete?.({ world, language: "pt-BR" } as never, "name", "galpã");
    expect(proposed).toEqual([{ label: "Galpão", value: "galpao" }]);
  });
});

let count = 0;
function message(words: string, more: Partial<Message> = {}, by: Author = ana): BridgeEvent {
  const ref = { conversation: group, id: String(count++) };
  const said = { ref, author: by, at: bench.clock.now(), body: [text(words)], attachments: [] };
  return { kind: "message.created", message: { ...said, ...more } };
}

describe("triggers", () => {
  const signal = new AbortController().signal;
  let own: ReturnType<typeof area>;
  const wants = (event: BridgeEvent) => own.wants?.(event, bench.world);
  const heard = async (event: BridgeEvent) => wordsOf((await own.hear?.(event, bench.world, signal)) ?? {});

  beforeEach(async () => {
    writeFileSync(
      join(privateFolder, "papo.yaml"),
      `title: { pt-BR: Papo }
about: { pt-BR: A }
phrases: { pt-BR: { thanks: ["De nada, {name}"], greeting: ["Bom dia, {name}"] } }
triggers:
  - { words: [café], says: { pt-BR: [Um, "Dois, {name}"] }, chance: 0.5, cooldown: 100 }
  - { starts: [quem diria], says: { pt-BR: [Começo] } }
  - { contains: [haha], says: { pt-BR: [Meio] } }
  - { ends: [né], says: { pt-BR: [Fim] } }
  - { words: [pix], only: mention, says: { pt-BR: [Chamou] } }
  - { words: [tea], says: { en: [Tea] } }
politeness: { thanks: [obrigada, valeu], greeting: [bom dia] }`,
    );
    own = area();
    await bench.world.rooms.set(group, { personality: "papo" });
  });

  it("answer one of their variants, with the name of who is answered", async () => {
    const event = message("Bora um CAFÉ?");
    expect(wants(event)).toBe(true);
    expect(await heard(event)).toBe("Um");
    chance = 0.6;
    expect(await heard(event)).toBe("Dois, Ana");
  });

  it.each([
    ["Quem diria, choveu", "Começo"],
    ["uahahahaha", "Meio"],
    ["tá frio, né?", "Fim"],
  ])("find their words in “%s”", async (words, answer) => {
    const event = message(words);
    expect(wants(event)).toBe(true);
    expect(await heard(event)).toBe(answer);
  });

  it.each(["cafézal", "quem diriam", "boné", "né que sim", "ele disse quem diria", "tea", ""])(
    "leave “%s” alone",
    (words) => {
      expect(wants(message(words))).toBe(false);
    },
  );

  it("leave it to chance", () => {
    chance = 0.5;
    expect(wants(message("café"))).toBe(false);
    chance = 0.49;
    expect(wants(message("café"))).toBe(true);
  });

  it("rest after they answered, in all topics of the room, and only then", async () => {
    chance = 0.9;
    expect(wants(message("café"))).toBe(false);
    chance = 0;
    expect(wants(message("café"))).toBe(true);
    await bench.clock.advance(99_999);
    const topic = { conversation: { ...group, thread: "7" }, id: "t" };
    await bench.world.rooms.set(topic.conversation, { personality: "papo" });
    expect(wants(message("café"))).toBe(false);
    expect(wants(message("café", { ref: topic }))).toBe(false);
    await bench.clock.advance(1);
    expect(wants(message("café", { ref: topic }))).toBe(true);
  });

  it("decide the same when they are asked again about a message", () => {
    const event = message("café");
    expect([wants(event), wants(event)]).toEqual([true, true]);
  });

  it("never answer commands, bots, forwards, or what is long past", () => {
    expect(wants(message("/cmd café"))).toBe(false);
    expect(wants(message(" /café café"))).toBe(false);
    expect(wants(message("café", {}, { ...ana, kind: "bot" }))).toBe(false);
    expect(wants(message("café", {}, { kind: "robot", name: "MateBot" }))).toBe(false);
    expect(wants(message("café", { forward: { from: "Bia" } }))).toBe(false);
    expect(wants(message("café", { at: bench.clock.now() - 120_001 }))).toBe(false);
    const { message: written } = message("café") as Extract<BridgeEvent, { kind: "message.created" }>;
    expect(wants({ kind: "message.edited", message: written })).toBe(false);
  });

  it("that are for mentions want the robot named or answered", async () => {
    expect(wants(message("manda o pix"))).toBe(false);
    expect(wants(message("MateBot, qual o pix?"))).toBe(true);
    await bench.clock.advance(60_000);
    expect(wants(message("@ponte_bot pix"))).toBe(true);
    await bench.clock.advance(60_000);
    expect(wants(message("e o pix?", { reply: { author: "MateBot" } }))).toBe(true);
  });

  it("return thanks that are for the robot, once an hour", async () => {
    expect(wants(message("obrigada, Bia"))).toBe(false);
    const event = message("valeu, MateBot!");
    expect(wants(event)).toBe(true);
    expect(await heard(event)).toBe("De nada, Ana");
    await bench.clock.advance(3_599_999);
    expect(wants(message("valeu, matebot"))).toBe(false);
    await bench.clock.advance(1);
    expect(wants(message("valeu, matebot"))).toBe(true);
  });

  it("wish a good morning to who opens with one, once an hour", async () => {
    expect(wants(message("ontem foi um bom dia"))).toBe(false);
    const event = message("Bom dia, gente!");
    expect(wants(event)).toBe(true);
    expect(await heard(event)).toBe("Bom dia, Ana");
    expect(wants(message("bom dia"))).toBe(false);
  });

  it("are off where no personality was chosen, unless told, and silent when switched off", async () => {
    await bench.world.rooms.set(group, { personality: undefined });
    own = createPersonality({ folder: shippedFolder(), privateFolder, rough: false, fallback: "papo" }).area;
    expect(wants(message("café"))).toBe(false);
    const event = message("café");
    await bench.world.rooms.set(group, { triggers: true });
    expect(wants(event)).toBe(true);
    await bench.world.rooms.set(group, { personality: "papo", triggers: false });
    expect(wants(message("quem diria"))).toBe(false);
    expect(await heard(event)).toBe("");
  });

  it("of the packs that come along are each pulled by each of their words", () => {
    const packs = createPacks({ folder: shippedFolder(), privateFolder: "" }).all(bench.world);
    for (const pack of packs)
      for (const [index, { words = [], starts = [], contains = [] }] of pack.triggers.entries())
        for (const each of [...words, ...starts, ...contains]) {
          const event = message(each, { reply: { author: "MateBot" } });
          const pull = event.kind === "message.created" && pulled(event.message, pack, "pt-BR", undefined);
          expect(pull, `${pack.name}: ${each}`).toMatchObject({ kind: "says", key: String(index) });
        }
  });

  it("are switched by an admin, by word and in place", async () => {
    const triggers = command("triggers");
    expect(triggers.who).toBe("admin");
    const now = await bench.command(triggers, {});
    expect(wordsOf(now)).toContain("Papo");
    expect(actions(now)).toEqual(["triggers:off"]);
    expect(actions(await bench.press(triggers, "triggers:off"))).toEqual(["triggers:on"]);
    expect(bench.world.rooms.get(group).triggers).toBe(false);
    await bench.command(triggers, { to: "on" });
    expect(bench.world.rooms.get(group).triggers).toBe(true);
    await bench.world.rooms.set(group, { personality: "neutra" });
    expect(wordsOf(await bench.command(triggers, {}))).toContain("/personalidade");
  });
});
