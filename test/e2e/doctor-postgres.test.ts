// The doctor looks into a PostgreSQL database beside the MateBot that holds it, and says when it cannot.

import { afterAll, beforeAll, expect, it } from "vitest";
import { openRecords } from "../../src/doctor/records.ts";
import { systemClock } from "../../src/model/clock.ts";
import { openStore } from "../../src/storage/open.ts";
import { examined, troubles } from "../support/doctor.ts";
import { describeIf, NO_POSTGRES } from "../support/needs.ts";
import { findPostgres, type PostgresServer, startPostgres } from "../support/postgres.ts";
import { makeWorld } from "../support/world.ts";

describeIf(findPostgres() !== undefined, NO_POSTGRES)("PostgreSQL", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());

  it("is read while a MateBot runs on it, which keeps it", async () => {
    const storage = await server.createDatabase();
    const world = await makeWorld({ storage });
    const app = await world.start();
    const found = await examined(world.configFile);
    expect(troubles(found)).toEqual(["note doctor.certificate.browser"]);
    const database = found.find(({ check }) => check === "database");
    expect(database).toMatchObject({ level: "ok", values: { place: "PostgreSQL" } });
    expect(database?.values?.size).toBeGreaterThan(1);
    expect(await app.alive()).toBe(true);
    await world.close();
  });

  it("tells what waits and what was given up", async () => {
    const storage = await server.createDatabase();
    const store = await openStore(storage);
    const raw = { account: "telegram", key: "u1", body: "{}", receivedAt: Date.now() };
    await store.transaction(async (tx) => {
      await tx.journal.insert([raw]);
      await tx.journal.bury(raw, "a riddle");
    });
    const records = await openRecords(storage, { clock: systemClock, texts: (key) => key });
    expect(await records?.counts()).toEqual({ deadLetters: 1, waiting: 0, journal: 1 });
    expect(await records?.damage()).toEqual([]);
    await records?.close();
    await store.close();
  });

  it("is missing, and its password is not told", async () => {
    const url = new URL(await server.createDatabase());
    url.pathname = "/nowhere";
    const world = await makeWorld({ storage: url.href });
    const found = await examined(world.configFile);
    expect(troubles(found)).toContain("fault doctor.refused");
    expect(JSON.stringify(found)).not.toContain(server.password);
    await world.close();
  });
});
