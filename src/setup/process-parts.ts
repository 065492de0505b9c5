// The wizard's world as this process has it: terminal, machine, platforms; `init` takes it where a test gives no other.

import { execFile } from "node:child_process";
import { homedir } from "node:os";
import { resolve } from "node:path";
import type { AppOptions } from "../app.ts";
import type { InitParts } from "../cli/init.ts";
import { systemClock } from "../model/clock.ts";
import { livePlatforms } from "./live-platforms.ts";
import { addressesOf, lookAround } from "./machine.ts";
import { openPrompts } from "./prompts.ts";

export function processParts(process: NodeJS.Process): InitParts {
  const { env, stdin, stdout, stderr, execPath, argv } = process;
  return {
    ...{ env, stdout, stderr },
    prompts: async (texts) =>
      stdin.isTTY && stdout.isTTY ? await openPrompts(texts, { input: stdin, output: stdout }) : undefined,
    platforms: (fields, words) => livePlatforms(fields, words),
    reach: { facts: lookAround, resolve: addressesOf },
    service: {
      uid: process.getuid?.() ?? -1,
      home: homedir(),
      program: [execPath, resolve(argv[1] ?? "")],
      execute: (program, args) =>
        new Promise((done) => {
          execFile(program, [...args], (error, out, said) => done({ code: error ? 1 : 0, said: said + out }));
        }),
    },
    run: async (config) => {
      const [{ run }, { platforms }] = await Promise.all([
        import("../cli/run.ts"),
        import("../platforms/index.ts"),
      ]);
      const startApp = async (options: AppOptions) => (await import("../app.ts")).startApp(options);
      const exit = (code: number) => process.exit(code);
      return await run(config, {
        env,
        stderr,
        events: process,
        exit,
        clock: systemClock,
        platforms,
        startApp,
      });
    },
  };
}
