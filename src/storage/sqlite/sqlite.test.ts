// The SQLite engine when its disk is full, when another program holds the file, and what it asks of the disk.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { CompiledQuery } from "kysely";
import { afterEach, beforeEach, expect, test } from "vitest";
import { raw } from "../../../test/support/store-samples.ts";
import type { Store } from "../../bridge/store-port.ts";
import { systemClock } from "../../model/clock.ts";
import type { Engine } from "../engine.ts";
import type { StorageError } from "../errors.ts";
import { migrate } from "../migrations/migrations.ts";
import { storeOver } from "../store.ts";
import { openSqlite } from "./sqlite.ts";

let folder = "";
let engine: Engine;
let store: Store;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "matebot-sqlite-"));
  engine = openSqlite(join(folder, "matebot.db"), { patienceMs: 100 });
  await engine.adopt();
  await migrate(engine, systemClock);
  store = storeOver(engine, systemClock);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

async function pragma(name: string): Promise<unknown> {
  const { rows } = await engine.executeQuery<Record<string, unknown>>(CompiledQuery.raw(`pragma ${name}`));
  return Object.values(rows[0] ?? {})[0];
}

const put = (name: string, value: string) => store.transaction((tx) => tx.state.set("a", name, value));
const get = (name: string) => store.transaction((tx) => tx.state.get("a", name));

test("a commit is on the disk: WAL, synced in full", async () => {
  expect([await pragma("journal_mode"), await pragma("synchronous")]).toEqual(["wal", 2]);
});

/** The disk may hold so many pages more than are there. */
async function spareDisk(pages: number): Promise<void> {
  await engine.control(`pragma max_page_count = ${Number(await pragma("page_count")) + pages}`);
}

test("a full disk rejects the works that met it, keeps what was there, and is forgotten when there is space", async () => {
  await put("small", "1");
  await spareDisk(2);
  const refused = await Promise.allSettled([put("tiny", "1"), put("large", "x".repeat(100_000))]);
  expect(refused).toMatchObject([{ reason: { code: "full" } }, { reason: { code: "full" } }]);
  expect([await get("small"), await get("tiny")]).toEqual(["1", undefined]);
  await spareDisk(1_000);
  await put("large", "x".repeat(100_000));
  expect(await get("large")).toHaveLength(100_000);
});

test("of the updates that come while the disk is full none is acknowledged that is not there afterwards", async () => {
  const take = (key: string) =>
    store
      .transaction((tx) => tx.journal.insert([raw(key, { body: "x".repeat(2_000) })]))
      .then(
        () => key,
        (error: StorageError) => error.code,
      );
  const keys = Array.from({ length: 300 }, (_, i) => `${i}`);
  await spareDisk(20);
  const before: string[] = [];
  for (const key of keys.slice(0, 150)) before.push(await take(key));
  await spareDisk(10_000);
  const after = await Promise.all(keys.slice(150).map(take));
  const acknowledged = [...before, ...after].filter((answer) => answer !== "full");
  expect(before).toContain("full");
  expect(before).toContain("0");
  expect(after).toEqual(keys.slice(150));
  const stored = await store.transaction((tx) => tx.journal.keys("telegram", "", 0));
  expect([...stored].sort()).toEqual(acknowledged.sort());
});

test("says in words for the log and /health that the disk is full", async () => {
  await spareDisk(2);
  await expect(put("large", "x".repeat(100_000))).rejects.toThrow(
    /^the disk with the database is full: .* \(SQLite 13: /,
  );
});

test("a file held by another program rejects, and works again when it is free", async () => {
  const other = new DatabaseSync(join(folder, "matebot.db"));
  other.exec("begin immediate");
  await expect(put("a", "1")).rejects.toMatchObject({ code: "busy", name: "StorageError" });
  other.exec("rollback");
  other.close();
  await put("a", "1");
  expect(await get("a")).toBe("1");
});

test("nothing else in this process waits while another program holds the file", async () => {
  const other = new DatabaseSync(join(folder, "matebot.db"));
  other.exec("begin immediate");
  const written = put("a", "1");
  await new Promise((resolve) => setTimeout(resolve, 0));
  other.exec("rollback");
  other.close();
  await written;
  expect(await get("a")).toBe("1");
});

test("errors do not quote what was to be stored", async () => {
  const error = await store
    .transaction((tx) => tx.state.set("a", "secret name", null as never))
    .catch((error: Error) => error);
  expect(error).toMatchObject({ code: "query" });
  expect(`${(error as Error).stack} ${JSON.stringify(error)} ${(error as Error).cause}`).not.toContain(
    "secret name",
  );
});

test("every query that runs for a message is a lookup in an index", async () => {
  const seen = new Set<string>();
  const { executeQuery } = engine;
  engine.executeQuery = (query) => {
    seen.add(query.sql);
    return executeQuery(query);
  };
  const ref = { conversation: { account: "a", id: "1" }, id: "1" };
  const to = { account: "b", id: "2" };
  await store.transaction(async (tx) => {
    await tx.outbox.append([
      { event: { kind: "message.deleted", conversation: ref.conversation, refs: [ref] }, to },
    ]);
    await tx.outbox.front(to, 1);
    await tx.outbox.depth(to, 10);
    await tx.outbox.pending(ref, to);
    await tx.outbox.lanes();
    await tx.outbox.waiting();
    await tx.outbox.dead();
    await tx.outbox.freeze(1, [], { at: 1, joined: [2, 3] });
    await tx.outbox.thaw(1);
    await tx.outbox.bury(2, "no");
    await tx.outbox.retry(2);
    await tx.outbox.drop(2);
    await tx.outbox.pruneDead(1);
    await tx.outbox.finish(1);
    await tx.held.release([ref]);
    await tx.held.expire(1);
    await tx.map.copies(ref, to);
    await tx.map.find(ref, to);
    await tx.map.known([ref]);
    await tx.map.rows(ref);
    await tx.map.rehash(ref, "h");
    await tx.map.forget([ref]);
    await tx.map.forget([ref], ref);
    await tx.joined.save(ref, [], 1);
    await tx.joined.load(ref);
    await tx.joined.prune(1);
    await tx.trace.note([{ about: ref, at: 1, step: "held" }]);
    await tx.trace.of(ref);
    await tx.trace.prune(1);
    await tx.journal.dead();
    await tx.journal.again();
    await tx.journal.retry("a", "k");
    await tx.journal.settle("a", "k");
    await tx.journal.keys("a", "k", 1);
    await tx.journal.prune(1);
    await tx.state.get("a", "b");
  });
  expect(seen.size).toBeGreaterThan(30);
  for (const statement of [...seen]) {
    const plan = await engine.executeQuery<{ detail: string }>(
      CompiledQuery.raw(`explain query plan ${statement}`),
    );
    const details = plan.rows.map(({ detail }) => `${statement}: ${detail}`);
    // "front" is a subquery that gave its few rows already.
    for (const detail of details) expect(detail).not.toMatch(/: SCAN (?!front|.*USING (COVERING )?INDEX)/);
    // The lanes are counted once, at the start, and they are few.
    if (!statement.includes("group by")) expect(details.join()).not.toContain("B-TREE");
  }
});
