// The systemd units: systemd itself reads them without a complaint and judges how much they leave open.

import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { STOP_MS } from "../../src/cli/run.ts";
import { loadConfig } from "../../src/config.ts";
import { platforms } from "../../src/platforms/index.ts";
import { needs } from "../support/needs.ts";

const units = join(import.meta.dirname, "..", "..", "deploy", "systemd");
const there = !spawnSync("systemd-analyze", ["--version"]).error;
/** What systemd < 254 does not know, and passes over. */
const NEWER = /Unknown key (?:name )?'Restart(?:Steps|MaxDelaySec)'/;
const SYSTEM = "matebot.service";
const USER = "matebot-user.service";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "matebot-units-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = (name: string) => readFileSync(join(units, name), "utf8");

/** A copy whose program is there on every machine, with those drop-ins. */
function install(unit: string, dropIns: readonly string[] = []): string {
  const file = join(folder, unit);
  writeFileSync(file, read(unit).replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`));
  mkdirSync(`${file}.d`);
  for (const name of dropIns) copyFileSync(join(units, name), join(`${file}.d`, name));
  return file;
}

function analyze(...args: readonly string[]) {
  const { stdout, stderr } = spawnSync("systemd-analyze", ["--no-pager", ...args], { encoding: "utf8" });
  const complaints = stderr.split("\n").filter((line) => line !== "" && !NEWER.test(line));
  return { stdout, complaints };
}

function exposure(file: string): number {
  const { stdout } = analyze("security", "--offline=yes", file);
  return Number(/exposure level[^:]*: ([\d.]+)/.exec(stdout)?.[1]);
}

/** All values of a setting, in order. */
function values(text: string, key: string): readonly string[] {
  return [...text.matchAll(new RegExp(`^${key}=(.*)$`, "gm"))].map((match) => match[1] ?? "");
}

describe("the units", () => {
  needs(there, "nobody to judge the units: systemd-analyze is missing (apt install systemd)");

  it.each([
    [SYSTEM, []],
    [SYSTEM, ["low-ports.conf", "unix-socket.conf", "certificate-files.conf"]],
    [USER, []],
    [USER, ["user-namespace.conf"]],
  ])("%s with %j is read without a complaint", (unit, dropIns) => {
    expect(analyze("verify", install(unit, dropIns)).complaints).toEqual([]);
  });

  it("with a mistake in them would not be", () => {
    const file = install(SYSTEM);
    writeFileSync(file, readFileSync(file, "utf8").replace(/^MemoryMax=.*$/m, "MemoryMax=plenty"));
    expect(analyze("verify", file).complaints.join()).toContain("plenty");
  });

  it.each([
    [SYSTEM, [], 1.5],
    [SYSTEM, ["low-ports.conf"], 2],
    [USER, ["user-namespace.conf"], 2],
    // Without user namespaces a user's manager can forbid calls and families, and no more.
    [USER, [], 6.5],
  ])("%s with %j leaves no more open than it must", (unit, dropIns, most) => {
    const level = exposure(install(unit, dropIns));
    expect(level).toBeGreaterThan(0);
    expect(level).toBeLessThanOrEqual(most);
  });
});

describe.each([SYSTEM, USER])("%s", (name) => {
  const text = read(name);

  it("gives MateBot the time it takes itself to stop", () => {
    expect(Number.parseInt(values(text, "TimeoutStopSec")[0] ?? "", 10) * 1000).toBeGreaterThan(STOP_MS);
  });

  it("does not try again what would fail again, and everything else ever more slowly", () => {
    expect(values(text, "Restart")).toEqual(["always"]);
    expect(values(text, "RestartPreventExitStatus")[0]?.split(" ")).toContain("2");
    expect(values(text, "RestartMaxDelaySec")).toEqual(["5min"]);
    // Pauses of five minutes must not add up to a start too many.
    expect(values(text, "StartLimitIntervalSec")).toEqual(["2h"]);
    expect(Number(values(text, "StartLimitBurst")[0])).toBeGreaterThan((2 * 60) / 5 + 5);
  });

  it("is told by a child that MateBot is ready and alive", () => {
    expect(values(text, "Type")).toEqual(["notify"]);
    expect(values(text, "NotifyAccess")).toEqual(["all"]);
    expect(values(text, "WatchdogSec")).toEqual(["60s"]);
  });

  it("lets V8 compile, and bounds memory and processes", () => {
    expect(values(text, "MemoryDenyWriteExecute")).toEqual(["no"]);
    expect(values(text, "MemoryMax")).toHaveLength(1);
    expect(values(text, "TasksMax")).toHaveLength(1);
  });

  it("holds no secret and starts at boot", () => {
    expect(text).not.toMatch(/TOKEN=|SetCredential/);
    expect(text).toMatch(/^WantedBy=(multi-user|default)\.target$/m);
  });
});

describe("the drop-ins", () => {
  it("alone give a capability, and only the one for low ports", () => {
    expect(values(read(SYSTEM), "CapabilityBoundingSet")).toEqual([""]);
    expect(values(read(SYSTEM), "AmbientCapabilities")).toEqual([""]);
    expect(values(read("low-ports.conf"), "CapabilityBoundingSet")).toEqual(["CAP_NET_BIND_SERVICE"]);
    expect(values(read("low-ports.conf"), "AmbientCapabilities")).toEqual(["CAP_NET_BIND_SERVICE"]);
  });

  it("and the unit take tokens and keys as credentials, never as words of the unit", () => {
    const credentials = [read(SYSTEM), read("certificate-files.conf")].flatMap((text) =>
      values(text, "LoadCredential"),
    );
    expect(credentials.map((credential) => credential.split(":")[0])).toEqual([
      ...["matebot.yaml", "telegram-token", "discord-token", "fullchain.pem", "privkey.pem"],
    ]);
    expect(values(read(SYSTEM), "ExecStart")).toEqual([expect.stringContaining("--config %d/matebot.yaml")]);
  });
});

describe.each(["README.md", "README.pt-BR.md"])("%s", (name) => {
  const readme = readFileSync(join(units, "..", name), "utf8");

  it("names every file that lies here", () => {
    for (const place of ["systemd", "docker"]) {
      const files = readdirSync(join(units, "..", place)).filter((name) =>
        /\.(service|conf|yaml)$/.test(name),
      );
      expect(files.filter((name) => !readme.includes(name))).toEqual([]);
    }
  });

  it("shows a configuration whose tokens are found among the credentials", () => {
    const lines = /```yaml\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
    const bridges =
      "bridges: [{ name: geral, members: [telegram:-1001234567890, discord:123456789012345678] }]\n";
    const file = join(folder, "matebot.yaml");
    writeFileSync(file, lines + bridges);
    writeFileSync(join(folder, "telegram-token"), "123456789:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n");
    const id = Buffer.from("123456789012345678").toString("base64url");
    writeFileSync(join(folder, "discord-token"), `${id}.GAAAAA.${"A".repeat(38)}\n`);
    const config = loadConfig(file, {}, platforms);
    expect(config.secrets).toHaveLength(2);
    expect(config.data).toBe(values(read(SYSTEM), "WorkingDirectory")[0]);
    expect(config.storage).toBe(`sqlite:${config.data}/matebot.db`);
  });
});
