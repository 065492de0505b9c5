import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Account, openRig, type Rig } from "../../../../test/support/telegram-rig.ts";

let rig: Rig;
beforeEach(async () => {
  rig = await openRig();
});
afterEach(() => rig.close());

function texts({ stored }: Account): readonly string[] {
  return stored.map(({ body }) => JSON.parse(body).message?.text);
}

/** The `pending` texts Telegram still keeps for the bot. */
function pending(): readonly unknown[] {
  return rig.sandbox.pendingUpdates(rig.token).map((update) => (update.message as { text?: string })?.text);
}

describe("polling", () => {
  it("asks in long polls for all kinds of updates it needs", async () => {
    await rig.account().start();
    await rig.until(() => rig.asked("getUpdates").length > 0);
    expect(rig.asked("getUpdates")[0]).toEqual({
      limit: "100",
      timeout: "50",
      allowed_updates: expect.stringMatching(/^\["message","edited_message",.*"message_reaction",.*\]$/),
    });
  });

  it("hands on what waited and what comes, in order, each once", async () => {
    rig.say("before");
    const account = rig.account();
    await account.start();
    await rig.until(() => account.stored.length === 1);
    rig.say("one");
    rig.say("two");
    await rig.until(() => account.stored.length === 3, 100);
    expect(texts(account)).toEqual(["before", "one", "two"]);
    expect(account.stored.every(({ key, body }) => key === `u${JSON.parse(body).update_id}`)).toBe(true);
  });

  it("hands a batch on at once, so that it shares a commit, and confirms it only when all of it is on disk", async () => {
    const disk = Promise.withResolvers<void>();
    const begun: string[] = [];
    for (const text of ["a", "b", "c"]) rig.say(text);
    const account = rig.account({
      disk: ({ key }) => {
        begun.push(key);
        return begun.length === 3 ? disk.promise : Promise.resolve();
      },
    });
    await account.start();
    await rig.until(() => begun.length === 3);
    await rig.clock.advance(60_000);
    expect(rig.asked("getUpdates")).toHaveLength(1);
    expect(pending()).toEqual(["a", "b", "c"]);
    disk.resolve();
    await rig.until(() => pending().length === 0, 100);
    expect(rig.asked("getUpdates")).toHaveLength(2);
  });

  it("gets the same updates again after it died before they were on disk", async () => {
    rig.say("precious");
    const never = Promise.withResolvers<void>();
    const dying = rig.account({ disk: () => never.promise });
    await dying.start();
    await rig.until(() => rig.asked("getUpdates").length === 1);
    // The process is gone: nothing of it runs on, nothing was confirmed.
    const reborn = rig.account();
    await reborn.start();
    await rig.until(() => reborn.stored.length > 0, 1000);
    expect(texts(reborn)).toEqual(["precious"]);
    expect(dying.stored).toEqual([]);
    never.resolve();
  });

  it("asks again for updates that could not be stored, and says so", async () => {
    let full = true;
    rig.say("kept");
    const account = rig.account({
      disk: () => (full ? Promise.reject(new Error("disk full")) : Promise.resolve()),
    });
    await account.start();
    await rig.until(() => account.health.length > 1);
    expect(account.health.at(-1)).toMatch(/could not be written to disk/);
    expect(account.lines.join()).toContain("disk full");
    full = false;
    await rig.until(() => account.stored.length > 0, 1000);
    expect(texts(account)).toEqual(["kept"]);
    expect(account.health.at(-1)).toBe("up");
  });

  it("removes a webhook that was set, without losing what waits behind it", async () => {
    await fetch(`${rig.sandbox.url}/bot${rig.token}/setWebhook?url=http://127.0.0.1:9/old`);
    rig.say("behind the webhook");
    const account = rig.account();
    await account.start();
    await rig.until(() => account.stored.length > 0);
    expect(texts(account)).toEqual(["behind the webhook"]);
    expect(rig.asked("deleteWebhook")).toEqual([{ drop_pending_updates: "false" }]);
  });

  it("takes a webhook away that another program sets meanwhile, three times a day, then stops and says why", async () => {
    const account = rig.account();
    await account.start();
    const setByAnother = () =>
      fetch(`${rig.sandbox.url}/bot${rig.token}/setWebhook?url=http://127.0.0.1:9/x`);
    for (let i = 1; i <= 3; i++) {
      await rig.until(() => account.health.at(-1) === "up", 5000);
      await setByAnother();
      await rig.until(() => rig.asked("deleteWebhook").length === i, 5000);
    }
    expect(account.health.filter((news) => /has set a webhook/.test(news))).toHaveLength(3);
    await rig.until(() => account.health.at(-1) === "up", 5000);
    await setByAnother();
    await rig.until(() => account.halts.length > 0, 5000);
    expect(account.halts).toEqual([account.health.at(-1)]);
    expect(account.halts[0]).toMatch(/keeps taking the webhook.*\/revoke/);
    const polls = rig.asked("getUpdates").length;
    await rig.clock.advance(600_000);
    expect(rig.asked("getUpdates")).toHaveLength(polls);
    expect(rig.asked("deleteWebhook")).toHaveLength(3);
  });

  it("gives way when it is the second with its token, so that the first goes on", async () => {
    const first = rig.account();
    await first.start();
    await rig.until(() => rig.asked("getUpdates").length > 2, 5000);
    await rig.clock.advance(120_000);
    const second = rig.account();
    await second.start();
    const began = rig.clock.now();
    await rig.until(() => second.halts.length > 0, 1000);
    expect(rig.clock.now() - began).toBeGreaterThan(60_000);
    expect(rig.clock.now() - began).toBeLessThan(180_000);
    expect(second.halts).toEqual([second.health.at(-1)]);
    expect(second.halts[0]).toMatch(/keeps using the bot.*\/revoke/);
    await rig.until(() => first.health.at(-1) === "up", 1000);
    rig.say("to the first");
    await rig.until(() => first.stored.length > 0, 1000);
    expect(first.halts).toEqual([]);
  });

  it("says since how many minutes nothing was answered, whatever hangs", async () => {
    const disk = Promise.withResolvers<void>();
    rig.say("stuck");
    const account = rig.account({ disk: () => disk.promise });
    await account.start();
    await rig.until(() => rig.asked("getUpdates").length === 1);
    await rig.clock.advance(170_000);
    expect(account.health.at(-1)).toBe("up");
    await rig.clock.advance(20_000);
    expect(account.health.at(-1)).toMatch(/has not answered.*for 3 minutes/);
    await rig.clock.advance(180_000);
    expect(account.health.at(-1)).toMatch(/for 6 minutes/);
    disk.resolve();
    await rig.until(() => account.health.at(-1) === "up", 100);
    await account.platform.stop();
    expect(rig.clock.pending).toBe(0);
  });

  it("explains that another program polls the same bot, and gets its turn when that one goes", async () => {
    const account = rig.account();
    await account.start();
    await rig.until(() => rig.asked("getUpdates").length === 1);
    const rival = fetch(`${rig.sandbox.url}/bot${rig.token}/getUpdates?timeout=50`).catch(() => undefined);
    await rig.until(() => account.health.length > 1, 100);
    expect(account.health.at(-1)).toMatch(/Another program uses the bot.*\/revoke/);
    // For the doctor, who cannot ask for updates itself.
    expect(Number(account.state.get("rival-met"))).toBeGreaterThan(0);
    rig.say("for whoever asks");
    await rig.until(() => account.stored.length > 0, 1000);
    await rig.until(() => account.health.at(-1) === "up", 1000);
    await rival;
  });

  it.each([
    ["a broken connection", { kind: "cut", when: "after" } as const],
    ["a proxy's error", { kind: "status", status: 502, html: "<h1>Bad Gateway</h1>" } as const],
    ["a limit", { kind: "limit", retryAfter: 3 } as const],
  ])("goes on after %s", async (_name, fault) => {
    rig.sandbox.faults.add({ match: ({ path }) => path.endsWith("/getUpdates"), times: 2, fault });
    const account = rig.account();
    await account.start();
    rig.say("after the trouble");
    await rig.until(() => account.stored.length > 0, 1000);
    expect(texts(account)).toEqual(["after the trouble"]);
    await rig.until(() => account.health.at(-1) === "up", 1000);
  });

  it("halts the account when the token is revoked", async () => {
    const account = rig.account();
    await account.start();
    await rig.until(() => rig.asked("getUpdates").length === 1);
    rig.sandbox.revoke(rig.token);
    await rig.until(() => account.halts.length > 0, 10_000);
    const polls = rig.asked("getUpdates").length;
    await rig.clock.advance(120_000);
    expect(rig.asked("getUpdates")).toHaveLength(polls);
  });

  it("ends the long poll at once when it is stopped, after what it was handing on", async () => {
    const disk = Promise.withResolvers<void>();
    let begun = false;
    rig.say("last");
    const account = rig.account({
      disk: () => {
        begun = true;
        return disk.promise;
      },
    });
    await account.start();
    await rig.until(() => begun);
    const stopping = account.platform.stop();
    disk.resolve();
    await stopping;
    expect(texts(account)).toEqual(["last"]);
    const idle = rig.account();
    await idle.start();
    await idle.platform.stop();
  });

  it("writes the token nowhere", async () => {
    const account = rig.account();
    rig.sandbox.faults.add({ match: () => true, times: 4, fault: { kind: "cut", when: "before" } });
    await account.start();
    rig.say("x");
    await rig.until(() => account.stored.length > 0, 1000);
    rig.sandbox.revoke(rig.token);
    await rig.until(() => account.halts.length > 0, 10_000);
    expect(account.everything()).not.toContain(rig.token);
    expect(account.everything()).not.toContain(rig.token.split(":")[1]);
    expect(account.everything()).not.toMatch(/\/bot\d/);
  });
});
