// Fuzzes the reader of matebot.yaml: broken files through everything that judges them, and now and then from the disk.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkAccounts, isFields } from "../../src/config/check-accounts.ts";
import { checkBridges } from "../../src/config/check-bridges.ts";
import { checkWeb } from "../../src/config/check-web.ts";
import { readDocument } from "../../src/config/document.ts";
import { ConfigError } from "../../src/config/finding.ts";
import { resolveReferences } from "../../src/config/references.ts";
import { inspect, topSchema } from "../../src/config/schema.ts";
import { loadConfig } from "../../src/config.ts";
import { UserError } from "../../src/model/errors.ts";
import { platforms } from "../../src/platforms/index.ts";
import { createTally, type FuzzEntry, seedOf } from "./entry.ts";
import { createMutator, type Mutator } from "./mutate.ts";

const TOO_LONG_MS = 2_000;
const FROM_DISK = 50;
const CANARY = "canary0a1b2c3d";

/** A mutation never puts a secret elsewhere: only what the reader itself copies can show it. */
const ENV = {
  LANG: "en_US.UTF-8",
  TELEGRAM_TOKEN: `123456789:${CANARY.padEnd(35, "x")}`,
  DISCORD_TOKEN: `${CANARY.padEnd(24, "x")}.${"y".repeat(6)}.${"z".repeat(27)}`,
};

const TOKENS = [
  ...[
    "&a [*a]",
    "*a",
    "<<: *a",
    "!!binary x",
    "!<tag:x> y",
    "- - - -",
    "? ",
    "|\n",
    ">\n",
    "---\n",
    "...\n",
    "%YAML 1.1\n",
  ],
  ...[
    "\t",
    "'",
    '"',
    "{",
    "}",
    "[",
    "]",
    "# ",
    ": ",
    "null",
    "~",
    "yes",
    "0x1f",
    "1e999",
    ".nan",
    "2026-01-01",
  ],
  ...[
    "env:NOPE",
    "env:",
    "env:TELEGRAM_TOKEN",
    "file:nope",
    "file:",
    "file:.",
    "unix:",
    "unix:/x",
    "[::1]:99999",
  ],
  ...[
    "https://",
    "http://[::1",
    "https://user:pw@h:8443/x",
    "10.0.0.0/33",
    "telegram:-1",
    "discord:1#2",
    "auto",
  ],
  ...[
    "__proto__: 1\n",
    "constructor: {}\n",
    "\u2028",
    "\ufeff",
    "\0",
    "\ud83d",
    "a: ".repeat(200),
    "[".repeat(300),
  ],
];

export const fuzzConfig: FuzzEntry = async ({ seed, cases, progress }) => {
  const tally = createTally();
  const folder = mkdtempSync(join(tmpdir(), "matebot-fuzz-"));
  const file = join(folder, "matebot.yaml");
  const texts = wholeFiles();
  for (let index = 0; index < cases; index++) {
    if (index === Math.floor(cases / 10)) tally.warm();
    if (index % 10_000 === 0) progress?.(index);
    const mutator = createMutator(seedOf(seed, index));
    const text = brokenFile(mutator, texts);
    const began = performance.now();
    try {
      const outcome = index % FROM_DISK === 0 ? fromDisk(file, text) : inMemory(text, folder);
      if (outcome.includes(CANARY)) tally.fault(`case ${index} shows a secret`);
      tally.count(outcome.split("\n")[0] ?? "", performance.now() - began);
    } catch (error) {
      tally.fault(`case ${index}: ${(error as Error).stack?.split("\n").slice(0, 3).join(" ")}`);
      tally.count("thrown", performance.now() - began);
    }
    const ms = performance.now() - began;
    if (ms > TOO_LONG_MS) tally.fault(`case ${index} took ${Math.round(ms)} ms`);
  }
  rmSync(folder, { recursive: true });
  return tally.result();
};

/** The example without its comments, whole and in parts, so that an injury hits something that means something. */
function wholeFiles(): readonly string[] {
  const example = readFileSync(join(import.meta.dirname, "../../matebot.example.yaml"), "utf8");
  const meant = example
    .split("\n")
    .filter((line) => line.trim() !== "" && !/^\s*#(?! (ip_address|certificate|key|acme):)/.test(line));
  const bare = meant.filter((line) => !line.includes("# ")).join("\n");
  const full = meant.map((line) => line.replace(/^(\s*)# /, "$1")).join("\n");
  const parts = full.split(/\n(?=\S)/);
  return [bare, bare, full, ...parts];
}

function brokenFile(mutator: Mutator, texts: readonly string[]): string {
  const text = mutator.text(mutator.pick(texts), TOKENS);
  return mutator.chance(0.2) ? mutator.bytes(Buffer.from(text)).toString() : text;
}

/** As `loadConfig` does it, but for the disk and the words. The first line is the outcome, the rest what would be said. */
function inMemory(text: string, folder: string): string {
  const document = readDocument(text);
  const { value, findings } = resolveReferences(document.value ?? {}, ENV, folder);
  const top = isFields(value) ? value : {};
  const accounts = isFields(top.accounts) ? top.accounts : {};
  const names = Object.entries(accounts).map(([name, fields]): [string, string] => [
    name,
    isFields(fields) ? String(fields.platform) : "",
  ]);
  const all = [
    ...findings,
    ...inspect(topSchema, value, []),
    ...(isFields(top.accounts) ? checkAccounts(accounts, platforms) : []),
    ...checkWeb(top.web, accounts),
    ...(Array.isArray(top.bridges) ? checkBridges(top.bridges, new Map(names), platforms) : []),
  ];
  const places = all.map((finding) => {
    const { line, column } = document.locate(finding.path, finding.atKey ?? false);
    return `${line}:${column} ${finding.path.join(".")} ${finding.code} ${JSON.stringify(finding.values ?? {})}`;
  });
  const outcome = document.faults.length > 0 ? "no YAML" : all.length > 0 ? "faults" : "good";
  return [`memory: ${outcome}`, ...places].join("\n");
}

function fromDisk(file: string, text: string): string {
  writeFileSync(file, text, { mode: 0o600 });
  try {
    loadConfig(file, ENV, platforms);
    return "disk: good";
  } catch (error) {
    if (error instanceof ConfigError)
      return `disk: faults\n${error.message}\n${JSON.stringify(error.faults)}`;
    if (error instanceof UserError) return `disk: refused\n${error.message}`;
    throw error;
  }
}
