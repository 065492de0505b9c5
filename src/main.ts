#!/usr/bin/env node
// The program: checks Node's version, then hands the arguments to the command line; users and services start it.

import type { AppOptions } from "./app.ts";
import { packageVersion } from "./package-version.ts";
import { loadTexts, systemLanguage } from "./texts.ts";

const OLDEST_NODE = 24;

// Everything else is loaded after the check: an older Node would stumble over it with a riddle.
main().then((code) => process.exit(code));

async function main(): Promise<number> {
  const texts = loadTexts(systemLanguage());
  const version = process.versions.node;
  if (Number.parseInt(version, 10) < OLDEST_NODE) {
    process.stderr.write(`${texts("cli.node-too-old", { version, oldest: OLDEST_NODE })}\n`);
    return 1;
  }
  const [{ runProgram }, { adminCommands }] = await Promise.all([
    import("./cli/program.ts"),
    import("./cli/admin.ts"),
  ]);
  const { stdout, stderr } = process;
  return await runProgram(process.argv.slice(2), {
    ...{ texts, stdout, stderr },
    version: packageVersion(),
    commands: { run: ({ config }) => runCommand(config), demo: demoCommand, ...adminCommands },
  });
}

async function runCommand(config: string): Promise<number> {
  const [{ run }, { platforms }, { systemClock }] = await Promise.all([
    import("./cli/run.ts"),
    import("./platforms/index.ts"),
    import("./model/clock.ts"),
  ]);
  const { env, stderr } = process;
  // Only a good configuration is worth the loading of everything else.
  const startApp = async (options: AppOptions) => (await import("./app.ts")).startApp(options);
  const exit = (code: number) => process.exit(code);
  return await run(config, { env, stderr, events: process, exit, clock: systemClock, platforms, startApp });
}

async function demoCommand(): Promise<number> {
  const { demo } = await import("./cli/demo.ts");
  return await demo();
}
