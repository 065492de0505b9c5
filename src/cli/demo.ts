// `matebot demo`: starts the playground, prints its address, and runs until Ctrl+C; `main.ts` calls it.

import { startDemo } from "../demo/demo.ts";
import { createLog } from "../log.ts";
import { loadTexts, systemLanguage } from "../texts.ts";

const PAGE_PORT = 8420;

/** Resolves with the exit code. MATEBOT_LOG=info shows what the bridge does. */
export async function demo(env: NodeJS.ProcessEnv = process.env): Promise<number> {
  const texts = loadTexts(systemLanguage(env));
  const log = createLog({ destination: process.stderr, env: { MATEBOT_LOG: "warn", ...env } });
  const running = await startDemo({ texts, log, port: PAGE_PORT }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EADDRINUSE") throw error;
    return startDemo({ texts, log, port: 0 });
  });
  process.stdout.write(`\n  ${texts("demo.ready", { url: running.url })}\n  ${texts("demo.stop-hint")}\n\n`);
  const alive = setInterval(() => {}, 2 ** 30);
  await new Promise<void>((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
  clearInterval(alive);
  await running.stop();
  return 0;
}
