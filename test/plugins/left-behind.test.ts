// MateBot is killed while a plugin turns in an endless loop: nothing of it stays behind.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { leash } from "../../src/plugins/leash.ts";
import { needs } from "../support/needs.ts";
import { pluginFolder, removePluginFiles } from "./plugin-bench.ts";

afterAll(removePluginFiles);

const SOURCES = `${import.meta.dirname}/../../src`;
const PLUGIN = `console.log("turning"); for (;;);`;
/** Starts the plugin as MateBot does, and tells its process once it turns. */
const PARENT = `
  import { Life } from "${SOURCES}/plugins/life.ts";
  import { LIMITS } from "${SOURCES}/plugins/limits.ts";
  import { systemClock } from "${SOURCES}/model/clock.ts";
  const limits = { ...LIMITS, pongMs: 600_000, loadMs: 600_000 };
  const life = new Life({
    path: process.argv[2], config: {}, readable: [process.argv[2]], clock: systemClock, limits,
    line: () => console.log(life.pid), serve: async () => null, fallen: () => {},
  });
`;

/** A process whose parent is gone may wait for its burial: that one does nothing any more. */
function runs(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

needs(leash().length > 0, "a plugin cannot be tied to MateBot: setpriv is missing (apt install util-linux)");

it("ends a plugin in an endless loop with a MateBot that was killed", async () => {
  const folder = pluginFolder();
  const [plugin, parent] = [join(folder, "turns.ts"), join(folder, "parent.ts")];
  writeFileSync(plugin, PLUGIN);
  writeFileSync(parent, PARENT);
  const child = spawn(process.execPath, [parent, plugin], { stdio: ["ignore", "pipe", "inherit"] });
  const [told] = await once(child.stdout, "data");
  const pid = Number(String(told));
  try {
    expect(runs(pid)).toBe(true);
    child.kill("SIGKILL");
    await once(child, "exit");
    await expect.poll(() => runs(pid), { timeout: 5_000 }).toBe(false);
  } finally {
    if (runs(pid)) process.kill(pid, "SIGKILL");
  }
});
