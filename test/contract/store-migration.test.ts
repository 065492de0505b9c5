// A database that an earlier program made keeps everything when this one opens it, on both engines.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CompiledQuery, type Kysely } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { backupStore } from "../../src/storage/backup/backup.ts";
import { restoreStore } from "../../src/storage/backup/restore.ts";
import { type Engine, kyselyOver } from "../../src/storage/engine.ts";
import { firstTables } from "../../src/storage/migrations/0001-first-tables.ts";
import { joinedAndTrace } from "../../src/storage/migrations/0002-joined-and-trace.ts";
import { places } from "../../src/storage/migrations/0003-places.ts";
import { openStore } from "../../src/storage/open.ts";
import { openPostgres } from "../../src/storage/postgres/postgres.ts";
import { openSqlite } from "../../src/storage/sqlite/sqlite.ts";
import { describeIf, NO_POSTGRES } from "../support/needs.ts";
import { findPostgres, type PostgresServer, startPostgres } from "../support/postgres.ts";
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
  topic,
} from "../support/store-samples.ts";

const folder = mkdtempSync(join(tmpdir(), "matebot-migration-"));
afterAll(() => rmSync(folder, { recursive: true }));

const quoted = (value: unknown) => `'${JSON.stringify(value)}'`;
const waiting = { event: edited(message(topic, "2")), to: channel };
const frozen = { event: created(message(group, "1")), to: topic };

/** The rows a program of schema 1 left behind. */
const rowsOfFirst = [
  "insert into matebot_schema values (1, 0)",
  "insert into journal values ('telegram', 'a', '{}', 1000, 'done', null)",
  "insert into journal values ('telegram', 'b', '{}', 1000, 'dead', 'PARSE')",
  `insert into outbox values (3, 'telegram:-1001234567890/42', 'message.created', ${quoted(frozen.event)},
    'telegram:-1001234567890#1', 'sending', 2, 4000, ${quoted([call(0)])}, 1, null, 3000)`,
  `insert into outbox values (4, 'discord:123456789012345678', 'message.edited', ${quoted(waiting.event)},
    'telegram:-1001234567890#2', 'waiting', 0, null, null, 0, null, 3001)`,
  `insert into outbox values (5, 'discord:123456789012345678', 'notice', ${quoted(delivery("x").event)},
    null, 'dead', 1, 4000, null, 0, 'no right', 3002)`,
  `insert into message_map values ('discord:123456789012345678#9', 'discord:123456789012345678',
    'telegram:-1001234567890#2', 'telegram:-1001234567890/42', 'discord:123456789012345678', 0, 'h', '555', 2000)`,
  "insert into state values ('discord', 'sequence', '7')",
];

/** The rows a program of schema 3 left behind. */
const rowsOfThird = [
  ...[1, 2, 3].map((version) => `insert into matebot_schema values (${version}, 0)`),
  `insert into outbox (id, lane, kind, event, source, created_at) values (4, 'discord:123456789012345678',
    'message.edited', ${quoted(waiting.event)}, 'telegram:-1001234567890#2', 3001)`,
  ...["telegram:-1001234567890", "telegram:-1001234567890/42", "discord:123456789012345678"].map(
    (key, i) => `insert into places values (${i + 1}, '${key}')`,
  ),
  "insert into message_map values (3, '9', -1, 3, 1, '2', 2, 0, 'h', '555', 2000)",
];

type Migrations = readonly ((db: Kysely<unknown>, kind: Engine["kind"]) => Promise<void>)[];

async function leaveBehind(
  engine: Engine,
  migrations: Migrations = [firstTables],
  rows: readonly string[] = rowsOfFirst,
): Promise<void> {
  const integer = engine.kind === "sqlite" ? "integer" : "bigint";
  const run = (statement: string) => engine.executeQuery(CompiledQuery.raw(statement));
  await run(`create table matebot_schema (version integer primary key, applied_at ${integer} not null)`);
  for (const migration of migrations) {
    await migration(kyselyOver(engine) as unknown as Kysely<unknown>, engine.kind);
  }
  for (const statement of rows) await run(statement);
  await engine.close();
}

/** A database of schema 3 keeps its rows, gives its conversations no second number, and takes what is new. */
async function checkWidened(url: string): Promise<void> {
  const store = await openStore(url);
  const [original, copy] = [message(topic, "2"), message(channel, "9")];
  const thread = { ...channel, thread: "900" };
  await store.transaction(async (tx) => {
    expect(await tx.outbox.front(channel, 9)).toMatchObject([{ ...waiting, id: 4 }]);
    expect(await tx.map.origin(copy)).toEqual(original);
    const mark = {
      about: original,
      kind: "reaction",
      place: channel,
      user: "1",
      name: "Ana",
      at: 1,
    } as const;
    await tx.marks.put({ ...mark, marks: [{ key: "👍", count: 1 }] });
    await tx.polls.put(original, poll("Pizza?"));
    await tx.polls.name("discord", "9", copy);
    await tx.threads.pair(topic, thread, channel);
    await tx.people.link({ account: "telegram", id: "1" }, { account: "discord", id: "11" });
  });
  await store.close();
  const again = await openStore(url);
  await again.transaction(async (tx) => {
    expect(await tx.marks.of(original, "reaction")).toMatchObject([{ name: "Ana", place: channel }]);
    expect(await tx.polls.messageOf("discord", "9")).toEqual(copy);
    expect(await tx.threads.find(thread, group)).toEqual(topic);
    expect(await tx.people.find({ account: "discord", id: "11" }, "telegram")).toMatchObject({ id: "1" });
    await tx.marks.forget([original]);
    expect(await tx.polls.messageOf("discord", "9")).toBeUndefined();
  });
  await again.close();
}

const third: Migrations = [firstTables, joinedAndTrace, places];

async function checkCarriedOver(url: string): Promise<void> {
  const store = await openStore(url);
  await store.transaction(async (tx) => {
    expect(await tx.journal.insert([raw("a"), raw("b"), raw("c")])).toEqual([raw("c")]);
    expect(await tx.journal.dead()).toMatchObject([{ raw: { key: "b" }, reason: "PARSE" }]);
    expect(await tx.outbox.front(topic, 9)).toEqual([
      {
        ...frozen,
        ...{ id: 3, state: "sending", attempts: 2, failingSince: 4_000, calls: [call(0)], done: 1 },
        ...{ createdAt: 3_000, frozenAt: 3_000 },
      },
    ]);
    expect(await tx.outbox.front(channel, 9)).toMatchObject([{ ...waiting, id: 4 }]);
    expect(await tx.outbox.pending(message(topic, "2"), channel)).toMatchObject([{ id: 4 }]);
    expect(await tx.outbox.dead()).toMatchObject([{ id: 5, reason: "no right" }]);
    expect(await tx.outbox.pruneDead(3_003)).toBe(1);
    expect(await tx.map.rows(message(channel, "9"))).toEqual([
      { source: message(topic, "2"), copy: message(channel, "9"), part: 0, hash: "h", via: "555", at: 2_000 },
    ]);
    expect(await tx.map.find(message(group, "2"), channel)).toMatchObject({
      ref: message(channel, "9"),
      joined: false,
    });
    expect(await tx.state.get("discord", "sequence")).toBe("7");
  });
  await store.close();
}

test("SQLite: a database of schema 1 keeps every row", async () => {
  const path = join(folder, "first.db");
  await leaveBehind(openSqlite(path));
  await checkCarriedOver(`sqlite:${path}`);
  await (await openStore(`sqlite:${path}`)).close();
});

test("SQLite: a database of schema 1 can be backed up as it is, and is brought up to date when it is restored", async () => {
  const path = join(folder, "backed-up.db");
  const file = join(folder, "backup");
  await leaveBehind(openSqlite(path));
  await backupStore(`sqlite:${path}`, file);
  await restoreStore(file, `sqlite:${join(folder, "restored.db")}`);
  await checkCarriedOver(`sqlite:${join(folder, "restored.db")}`);
});

test("SQLite: a database of schema 3 takes what is new", async () => {
  const path = join(folder, "third.db");
  await leaveBehind(openSqlite(path), third, rowsOfThird);
  await checkWidened(`sqlite:${path}`);
});

describeIf(findPostgres() !== undefined, NO_POSTGRES)("PostgreSQL", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());

  test("a database of schema 1 keeps every row", async () => {
    const url = await server.createDatabase();
    await leaveBehind(await openPostgres(url));
    const file = join(folder, "postgres-backup");
    await backupStore(url, file);
    await checkCarriedOver(url);
    const other = await server.createDatabase();
    await restoreStore(file, other);
    await checkCarriedOver(other);
  });

  test("a database of schema 3 takes what is new", async () => {
    const url = await server.createDatabase();
    // As the program left them: the numbers it gave are counted on.
    const counted = "select setval(pg_get_serial_sequence('places', 'id'), 3)";
    await leaveBehind(await openPostgres(url), third, [...rowsOfThird, counted]);
    await checkWidened(url);
  });
});
