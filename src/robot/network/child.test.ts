// A job in a process of its own: answered, failed, too slow, too large, gone, and gone with all it started.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runInChild } from "./child.ts";

const folder = mkdtempSync(join(tmpdir(), "matebot-child-"));
afterAll(() => rmSync(folder, { recursive: true }));

const child = join(import.meta.dirname, "child.ts");

function program(body: string): string {
  const path = join(folder, `${Math.random().toString(36).slice(2)}.ts`);
  writeFileSync(
    path,
    `import { serveOneJob } from ${JSON.stringify(child)};\nserveOneJob(async (job: any) => {${body}});`,
  );
  return path;
}

const run = (body: string, more: { ms?: number; maxBytes?: number; signal?: AbortSignal } = {}) =>
  runInChild(
    program(body),
    { n: 20 },
    {
      ...{ ms: 10_000, maxBytes: 300 * 1024 * 1024, heapMiB: 64, signal: new AbortController().signal },
      ...more,
    },
  );

describe("a job in a process of its own", () => {
  it("is answered", async () => {
    expect(await run("return { twice: job.n * 2, bytes: Uint8Array.of(1, 2) };")).toEqual({
      twice: 40,
      bytes: Uint8Array.of(1, 2),
    });
  });

  it("that throws has failed", async () => {
    await expect(run("throw new Error('no');")).rejects.toMatchObject({ why: "failed" });
  });

  it("that loops for ever is ended at its time", async () => {
    await expect(run("for (;;);", { ms: 800 })).rejects.toMatchObject({ why: "time" });
  });

  it("that eats memory is ended, inside JavaScript and outside of it", async () => {
    const inside = "const all = []; for (;;) all.push(new Array(1000).fill(job.n + all.length));";
    await expect(run(inside)).rejects.toMatchObject({ why: "died" });
    const outside =
      "const all = []; for (;;) { all.push(Buffer.alloc(10_000_000, 1)); await new Promise((r) => setTimeout(r, 5)); }";
    await expect(run(outside)).rejects.toMatchObject({ why: "died" });
  });

  it("takes along what it started", async () => {
    const note = join(folder, "sleeper");
    const body = `
      const { spawn } = await import("node:child_process");
      const { writeFileSync } = await import("node:fs");
      writeFileSync(${JSON.stringify(note)}, String(spawn("sleep", ["30"]).pid));
      for (;;);`;
    await expect(run(body, { ms: 1500 })).rejects.toMatchObject({ why: "time" });
    const pid = readFileSync(note, "utf8");
    await expect.poll(() => isAlive(Number(pid))).toBe(false);
  });

  it("is over at once when nobody waits any more", async () => {
    const abort = new AbortController();
    const waiting = run("for (;;);", { signal: abort.signal });
    abort.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
  });

  it("knows nothing of our surroundings", async () => {
    process.env.TEST_TOKEN_OF_OURS = "secret";
    const names = await run("return Object.keys(process.env);").finally(
      () => delete process.env.TEST_TOKEN_OF_OURS,
    );
    expect(names).toContain("PATH");
    expect(names).not.toContain("TEST_TOKEN_OF_OURS");
  });
});

function isAlive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}
