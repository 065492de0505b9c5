// What a store acknowledged is there after its process was killed at any moment.

import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, expect, test } from "vitest";
import { openStore } from "../../src/storage/open.ts";
import { channel } from "../support/store-samples.ts";

const rounds = 20;
const folder = mkdtempSync(join(tmpdir(), "matebot-kill-"));
afterAll(() => rmSync(folder, { recursive: true }));

const path = join(folder, "matebot.db");
const writer = join(import.meta.dirname, "../support/store-writer.ts");

/** Kills the writer after so many acknowledgements; it goes on writing until the signal arrives. */
function acknowledgedBefore(child: ChildProcess, kills: number): Promise<readonly string[]> {
  return new Promise((resolve) => {
    let said = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.split("\n").length > kills) child.kill("SIGKILL");
    });
    child.once("close", () => resolve(said.split("\n").slice(0, -1)));
  });
}

/** The keys in the journal and in the outbox, and what SQLite thinks of the file. */
function contents() {
  const db = new DatabaseSync(path);
  const keys = (query: string) =>
    db
      .prepare(query)
      .all()
      .map((row) => String(row.key));
  const journal = keys("select key from journal order by cast(key as integer)");
  const outbox = keys("select substr(source, instr(source, '#') + 1) as key from outbox order by id");
  const check = db.prepare("pragma integrity_check").get();
  db.close();
  return { journal, outbox, check };
}

test(`nothing acknowledged is lost in ${rounds} kills, and nothing is half done`, {
  timeout: 120_000,
}, async () => {
  const acknowledged: string[] = [];
  let next = 0;
  for (let round = 0; round < rounds; round += 1) {
    const child = spawn(process.execPath, [writer, `sqlite:${path}`, `${next}`], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const kills = randomInt(1, 60);
    acknowledged.push(...(await acknowledgedBefore(child, kills)));
    const { journal, outbox, check } = contents();
    expect(check, `killed after ${kills}`).toEqual({ integrity_check: "ok" });
    expect(outbox).toEqual(journal);
    // Works are committed in their order, so what is there has no gap; some of it was not acknowledged any more.
    expect(journal).toEqual(journal.map((_, i) => `${i}`));
    expect(acknowledged.filter((key) => Number(key) >= journal.length)).toEqual([]);
    next = journal.length;
  }
  expect(acknowledged.length).toBeGreaterThan(rounds);
  const store = await openStore(`sqlite:${path}`);
  expect(await store.transaction((tx) => tx.outbox.lanes())).toEqual([channel]);
  await store.close();
});
