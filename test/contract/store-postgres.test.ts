// The store's contract on PostgreSQL, on a server of its own, and what only a server can do: go away.

import { afterAll, beforeAll, expect, test } from "vitest";
import { openStore } from "../../src/storage/open.ts";
import { describeIf, NO_POSTGRES } from "../support/needs.ts";
import { findPostgres, type PostgresServer, startPostgres } from "../support/postgres.ts";
import { storeContract } from "./store.contract.ts";

describeIf(findPostgres() !== undefined, NO_POSTGRES)("PostgreSQL", () => {
  let server: PostgresServer;
  let url = "";

  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());

  storeContract({
    async open(clock) {
      url = await server.createDatabase();
      return openStore(url, { clock });
    },
    reopen: (clock) => openStore(url, { clock }),
  });

  const dropConnections = () =>
    server.run("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'matebot'");

  test("connects again when the connection was lost between two transactions", async () => {
    const store = await openStore(await server.createDatabase());
    await store.transaction((tx) => tx.state.set("a", "b", "1"));
    await dropConnections();
    expect(await store.transaction((tx) => tx.state.get("a", "b"))).toBe("1");
    await store.close();
  });

  test("rejects the works whose connection was lost, and takes the next", async () => {
    const store = await openStore(await server.createDatabase());
    const lost = await Promise.allSettled([
      store.transaction((tx) => tx.state.set("a", "first", "1")),
      store.transaction(async (tx) => {
        await dropConnections();
        await tx.state.set("a", "second", "1");
      }),
    ]);
    expect(lost).toMatchObject([{ reason: { code: "lost" } }, { reason: { code: "lost" } }]);
    expect(await store.transaction((tx) => tx.state.get("a", "first"))).toBeUndefined();
    await store.close();
  });

  test("two programs that start at once prepare the database once", async () => {
    const fresh = await server.createDatabase();
    const stores = await Promise.all([openStore(fresh), openStore(fresh), openStore(fresh)]);
    await Promise.all(stores.map((store) => store.close()));
  });

  test("says in words that the password, the database or the server is wrong, without the password", async () => {
    const good = new URL(await server.createDatabase());
    const failure = (change: (url: URL) => void) => {
      const wrong = new URL(good);
      change(wrong);
      return openStore(wrong.href).then(
        () => new Error("it was opened"),
        (error: Error) => error,
      );
    };
    const password = await failure((wrong) => {
      wrong.password = "wrong-secret";
    });
    const noPassword = await failure((wrong) => {
      wrong.password = "";
    });
    const noDatabase = await failure((wrong) => {
      wrong.pathname = "/nothing";
    });
    const noServer = await failure((wrong) => {
      wrong.port = "1";
    });
    expect(password.message).toMatch(/^storage\.password /);
    expect(noPassword.message).toMatch(/^storage\.password /);
    expect(noDatabase.message).toMatch(/^storage\.no-database /);
    expect(noServer.message).toMatch(/^storage\.unreachable .*127\.0\.0\.1:1.*ECONNREFUSED/);
    for (const error of [password, noPassword, noDatabase, noServer]) {
      expect(error.name).toBe("UserError");
      expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toMatch(
        /wrong-secret|correct-horse/,
      );
    }
  });

  test("a password that cannot be decoded is said to be no URL, and not said", async () => {
    const error = await openStore("postgres://postgres:wrong%E0%A4secret@127.0.0.1:1/x").catch(
      (error: Error) => error,
    );
    expect(error).toMatchObject({ name: "UserError", message: expect.stringMatching(/^storage\.bad-url/) });
    expect(`${(error as Error).stack}`).not.toContain("secret");
  });

  test("leaves a database of a newer version, or of another program, alone", async () => {
    const newer = await server.createDatabase();
    await (await openStore(newer)).close();
    await onDatabase(newer, "insert into matebot_schema values (999, 0)");
    await expect(openStore(newer)).rejects.toThrow(/storage\.newer .*999/);
    const foreign = await server.createDatabase();
    await onDatabase(foreign, "create table journal (id int)");
    await expect(openStore(foreign)).rejects.toThrow(/storage\.foreign/);
  });
});

async function onDatabase(url: string, statement: string): Promise<void> {
  const { Client } = await import("pg");
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(statement);
  await client.end();
}
