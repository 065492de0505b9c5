// What an account learns before its first event, and what it says about the places it is to bridge.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type DiscordAccount,
  type DiscordRig,
  openDiscordRig,
} from "../../../../test/support/discord-rig.ts";

let rig: DiscordRig;
beforeEach(async () => {
  rig = await openDiscordRig();
});
afterEach(async () => {
  await rig.close();
  expect(rig.sandbox.unexpected).toEqual([]);
});

async function started(options: Parameters<DiscordRig["account"]>[0] = {}): Promise<DiscordAccount> {
  const account = rig.account(options);
  await account.start();
  await rig.until(() => account.health.includes("up"));
  return account;
}

describe("after a restart that resumes, when no GUILD_CREATE comes", () => {
  it("what is said in a thread of a bridged channel is still heard", async () => {
    const before = await started();
    const thread = rig.sandbox.createThread(rig.channel, { name: "fio", ownerId: rig.ana }).id;
    rig.sandbox.say(thread, rig.ana, { content: "antes" });
    await rig.until(() => before.contents().includes("antes"));
    await before.platform.stop();
    rig.sandbox.say(thread, rig.ana, { content: "enquanto" });
    const after = await started({ state: before.state });
    await rig.until(() => after.contents().includes("enquanto"));
    const [event] = after.stored.flatMap((raw) => after.platform.parse(raw));
    expect(event).toMatchObject({ message: { ref: { conversation: rig.at(thread) } } });
  });

  it("a thread that sleeps is heard once somebody wakes it", async () => {
    const before = await started();
    const thread = rig.sandbox.createThread(rig.channel, { name: "fio", ownerId: rig.ana }).id;
    rig.sandbox.archiveThread(thread, { archived: true });
    await before.platform.stop();
    const after = await started({ state: before.state });
    rig.sandbox.archiveThread(thread, { archived: false });
    rig.sandbox.say(thread, rig.ana, { content: "acordei" });
    await rig.until(() => after.contents().includes("acordei"));
  });
});

describe("Discord's limits", () => {
  it("are kept while connecting: nothing is asked before the time it names", async () => {
    const limit = { kind: "limit", retryAfter: 30, scope: "user" } as const;
    rig.sandbox.faults.add({ match: ({ path }) => path.endsWith("/gateway/bot"), times: 1, fault: limit });
    const account = rig.account();
    await account.start();
    const asked = () => rig.asked("GET", "/gateway/bot").length;
    expect(asked()).toBe(1);
    await rig.clock.advance(29_000);
    expect(asked()).toBe(1);
    await rig.until(() => account.health.at(-1) === "up", 500);
    expect(asked()).toBe(2);
  });

  it("of sessions a day do not hold up the start of the others, and are said", async () => {
    const body = {
      url: rig.sandbox.url.replace(/^http(.*)\/api$/, "ws$1/gateway"),
      shards: 1,
      session_start_limit: { total: 1000, remaining: 0, reset_after: 3_600_000, max_concurrency: 1 },
    };
    const fault = { kind: "status", status: 200, body } as const;
    rig.sandbox.faults.add({ match: ({ path }) => path.endsWith("/gateway/bot"), times: 1, fault });
    const account = rig.account();
    await account.start();
    expect(account.health).toHaveLength(1);
    expect(account.health[0]).toContain("keeps trying");
    await rig.clock.advance(3_599_000);
    expect(rig.sandbox.gateway.sessions()).toHaveLength(0);
    await rig.until(() => account.health.at(-1) === "up", 500);
  });
});
