// The store's contract on SQLite, in a file.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe } from "vitest";
import { openStore } from "../../src/storage/open.ts";
import { type StoreHarness, storeContract } from "./store.contract.ts";
import { marksContract } from "./store-marks.contract.ts";
import { robotContract } from "./store-robot.contract.ts";

const folder = mkdtempSync(join(tmpdir(), "matebot-store-"));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
const open = (clock: Parameters<typeof openStore>[1] & object) =>
  openStore(`sqlite:${join(folder, `${files}.db`)}`, clock);

const harness: StoreHarness = {
  open(clock) {
    files += 1;
    return open({ clock });
  },
  reopen: (clock) => open({ clock }),
};

describe("the store", () => storeContract(harness));
describe("what belongs to messages", () => marksContract(harness));
describe("what the robot needs", () => robotContract(harness));
