// `matebot backup` and `matebot restore`: copies the database into a file and back, and says what that was; `main.ts` calls it.

import { resolve } from "node:path";
import { backupStore } from "../storage/backup/backup.ts";
import { restoreStore } from "../storage/backup/restore.ts";
import { openStore } from "../storage/open.ts";
import { openArchive } from "./archive.ts";
import { demandDatabase, type Office } from "./desk.ts";

/** MateBot may run meanwhile. @throws UserError; there is then no file */
export async function backup(office: Office, file: string): Promise<number> {
  const { config, texts, clock, say } = office;
  demandDatabase(office);
  const path = resolve(file);
  const { bytes } = await backupStore(config.storage, path, { clock, texts });
  const messages = await countMessages(`sqlite:${path}`);
  say(texts("cli.backup.done", { path, size: sizeWords(bytes, office), messages }));
  say(texts("cli.backup.hint", { path }));
  return 0;
}

/** MateBot must not run. @throws UserError; the database is then as it was */
export async function restore(office: Office, file: string): Promise<number> {
  const { config, texts, clock, say } = office;
  const path = resolve(file);
  await restoreStore(path, config.storage, { clock, texts });
  say(texts("cli.restore.done", { path, messages: await countMessages(config.storage) }));
  const store = await openStore(config.storage, { clock, texts, beside: true });
  try {
    const waiting = await store.transaction((tx) => tx.outbox.waiting());
    if (waiting > 0) say(texts("cli.restore.waiting", { waiting }));
  } finally {
    await store.close();
  }
  return 0;
}

async function countMessages(url: string): Promise<number> {
  const archive = await openArchive(url);
  try {
    return await archive.messages();
  } finally {
    await archive.close();
  }
}

const UNITS = ["B", "kB", "MB", "GB"] as const;

function sizeWords(bytes: number, { texts }: Office): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return texts("bridge.size", { amount: bytes / 1000 ** power, unit: UNITS[power] ?? "B" });
}
