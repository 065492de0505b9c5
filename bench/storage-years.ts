// Measures the store after years of talk, on both engines: node bench/storage-years.ts [mapped messages] [sqlite|postgres]

import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MapRow, Store, StoreTx } from "../src/bridge/store-port.ts";
import type { ConversationRef, MessageRef } from "../src/model/refs.ts";
import { openStore } from "../src/storage/open.ts";
import { findPostgres, startPostgres } from "../test/support/postgres.ts";
import { seeded } from "../test/support/random.ts";
import { created, raw } from "../test/support/store-samples.ts";
import { percentile } from "./stats.ts";
import { databaseOf, type Measured } from "./storage-size.ts";

const mapped = Number(process.argv[2] ?? 1_000_000);
const only = process.argv[3];
const random = seeded(1);
const perTransaction = 1_000;
const bridges = 20;
/** Lookups that are not counted: a database that runs has the upper pages of its indexes in memory. */
const warmUp = 5_000;
/** A Discord id of 2026; ids of messages grow with time. */
const firstDiscordId = 1_400_000_000_000_000_000n;
const words = "Bom dia! Alguém sabe a que horas começa a reunião de hoje? ";

if (only !== "postgres") {
  const folder = mkdtempSync(join(tmpdir(), "matebot-years-"));
  const url = `sqlite:${join(folder, "years.db")}`;
  await measure("SQLite in a file", url, databaseOf(url));
  rmSync(folder, { recursive: true });
}
if (only !== "sqlite" && findPostgres() === undefined)
  console.log("PostgreSQL: skipped, it is not installed");
else if (only !== "sqlite") {
  const server = await startPostgres({ fsync: true });
  const url = await server.createDatabase();
  await measure("PostgreSQL on this machine", url, databaseOf(url));
  await server.stop();
}

async function measure(name: string, url: string, database: Measured): Promise<void> {
  const store = await openStore(url);
  console.log(`\n${name}, ${mapped.toLocaleString("en")} mapped messages`);
  const before = await database.bytes();
  await fillMap(store);
  await database.settle();
  line("map, for ever", `${Math.round(((await database.bytes()) - before) / mapped)} bytes a message`);
  await lookups(store);
  await journalBytes(store, database);
  await prunes(store);
  await growth(store, database);
  await store.close();
  await database.close();
}

function group(bridge: number): ConversationRef {
  return { account: "telegram", id: `-100${1_234_567_000 + bridge}` };
}

function channel(bridge: number): ConversationRef {
  return { account: "discord", id: `${firstDiscordId - BigInt(bridge + 1) * 7_919_000_003n}` };
}

function telegramMessage(serial: number): MessageRef {
  return { conversation: group(serial % bridges), id: `${100_000 + Math.floor(serial / bridges)}` };
}

function discordMessage(serial: number): MessageRef {
  return { conversation: channel(serial % bridges), id: `${firstDiscordId + BigInt(serial) * 41_943_041n}` };
}

/** Every second message was written on Discord. */
function rowFor(serial: number): MapRow {
  const [here, there] = [telegramMessage(serial), discordMessage(serial)];
  const fromDiscord = serial % 2 === 1;
  const hash = createHash("sha256").update(`${serial}`).digest("hex").slice(0, 32);
  return {
    source: fromDiscord ? there : here,
    copy: fromDiscord ? here : there,
    part: 0,
    hash,
    ...(!fromDiscord && { via: `${firstDiscordId + BigInt(serial % bridges)}` }),
    at: 1_770_000_000_000 + serial,
  };
}

async function fillMap(store: Store): Promise<void> {
  for (let first = 0; first < mapped; first += perTransaction) {
    const rows = Array.from({ length: Math.min(perTransaction, mapped - first) }, (_, i) =>
      rowFor(first + i),
    );
    await store.transaction((tx) => tx.map.record(rows));
  }
}

async function lookups(store: Store): Promise<void> {
  await store.transaction(async (tx) => {
    const deliveries = Array.from({ length: 10_000 }, (_, i) => ({
      event: created(telegramMessage(i), words),
      to: channel(i % bridges),
    }));
    await tx.outbox.append(deliveries);
  });
  const looks: Readonly<Record<string, (tx: StoreTx, serial: number) => Promise<unknown>>> = {
    "map.find, from the original": (tx, at) => {
      const { source, copy } = rowFor(at);
      return tx.map.find(source, copy.conversation);
    },
    "map.find, from the copy": (tx, at) => {
      const { source, copy } = rowFor(at);
      return tx.map.find(copy, source.conversation);
    },
    "map.copies": (tx, at) => {
      const { source, copy } = rowFor(at);
      return tx.map.copies(source, copy.conversation);
    },
    "outbox.front of 10,000 waiting": (tx, at) => tx.outbox.front(channel(at % bridges), 1),
    "outbox.depth, up to 100": (tx, at) => tx.outbox.depth(channel(at % bridges), 100),
  };
  for (const [name, look] of Object.entries(looks)) {
    const times: number[] = [];
    await store.transaction(async (tx) => {
      for (let i = -warmUp; i < 20_000; i += 1) {
        const serial = Math.floor(random() * mapped);
        const start = performance.now();
        const found = await look(tx, serial);
        if (i >= 0) times.push(performance.now() - start);
        if (found === undefined) throw new Error(`${name} found nothing`);
      }
    });
    const [half, most] = [percentile(times, 0.5), percentile(times, 0.99)];
    line(name, `p50 ${half.toFixed(3)} ms   p99 ${most.toFixed(3)} ms`);
  }
  await store.transaction(async (tx) => {
    for (let bridge = 0; bridge < bridges; bridge += 1)
      for (const { id } of await tx.outbox.front(channel(bridge), 10_000)) await tx.outbox.finish(id);
  });
}

/** An update as Telegram sends it, of a message of the middle length. */
function updateOf(serial: number, receivedAt: number) {
  const from = {
    id: 123_456_789,
    is_bot: false,
    first_name: "Ana",
    username: "ana_maria",
    language_code: "pt-br",
  };
  const chat = { id: -1_001_234_567_890, title: "Vizinhos da rua", type: "supergroup", is_forum: false };
  const message = { message_id: serial, from, chat, date: Math.floor(receivedAt / 1_000), text: words };
  return raw(`${serial}`, { body: JSON.stringify({ update_id: serial, message }), receivedAt });
}

async function journalBytes(store: Store, database: Measured): Promise<void> {
  const count = 100_000;
  const before = await database.bytes();
  await take(store, 0, count, 0);
  await database.settle();
  const bytes = Math.round(((await database.bytes()) - before) / count);
  line("journal, while it is kept", `${bytes} bytes an update of ${updateOf(1, 0).body.length}`);
}

async function take(store: Store, first: number, count: number, receivedAt: number): Promise<void> {
  for (let at = first; at < first + count; at += perTransaction) {
    const raws = Array.from({ length: perTransaction }, (_, i) => updateOf(at + i, receivedAt));
    await store.transaction((tx) => tx.journal.insert(raws));
  }
}

async function prunes(store: Store): Promise<void> {
  await take(store, 100_000, Math.max(0, mapped - 100_000), 0);
  const times: number[] = [];
  for (let gone = -1; gone !== 0; ) {
    const start = performance.now();
    gone = await store.transaction((tx) => tx.journal.prune(1));
    times.push(performance.now() - start);
  }
  const [half, most, longest] = [percentile(times, 0.5), percentile(times, 0.99), Math.max(...times)].map(
    (ms) => ms.toFixed(1),
  );
  line("journal.prune of all, each time", `p50 ${half} ms   p99 ${most} ms   longest ${longest} ms`);
}

/** A week is kept; what a month of talk leaves more than a fortnight is the map alone. */
async function growth(store: Store, database: Measured): Promise<void> {
  const [day, kept, perDay] = [86_400_000, 7 * 86_400_000, 5_000];
  const sizes: string[] = [];
  for (let today = 0; today < 60; today += 1) {
    const now = 1_800_000_000_000 + today * day;
    await take(store, 10_000_000 + today * perDay, perDay, now);
    while ((await store.transaction((tx) => tx.journal.prune(now - kept))) > 0);
    if (today % 10 !== 9) continue;
    await database.settle();
    sizes.push(`${Math.round((await database.bytes()) / 1e6)}`);
  }
  line("size after 10, 20, … 60 days, 5,000 a day, 7 kept", `${sizes.join(" ")} MB`);
}

function line(name: string, figure: string): void {
  console.log(`  ${name.padEnd(52)} ${figure}`);
}
