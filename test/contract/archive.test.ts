// What the admin's commands look up past the store, on both engines.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { StoreTx } from "../../src/bridge/store-port.ts";
import { type Archive, openArchive } from "../../src/cli/archive.ts";
import { asideOf } from "../../src/model/refs.ts";
import { openStore } from "../../src/storage/open.ts";
import { describeIf, NO_POSTGRES } from "../support/needs.ts";
import { findPostgres, type PostgresServer, startPostgres } from "../support/postgres.ts";
import { channel, created, edited, group, message, raw } from "../support/store-samples.ts";

function archiveContract(database: () => Promise<string>): void {
  let archive: Archive;
  let store: Awaited<ReturnType<typeof openStore>>;
  const run = <T>(work: (tx: StoreTx) => Promise<T>) => store.transaction(work);
  const update = (key: string, receivedAt: number, body: string) => raw(key, { receivedAt, body });

  beforeEach(async () => {
    const url = await database();
    store = await openStore(url);
    archive = await openArchive(url);
  });
  afterEach(async () => {
    await archive.close();
    await store.close();
  });

  test("finds the updates of an account by what stands in them, in any case, oldest first", async () => {
    const late = update("a", 3_000, '{"username":"Meu_Grupo"}');
    const early = update("b", 1_000, '{"username":"meu_grupo"}');
    const others = [update("c", 2_000, '{"username":"outro"}'), { ...late, account: "discord" }];
    await run((tx) => tx.journal.insert([late, early, ...others]));
    expect(await archive.holding("telegram", '"MEU_grupo"')).toEqual([early, late]);
    expect(await archive.lastHolding("telegram", '"meu_grupo"')).toEqual(late);
    expect(await archive.holding("telegram", "nobody")).toEqual([]);
    expect(await archive.lastHolding("telegram", "nobody")).toBeUndefined();
  });

  test("tells why an update was not understood", async () => {
    const poison = update("a", 1_000, "{7}");
    await run(async (tx) => {
      await tx.journal.insert([poison]);
      await tx.journal.bury(poison, "no chat");
    });
    expect(await archive.holding("telegram", "{7}")).toEqual([{ ...poison, reason: "no chat" }]);
  });

  test("counts the messages that were carried, each once", async () => {
    expect(await archive.messages()).toBe(0);
    const row = (from: string, to: string, part: number) => ({
      ...{ source: message(group, from), copy: message(channel, to), part, hash: "h", at: 1 },
    });
    await run((tx) => tx.map.record([row("1", "11", 0), row("1", "12", 1), row("2", "13", 0)]));
    expect(await archive.messages()).toBe(2);
  });

  test("does not take the line below a message for one", async () => {
    const source = message(group, "1");
    const row = { part: 0, hash: "h", at: 1 };
    await run((tx) =>
      tx.map.record([
        { source, copy: message(channel, "11"), ...row },
        { source: asideOf(source), copy: message(channel, "12"), ...row },
      ]),
    );
    expect(await archive.messages()).toBe(1);
  });

  test("names the lanes in which something is on its way for a message, or for the line below it", async () => {
    const source = message(group, "7");
    const thread = { ...channel, thread: "900" };
    await run((tx) =>
      tx.outbox.append([
        { event: edited(source), to: thread },
        { event: created(source), to: thread },
        { event: { kind: "marks.changed", about: source }, to: channel },
        { event: edited(message(group, "8")), to: group },
      ]),
    );
    expect(await archive.lanesWith([source, asideOf(source)])).toEqual([channel, thread]);
    expect(await archive.lanesWith([source])).toEqual([thread]);
    expect(await archive.lanesWith([message(group, "9")])).toEqual([]);
  });

  test("finds what waits for a message, and takes nothing out", async () => {
    const held = {
      waitsFor: message(group, "7"),
      delivery: { event: edited(message(group, "7")), to: channel },
      until: 9_000,
    };
    await run((tx) => tx.held.hold([held]));
    expect(await archive.heldFor(message(group, "7"))).toEqual([held]);
    expect(await archive.heldFor(message(group, "7"))).toEqual([held]);
    expect(await archive.heldFor(message(group, "8"))).toEqual([]);
  });
}

describe("the archive on SQLite", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "matebot-archive-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  archiveContract(async () => `sqlite:${join(folder, "matebot.db")}`);
});

describeIf(findPostgres() !== undefined, NO_POSTGRES)("the archive on PostgreSQL", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());

  archiveContract(() => server.createDatabase());
});
