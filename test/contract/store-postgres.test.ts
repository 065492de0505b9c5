// The store's contract on PostgreSQL, on a server of its own, and what only a server can do: go away.

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openStore } from "../../src/storage/open.ts";
import { describeIf, NO_POSTGRES } from "../support/needs.ts";
import { findPostgres, type PostgresServer, startPostgres } from "../support/postgres.ts";
import { hastyClock, usedBeside } from "../support/store-lock.ts";
import { type StoreHarness, storeContract } from "./store.contract.ts";
import { marksContract } from "./store-marks.contract.ts";
import { robotContract } from "./store-robot.contract.ts";

const hasty = { clock: hastyClock() };

describeIf(findPostgres() !== undefined, NO_POSTGRES)("PostgreSQL", () => {
  let server: PostgresServer;
  let url = "";

  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());

  const harness: StoreHarness = {
    async open(clock) {
      url = await server.createDatabase();
      return openStore(url, { clock });
    },
    reopen: (clock) => openStore(url, { clock }),
  };
  describe("the store", () => storeContract(harness));
  describe("what belongs to messages", () => marksContract(harness));
  describe("what the robot needs", () => robotContract(harness));

  const dropConnections = () =>
    server.run(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'matebot%'",
    );

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

  test("of two programs that start at once one prepares the database, and the other is refused", async () => {
    const fresh = await server.createDatabase();
    const started = await Promise.allSettled([openStore(fresh, hasty), openStore(fresh, hasty)]);
    const stores = started.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    expect(stores).toHaveLength(1);
    expect(started.find(({ status }) => status === "rejected")).toMatchObject({
      reason: { name: "UserError", exitCode: 1, message: expect.stringContaining(`"pid":"${process.pid}"`) },
    });
    await Promise.all(stores.map((store) => store.close()));
    await (await openStore(fresh, hasty)).close();
  });

  test("a command beside a running MateBot puts a dead letter back into its lane", async () => {
    await usedBeside(await server.createDatabase());
  });

  test("takes its lock again with a new connection, though the server believes in the lost one", async () => {
    const line = await lostLine(await server.createDatabase());
    const store = await openStore(line.url);
    await store.transaction((tx) => tx.state.set("a", "b", "1"));
    line.cut();
    await expect
      .poll(() => store.transaction((tx) => tx.state.get("a", "b")).catch((error) => error.code), {
        timeout: 10_000,
      })
      .toBe("1");
    await expect(openStore(line.url, hasty)).rejects.toThrow(/^storage\.held /);
    await store.close();
    line.end();
  });

  test("stores nothing any more when another took over while the connection was lost", async () => {
    const url = await server.createDatabase();
    let told = 0;
    const store = await openStore(url, {
      onTakeover: () => {
        told += 1;
      },
    });
    await store.transaction((tx) => tx.state.set("a", "b", "1"));
    await dropConnections();
    const other = await openStore(url);
    for (const value of ["2", "3"]) {
      const failure = store.transaction((tx) => tx.state.set("a", "b", value));
      await expect(failure).rejects.toMatchObject({ name: "StorageError", code: "taken" });
    }
    expect(told).toBe(1);
    expect(await other.transaction((tx) => tx.state.get("a", "b"))).toBe("1");
    await Promise.all([store.close(), other.close()]);
    await expect(store.transaction(async () => {})).rejects.toMatchObject({ code: "closed" });
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

/** The way to a server that loses what goes through it without telling the server. */
async function lostLine(url: string): Promise<{ url: string; cut(): void; end(): void }> {
  const { port, hostname } = new URL(url);
  const line = new URL(url);
  const near = new Set<Socket>();
  const far = new Set<Socket>();
  const door = createServer((socket) => {
    const behind = connect(Number(port), hostname);
    near.add(socket);
    far.add(behind);
    socket.on("error", () => {});
    behind.on("error", () => {});
    socket.on("data", (data) => behind.write(data));
    behind.on("data", (data) => socket.destroyed || socket.write(data));
    behind.on("close", () => socket.destroy());
  });
  await once(door.listen(0, "127.0.0.1"), "listening");
  line.port = `${(door.address() as AddressInfo).port}`;
  return {
    url: line.href,
    cut() {
      for (const socket of near) socket.destroy();
    },
    end() {
      door.close();
      for (const socket of [...near, ...far]) socket.destroy();
    },
  };
}

async function onDatabase(url: string, statement: string): Promise<void> {
  const { Client } = await import("pg");
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(statement);
  await client.end();
}
