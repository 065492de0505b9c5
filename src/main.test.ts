// The program as a process: exit codes, streams and signals as a shell or a service manager sees them.

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const main = fileURLToPath(new URL("main.ts", import.meta.url));
const env = { PATH: process.env.PATH, LANG: "en_US.UTF-8" };

interface Outcome {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

function call(...args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}

it("says its version", async () => {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  expect(await call("--version")).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
});

it("ends with 2 and one sentence when there is no configuration", async () => {
  const { code, stdout, stderr } = await call("run", "--config", "/nowhere/matebot.yaml");
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/^there is no configuration at \/nowhere\/matebot\.yaml;.*\n$/);
});

it("ends with 2 on bad usage", async () => {
  expect(await call("--loud")).toMatchObject({ code: 2, stdout: "" });
});
