// When the group commit begins, commits and rolls back, seen from the engine's side.

import { expect, test } from "vitest";
import type { StoreTx } from "../bridge/store-port.ts";
import type { Engine } from "./engine.ts";
import { StorageError } from "./errors.ts";
import { groupCommit } from "./group-commit.ts";

/** Writes down what it is told; `fail` decides what goes wrong. */
function scripted(fail: (statement: string) => Error | undefined = () => undefined) {
  const told: string[] = [];
  const tell = async (statement: string) => {
    told.push(statement);
    const error = fail(statement);
    if (error !== undefined) throw error;
  };
  const engine: Engine = {
    kind: "sqlite",
    lock: async () => {},
    adopt: async () => {},
    begin: () => tell("begin"),
    commit: () => tell("commit"),
    rollback: () => tell("rollback"),
    control: tell,
    executeQuery: () => Promise.reject(new Error("no queries here")),
    streamQuery: () => {
      throw new Error("no queries here");
    },
    close: async () => {},
  };
  // The works of these tests do not look at their transaction.
  const commits = groupCommit(engine, {} as StoreTx);
  const work = (name: string, error?: Error) =>
    commits.run(async () => {
      await tell(name);
      if (error) throw error;
      return name;
    });
  return { told, commits, work };
}

test("works that wait are committed together, in order", async () => {
  const { told, work } = scripted();
  expect(await Promise.all([work("a"), work("b"), work("c")])).toEqual(["a", "b", "c"]);
  expect(told).toEqual(["begin", "a", "b", "c", "commit"]);
});

test("a work that another one sets off shares its commit", async () => {
  const { told, commits, work } = scripted();
  let inner: Promise<string> | undefined;
  await commits.run(async () => {
    inner = work("b");
  });
  await inner;
  expect(told).toEqual(["begin", "b", "commit"]);
});

test("works that arrive while the commit runs go into the next transaction", async () => {
  const { told, work } = scripted();
  const first = work("a");
  for (let turn = 0; !told.includes("commit"); turn += 1) {
    if (turn > 10) throw new Error("no commit");
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all([first, work("b")]);
  expect(told).toEqual(["begin", "a", "commit", "begin", "b", "commit"]);
});

test("a failure of a work that was set off leaves the work that did it", async () => {
  const { told, commits, work } = scripted();
  let inner: Promise<unknown> | undefined;
  const outer = commits.run(async () => {
    told.push("a");
    inner ??= commits.run(() => Promise.reject(new Error("b failed"))).catch((error: Error) => error.message);
    return "a";
  });
  expect(await outer).toBe("a");
  expect(await inner).toBe("b failed");
  expect(await work("c")).toBe("c");
  expect(told).toContain("rollback");
});

test("a next transaction waits until the sockets were read", async () => {
  const { told, work } = scripted();
  const works = [work("a")];
  await Promise.resolve();
  process.nextTick(() => works.push(work("b")));
  await new Promise((resolve) => setImmediate(resolve));
  await Promise.all(works);
  expect(told).toEqual(["begin", "a", "b", "commit"]);
});

test("a work that throws is undone alone; the others run again", async () => {
  const { told, work } = scripted();
  const ended = await Promise.allSettled([work("a"), work("b", new Error("no")), work("c")]);
  expect(ended).toMatchObject([{ value: "a" }, { reason: { message: "no" } }, { value: "c" }]);
  expect(told).toEqual([
    ...["begin", "a", "b", "rollback", "begin"],
    ...["savepoint work", "a", "release savepoint work"],
    ...["savepoint work", "b", "rollback to savepoint work", "release savepoint work"],
    ...["savepoint work", "c", "release savepoint work", "commit"],
  ]);
});

test("a work that is alone is not run twice", async () => {
  const { told, work } = scripted();
  await expect(work("a", new Error("no"))).rejects.toThrow("no");
  expect(told).toEqual(["begin", "a", "rollback"]);
});

test.each(["begin", "b", "commit"])(
  "a full disk at %s rejects all, and the next transaction is tried",
  async (at) => {
    let full = true;
    const { told, work } = scripted((statement) =>
      full && statement === at ? new StorageError("full", "full") : undefined,
    );
    const ended = await Promise.allSettled([work("a"), work("b"), work("c")]);
    expect(ended).toMatchObject([
      { reason: { code: "full" } },
      { reason: { code: "full" } },
      { reason: { code: "full" } },
    ]);
    expect(told.filter((statement) => statement === "begin")).toHaveLength(1);
    full = false;
    expect(await work("d")).toBe("d");
  },
);

test("a work is not said to be done before its commit is", async () => {
  const order: string[] = [];
  const { commits } = scripted((statement) => void order.push(statement));
  await commits.run(async () => "x").then(() => order.push("done"));
  expect(order).toEqual(["begin", "commit", "done"]);
});
