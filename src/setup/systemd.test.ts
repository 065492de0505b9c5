import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { canServe, fillUnit, installService, type ServiceParts } from "./systemd.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "matebot-unit-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const hasSystemd = spawnSync("systemd-analyze", ["--version"]).error === undefined;
const template = (name: string) =>
  readFileSync(join(import.meta.dirname, "..", "..", "deploy", "systemd", name), "utf8");

function partsOf(uid: number, fails = "") {
  const ran: string[] = [];
  const parts: ServiceParts = {
    ...{ uid, root, home: join(root, "home"), program: ["/usr/bin/node", "/opt/mate bot/100%.js"] },
    execute: async (program, args) => {
      const command = [program, ...args].join(" ");
      ran.push(command);
      return fails !== "" && command.includes(fails)
        ? { code: 1, said: "not today\n" }
        : { code: 0, said: "" };
    },
  };
  return { parts, ran };
}

describe("the unit of one user", () => {
  it("names this program and this configuration, whatever signs are in their paths", () => {
    const { parts } = partsOf(1000);
    const unit = fillUnit(template("matebot-user.service"), parts, "/home/ana/my $bot/matebot.yaml");
    expect(unit).toContain(
      'ExecStart="/usr/bin/node" "/opt/mate bot/100%%.js" run --config "/home/ana/my $$bot/matebot.yaml"',
    );
    expect(unit).toContain("WorkingDirectory=/home/ana/my $bot\n");
    expect(unit).not.toContain("ConfigurationDirectory");
    expect(unit).toContain("NoNewPrivileges=yes");
  });

  it("is one that systemd understands", (context) => {
    if (!hasSystemd) context.skip("no judge for the unit: systemd-analyze is missing (apt install systemd)");
    const parts = { uid: 1000, program: [process.execPath, join(root, "main.js")] };
    const file = join(root, "matebot.service");
    writeFileSync(file, fillUnit(template("matebot-user.service"), parts, join(root, "matebot.yaml")));
    const { stderr } = spawnSync("systemd-analyze", ["verify", "--user", file], { encoding: "utf8" });
    expect(stderr.split("\n").filter((line) => line.includes("matebot.service"))).toEqual([]);
  });

  it("is installed, begins at boot and now, and one that was there is kept", async () => {
    const { parts, ran } = partsOf(1000);
    const file = join(root, "home/.config/systemd/user/matebot.service");
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, "mine");
    const installed = await installService({ config: "/home/ana/matebot.yaml", lowPorts: true }, parts);
    expect(installed).toEqual({ ok: true, file });
    expect(ran).toEqual([
      "systemctl --user daemon-reload",
      "loginctl enable-linger",
      "systemctl --user enable --now matebot.service",
    ]);
    expect(readFileSync(`${file}.bak`, "utf8")).toBe("mine");
    // A user's manager has no such right to give.
    expect(existsSync(`${file}.d`)).toBe(false);
  });

  it("that cannot be started says what systemd said", async () => {
    const { parts } = partsOf(1000, "enable --now");
    const installed = await installService({ config: "/x/matebot.yaml", lowPorts: false }, parts);
    expect(installed).toEqual({
      ...{ ok: false, said: "not today" },
      command: "systemctl --user enable --now matebot.service",
    });
  });
});

describe("the unit of the system", () => {
  it("takes the configuration from what systemd hands over, and low ports only where they are needed", async () => {
    const { parts, ran } = partsOf(0);
    const high = await installService({ config: "/etc/matebot/matebot.yaml", lowPorts: false }, parts);
    const file = join(root, "etc/systemd/system/matebot.service");
    expect(high).toEqual({ ok: true, file });
    expect(readFileSync(file, "utf8")).toContain("run --config %d/matebot.yaml\n");
    expect(readFileSync(file, "utf8")).toContain("DynamicUser=yes");
    expect(existsSync(`${file}.d`)).toBe(false);
    expect(ran).toEqual(["systemctl daemon-reload", "systemctl enable --now matebot.service"]);
    await installService({ config: "/etc/matebot/matebot.yaml", lowPorts: true }, parts);
    expect(readFileSync(`${file}.d/low-ports.conf`, "utf8")).toContain("CAP_NET_BIND_SERVICE");
  });
});

it("a service is offered where systemd runs, and not from the cache of npx", () => {
  const { parts } = partsOf(1000);
  expect(canServe(parts)).toBe(false);
  mkdirSync(join(root, "run/systemd/system"), { recursive: true });
  expect(canServe(parts)).toBe(true);
  expect(
    canServe({ ...parts, program: ["node", "/home/ana/.npm/_npx/1/node_modules/matebot/main.js"] }),
  ).toBe(false);
});
