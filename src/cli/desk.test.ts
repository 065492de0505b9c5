// An admin's desk: what is opened for a command, what it may print, and how it ends.

import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { UserError } from "../model/errors.ts";
import { openStore } from "../storage/open.ts";
import { atDesk, type Desk, platformOf } from "./desk.ts";

const token = "123456789:AAHfiqksKZ8WmR2zSjiQ7_v4TMAKdiHm9T0";
let folder = "";
let file = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "matebot-desk-"));
  file = join(folder, "matebot.yaml");
  writeFileSync(
    file,
    [
      "language: en",
      `accounts: { telegram: { platform: telegram, token: "${token}" } }`,
      "storage: sqlite:./matebot.db",
      "bridges: [{ name: x, members: ['telegram:-1001', 'telegram:-1002'] }]",
    ].join("\n"),
    { mode: 0o600 },
  );
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function makeDatabase(): Promise<void> {
  await (await openStore(`sqlite:${join(folder, "matebot.db")}`)).close();
}

async function sit(work: (desk: Desk) => Promise<number>, path = file) {
  const written = { stdout: "", stderr: "" };
  const sink = (name: keyof typeof written) => ({
    write: (text: string) => {
      written[name] += text;
    },
  });
  const clock = { now: () => 0, after: () => ({ cancel: () => {} }) };
  const parts = { env: {}, stdout: sink("stdout"), stderr: sink("stderr"), clock };
  return { code: await atDesk(path, parts, work), ...written };
}

it("gives a command the store, and answers with its exit code", async () => {
  await makeDatabase();
  const outcome = await sit(async ({ store, config, say }) => {
    say(`${config.bridges[0]?.name} ${await store.transaction((tx) => tx.outbox.waiting())}`);
    return 7;
  });
  expect(outcome).toEqual({ code: 7, stdout: "x 0\n", stderr: "" });
});

it("prints no token, and nothing that steers the terminal", async () => {
  await makeDatabase();
  const { stdout } = await sit(async ({ say }) => {
    say(`GET /bot${token}/getMe \u001b[2J`);
    return 0;
  });
  expect(stdout).toBe("GET /bot[secret]/getMe \ufffd[2J\n");
});

it("works beside a MateBot that runs, and leaves it its lock", async () => {
  const running = await openStore(`sqlite:${join(folder, "matebot.db")}`);
  const { code } = await sit(async ({ store }) => {
    await store.transaction((tx) => tx.state.set("telegram", "mark", "1"));
    return 0;
  });
  expect(code).toBe(0);
  expect(await running.transaction((tx) => tx.state.get("telegram", "mark"))).toBe("1");
  await running.close();
});

it("says that there is no database instead of making an empty one", async () => {
  const { code, stdout, stderr } = await sit(async () => 0);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/^There is no database at .*matebot\.db yet: .*--config.*\n$/);
  expect(existsSync(join(folder, "matebot.db"))).toBe(false);
});

it("says the faults of the configuration, exit code 2", async () => {
  const { code, stderr } = await sit(async () => 0, join(folder, "none.yaml"));
  expect(code).toBe(2);
  expect(stderr).toMatch(/^there is no configuration at .*none\.yaml/);
});

it.each([1, 2] as const)("says a fault of the user in one sentence, exit code %i", async (exitCode) => {
  await makeDatabase();
  const outcome = await sit(async () => {
    throw new UserError(`not so, ${token}`, exitCode);
  });
  expect(outcome).toEqual({ code: exitCode, stdout: "", stderr: "not so, [secret]\n" });
});

it("logs an unexpected error without the token, and closes the store all the same", async () => {
  await makeDatabase();
  let desk: Desk | undefined;
  const { code, stderr } = await sit(async (opened) => {
    desk = opened;
    throw new Error(`boom ${token}`);
  });
  expect(code).toBe(1);
  expect(stderr).toContain("boom [secret]");
  await expect(desk?.store.transaction((tx) => tx.outbox.waiting())).rejects.toThrow();
});

it("knows the platform of an account, and none for one that is gone", () => {
  const config = { accounts: [{ name: "ours", platform: "discord", settings: {} }] };
  expect(platformOf("ours", config)?.uniqueMessageIds).toBe(true);
  expect(platformOf("theirs", config)).toBeUndefined();
});
