// An admin's desk over a database in a folder of its own, for the tests of the commands; nothing of it is faked but people.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openArchive } from "../../src/cli/archive.ts";
import type { Desk } from "../../src/cli/desk.ts";
import { SHOWN, type Shown } from "../../src/model/event.ts";
import type { Language } from "../../src/model/texts.ts";
import { openStore } from "../../src/storage/open.ts";
import { loadTexts } from "../../src/texts.ts";
import { channel, group } from "./store-samples.ts";

export interface TestDesk extends Desk {
  /** What was printed so far, line by line. */
  readonly printed: readonly string[];
  close(): Promise<void>;
}

export interface TestDeskOptions {
  readonly language?: Language;
  readonly now?: () => number;
  /** What the person at the terminal answers; without it nobody sits there. */
  readonly answer?: string;
  readonly columns?: number;
}

const everything = Object.fromEntries(SHOWN.map((what) => [what, true])) as Record<Shown, boolean>;

/** The group of the store's samples is bridged with their channel. */
export async function openTestDesk(options: TestDeskOptions = {}): Promise<TestDesk> {
  const { language = "en", now = () => 5_000, answer, columns } = options;
  const folder = mkdtempSync(join(tmpdir(), "matebot-desk-"));
  const url = `sqlite:${join(folder, "matebot.db")}`;
  const clock = { now, after: () => ({ cancel: () => {} }) };
  const store = await openStore(url, { clock });
  const archive = await openArchive(url);
  const printed: string[] = [];
  return {
    config: {
      accounts: [
        { name: "telegram", platform: "telegram", settings: {} },
        { name: "discord", platform: "discord", settings: {} },
      ],
      bridges: [{ name: "geral", from: "file", members: [group, channel], show: everything }],
      retention: { journalMs: 48 * 3_600_000, joinedMs: 0, deadLettersMs: 0 },
    },
    ...{ store, archive, clock, printed },
    texts: loadTexts(language),
    say: (line) => printed.push(...line.split("\n")),
    ...(answer !== undefined && { ask: async () => answer }),
    ...(columns !== undefined && { columns }),
    async close() {
      await archive.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
