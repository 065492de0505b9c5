// Ends every test run with what was skipped, why, how to get it, and one plain line of counts; vitest calls it.

import type { Reporter, TestCase, TestModule } from "vitest/node";

function casesOf(modules: readonly TestModule[]): readonly TestCase[] {
  return modules.flatMap((module) => [...module.children.allTests()]);
}

export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const cases = casesOf(modules);
    const count = (state: string) => cases.filter((test) => test.result().state === state).length;
    // A file or a hook that failed: none of its tests says so.
    const broken = modules.filter(
      (module) =>
        module.state() === "failed" && casesOf([module]).every((test) => test.result().state !== "failed"),
    );
    const reasons = new Map<string, number>();
    for (const test of cases) {
      const result = test.result();
      if (result.state !== "skipped") continue;
      const reason = result.note ?? "no reason was given";
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    for (const [reason, times] of reasons) console.log(`skipped ${times}: ${reason}`);
    console.log(
      `\n${count("passed")} passed, ${count("failed") + broken.length} failed, ${count("skipped")} skipped`,
    );
  }
}
