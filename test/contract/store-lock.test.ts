// One MateBot for one database: the second is told so, a killed one is in nobody's way, and commands work beside it.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { LockHeld } from "../../src/storage/lock.ts";
import { openStore } from "../../src/storage/open.ts";
import { lockFile } from "../../src/storage/sqlite/lock-file.ts";
import { loadTexts } from "../../src/texts.ts";
import { hastyClock, usedBeside } from "../support/store-lock.ts";

const root = mkdtempSync(join(tmpdir(), "matebot-lock-"));
afterAll(() => rmSync(root, { recursive: true }));

let path = "";
let url = "";
beforeEach(() => {
  path = join(mkdtempSync(join(root, "t-")), "matebot.db");
  url = `sqlite:${path}`;
});

async function holder(): Promise<ChildProcess> {
  const script = join(import.meta.dirname, "../support/store-holder.ts");
  const child = spawn(process.execPath, [script, url], { stdio: ["ignore", "pipe", "inherit"] });
  if (child.stdout) await once(child.stdout, "data");
  return child;
}

test("the second process is told who has the database, and gets it as soon as the first was killed", async () => {
  const first = await holder();
  const refused = openStore(url, { clock: hastyClock(), texts: loadTexts("en") });
  await expect(refused).rejects.toMatchObject({
    name: "UserError",
    exitCode: 1,
    message: expect.stringMatching(
      new RegExp(
        `already \\(process ${first.pid}, since [A-Z][a-z]{2} \\d+, 20\\d\\d .*\\)\\. Stop that one`,
      ),
    ),
  });
  first.kill("SIGKILL");
  await once(first, "exit");
  const store = await openStore(url, { clock: hastyClock() });
  expect(await store.transaction((tx) => tx.state.get("a", "holder"))).toBe(`${first.pid}`);
  await store.close();
});

test("a start right after a stop waits until the database is free", async () => {
  const first = await openStore(url);
  let waited = 0;
  const clock = hastyClock((ms) => {
    waited = ms;
    if (ms === 2_500) void first.close();
  });
  await (await openStore(url, { clock })).close();
  expect(waited).toBeGreaterThanOrEqual(2_500);
});

test("waits three seconds, not longer", async () => {
  const first = await openStore(url);
  let waited = 0;
  const clock = hastyClock((ms) => {
    waited = ms;
  });
  await expect(openStore(url, { clock })).rejects.toThrow(/^storage\.held /);
  expect(waited).toBe(3_000);
  expect(await first.transaction((tx) => tx.outbox.waiting())).toBe(0);
  await first.close();
});

test("a command beside a running MateBot puts a dead letter back into its lane", () => usedBeside(url));

test("a command does not change the schema under a running MateBot", async () => {
  const first = await openStore(url);
  await first.transaction((tx) => tx.state.get("a", "b"));
  const { DatabaseSync } = await import("node:sqlite");
  const db = new DatabaseSync(path);
  db.exec("delete from matebot_schema where version > 1");
  db.close();
  const command = openStore(url, { beside: true, clock: hastyClock() });
  await expect(command).rejects.toThrow(/^storage\.held /);
  await first.close();
});

test("a database in memory is nobody else's", async () => {
  const stores = await Promise.all([openStore("sqlite::memory:"), openStore("sqlite::memory:")]);
  await Promise.all(stores.map((store) => store.close()));
});

test("a lock file names its holder, is for this user alone, and can be taken when it was released", async () => {
  const first = await lockFile(path, hastyClock());
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const refused = await lockFile(path, hastyClock()).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(LockHeld);
  expect(refused).toMatchObject({ holder: { pid: process.pid, since: 1_700_000_000_000 } });
  first.release();
  first.release();
  const second = await lockFile(path, hastyClock());
  second.release();
});

test("of many that want a lock at once one gets it", async () => {
  const all = await Promise.allSettled(Array.from({ length: 20 }, () => lockFile(path, hastyClock())));
  expect(all.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  for (const one of all) if (one.status === "fulfilled") one.value.release();
});
