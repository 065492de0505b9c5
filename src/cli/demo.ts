// `matebot demo`: starts the playground, prints its address, and runs until Ctrl+C; `main.ts` calls it.

import { startDemo } from "../demo/demo.ts";
import { createLog } from "../log.ts";
import { loadTexts, systemLanguage } from "../texts.ts";
import { explain } from "./run.ts";

/** Another one is taken when it is in use. */
const PAGE_PORT = 8420;

/** Resolves with the exit code. MATEBOT_LOG=info shows what the bridge does. */
export async function demo(env: NodeJS.ProcessEnv = process.env): Promise<number> {
  const texts = loadTexts(systemLanguage(env));
  const log = createLog({ destination: process.stderr, env: { MATEBOT_LOG: "warn", ...env } });
  // Asked for before anything starts: Ctrl+C in the middle of it must clean up as well.
  const asked = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
  });
  // The timers of the parts do not keep the process alive.
  const alive = setInterval(() => {}, 2 ** 30);
  try {
    const running = await startDemo({ texts, log, port: PAGE_PORT });
    process.stdout.write(
      `\n  ${texts("demo.ready", { url: running.url })}\n  ${texts("demo.stop-hint")}\n\n`,
    );
    await asked;
    await running.stop();
    return 0;
  } catch (error) {
    return explain(error, log, process.stderr);
  } finally {
    clearInterval(alive);
  }
}
