// What a test needs of the machine: where it is missing the test is skipped with the reason; in CI it must be there.

import { spawnSync } from "node:child_process";
import { beforeEach, describe, it } from "vitest";

export const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;
export const NO_OPENSSL = "no judge for the certificates: OpenSSL is missing (apt install openssl)";
export const NO_POSTGRES = "not run on PostgreSQL: it is missing (apt install postgresql)";

/** Skips every test of the surrounding block, with the reason; in CI they fail with it. */
export function needs(there: boolean, reason: string): void {
  beforeEach((context) => {
    if (there) return;
    if (process.env.CI) throw new Error(reason);
    context.skip(reason);
  });
}

/**
 * `describe`, or one skipped test with the reason where a block cannot even be set up. `always` is for what CI must
 * have: there the block is run, and fails by itself.
 */
export function describeIf(there: boolean, reason: string, { always = true } = {}) {
  return (name: string, block: () => void): void => {
    if (there || (always && process.env.CI)) return void describe(name, block);
    describe(name, () => {
      it("is left out", (context) => context.skip(reason));
    });
  };
}
