// Plugins that mean no good: each is cut off and named, while MateBot's own loop goes on turning.

import { readFileSync } from "node:fs";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { MIB, type PluginLimits } from "../../src/plugins/limits.ts";
import { wordsOf } from "../support/robot-world.ts";
import {
  type PluginBench,
  type PluginBenchOptions,
  pluginBench,
  removePluginFiles,
  written,
} from "./plugin-bench.ts";

afterAll(removePluginFiles);
const open: PluginBench[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

const GOOD = `export default { name: "good", commands: { ok: { about: "x", answer: () => "ok" } } };`;
const command = (body: string) =>
  `export default { name: "bad", commands: { go: { about: "x", ${body} } } };`;
/** In a hurry, and never a second time. */
const QUICK: Partial<PluginLimits> = { pingMs: 100, pongMs: 1_000, lookMs: 50, backOffMs: [600_000] };

async function started(bad: string, options: PluginBenchOptions = {}) {
  const bench = await pluginBench({ "bad.ts": bad, "good.ts": GOOD }, { limits: QUICK, ...options });
  open.push(bench);
  return bench;
}

/**
 * How late a timer of one millisecond is, from now on: p99 in milliseconds. Only what this process did itself meanwhile
 * counts, not how long a busy machine let it wait.
 */
function measureDelay(): () => number {
  const delays: number[] = [];
  let due = performance.now() + 1;
  let worked = process.cpuUsage();
  let timer = setTimeout(function tick() {
    const { user, system } = process.cpuUsage(worked);
    delays.push(Math.min(performance.now() - due, (user + system) / 1_000));
    due = performance.now() + 1;
    worked = process.cpuUsage();
    timer = setTimeout(tick, 1);
  }, 1);
  return () => {
    clearTimeout(timer);
    delays.sort((a, b) => a - b);
    return delays[Math.floor(delays.length * 0.99)] ?? Number.POSITIVE_INFINITY;
  };
}

const RESPONSIVE_MS = 60;

const fell = (bench: PluginBench) =>
  bench.line(({ plugin, why }) => plugin?.startsWith("bad") === true && why !== undefined);

async function goesOn({ bench, plugins, command }: PluginBench): Promise<void> {
  expect(wordsOf(await bench.command(command("ok")))).toBe("ok");
  const event = written("crosses");
  expect((await plugins.before?.(event)) ?? [event]).toEqual([event]);
}

describe("a hostile plugin", () => {
  it.each([
    ["an endless loop", "answer() { for (;;); }", "endless loop"],
    ["an endless chain of promises", "async answer() { for (;;) await null; }", "endless loop"],
    [
      "a regular expression without end",
      `answer() { return String(/^(a+)+$/.test("a".repeat(40) + "b")); }`,
      "endless loop",
    ],
    [
      "a heap that grows",
      "answer() { const all = []; for (;;) all.push(new Array(1e5).fill(1.5)); }",
      "more memory",
    ],
    [
      "buffers that grow",
      "async answer() { const all = []; for (;;) { all.push(Buffer.alloc(4e6, 1)); await new Promise((r) => setTimeout(r, 1)); } }",
      "more memory",
    ],
    ["process.exit", "answer() { process.exit(3); }", "ended itself (code 3)"],
    [
      "a kill of itself",
      `answer() { process.kill(process.pid, "SIGKILL"); }`,
      "ended from outside (SIGKILL)",
    ],
    [
      "a rejection nobody handles",
      `answer() { Promise.reject(new Error("oops")); return "fine"; }`,
      "an error that nobody caught",
    ],
    [
      "an error in a timer",
      `answer() { setTimeout(() => { throw new Error("oops"); }); return "fine"; }`,
      "an error that nobody caught",
    ],
  ])("with %s in a command is cut off and named", async (_, body, words) => {
    const bench = await started(command(body), { maxBytes: 128 * MIB });
    const delay = measureDelay();
    const answer = bench.bench.command(bench.command("go")).then(wordsOf, (error: Error) => error);
    expect((await fell(bench)).why).toContain(words);
    await answer;
    await goesOn(bench);
    expect(delay()).toBeLessThan(RESPONSIVE_MS);
    expect(bench.bench.reported).toContainEqual({ level: "warn", key: "robot-plugins.report.fell" });
    await expect(bench.bench.command(bench.command("go"))).rejects.toMatchObject({
      key: "robot-plugins.refused.away",
    });
  });

  it.each([
    ["loops at its import", "for (;;); export default {};", "endless loop"],
    [
      "waits for ever at its import",
      "await new Promise((r) => setTimeout(r, 1e9)); export default {};",
      "took too long to load",
    ],
    [
      "eats memory at its import",
      "const a = []; for (;;) a.push(new Array(1e5).fill(1.5)); export default {};",
      "more memory",
    ],
    ["ends at its import", "process.exit(0); export default {};", "ended itself"],
    ["has traps for who looks at it", `export default { get name() { for (;;); } };`, "endless loop"],
    [
      "throws at who looks at it",
      `export default { get name() { throw new Error("x"); } };`,
      "nobody caught|no valid plugin",
    ],
  ])("that %s never comes to be, and others start", async (_, source, words) => {
    const delay = measureDelay();
    const bench = await started(source, { limits: { ...QUICK, loadMs: 6_000 }, maxBytes: 128 * MIB });
    expect((await fell(bench)).why).toMatch(new RegExp(words));
    await goesOn(bench);
    expect(delay()).toBeLessThan(RESPONSIVE_MS);
    expect(bench.plugins.state().map(({ state }) => state)).toEqual(["off", "up"]);
  });

  it("that loops in a hook holds up a message for the time of a hook, and the next ones not at all", async () => {
    const bench = await started(`export default { name: "bad", before() { for (;;); } };`, {
      limits: { ...QUICK, hookMs: 100 },
    });
    const delay = measureDelay();
    const event = written("crosses");
    const since = performance.now();
    for (let i = 0; i < 50; i++) expect(await bench.plugins.before?.(event)).toEqual([event]);
    expect(performance.now() - since).toBeLessThan(400);
    expect((await fell(bench)).why).toContain("endless loop");
    await goesOn(bench);
    expect(delay()).toBeLessThan(RESPONSIVE_MS);
  });

  /** Past the api, on the pipe itself. */
  const raw = `import { writeSync } from "node:fs";
    const put = (b) => { for (let at = 0; at < b.length; ) { try { at += writeSync(3, b, at); } catch (e) { if (e.code !== "EAGAIN") throw e; } } };
    const head = (json, bytes = 0) => { const h = Buffer.alloc(8); h.writeUInt32BE(json); h.writeUInt32BE(bytes, 4); return h; };
    const json = (text) => Buffer.concat([head(Buffer.byteLength(text)), Buffer.from(text)]);
    const flood = (b) => { for (;;) put(b); };`;
  it.each([
    ["many small messages", `flood(json('{"kind":"pong","n":0,"rss":0}'))`, "sent too much"],
    ["messages nobody asked for", `flood(json('{"kind":"answer","id":1e9,"result":{}}'))`, "sent too much"],
    [
      "many large ones",
      `flood(json('{"kind":"log","level":"info","line":"' + "x".repeat(2000) + '"}'))`,
      "sent too much",
    ],
    ["one without end", `put(head(0xffffffff)); flood(Buffer.alloc(65536))`, "no valid message"],
    [
      "one with bytes without end",
      `put(head(2, 0x7fffffff)); flood(Buffer.alloc(65536))`,
      "no valid message",
    ],
    ["its beginning once more", `put(json('{"kind":"ready"}'))`, "no valid message"],
    ["garbage", `put(Buffer.from("garbage, of which there is more than a head"))`, "no valid message"],
    [
      "a pit of brackets",
      `put(json('{"kind":"loaded","sheet":' + "[".repeat(2e5) + "]".repeat(2e5) + "}"))`,
      "no valid message",
    ],
    [
      "prototypes",
      `put(json('{"kind":"request","id":1,"request":{"what":"__proto__","__proto__":{"what":"rooms"},"key":{"constructor":1}}}'))`,
      "no valid message",
    ],
    [
      "prints without end",
      `for (;;) console.log("x".repeat(10000))`,
      "sent too much|endless loop|more memory",
    ],
  ])("that floods MateBot with %s is cut off", async (_, attack, words) => {
    const bench = await started(`${raw} ${command(`answer() { ${attack}; }`)}`);
    const delay = measureDelay();
    const before = process.memoryUsage.rss();
    void bench.bench.command(bench.command("go")).catch(() => {});
    expect((await fell(bench)).why).toMatch(new RegExp(words));
    await goesOn(bench);
    expect(delay()).toBeLessThan(RESPONSIVE_MS);
    expect(process.memoryUsage.rss() - before).toBeLessThan(100 * MIB);
  });

  it.each([
    ["a huge text", `answer: () => ({ nodes: [{ kind: "text", text: "x".repeat(300_000) }] })`, "nonsense"],
    [
      "a forest of nodes",
      `answer: () => ({ nodes: Array.from({ length: 9_000 }, () => ({ kind: "text", text: "" })) })`,
      "nonsense",
    ],
    [
      "lengths of files that are not true",
      `answer() { put(json('{"kind":"answer","id":2,"result":{"files":[{"name":"a","mime":"a/b","bytes":5}]}}')); }`,
      "nonsense",
    ],
    [
      "an answer that throws when it is read",
      `answer: () => ({ get text() { throw new Error("trap"); } })`,
      "threw",
    ],
    [
      "a circle",
      `answer() { const a = { kind: "bold", children: [] }; a.children.push(a); return { nodes: [a] }; }`,
      "threw",
    ],
    [
      "prototypes that are not theirs",
      `answer: () => JSON.parse('{"__proto__":{"isPrivate":true},"constructor":{"prototype":{"polluted":1}},"text":"x"}')`,
      "ok",
    ],
  ])("that answers %s harms nobody", async (_, body, outcome) => {
    const bench = await started(`${raw} ${command(body)}`);
    const answer = await bench.bench.command(bench.command("go")).then(
      (given) => (given.isPrivate ? "private" : "ok"),
      (error: { key?: string }) => error.key?.split(".").at(-1),
    );
    expect(answer).toMatch(new RegExp(`^(${outcome})$`));
    expect("polluted" in {}).toBe(false);
    await goesOn(bench);
  });

  it("that sends files beyond all bounds falls", async () => {
    const bench = await started(
      command(`answer: () => ({ files: [{ name: "a", mime: "a/b", bytes: new Uint8Array(9e6) }] })`),
    );
    void bench.bench.command(bench.command("go")).catch(() => {});
    expect((await fell(bench)).why).toContain("no valid message");
  });

  it("that changes the prototypes of its own world breaks nobody else's", async () => {
    const bench = await started(
      command(
        `answer() { Object.prototype.kind = "crash"; Array.prototype.map = () => { throw 1; }; JSON.stringify = () => "{"; return "x"; }`,
      ),
    );
    void bench.bench.command(bench.command("go")).catch(() => {});
    expect((await fell(bench)).why).toMatch(/no valid message|nobody caught/);
    await goesOn(bench);
  });

  it("that does not answer to its name is ended, with all that it left behind", async () => {
    const bench = await started(command("answer() { for (;;); }"));
    const [bad] = bench.plugins.state();
    void bench.bench.command(bench.command("go")).catch(() => {});
    await fell(bench);
    expect(() => readFileSync(`/proc/${bad?.pid}/status`)).toThrow();
  });

  it("is started again, later and later, and is off after five falls", async () => {
    const bench = await started(command(`answer() { process.exit(1); }`), {
      limits: { ...QUICK, backOffMs: [10, 20, 30] },
    });
    const go = bench.command("go");
    const falls = () => bench.logged.filter(({ plugin, why }) => plugin === "bad" && why !== undefined);
    for (let fall = 1; fall <= 5; fall++) {
      await expect(bench.bench.command(go))
        .rejects.toMatchObject({ key: "robot-plugins.refused.away" })
        .catch(() => {});
      await bench.line(() => falls().length >= fall);
      if (fall < 5)
        await bench.line(() => bench.plugins.state()[0]?.state === "up" && falls().length === fall);
    }
    expect(bench.plugins.state()[0]?.state).toBe("off");
    expect(falls().map(({ level }) => level)).toEqual(["warn", "warn", "warn", "warn", "error"]);
    await expect(bench.bench.command(go)).rejects.toMatchObject({
      key: "robot-plugins.refused.off",
      values: { plugin: "bad", why: "caiu vezes demais" },
    });
    await goesOn(bench);
  });

  it("that does not want to end is ended", async () => {
    const bench = await pluginBench(
      { "bad.ts": `export default { name: "bad", stop() { for (;;); } };` },
      { limits: { stopMs: 100 } },
    );
    const since = performance.now();
    await bench.close();
    expect(performance.now() - since).toBeLessThan(3_000);
    expect(bench.plugins.state()[0]?.state).toBe("down");
  });
});
