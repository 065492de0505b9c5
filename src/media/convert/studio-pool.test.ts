// Studios are started when needed, killed with what they started when they must, and gone when nothing is left to do.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { needs } from "../../../test/support/needs.ts";
import { hasFfmpeg, NO_FFMPEG, samples } from "../../../test/support/sample-files.ts";
import { type Clock, systemClock } from "../../model/clock.ts";
import { ManualClock } from "../../sandbox/manual-clock.ts";
import { findFfmpeg } from "./convert.ts";
import type { ConvertJob, Tools } from "./studio-job.ts";
import { StudioFailed, StudioPool } from "./studio-pool.ts";

const MIB = 1024 * 1024;
const folder = mkdtempSync(join(tmpdir(), "matebot-studio-"));
const ffmpeg = findFfmpeg(process.env);
const TOOLS: Tools = {
  ...{ maxOutputBytes: 64 * MIB, maxMemoryBytes: 768 * MIB },
  ...(ffmpeg !== undefined && { ffmpeg }),
};

let pool: StudioPool | undefined;
function open(clock: Clock, tools: Tools = TOOLS): StudioPool {
  pool = new StudioPool(tools, clock, { threads: 1 });
  return pool;
}
afterEach(async () => {
  await pool?.stop();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Half a minute of a drawing, to be made into a film: seconds of work, with ffmpeg under way. */
function longJob(to = "video/webm"): ConvertJob {
  const source = join(folder, "long.json");
  const drawing = JSON.parse(String(samples.lottie())) as { layers: object[] };
  const layers = Array.from({ length: 30 }, () => drawing.layers).flat();
  writeFileSync(source, JSON.stringify({ ...drawing, op: 1800, layers }));
  const from = { mime: "application/json", kind: "lottie", ext: "json" } as const;
  const want = { kind: "animation", maxBytes: 8 * MIB } as const;
  const facts = { width: 512, height: 512, seconds: 30, frames: 1800, alpha: true };
  return { kind: "convert", source, target: join(folder, "long.out"), recipe: { from, facts, to, want } };
}
const letter = { kind: "letter", name: "Ana" } as const;

const tellsChildren = existsSync(`/proc/${process.pid}/task/${process.pid}/children`);

function childrenOf(pid: number): readonly number[] {
  const tasks = `/proc/${pid}/task`;
  if (!existsSync(tasks)) return [];
  return readdirSync(tasks).flatMap((task) =>
    readFileSync(join(tasks, task, "children"), "latin1")
      .split(" ")
      .filter(Boolean)
      .map(Number),
  );
}
const isStudio = (pid: number) => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1").includes("/convert/studio.");
  } catch {
    return false;
  }
};
const studiosOf = (pid: number) => childrenOf(pid).filter(isStudio);
const alive = (pid: number) => existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(statusOf(pid));
const statusOf = (pid: number) => readFileSync(`/proc/${pid}/status`, "latin1");

/** The studio at work, and the ffmpeg it started. */
async function atWork(owner = process.pid): Promise<readonly number[]> {
  return await vi.waitFor(
    () => {
      const [studio = 0] = studiosOf(owner);
      const [program = 0] = childrenOf(studio);
      expect(program).toBeGreaterThan(0);
      return [studio, program];
    },
    { timeout: 10_000, interval: 20 },
  );
}
const gone = (pids: readonly number[]) =>
  vi.waitFor(() => expect(pids.filter(alive)).toEqual([]), { timeout: 5000, interval: 20 });

describe("a studio", () => {
  needs(tellsChildren, "the system does not list processes in /proc");

  it("is kept for the next job, and ends when none comes", async () => {
    const clock = new ManualClock();
    const studios = open(clock);
    await studios.run<"letter">(letter);
    const first = studiosOf(process.pid);
    await studios.run<"letter">(letter);
    expect(studiosOf(process.pid)).toEqual(first);
    expect(first).toHaveLength(1);
    await clock.advance(20_000);
    await gone(first);
    expect(clock.pending).toBe(0);
  });

  it("is one at a time when only one is allowed", async () => {
    const studios = open(systemClock);
    let most = 0;
    const count = () => {
      most = Math.max(most, studiosOf(process.pid).length);
    };
    await Promise.all([1, 2, 3, 4].map(() => studios.run<"letter">(letter).then(count)));
    expect(most).toBe(1);
  });

  it("is told none of our secrets", async () => {
    vi.stubEnv("TELEGRAM_TOKEN", "12345:secret-of-the-bot");
    const studios = open(systemClock);
    await studios.run<"letter">(letter);
    vi.unstubAllEnvs();
    const [studio = 0] = studiosOf(process.pid);
    const surroundings = readFileSync(`/proc/${studio}/environ`, "latin1");
    expect(surroundings).toContain("PATH=");
    expect(surroundings).not.toContain("secret-of-the-bot");
  });

  it("that dies fails its job, and the next one has another", async () => {
    const studios = open(systemClock);
    const job = studios.run<"convert">(longJob("image/gif"));
    const failed = expect(job).rejects.toThrow(new StudioFailed("died"));
    const [studio = 0] = await vi.waitFor(() => {
      expect(studiosOf(process.pid)).toHaveLength(1);
      return studiosOf(process.pid);
    });
    process.kill(studio, "SIGKILL");
    await failed;
    expect((await studios.run<"letter">(letter)).length).toBeGreaterThan(100);
  });

  it("that grows too large is killed", { timeout: 30_000 }, async () => {
    const studios = open(systemClock, { ...TOOLS, maxMemoryBytes: 150 * MIB });
    await expect(studios.run<"convert">(longJob("image/gif"))).rejects.toThrow(new StudioFailed("died"));
    expect((await studios.run<"letter">(letter)).length).toBeGreaterThan(100);
  });

  describe("with ffmpeg under way", () => {
    needs(hasFfmpeg, NO_FFMPEG);

    it("ends with it at the time limit", { timeout: 30_000 }, async () => {
      const clock = new ManualClock();
      const studios = open(clock);
      const failed = expect(studios.run<"convert">(longJob())).rejects.toThrow(new StudioFailed("time"));
      const pids = await atWork();
      await clock.advance(60_000);
      await failed;
      await gone(pids);
    });

    it("ends with it when the asker has gone", { timeout: 30_000 }, async () => {
      const over = new AbortController();
      const studios = open(systemClock);
      const failed = expect(studios.run<"convert">(longJob(), over.signal)).rejects.toThrow("left");
      const pids = await atWork();
      over.abort(new Error("left"));
      await failed;
      await gone(pids);
    });

    it("ends with it when we stop", { timeout: 30_000 }, async () => {
      const studios = open(systemClock);
      const failed = expect(studios.run<"convert">(longJob())).rejects.toThrow(new StudioFailed("died"));
      const pids = await atWork();
      await studios.stop();
      await failed;
      await gone(pids);
    });

    it("ends with it when we are killed", { timeout: 30_000 }, async () => {
      const program = [
        `import { StudioPool } from ${JSON.stringify(join(import.meta.dirname, "studio-pool.ts"))};`,
        `import { systemClock } from ${JSON.stringify(join(import.meta.dirname, "../../model/clock.ts"))};`,
        `const pool = new StudioPool(${JSON.stringify(TOOLS)}, systemClock, { threads: 1 });`,
        `await pool.run(${JSON.stringify(longJob())});`,
      ].join("\n");
      const owner = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: "ignore" });
      const pids = await atWork(owner.pid);
      owner.kill("SIGKILL");
      await gone(pids);
    });
  });
});
