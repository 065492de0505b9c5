// Plugins in their own processes: what they declare becomes commands, answers and hooks of the robot.

import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { plainText, text } from "../../src/model/rich-text.ts";
import { Refusal } from "../../src/robot/command.ts";
import { channel, group, wordsOf } from "../support/robot-world.ts";
import {
  type PluginBench,
  type PluginBenchOptions,
  pluginBench,
  pluginFolder,
  removePluginFiles,
  wordsOfEvents,
  written,
} from "./plugin-bench.ts";

afterAll(removePluginFiles);
const open: PluginBench[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

async function started(files: Readonly<Record<string, string>>, options?: PluginBenchOptions) {
  const bench = await pluginBench(files, options);
  open.push(bench);
  return bench;
}

const plugin = (body: string) =>
  `import { definePlugin } from "matebot/plugin";\nexport default definePlugin({ ${body} });`;

describe("a plugin's commands", () => {
  it("are answered with formatted words, buttons and files", async () => {
    const { bench, command } = await started({
      "a.ts": plugin(`name: "a", commands: { oi: {
        about: { "pt-BR": "diz oi", en: "says hi" }, aliases: { en: ["hi"] },
        answer: ({ by, language, room }) => ({
          text: \`**oi** \${by.name} \${by.id} \${language} \${room}\`,
          buttons: [[{ label: "de novo", action: "oi:again" }]],
          files: [{ name: "../../oi.txt", mime: "text/plain", bytes: new TextEncoder().encode("oi!") }],
        }),
        press: (question, words) => ({ text: words, isChange: true, toast: "ok" }),
      } }`),
    });
    const oi = command("oi");
    const answer = await bench.command(oi);
    expect(oi.words).toMatchObject({ about: { en: "says hi", es: "diz oi" }, aliases: { es: ["hi"] } });
    expect(answer.say?.body[0]).toEqual({ kind: "bold", children: [text("oi")] });
    expect(wordsOf(answer)).toBe("oi Ana telegram:11 pt-BR telegram:-1001");
    expect(answer.say?.buttons).toEqual([[{ label: "de novo", action: "oi:again" }]]);
    expect(answer.say?.files?.[0]).toMatchObject({ name: "oi.txt", kind: "document", bytes: 3 });
    expect(new TextDecoder().decode(bench.files.get("file0"))).toBe("oi!");
    const pressed = await bench.press(oi, "oi:again");
    expect(plainText(pressed.change?.body ?? [])).toBe("again");
    expect(pressed.toast).toBe("ok");
  });

  it("get their arguments typed and named as declared", async () => {
    const { bench, command } = await started({
      "a.ts": plugin(`name: "a", commands: { soma: { about: "soma", who: "trusted", cooldown: "2m", args: [
        { key: "n", type: "integer", min: 1, max: 9, isRequired: true, name: { "pt-BR": "número", en: "number" } },
        { key: "rest", type: "rest" } ],
        answer: ({ args }) => args.n + 1 + " " + args.rest } }`),
    });
    const soma = command("soma");
    expect(soma).toMatchObject({ who: "trusted", cooldownMs: 120_000 });
    expect(soma.args).toEqual([
      { key: "n", type: "integer", min: 1, max: 9, isRequired: true },
      { key: "rest", type: "text", rest: true, isRequired: false },
    ]);
    expect(soma.words?.args?.n?.name.es).toBe("número");
    expect(wordsOf(await bench.command(soma, { n: 2, rest: "x y" }))).toBe("3 x y");
  });

  it("never take a word that means something already, and the plugin is told", async () => {
    const { plugins, bench, command, line } = await started(
      {
        "a.ts": plugin(`name: "a", commands: {
          ajuda: { about: "x", answer: () => "mine" },
          cafe: { about: "x", names: { en: "help", "pt-BR": "cafe" }, aliases: ["socorro", "cafezinho"], answer: (q, api) => api.refused.join(" ") } }`),
        "b.ts": plugin(`name: "b", commands: { cafezinho: { about: "x", answer: () => "b" } }`),
      },
      { isTaken: (word) => ["ajuda", "help", "socorro"].includes(word) },
    );
    expect(plugins.area.commands?.map(({ name }) => name)).toEqual(["cafe"]);
    expect(command("cafe").words).toMatchObject({ names: { en: "cafe" }, aliases: { en: ["cafezinho"] } });
    expect(wordsOf(await bench.command(command("cafe")))).toBe("ajuda socorro help");
    expect((await line(({ plugin, words }) => plugin === "b" && words !== undefined)).words).toBe(
      "cafezinho",
    );
  });

  it("that throw say so in general words, and to the log as it is", async () => {
    const { bench, command, line } = await started({
      "a.ts": plugin(`name: "a", commands: { x: { about: "x", answer() { throw new Error("no beans"); } },
        y: { about: "y", answer: () => ({ text: "x".repeat(5000) }) },
        z: { about: "z", answer: () => ({ text: "z", buttons: [[{ label: "z", action: "stop:now" }]] }) } }`),
    });
    await expect(bench.command(command("x"))).rejects.toMatchObject({ key: "robot-plugins.refused.threw" });
    expect((await line(({ detail }) => detail?.includes("no beans") === true)).detail).toContain("a.ts:");
    await expect(bench.command(command("y"))).rejects.toMatchObject({ key: "robot-plugins.refused.threw" });
    await expect(bench.command(command("z"))).rejects.toMatchObject({
      key: "robot-plugins.refused.nonsense",
    });
    expect(bench.reported.map(({ key }) => key)).toContain("robot-plugins.report.trouble-nonsense");
  });

  it("that take too long are refused in time, and others go on", async () => {
    const { bench, command } = await started(
      {
        "a.ts": plugin(`name: "a", commands: { slow: { about: "x", answer: () => new Promise(() => {}) },
          fast: { about: "x", answer: () => "now" } }`),
      },
      { limits: { commandMs: 100 } },
    );
    const slow = bench.command(command("slow"));
    expect(wordsOf(await bench.command(command("fast")))).toBe("now");
    await expect(slow).rejects.toBeInstanceOf(Refusal);
    await expect(slow).rejects.toMatchObject({ key: "robot-plugins.refused.time" });
  });
});

describe("a plugin's api", () => {
  it("stores in a namespace of its own, within bounds", async () => {
    const source = (name: string) =>
      plugin(`name: "${name}", commands: { ${name}: { about: "x", async answer(q, { storage }) {
        const was = await storage.get("k");
        await storage.set("k", { n: (was?.n ?? 0) + 1 });
        await storage.set("__proto__", "${name}");
        const full = await (async () => { for (let i = 0; i < 40; i++) await storage.set("big" + i, "x".repeat(60000)); })().catch((e) => e.message);
        const many = (await storage.list("big")).length;
        for (let i = 0; i < 40; i++) await storage.delete("big" + i);
        return JSON.stringify([await storage.get("k"), await storage.get("__proto__"), full.slice(0, 34), many, (await storage.list()).length]);
      } } }`);
    const { bench, command } = await started({ "a.ts": source("a"), "b.ts": source("b") });
    const first = await bench.command(command("a"));
    expect(JSON.parse(wordsOf(first))).toEqual([{ n: 1 }, "a", "the storage of the plugin is full:", 17, 2]);
    expect(JSON.parse(wordsOf(await bench.command(command("a"))))[0]).toEqual({ n: 2 });
    expect(JSON.parse(wordsOf(await bench.command(command("b"))))[1]).toEqual("b");
  });

  it("speaks in bridged rooms only, and not without end", async () => {
    const { bench, command } = await started({
      "a.ts": plugin(`name: "a", commands: { say: { about: "x", async answer(q, api) {
        await api.say("${channel.account}:${channel.id}", "*oi*");
        const stranger = await api.say("telegram:-99", "oi").catch((e) => e.message);
        const flood = await (async () => { for (let i = 0; i < 40; i++) await api.say("${group.account}:${group.id}", "oi"); })().catch((e) => e.message);
        return [stranger, flood, JSON.stringify(await api.bridges()), (await api.rooms()).map((r) => r.platform)].join("|");
      } } }`),
    });
    const answer = wordsOf(await bench.command(command("say")));
    expect(answer).toContain("telegram:-99 is no bridged room");
    expect(answer).toContain("at most 30 lines a minute");
    expect(answer).toContain('"name":"praça"');
    expect(answer).toContain("telegram,discord");
    expect(bench.said).toHaveLength(30);
    expect(bench.said[0]).toMatchObject({ to: channel, saying: { body: [{ kind: "italic" }] } });
  });

  it("gives it its configuration, checked by itself", async () => {
    const source =
      plugin(`name: "a", config: (given) => { if (!given.n) throw new Error("n is missing"); return { n: given.n }; },
      commands: { n: { about: "x", answer: (q, api) => String(api.config.n) } }`);
    const good = await started({ "a.ts": source }, { configs: { "a.ts": { n: 7 } } });
    expect(wordsOf(await good.bench.command(good.command("n")))).toBe("7");
    const bad = await started({ "a.ts": source });
    const told = await bad.line(({ level }) => level === "error");
    expect(told.why).toContain("does not accept the configuration");
    expect(told.detail).toContain("n is missing");
    expect(bad.bench.reported).toEqual([{ level: "error", key: "robot-plugins.report.off" }]);
  });

  it("tells it nothing of the surroundings, and lets it read nothing but its folder", async () => {
    process.env.MATEBOT_TEST_SECRET = "hunter2";
    const { bench, command } = await started({
      "other.ts": `export const other: string = "imported";`,
      "a.ts": `import { readFileSync, writeFileSync } from "node:fs"; import { spawnSync } from "node:child_process"; import { other } from "./other.ts";
        const tried = (work) => { try { return String(work()); } catch (e) { return e.code; } };
        ${plugin(`name: "a", commands: { env: { about: "x", answer: () => JSON.stringify({ env: Object.keys(process.env).filter((k) => !["PATH", "HOME", "LANG", "TZ"].includes(k)), other,
          parent: tried(() => readFileSync("/proc/" + process.ppid + "/environ")), write: tried(() => writeFileSync(import.meta.dirname + "/x", "x")), run: tried(() => spawnSync("true").error.code) }) } }`)}`,
    });
    delete process.env.MATEBOT_TEST_SECRET;
    expect(JSON.parse(wordsOf(await bench.command(command("env"))))).toEqual({
      ...{ env: [], other: "imported" },
      ...{ parent: "ERR_ACCESS_DENIED", write: "ERR_ACCESS_DENIED", run: "ERR_ACCESS_DENIED" },
    });
  });

  it("lets it read nothing but itself where matebot.yaml lies", async () => {
    const { bench, command } = await started(
      {
        "a.ts": `import { readFileSync } from "node:fs";
          ${plugin(`name: "a", commands: { a: { about: "x", answer() { try { return String(readFileSync(import.meta.dirname + "/b.ts")); } catch (e) { return e.code; } } } }`)}`,
        "b.ts": plugin(`name: "b"`),
      },
      { isConfigFolder: true },
    );
    expect(wordsOf(await bench.command(command("a")))).toBe("ERR_ACCESS_DENIED");
  });

  it("brings what it prints into the log, and not all of it", async () => {
    const { line, logged } = await started({
      "a.ts": plugin(
        `name: "a", start(api) { api.log.error("from the api"); for (let i = 0; i < 500; i++) console.log("line", i); console.error("to stderr"); }`,
      ),
    });
    await line((each) => each.line === "line 0" && each.plugin === "a");
    expect((await line((each) => each.line === "from the api")).level).toBe("error");
    expect((await line((each) => each.line === "to stderr")).level).toBe("warn");
    expect(logged.filter((each) => each.line?.startsWith("line ")).length).toBeLessThanOrEqual(20);
  });
});

describe("a plugin's triggers", () => {
  const source = plugin(`name: "a", triggers: [
    { words: ["café"], cooldown: "10m", run: ({ author, text }) => author.name + ": " + text },
    { pattern: /^(\\d+)\\+(\\d+)$/g, run: ({ text }) => String(text.split("+").reduce((a, b) => a + Number(b), 0)) } ]`);

  it("answer to words of their own, in capitals or not, with accents or not", async () => {
    const { plugins, bench } = await started({ "a.ts": source });
    const hear = async (words: string) => {
      const event = written(words);
      if (!plugins.area.wants?.(event, bench.world)) return "unwanted";
      return wordsOf((await plugins.area.hear?.(event, bench.world, AbortSignal.timeout(5_000))) ?? {});
    };
    expect(await hear("Um CAFE, por favor")).toBe("Ana: Um CAFE, por favor");
    expect(await hear("mais café")).toBe("");
    await bench.clock.advance(600_000);
    expect(await hear("mais café")).toBe("Ana: mais café");
    expect(await hear("cafeteria")).toBe("");
    expect(await hear("40+2")).toBe("42");
    expect(await hear("1+1")).toBe("2");
    expect(await hear("/cafe")).toBe("unwanted");
  });

  it("hear neither bots nor people who do not want to be carried", async () => {
    const { plugins, bench } = await started({ "a.ts": source });
    const wants = (event: ReturnType<typeof written>) => plugins.area.wants?.(event, bench.world);
    expect(wants(written("café", { author: { kind: "bot", name: "B" } }))).toBe(false);
    expect(wants(written("café"))).toBe(true);
    await bench.world.people.set({ account: "telegram", id: "11" }, { optedOut: true });
    expect(wants(written("café"))).toBe(false);
  });

  it("answer as often as they say", async () => {
    const { plugins, bench } = await started(
      { "a.ts": plugin(`name: "a", triggers: [{ words: ["x"], chance: 0.4, run: () => "y" }]`) },
      { random: () => 0.5 },
    );
    expect(await plugins.area.hear?.(written("x"), bench.world, AbortSignal.timeout(5_000))).toEqual({});
  });
});

describe("a plugin's hooks", () => {
  it("change a message, and leave the formatting of what they did not change", async () => {
    const { plugins } = await started({
      "a.ts": plugin(`name: "a", before: ({ text }) => ({ text: text.replace("damn", "****") + " ☕" })`),
    });
    const bold = { kind: "bold", children: [text("very 🎉")] } as const;
    const events = await plugins.before?.(written([text("damn "), bold, text(" good")]));
    expect(events?.[0]).toMatchObject({ message: { body: [text("**** "), bold, text(" good ☕")] } });
    expect(wordsOfEvents(events)).toEqual(["**** very 🎉 good ☕"]);
    const [second] = (await plugins.before?.(written([bold]))) ?? [];
    expect(second).toMatchObject({ message: { body: [bold, text(" ☕")] } });
  });

  it("drop a message, add a line behind it, and work in the order of the file", async () => {
    const { plugins } = await started({
      "a.ts": plugin(
        `name: "a", before: ({ text }) => text === "drop" ? { drop: true } : text === "plain" ? undefined : { text: text + "a" }`,
      ),
      "b.ts": plugin(
        `name: "b", before: ({ text, isEdit }) => ({ nodes: [{ kind: "italic", children: [{ kind: "text", text: text + "b" }] }], add: "**line**" })`,
      ),
    });
    expect(await plugins.before?.(written("drop"))).toEqual([]);
    expect(wordsOfEvents(await plugins.before?.(written("x")))).toEqual(["xab", "line"]);
    const [, line] = (await plugins.before?.(written("plain"))) ?? [];
    expect(line).toMatchObject({ message: { author: { kind: "robot" }, body: [{ kind: "bold" }] } });
    const edit = { ...written("plain"), kind: "message.edited" } as ReturnType<typeof written>;
    expect(wordsOfEvents(await plugins.before?.(edit))).toEqual(["plainb"]);
  });

  it.each([
    ["throws", `() => { throw new Error("x"); }`],
    ["answers nonsense", `() => ({ text: 5 })`],
    [
      "answers a dangerous link",
      `() => ({ nodes: [{ kind: "link", href: "javascript:alert(1)", children: [] }] })`,
    ],
    [
      "digs a pit",
      `() => { let n = []; for (let i = 0; i < 5000; i++) n = [{ kind: "bold", children: n }]; return { nodes: n }; }`,
    ],
    ["takes too long", `() => new Promise(() => {})`],
  ])("that %s lets the message pass as it was", async (_, before) => {
    const { plugins, bench } = await started(
      { "a.ts": plugin(`name: "a", before: ${before}`) },
      { limits: { hookMs: 100 } },
    );
    const event = written("as it was");
    expect(await plugins.before?.(event)).toEqual([event]);
    expect(bench.reported).toHaveLength(1);
  });

  it("that is late makes one message wait, not each; one that never answers is cut off", async () => {
    const { plugins, line } = await started(
      { "a.ts": plugin(`name: "a", before: () => new Promise(() => {})`) },
      { limits: { hookMs: 100, hookGoneMs: 400, backOffMs: [60_000] } },
    );
    await plugins.before?.(written("1"));
    const since = performance.now();
    for (let i = 0; i < 20; i++) await plugins.before?.(written("2"));
    expect(performance.now() - since).toBeLessThan(90);
    expect((await line(({ level, why }) => level === "warn" && why !== undefined)).why).toContain(
      "never finished “before”",
    );
  });

  it("see nothing of other rooms, of the robot, and of people who do not want to be carried", async () => {
    const { plugins, bench } = await started({ "a.ts": plugin(`name: "a", before: () => ({ drop: true })`) });
    const passes = async (event: ReturnType<typeof written>) => (await plugins.before?.(event))?.length === 1;
    expect(await passes(written("oi"))).toBe(false);
    const elsewhere = { conversation: { account: "telegram", id: "-5" }, id: "1" };
    expect(await passes(written("oi", { ref: elsewhere }))).toBe(true);
    expect(await passes(written("oi", { author: { kind: "robot", name: "M" } }))).toBe(true);
    await bench.world.people.set({ account: "telegram", id: "11" }, { optedOut: true });
    expect(await passes(written("oi"))).toBe(true);
  });

  it("keep up with more messages than any community writes", async () => {
    const { plugins } = await started({
      "a.ts": plugin(`name: "a", before: ({ text }) => ({ text: text + "!" })`),
    });
    for (let i = 0; i < 1_500; i++)
      expect(wordsOfEvents(await plugins.before?.(written("oi")))).toEqual(["oi!"]);
    expect(plugins.state()[0]?.state).toBe("up");
  });

  it("are told where a message went", async () => {
    const { plugins, line } = await started({
      "a.ts": plugin(`name: "a", after: ({ text }, to) => console.log(text, to)`),
    });
    plugins.after?.(written("oi"), channel);
    expect((await line((each) => each.line !== undefined)).line).toBe(`oi discord:${channel.id}`);
  });
});

describe("a plugin's jobs", () => {
  it("go on after storage has refused once", async () => {
    const source = plugin(
      `name: "a", jobs: [{ every: "1h", run: (api) => api.say("telegram:-1001", "tick") }]`,
    );
    const { plugins, bench } = await started({ "a.ts": source });
    let refusals = 0;
    const store: typeof bench.store = Object.create(bench.store, {
      transaction: {
        value: (work: Parameters<typeof bench.store.transaction>[0]) =>
          refusals-- > 0 ? Promise.reject(new Error("disk full")) : bench.store.transaction(work),
      },
    });
    const settle = async () => {
      await bench.store.transaction(async () => {});
      await new Promise((resolve) => setImmediate(resolve));
    };
    const jobs = plugins.area.start?.({ ...bench.world, store });
    await settle();
    refusals = 1;
    await bench.clock.advance(3_600_000);
    await settle();
    expect(bench.said).toEqual([]);
    await bench.clock.advance(3_600_000);
    await expect.poll(() => bench.said.length, { timeout: 4_000 }).toBe(1);
    await jobs?.stop();
  });

  it("run by the clock, and go on counting after a restart", async () => {
    const source = plugin(
      `name: "a", jobs: [{ every: "1h", run: (api) => api.say("telegram:-1001", "tick") }]`,
    );
    const { plugins, bench } = await started({ "a.ts": source });
    const ticks = async (n: number) => {
      while (bench.said.length < n) await new Promise((resolve) => setImmediate(resolve));
    };
    const settle = () => bench.store.transaction(async () => {});
    const jobs = plugins.area.start?.(bench.world);
    await settle();
    await bench.clock.advance(3_600_000);
    await ticks(1);
    await bench.clock.advance(1_800_000);
    await jobs?.stop();
    const again = plugins.area.start?.(bench.world);
    await settle();
    await bench.clock.advance(1_799_000);
    expect(bench.said).toHaveLength(1);
    await bench.clock.advance(1_000);
    await ticks(2);
    await again?.stop();
  });
});

describe("plugins together", () => {
  it("begin at the same time, and nobody waits long for one that is slow", async () => {
    const { plugins, bench, command } = await started(
      {
        "a.ts": plugin(
          `name: "a", start: () => new Promise(() => {}), commands: { a: { about: "x", answer: () => "a" } }`,
        ),
        "b.ts": plugin(`name: "b", commands: { b: { about: "x", answer: () => "b" } }`),
      },
      { limits: { beginMs: 300 } },
    );
    expect(plugins.state().map(({ state }) => state)).toEqual(["loading", "up"]);
    expect(wordsOf(await bench.command(command("b")))).toBe("b");
    await expect(bench.command(command("a"))).rejects.toMatchObject({ key: "robot-plugins.refused.away" });
  });

  it("with one name are a fault: the first counts", async () => {
    const { plugins, line } = await started({
      "a.ts": plugin(`name: "same", commands: { a: { about: "x", answer: () => "a" } }`),
      "b.ts": plugin(`name: "same", commands: { b: { about: "x", answer: () => "b" } }`),
    });
    expect(plugins.area.commands?.map(({ name }) => name)).toEqual(["a"]);
    expect((await line(({ level }) => level === "error")).why).toContain("another plugin called same");
  });

  it.each([
    ["a missing file", join(pluginFolder(), "none.ts"), "cannot be loaded"],
    ["no default export", "export const name = 1;", "holds no valid plugin"],
    ["wrong syntax", "export default {{;", "cannot be loaded"],
    [
      "a command without a description",
      `export default { name: "a", commands: { x: { answer() {} } } };`,
      "holds no valid plugin",
    ],
    ["a name with spaces", `export default { name: "a b" };`, "declares something"],
    [
      "a job each millisecond",
      `export default { name: "a", jobs: [{ every: "0s", run() {} }] };`,
      "declares something",
    ],
  ])("with %s are named, and stop nobody", async (_, source, words) => {
    const { plugins, bench, command, line } = await started({
      "bad.ts": source,
      "good.ts": plugin(`name: "good", commands: { ok: { about: "x", answer: () => "ok" } }`),
    });
    expect((await line(({ level }) => level === "error")).why).toContain(words);
    expect(wordsOf(await bench.command(command("ok")))).toBe("ok");
    expect(plugins.state().map(({ state }) => state)).toEqual(["off", "up"]);
  });
});
