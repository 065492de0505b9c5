// The example plugin in its real process: what its command, its trigger, its hook and its job do for a community.

import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { plainText, text } from "../../src/model/rich-text.ts";
import { checkPlugin } from "../../src/plugins/check.ts";
import { loadTexts } from "../../src/texts.ts";
import { carla, channel, wordsOf } from "../support/robot-world.ts";
import { type PluginBench, pluginBench, removePluginFiles, wordsOfEvents, written } from "./plugin-bench.ts";

const CAFE = join(import.meta.dirname, "../../examples/plugins/cafe.ts");

let bench: PluginBench;
beforeEach(async () => {
  bench = await pluginBench(
    { cafe: CAFE },
    { configs: { cafe: { most: 2, room: "discord:200000000000000001" } }, random: () => 0 },
  );
});
afterEach(() => bench.close());
afterAll(removePluginFiles);

describe("the coffee counter", () => {
  it("counts for each person, worries from the configured number on, and ranks", async () => {
    const cafe = bench.command("cafe");
    const words = [];
    for (let cup = 0; cup < 3; cup++) words.push(wordsOf(await bench.bench.command(cafe)));
    expect(words).toEqual(["☕ 1", "☕ 2", "☕ 3 😳"]);
    await bench.bench.command(cafe, {}, { by: carla });
    const ranking = await bench.bench.command(cafe, { what: "ranking" });
    expect(wordsOf(ranking)).toBe("1. Ana: 3\n2. Carla: 1\n");
  });

  it("offers one more as a button, which changes its message", async () => {
    const cafe = bench.command("cafe");
    const { say } = await bench.bench.command(cafe);
    expect(say?.buttons).toEqual([[{ label: "☕ +1", action: "cafe:more" }]]);
    const pressed = await bench.bench.press(cafe, "cafe:more");
    expect(plainText(pressed.change?.body ?? [])).toBe("☕ 2");
    expect(pressed.toast).toBe("☕ 2");
  });

  it("answers to its word, and not again for ten minutes", async () => {
    const { area } = bench.plugins;
    const hear = async () =>
      wordsOf((await area.hear?.(written("Café?"), bench.bench.world, AbortSignal.timeout(5_000))) ?? {});
    expect(area.wants?.(written("chá?"), bench.bench.world)).toBe(false);
    expect([await hear(), await hear()]).toEqual(["☕?", ""]);
  });

  it("adds a cup on the way, and keeps what was bold", async () => {
    const bold = { kind: "bold", children: [text("café")] } as const;
    const events = await bench.plugins.before?.(written([bold, text(" agora")]));
    expect(events).toMatchObject([{ message: { body: [bold, text(" agora ☕")] } }]);
    expect(wordsOfEvents(await bench.plugins.before?.(written("cafeteria")))).toEqual(["cafeteria"]);
  });

  it("tells each morning who leads", async () => {
    await bench.bench.command(bench.command("cafe"));
    const jobs = bench.plugins.area.start?.(bench.bench.world);
    await bench.bench.store.transaction(async () => {});
    await bench.bench.clock.advance(86_400_000);
    while (bench.bench.said.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await jobs?.stop();
    const [line] = bench.bench.said;
    expect(line?.to).toEqual(channel);
    expect(plainText(line?.saying.body ?? [])).toBe("☀️☕ Ana: 1");
  });
});

describe("checkPlugin", () => {
  const texts = loadTexts("en");

  it("tells what a plugin declares and which of its words are taken", async () => {
    const report = await checkPlugin(CAFE, { texts, isTaken: (word) => word === "espresso" });
    expect(report.fault).toBeUndefined();
    expect(report.sheet).toMatchObject({ name: "cafe", before: true, after: false, jobs: [{ at: "09:00" }] });
    expect(report.taken).toEqual(["espresso"]);
  });

  it("names what is wrong, in words and in the plugin's own", async () => {
    const { sheet, fault } = await checkPlugin(CAFE, { texts, config: { most: "many" } });
    expect(sheet).toBeUndefined();
    expect(fault?.words).toContain("does not accept the configuration");
    expect(fault?.detail).toContain("`most` is a number of coffees");
  });

  it("says so when there is no file", async () => {
    expect((await checkPlugin("/nowhere/x.ts", { texts })).fault).toMatchObject({
      reason: "load",
      detail: "ENOENT",
    });
  });
});
