// What keeps one plugin alive stops doing so when the plugin is given up, in whatever state that finds it.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { systemClock } from "../../src/model/clock.ts";
import { Keeper } from "../../src/plugins/keeper.ts";
import { LIMITS } from "../../src/plugins/limits.ts";
import { loadTexts } from "../../src/texts.ts";
import { eventually } from "../support/world.ts";
import { pluginFolder, removePluginFiles } from "./plugin-bench.ts";

afterAll(removePluginFiles);

it("a plugin given up while it waits for its next life has none", async () => {
  const path = join(pluginFolder(), "falls.ts");
  writeFileSync(path, `setTimeout(() => process.exit(1), 50); export default { name: "falls" };`);
  const timers: (() => void)[] = [];
  let cancelled = 0;
  const keeper = new Keeper({
    ...{ path, config: {}, readable: [path], texts: loadTexts("en") },
    limits: { ...LIMITS, backOffMs: [987_654] },
    clock: {
      now: systemClock.now,
      after(ms, work) {
        if (ms !== 987_654) return systemClock.after(ms, work);
        timers.push(work);
        return {
          cancel() {
            cancelled += 1;
          },
        };
      },
    },
    ...{ line: () => {}, serve: async () => null, report: () => {} },
  });
  await keeper.load();
  await eventually(() => timers.length === 1);
  await keeper.giveUp({ reason: "twice" });
  expect(keeper.state).toBe("off");
  expect(cancelled).toBe(1);
  await keeper.stop();
});
