// What `openStore` makes of a path, and what it says when it cannot use it.

import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeEach, expect, test } from "vitest";
import { UserError } from "../model/errors.ts";
import { openStore } from "./open.ts";

const root = mkdtempSync(join(tmpdir(), "matebot-open-"));
afterAll(() => rmSync(root, { recursive: true }));

let folder = "";
let path = "";
beforeEach(() => {
  folder = mkdtempSync(join(root, "t-"));
  path = join(folder, "matebot.db");
});

async function fault(url: string): Promise<string> {
  const error = await openStore(url).then(
    async (store) => store.close(),
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(UserError);
  return (error as UserError).message;
}

async function makeDatabase(): Promise<void> {
  await (await openStore(`sqlite:${path}`)).close();
}

const modeOf = (file: string) => statSync(file).mode & 0o777;

test("makes the folder and the file for this user alone", async () => {
  const deep = join(folder, "data", "deep", "matebot.db");
  const store = await openStore(`sqlite:${deep}`);
  await store.transaction((tx) => tx.state.set("a", "b", "c"));
  expect([join(folder, "data"), join(folder, "data", "deep"), deep, `${deep}-wal`].map(modeOf)).toEqual([
    0o700, 0o700, 0o600, 0o600,
  ]);
  await store.close();
});

test("leaves no log beside a database that was closed", async () => {
  await makeDatabase();
  expect(existsSync(`${path}-wal`)).toBe(false);
});

test("a file that is no database is named and left alone", async () => {
  writeFileSync(path, "Dear diary, ".repeat(500));
  expect(await fault(`sqlite:${path}`)).toMatch(/^storage\.alien .*matebot\.db/);
  expect(readFileSync(path, "utf8")).toBe("Dear diary, ".repeat(500));
});

test("a damaged database is named", async () => {
  await makeDatabase();
  const bytes = readFileSync(path);
  bytes.fill(0xff, 100, 4096);
  writeFileSync(path, bytes);
  expect(await fault(`sqlite:${path}`)).toMatch(/^storage\.corrupt /);
});

test("a database that was cut short is named", async () => {
  await makeDatabase();
  writeFileSync(path, readFileSync(path).subarray(0, 6_000));
  expect(await fault(`sqlite:${path}`)).toMatch(/^storage\.corrupt /);
});

test("a database damaged where nobody looked fails when it is read, and says so", async () => {
  const filled = await openStore(`sqlite:${path}`);
  await filled.transaction((tx) => tx.state.set("a", "b", "x".repeat(100_000)));
  await filled.close();
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill(0xff, bytes.length - 5 * 4_096));
  const store = await openStore(`sqlite:${path}`);
  await expect(store.transaction((tx) => tx.state.get("a", "b"))).rejects.toMatchObject({
    code: "corrupt",
    message: expect.stringMatching(/^the database is damaged: put back its last backup/),
  });
  await store.close();
});

test("a database of a newer version is refused, and not a byte is changed", async () => {
  await makeDatabase();
  const db = new DatabaseSync(path);
  db.exec("pragma journal_mode = delete; insert into matebot_schema values (999, 0)");
  db.close();
  const before = readFileSync(path);
  expect(await fault(`sqlite:${path}`)).toMatch(/^storage\.newer .*"version":999,"known":\d+/);
  expect(readFileSync(path).equals(before)).toBe(true);
});

test("the database of another program is refused, and not a byte is changed", async () => {
  const db = new DatabaseSync(path);
  db.exec("create table bookmarks (url text)");
  db.close();
  const before = readFileSync(path);
  expect(await fault(`sqlite:${path}`)).toMatch(/^storage\.foreign /);
  expect(readFileSync(path).equals(before)).toBe(true);
});

test("a folder that cannot be made is named", async () => {
  writeFileSync(join(folder, "file"), "");
  expect(await fault(`sqlite:${join(folder, "file", "matebot.db")}`)).toMatch(
    /^storage\.unwritable .*file\/matebot\.db/,
  );
  mkdirSync(path);
  expect(await fault(`sqlite:${path}`)).toMatch(/^storage\.unwritable /);
});

test("a file or a folder without the right to write is named", async () => {
  await makeDatabase();
  chmodSync(path, 0o444);
  expect(await faultAsNobody()).toMatch(/^storage\.unwritable /);
  rmSync(path);
  chmodSync(folder, 0o555);
  expect(await faultAsNobody()).toMatch(/^storage\.unwritable /);
});

/** Root may write everywhere, so for root the store is opened by a child process of the user nobody. */
async function faultAsNobody(): Promise<string> {
  if (process.getuid?.() !== 0) return fault(`sqlite:${path}`);
  const nobody = { uid: 65_534, gid: 65_534 };
  for (const file of [root, folder, path]) if (existsSync(file)) chownSync(file, nobody.uid, nobody.gid);
  const script = `import { openStore } from ${JSON.stringify(join(import.meta.dirname, "open.ts"))};
    try { await openStore(${JSON.stringify(`sqlite:${path}`)}); } catch (error) { process.stdout.write(error.message); }`;
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    ...nobody,
    encoding: "utf8",
  });
  return stdout;
}

test.each(["mysql://localhost/x", "sqlite:", "matebot.db", "postgres://[broken"])(
  "%s is no database's URL",
  async (url) => {
    expect(await fault(url)).toMatch(/^storage\.bad-url/);
  },
);
