// `matebot demo` as a user starts and ends it: one address, another port when it is taken, nothing left behind.

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Program, runProgram } from "../support/program.ts";
import { eventually } from "../support/world.ts";

let temporary = "";
const running: Program[] = [];
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), "matebot-demo-command-"));
});
afterEach(async () => {
  for (const program of running.splice(0)) program.signal("SIGKILL");
  rmSync(temporary, { recursive: true, force: true });
});

function start(env: NodeJS.ProcessEnv = {}): Program {
  const program = runProgram(["demo"], { TMPDIR: temporary, ...env });
  running.push(program);
  return program;
}

const addressOf = (program: Program) =>
  eventually(() => /http:\/\/127\.0\.0\.1:\d+/.exec(program.stdout())?.[0]);

it("prints one address, and ends with 0 at Ctrl+C, with nothing left behind", async () => {
  const program = start();
  expect((await fetch(await addressOf(program))).status).toBe(200);
  // Its data, and a lock for each token.
  expect(readdirSync(temporary)).toHaveLength(3);
  // An open page must not hold it up.
  const page = await fetch(`${await addressOf(program)}/events`);
  const asked = performance.now();
  program.signal("SIGINT");
  expect(await program.ended).toBe(0);
  expect(performance.now() - asked).toBeLessThan(2_000);
  expect(readdirSync(temporary)).toEqual([]);
  expect(program.stderr()).toBe("");
  await page.body?.cancel().catch(() => {});
});

it("takes another port when its own is in use", async () => {
  const first = await addressOf(start());
  const second = await addressOf(start());
  expect(second).not.toBe(first);
  expect((await fetch(second)).status).toBe(200);
});

it("ends with 0 at a Ctrl+C in the middle of its start", async () => {
  const program = start();
  await eventually(() => readdirSync(temporary).length > 0);
  program.signal("SIGINT");
  expect(await program.ended).toBe(0);
  expect(readdirSync(temporary)).toEqual([]);
});

it("shows the bridge's log when it is asked for", async () => {
  const program = start({ MATEBOT_LOG: "info" });
  await addressOf(program);
  expect(program.stderr()).toMatch(/telegram/i);
});
