// `matebot backup` and `matebot restore`: what they say of what they did.

import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { channel, delivery, group, message } from "../../test/support/store-samples.ts";
import type { StoreTx } from "../bridge/store-port.ts";
import { openStore } from "../storage/open.ts";
import { backup, restore } from "./backup.ts";
import { inOffice, type Office } from "./desk.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "matebot-backup-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = () => join(folder, "monday.backup");

async function fill(name: string, work: (tx: StoreTx) => Promise<void>): Promise<void> {
  const store = await openStore(`sqlite:${join(folder, name)}`);
  await store.transaction(work);
  await store.close();
}

/** Runs a command with a configuration whose database has that name. */
async function command(name: string, work: (office: Office) => Promise<number>, language = "en") {
  const config = join(folder, "matebot.yaml");
  const account = `{ platform: telegram, token: "123456789:AAHfiqksKZ8WmR2zSjiQ7_v4TMAKdiHm9T0" }`;
  const members = "['telegram:-1001', 'telegram:-1002']";
  writeFileSync(
    config,
    `{ language: ${language}, accounts: { telegram: ${account} }, storage: "sqlite:./${name}", bridges: [{ name: x, members: ${members} }] }`,
    { mode: 0o600 },
  );
  const written = { stdout: "", stderr: "" };
  const sink = (stream: keyof typeof written) => ({
    write: (text: string) => {
      written[stream] += text;
    },
  });
  const clock = { now: () => 0, after: () => ({ cancel: () => {} }) };
  const parts = { env: {}, stdout: sink("stdout"), stderr: sink("stderr"), clock };
  return { code: await inOffice(config, parts, work), ...written };
}

const carriedAndWaiting = async (tx: StoreTx) => {
  const row = { source: message(group, "1"), copy: message(channel, "11"), part: 0, hash: "h", at: 1 };
  await tx.map.record([row]);
  await tx.outbox.append([delivery("a"), delivery("b")]);
};

it("say the size, the messages, the way back, and what will be sent", async () => {
  await fill("matebot.db", carriedAndWaiting);
  const made = await command("matebot.db", (office) => backup(office, file()));
  expect(made).toMatchObject({ code: 0, stderr: "" });
  expect(made.stdout).toMatch(
    /^Backup made in \S+monday\.backup: [\d.]+ kB, 1 message carried\.\n.*restore /,
  );

  const restored = await command("other.db", (office) => restore(office, file()), "pt-BR");
  expect(restored).toMatchObject({ code: 0, stderr: "" });
  expect(restored.stdout).toMatch(/^A cópia \S+monday\.backup está de volta: 1 mensagem levada\./);
  expect(restored.stdout).toMatch(/\n2 entregas esperavam .* serão enviadas no próximo início\.\n$/);
});

it("say nothing of what waits when nothing does", async () => {
  await fill("matebot.db", async () => {});
  await command("matebot.db", (office) => backup(office, file()));
  const { stdout } = await command("other.db", (office) => restore(office, file()));
  expect(stdout).toMatch(/^The backup \S+ is back: no message carried\. Start .*\n$/);
});

it("make no database to back up", async () => {
  const { code, stderr } = await command("matebot.db", (office) => backup(office, file()));
  expect(code).toBe(1);
  expect(stderr).toMatch(/^There is no database at /);
  expect(existsSync(join(folder, "matebot.db"))).toBe(false);
  expect(existsSync(file())).toBe(false);
});

it("leave a database that is used as it is", async () => {
  await fill("matebot.db", carriedAndWaiting);
  await command("matebot.db", (office) => backup(office, file()));
  const { code, stdout } = await command("matebot.db", (office) => restore(office, file()));
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
});
