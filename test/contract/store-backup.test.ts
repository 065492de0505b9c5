// A backup holds what was acknowledged before it began, whatever is written meanwhile, and can be restored on any engine.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { StoreTx } from "../../src/bridge/store-port.ts";
import { backupStore } from "../../src/storage/backup/backup.ts";
import { restoreStore } from "../../src/storage/backup/restore.ts";
import { openStore } from "../../src/storage/open.ts";
import { describeIf, NO_POSTGRES } from "../support/needs.ts";
import { findPostgres, type PostgresServer, startPostgres } from "../support/postgres.ts";
import { hastyClock } from "../support/store-lock.ts";
import {
  call,
  channel,
  created,
  delivery,
  edited,
  group,
  message,
  poll,
  raw,
  room,
  topic,
} from "../support/store-samples.ts";

const root = mkdtempSync(join(tmpdir(), "matebot-backup-"));
afterAll(() => rmSync(root, { recursive: true }));

let folder = "";
let file = "";
beforeEach(() => {
  folder = mkdtempSync(join(root, "t-"));
  file = join(folder, "matebot.backup");
});
const sqliteUrl = (name = "matebot.db") => `sqlite:${join(folder, name)}`;

const thread = { ...channel, thread: "900" };
const user = (account: string, id: string) => ({ account, id });

/** Something in every table, with all that a row can hold. */
async function fill(tx: StoreTx): Promise<void> {
  await tx.journal.insert([raw("a", { body: "👩🏽‍🚀 \u2028" }), raw("b")]);
  await tx.journal.bury(raw("b"), "PARSE");
  await tx.outbox.append([delivery("x", topic), { event: edited(message(topic, "2")), to: channel }]);
  await tx.outbox.append([delivery("dead", topic), delivery("gone", topic)]);
  const ids = (await tx.outbox.front(topic, 3)).map(({ id }) => id);
  await tx.outbox.freeze(ids[0] ?? -1, [call(0)], { at: 4_500, mark: "m" });
  await tx.outbox.failed(ids[0] ?? -1, 2, 4_000);
  await tx.outbox.bury(ids[1] ?? -1, "no right");
  await tx.outbox.finish(ids[2] ?? -1);
  await tx.held.hold([{ waitsFor: message(group, "9"), delivery: delivery("held"), until: 9_000 }]);
  await tx.map.record(
    Array.from({ length: 2_500 }, (_, i) => ({
      ...{ source: message(topic, `${i}`), copy: message(channel, `c${i}`), part: 0, hash: "h", at: i },
      ...(i % 2 === 0 ? { via: "555" } : { section: 3 }),
    })),
  );
  await tx.joined.save(message(channel, "1"), [], 1_000);
  await tx.trace.note([{ about: message(group, "1"), at: 1_000, step: "held", to: topic }]);
  const mark = { about: message(group, "1"), place: channel, user: "1", name: "Ana \u0000", at: 1 };
  await tx.marks.put({ ...mark, kind: "reaction", marks: [{ key: "👍", count: 1 }] });
  await tx.marks.put({ ...mark, kind: "vote", marks: [{ key: "0", count: 2 }] });
  await tx.polls.put(message(group, "1"), poll("Pizza?"));
  await tx.polls.name("discord", "5", message(channel, "c1"));
  await tx.threads.pair(topic, thread, channel);
  await tx.threads.pair(topic, room, room);
  await tx.people.link(user("telegram", "1"), user("discord", "11"));
  await tx.moves.add(group, topic);
  await tx.state.set("discord", "sequence", "7");
}

/** What the store says of everything that `fill` wrote. */
async function told(tx: StoreTx): Promise<unknown> {
  return {
    journal: [await tx.journal.keys("telegram", "", 0), await tx.journal.dead()],
    outbox: [await tx.outbox.front(topic, 9), await tx.outbox.front(channel, 9), await tx.outbox.dead()],
    held: await tx.held.release([message(group, "9")]),
    map: await Promise.all([0, 1, 1_000, 2_499].map((i) => tx.map.rows(message(channel, `c${i}`)))),
    joined: await tx.joined.load(message(channel, "1")),
    trace: await tx.trace.of(message(group, "1")),
    marks: [
      await tx.marks.of(message(group, "1"), "reaction"),
      await tx.marks.of(message(group, "1"), "vote"),
    ],
    polls: [await tx.polls.get(message(group, "1")), await tx.polls.messageOf("discord", "5")],
    threads: [await tx.threads.find(thread, group), await tx.threads.find(thread, room)],
    people: await tx.people.find(user("telegram", "1"), "discord"),
    moves: await tx.moves.all(),
    state: await tx.state.get("discord", "sequence"),
  };
}

/** Makes a store at `from`, backs it up, restores it at `to`, and compares. */
async function carriedOver(from: string, to: string): Promise<void> {
  const before = await openStore(from);
  await before.transaction(fill);
  expect((await backupStore(from, file)).bytes).toBe(statSync(file).size);
  const expected = await before.transaction(told);
  expect(expected).toMatchObject({
    marks: [[{ kind: "reaction" }], [{ kind: "vote" }]],
    polls: [poll("Pizza?"), message(channel, "c1")],
    threads: [topic, room],
    people: user("discord", "11"),
  });
  await before.close();
  await restoreStore(file, to);
  const after = await openStore(to);
  expect(await after.transaction(told)).toEqual(expected);
  await after.transaction(async (tx) => {
    await tx.outbox.append([delivery("next", group)]);
    const [next] = await tx.outbox.front(group, 1);
    expect(next?.id, "an id that was given before").toBeGreaterThan(4);
    const younger = { ...channel, thread: "901" };
    await tx.threads.pair(topic, younger, channel);
    expect(await tx.threads.find(topic, channel), "the one paired last").toEqual(younger);
  });
  await after.close();
}

interface Writer {
  readonly said: () => readonly number[];
  /** Resolves when that many were acknowledged. */
  readonly reached: (count: number) => Promise<void>;
  readonly kill: () => Promise<unknown>;
}

/** A process that writes without end; `said` is what was acknowledged. */
function writer(url: string): Writer {
  const script = join(import.meta.dirname, "../support/store-writer.ts");
  const child = spawn(process.execPath, [script, url, "0"], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "close");
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  const said = () => text.split("\n").slice(0, -1).map(Number);
  return {
    said,
    async reached(count) {
      while (said().length < count) await once(child.stdout, "data");
    },
    kill() {
      child.kill("SIGKILL");
      return ended;
    },
  };
}

async function wholeUnderLoad(url: string): Promise<void> {
  const { said, reached, kill } = writer(url);
  await reached(50);
  for (let round = 0; round < 5; round += 1) {
    const acknowledged = said();
    const copy = `${file}.${round}`;
    await backupStore(url, copy);
    const db = new DatabaseSync(copy, { readOnly: true });
    const keys = (query: string) =>
      db
        .prepare(query)
        .all()
        .map(({ key }) => Number(key));
    const journal = keys("select key from journal order by cast(key as integer)");
    expect(keys("select substr(source, instr(source, '#') + 1) as key from outbox order by id")).toEqual(
      journal,
    );
    expect(journal).toEqual(journal.map((_, i) => i));
    expect(acknowledged.filter((key) => key >= journal.length)).toEqual([]);
    db.close();
    await reached(acknowledged.length + 50);
  }
  await kill();
}

describe("SQLite", () => {
  test("a backup is restored into a new file, every table of it", () =>
    carriedOver(sqliteUrl(), sqliteUrl("new.db")));

  test("a backup is whole while another process writes all the time", { timeout: 60_000 }, () =>
    wholeUnderLoad(sqliteUrl()),
  );

  test("is one file for this user alone, and never written over", async () => {
    await (await openStore(sqliteUrl())).close();
    await backupStore(sqliteUrl(), file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).sort()).toEqual(["matebot.backup", "matebot.db", "matebot.db.lock"]);
    const bytes = readFileSync(file);
    await expect(backupStore(sqliteUrl(), file)).rejects.toMatchObject({
      name: "UserError",
      message: expect.stringMatching(/^storage\.backup-exists .*matebot\.backup/),
    });
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  test("what a backup that was cut short left behind is no obstacle", async () => {
    await (await openStore(sqliteUrl())).close();
    writeFileSync(`${file}.partial`, "half of it");
    await backupStore(sqliteUrl(), file);
    expect(existsSync(`${file}.partial`)).toBe(false);
  });

  test("a folder that is missing, a database that is missing or damaged: said, and no file is left", async () => {
    const store = await openStore(sqliteUrl());
    await store.transaction(fill);
    await store.close();
    const nowhere = join(folder, "nowhere", "file");
    await expect(backupStore(sqliteUrl(), nowhere)).rejects.toThrow(/^storage\.backup-unwritable .*nowhere/);
    await expect(backupStore(sqliteUrl("none.db"), file)).rejects.toThrow(/^storage\.nothing .*none\.db/);
    expect(existsSync(join(folder, "none.db"))).toBe(false);
    const path = join(folder, "matebot.db");
    const bytes = readFileSync(path);
    bytes.fill(0xff, 8_192, bytes.length - 4_096);
    writeFileSync(path, bytes);
    await expect(backupStore(sqliteUrl(), file)).rejects.toThrow(/^storage\.corrupt .*matebot\.db/);
    expect([existsSync(file), existsSync(`${file}.partial`)]).toEqual([false, false]);
  });

  test("a backup of a newer version is refused", async () => {
    await (await openStore(sqliteUrl())).close();
    await backupStore(sqliteUrl(), file);
    const db = new DatabaseSync(file);
    db.exec("insert into matebot_schema values (999, 0)");
    db.close();
    await expect(restoreStore(file, sqliteUrl("new.db"))).rejects.toThrow(
      /^storage\.backup-newer .*matebot\.backup.*999/,
    );
  });

  test("only an empty database is filled, and only when nobody uses it", async () => {
    const store = await openStore(sqliteUrl());
    await store.transaction(fill);
    await backupStore(sqliteUrl(), file);
    const clock = hastyClock();
    await expect(restoreStore(file, sqliteUrl(), { clock })).rejects.toThrow(/^storage\.held /);
    await store.close();
    await expect(restoreStore(file, sqliteUrl(), { clock })).rejects.toThrow(/^storage\.not-empty /);
    const foreign = new DatabaseSync(join(folder, "foreign.db"));
    foreign.exec("create table bookmarks (url text)");
    foreign.close();
    await expect(restoreStore(file, sqliteUrl("foreign.db"))).rejects.toThrow(/^storage\.not-empty /);
  });

  test("what is no backup, or a damaged one, is refused, and the database stays empty", async () => {
    const store = await openStore(sqliteUrl());
    await store.transaction(fill);
    await store.close();
    await backupStore(sqliteUrl(), file);
    const to = sqliteUrl("new.db");
    const diary = join(folder, "diary");
    writeFileSync(diary, "Dear diary, ".repeat(500));
    await expect(restoreStore(diary, to)).rejects.toThrow(/^storage\.no-backup .*diary/);
    await expect(restoreStore(join(folder, "none"), to)).rejects.toThrow(/^storage\.no-backup .*none/);
    const bytes = readFileSync(file);
    bytes.fill(0xff, 16_384, 65_536);
    writeFileSync(file, bytes);
    await expect(restoreStore(file, to)).rejects.toThrow(/^storage\.backup-corrupt .*matebot\.backup/);
    expect(existsSync(join(folder, "new.db"))).toBe(false);
  });
});

describeIf(findPostgres() !== undefined, NO_POSTGRES)("PostgreSQL", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());

  test("a backup is restored into another database", async () =>
    carriedOver(await server.createDatabase(), await server.createDatabase()));

  test("a backup leads from PostgreSQL to SQLite", async () =>
    carriedOver(await server.createDatabase(), sqliteUrl()));

  test("a backup leads from SQLite to PostgreSQL", async () =>
    carriedOver(sqliteUrl(), await server.createDatabase()));

  test("a backup is whole while another process writes all the time", { timeout: 60_000 }, async () =>
    wholeUnderLoad(await server.createDatabase()),
  );

  test("only an empty database is filled, and an empty one holds nothing to back up", async () => {
    const [full, empty] = [await server.createDatabase(), await server.createDatabase()];
    const store = await openStore(full);
    await store.transaction((tx) => tx.outbox.append([{ event: created(message(group, "1")), to: channel }]));
    await backupStore(full, file);
    await store.close();
    await expect(restoreStore(file, full)).rejects.toThrow(/^storage\.not-empty /);
    await expect(backupStore(empty, join(folder, "other"))).rejects.toThrow(/^storage\.nothing /);
  });
});
