// A registration that heals itself, whatever was done to it, and a rotation that waits until Telegram has the certificate.

import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeWeb } from "../../../../test/support/fake-web.ts";
import { recordContext } from "../../../../test/support/platform-context.ts";
import { type Account, openRig, type Rig } from "../../../../test/support/telegram-rig.ts";
import { UserError } from "../../../model/errors.ts";
import { LANGUAGES, loadTexts } from "../../../texts.ts";
import type { KeyAndCertificate } from "../../../web/tls/certificates.ts";
import { makeSelfSigned } from "../../../web/tls/self-signed.ts";
import { telegramSchema } from "../config.ts";
import { createTelegram } from "../index.ts";
import { allowedUpdates } from "../receive/updates.ts";
import type { Resolve } from "./check-address.ts";
import { webhookRefusalWords } from "./refusal.ts";

let rig: Rig;
let web: FakeWeb;
let served: KeyAndCertificate;
beforeEach(async () => {
  rig = await openRig();
  served = await certificate();
  web = await FakeWeb.open(served);
});
afterEach(async () => {
  await rig.close();
  await web.close();
});

/** TLS looks at the real time, whatever the test's clock says. */
function certificate(): Promise<KeyAndCertificate> {
  return makeSelfSigned("127.0.0.1", Date.now());
}

const info = () => rig.sandbox.webhookInfo(rig.token);
const timesSet = () => rig.asked("setWebhook").length;

interface Change {
  readonly cert?: string;
  readonly [name: string]: unknown;
}

/** Another program sets our own address, all as it is but for `change`. Telegram takes one setWebhook a second. */
async function meddle({ state }: Account, { cert = served.cert, ...change }: Change): Promise<void> {
  await rig.clock.advance(2_000);
  const all = {
    url: info().url,
    max_connections: 40,
    allowed_updates: allowedUpdates,
    secret_token: state.get("webhook-secret"),
    ...change,
  };
  const form = new FormData();
  for (const [name, value] of Object.entries(all))
    form.set(name, typeof value === "string" ? value : JSON.stringify(value));
  if (cert !== "") form.set("certificate", new Blob([cert]), "certificate.pem");
  const url = `${rig.sandbox.url}/bot${rig.token}/setWebhook`;
  expect((await fetch(url, { method: "POST", body: form })).status).toBe(200);
}

/** Says something and waits until it is stored. */
async function hears(account: Account, text: string): Promise<void> {
  rig.say(text);
  await rig.until(() => account.stored.some(({ body }) => JSON.parse(body).message?.text === text), 1000);
}

describe("what somebody changed about our webhook", () => {
  it.each<readonly [string, Change, RegExp]>([
    ["the certificate was forgotten", { cert: "" }, /\(the certificate\)/],
    ["reactions are told no more", { allowed_updates: ["message"] }, /\(the kinds of news\)/],
    ["the default kinds are told", { allowed_updates: [] }, /\(the kinds of news\)/],
    ["one connection is left", { max_connections: 1 }, /\(the number of connections\)/],
    ["another address is called", { ip_address: "127.0.0.2" }, /\(the IP address\)/],
    [
      "two things at once",
      { cert: "", max_connections: 1 },
      /\(the certificate, the number of connections\)/,
    ],
  ])("is explained and mended within a minute: %s", async (_, change, words) => {
    Object.assign(web, { ipAddress: "127.0.0.1" });
    const account = rig.account({ web });
    await account.start();
    const before = info();
    await meddle(account, change);
    await rig.until(() => timesSet() === 3, 1000);
    await rig.until(() => account.health.at(-1) === "up", 1000);
    expect(info()).toEqual(before);
    expect(account.health.filter((news) => words.test(news) && /has set it again/.test(news))).toHaveLength(
      1,
    );
    expect(account.halts).toEqual([]);
    await hears(account, "as before");
  });

  it("is left as it is after three times a day, and what still arrives is taken", async () => {
    const account = rig.account({ web });
    await account.start();
    for (let i = 1; i <= 4; i++) {
      await meddle(account, { max_connections: 1 });
      const news = account.health.length;
      await rig.until(() => account.health.length > news, 1000);
      if (i <= 3) await rig.until(() => account.health.at(-1) === "up", 1000);
    }
    expect(account.health.at(-1)).toMatch(/keeps changing.*\(the number of connections\).*for a day/);
    expect(account.halts).toEqual([]);
    const set = timesSet();
    await hears(account, "slowly");
    await rig.clock.advance(600_000);
    expect(timesSet()).toBe(set);
    await rig.clock.advance(24 * 3_600_000);
    await rig.until(() => info().max_connections === 40, 60_000);
  });

  it.each<readonly [string, () => Promise<Change>, RegExp]>([
    ["another secret", async () => ({ secret_token: "theirs" }), /refuses Telegram.*401/],
    [
      "another certificate",
      async () => ({ cert: (await certificate()).cert }),
      /does not trust the certificate/,
    ],
  ])("and cannot be seen is found by what fails: %s", async (_, change, words) => {
    const account = rig.account({ web });
    await account.start();
    await meddle(account, await change());
    rig.say("unheard at first");
    await rig.until(() => account.stored.length > 0, 1000);
    await rig.until(() => account.health.at(-1) === "up", 1000);
    expect(account.health.some((news) => words.test(news))).toBe(true);
    expect(timesSet()).toBe(3);
  });

  it("is noted for the doctor when another address was set", async () => {
    const account = rig.account({ web });
    await account.start();
    expect(account.state.get("rival-met")).toBeUndefined();
    await rig.clock.advance(2000);
    await fetch(`${rig.sandbox.url}/bot${rig.token}/setWebhook?url=http://127.0.0.1:9/theirs`);
    await rig.until(() => account.state.has("rival-met"), 1000);
    expect(Math.abs(Number(account.state.get("rival-met")) - rig.clock.now())).toBeLessThan(60_000);
  });
});

describe("a restart", () => {
  it("at another public address moves the webhook, and counts the old one as nobody else's", async () => {
    const first = rig.account({ web });
    await first.start();
    await first.platform.stop();
    await rig.clock.advance(2000);
    const moved = await FakeWeb.open(await certificate());
    const second = rig.account({ web: moved, state: first.state });
    await second.start();
    expect(info().url).toBe(moved.publicUrl.origin + moved.paths[0]);
    await hears(second, "at the new place");
    // One that had found another's webhook would give way at the second time.
    for (let i = 1; i <= 3; i++) {
      await rig.clock.advance(2000);
      await fetch(`${rig.sandbox.url}/bot${rig.token}/setWebhook?url=http://127.0.0.1:9/theirs`);
      const news = second.health.length;
      await rig.until(() => second.health.length > news, 1000);
      await rig.until(() => second.health.at(-1) === "up", 1000);
    }
    expect(second.halts).toEqual([]);
    await moved.close();
  });

  it("passes the IP address that is configured, and takes it back when it is no more", async () => {
    Object.assign(web, { ipAddress: "127.0.0.1" });
    const first = rig.account({ web });
    await first.start();
    expect(rig.asked("setWebhook")[0]).toHaveProperty("ip_address", "127.0.0.1");
    await first.platform.stop();
    await rig.clock.advance(2000);
    Object.assign(web, { ipAddress: undefined });
    const second = rig.account({ web, state: first.state });
    await second.start();
    expect(timesSet()).toBe(2);
    expect(rig.asked("setWebhook")[1]).not.toHaveProperty("ip_address");
  });

  it("from webhook to polling and back loses nothing and doubles nothing", async () => {
    const keys = new Set<string>();
    const disk = async ({ key }: { readonly key: string }) => void keys.add(key);
    const byWebhook = rig.account({ web, disk });
    await byWebhook.start();
    await hears(byWebhook, "t1");
    await byWebhook.platform.stop();
    rig.say("t2");
    const byPolling = rig.account({ updates: "polling", state: byWebhook.state, disk });
    await byPolling.start();
    await rig.until(() => byPolling.stored.length > 0, 1000);
    expect(info().url).toBe("");
    await hears(byPolling, "t3");
    await byPolling.platform.stop();
    rig.say("t4");
    const again = rig.account({ web, state: byWebhook.state, disk });
    await again.start();
    await hears(again, "t5");
    await rig.until(() => info().pending_update_count === 0, 1000);
    // What was taken twice has the same key, by which the journal knows it.
    expect(keys.size).toBe(5);
    expect(web.paths[1]).toBe(web.paths[0]);
  });
});

describe("a rotation of the certificate", () => {
  /** What the web server would call; the account's own listener. */
  function listenerOf(fake: FakeWeb): () => Promise<void> {
    const listeners: (() => Promise<void>)[] = [];
    fake.onCertificate = (listener) => void listeners.push(listener);
    return () => Promise.all(listeners.map((listener) => listener())).then(() => undefined);
  }

  /** Whether it has resolved, once everything that could happen without the clock has happened. */
  async function isDone(promise: Promise<void>): Promise<boolean> {
    let done = false;
    void promise.then(() => {
      done = true;
    });
    for (let i = 0; i < 500; i++) await turn();
    return done;
  }

  it("waits until Telegram has it", async () => {
    const announce = listenerOf(web);
    const account = rig.account({ web });
    await account.start();
    await rig.clock.advance(2000);
    const fault = { kind: "slow", ms: 5_000 } as const;
    rig.sandbox.faults.add({ match: ({ path }) => path.endsWith("/setWebhook"), times: 1, fault });
    web.renew(await certificate());
    const uploaded = announce();
    await rig.until(() => timesSet() === 2);
    expect(await isDone(uploaded)).toBe(false);
    await rig.clock.advance(5_000);
    await uploaded;
  });

  it("waits through failures, and one that comes meanwhile has its own turn", async () => {
    const announce = listenerOf(web);
    const account = rig.account({ web });
    await account.start();
    await rig.clock.advance(2000);
    const fault = { kind: "cut", when: "before" } as const;
    rig.sandbox.faults.add({ match: ({ path }) => path.endsWith("/setWebhook"), times: 2, fault });
    web.renew(await certificate());
    const first = announce();
    await rig.until(() => timesSet() === 2);
    expect(await isDone(first)).toBe(false);
    const last = await certificate();
    web.renew(last);
    const second = announce();
    let done = 0;
    for (const uploaded of [first, second]) void uploaded.then(() => done++);
    await rig.until(() => done === 2, 1000);
    await hears(account, "with the last one");
    expect(rig.sandbox.faults.left).toBe(0);
  });

  it("that begins while Telegram is being asked how things stand is blamed on nobody", async () => {
    const announce = listenerOf(web);
    const account = rig.account({ web });
    await account.start();
    await rig.clock.advance(2000);
    const fault = { kind: "slow", ms: 1_000 } as const;
    rig.sandbox.faults.add({ match: ({ path }) => path.endsWith("/getWebhookInfo"), times: 1, fault });
    const asked = rig.asked("getWebhookInfo").length;
    await rig.until(() => rig.asked("getWebhookInfo").length > asked, 500);
    // As when an authority's certificate takes the place of our own.
    web.certificate = () => undefined;
    const renewed = announce();
    await rig.clock.advance(1_000);
    await rig.until(() => timesSet() === 2, 500);
    await renewed;
    expect(info().has_custom_certificate).toBe(false);
    expect(account.everything()).not.toMatch(/Someone changed/);
  });

  it("is not missed while the account is still starting", async () => {
    const announce = listenerOf(web);
    const fault = { kind: "cut", when: "before" } as const;
    rig.sandbox.faults.add({ match: () => true, times: 2, fault });
    const account = rig.account({ web });
    await account.start();
    web.renew(await certificate());
    const uploaded = announce();
    expect(await isDone(uploaded)).toBe(false);
    let done = false;
    void uploaded.then(() => {
      done = true;
    });
    await rig.until(() => done, 1000);
    await hears(account, "with the new one");
  });

  it("waits for nobody when the account has ended", async () => {
    const announce = listenerOf(web);
    const account = rig.account({ web });
    await account.start();
    rig.sandbox.revoke(rig.token);
    await rig.until(() => account.halts.length > 0, 1000);
    await announce();
    await account.platform.stop();
    await announce();
  });

  it("is let go by a stop that comes meanwhile", async () => {
    const announce = listenerOf(web);
    const account = rig.account({ web });
    await account.start();
    const fault = { kind: "cut", when: "before" } as const;
    rig.sandbox.faults.add({ match: ({ path }) => path.endsWith("/setWebhook"), times: 1000, fault });
    web.renew(await certificate());
    const uploaded = announce();
    await rig.until(() => timesSet() === 2);
    await account.platform.stop();
    await uploaded;
  });
});

describe("a refusal of setWebhook", () => {
  const url = new URL("https://ponte.example.org:8443/telegram/t/secret-path");
  const bad = (text: string) => `setWebhook: 400 Bad Request: bad webhook: ${text}`;
  const table = [
    ["setWebhook: 400 Bad Request: invalid webhook URL specified", "url"],
    ["setWebhook: 400 Bad Request: secret token is too long", "secret"],
    ["setWebhook: 400 Bad Request: secret token contains unallowed characters", "secret"],
    ["setWebhook: 400 Bad Request: certificate size is too big (4000000 bytes)", "certificate-size"],
    [bad("An HTTPS URL must be provided for webhook"), "not-https"],
    [bad("Webhook can be set up only on ports 80, 88, 443 or 8443"), "port"],
    [bad("IP address 10.0.0.5 is reserved"), "reserved"],
    [bad("IPv6-only addresses are not allowed"), "ipv6-only"],
    [bad("Invalid IP address specified"), "bad-ip"],
    [bad("Failed to resolve host: Name or service not known"), "dns"],
    [bad("Failed to set custom certificate file{error:0A080009:SSL routines::PEM lib}"), "certificate"],
    ["setWebhook: 400 Bad Request: something new", "other"],
  ] as const;

  it.each(table)("has a cure in three languages: %s", (message, name) => {
    const { key, values, passes } = webhookRefusalWords(message, url);
    expect(key).toBe(`telegram-account.webhook.refused.${name}`);
    expect(passes).toBe(name === "dns");
    for (const language of LANGUAGES) {
      const words = loadTexts(language)(key, { account: "telegram", ...values });
      expect(words.length).toBeGreaterThan(40);
      expect(words).not.toContain("secret-path");
    }
  });

  const refuse = (description: string, times: number) =>
    rig.sandbox.faults.add({
      match: ({ path }) => path.endsWith("/setWebhook"),
      times,
      fault: { kind: "status", status: 400, body: { ok: false, error_code: 400, description } },
    });

  it("that can pass is said, tried again, and over one day", async () => {
    refuse("Bad Request: bad webhook: Failed to resolve host: Name or service not known", 3);
    const account = rig.account({ web });
    await account.start();
    await rig.until(() => account.health.length > 0);
    expect(account.health.at(-1)).toMatch(/does not find the address of 127\.0\.0\.1.*web\.ip_address/);
    await rig.until(() => account.health.at(-1) === "up", 1000);
    await hears(account, "found");
  });

  it("that waiting does not cure ends the start with words", async () => {
    refuse("Bad Request: bad webhook: IP address 127.0.0.1 is reserved", 1);
    const error = await rig
      .account({ web })
      .start()
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toMatch(/its address 127\.0\.0\.1 is not of the public internet/);
  });

  it("that comes while it runs is said, and does not end the account", async () => {
    const account = rig.account({ web });
    await account.start();
    await rig.clock.advance(2000);
    refuse("Bad Request: bad webhook: IP address 127.0.0.1 is reserved", 2);
    web.renew(await certificate());
    await rig.until(() => account.health.some((news) => /not of the public internet/.test(news)), 1000);
    await rig.until(() => account.health.at(-1) === "up", 1000);
    expect(account.halts).toEqual([]);
  });
});

describe("a public name that Telegram's cloud cannot find", () => {
  /** Starts an account of the cloud as far as its route; nothing is asked of Telegram before that. */
  async function start(resolve: Resolve): Promise<{ readonly error: unknown; readonly said: string }> {
    const record = recordContext({
      web: {
        publicUrl: new URL("https://ponte.example.org"),
        certificate: () => undefined,
        onCertificate: () => undefined,
        post: () => {
          throw new Error("far enough");
        },
        get: () => undefined,
      },
    });
    const config = telegramSchema.parse({ platform: "telegram", token: "1:a" });
    const error = await createTelegram(record.context, config, { resolve })
      .start(() => Promise.resolve())
      .catch((reason: unknown) => reason);
    return { error, said: record.everything() };
  }

  it.each<readonly [string, Resolve, RegExp]>([
    [
      "it has IPv6 only",
      { v4: async () => [], v6: async () => ["2001:db8::1"] },
      /has an IPv6 address only \(2001:db8::1\).*Add an A record/,
    ],
    ["it is private", { v4: async () => ["10.0.0.5"], v6: async () => [] }, /leads to 10\.0\.0\.5.*polling/],
  ])("is a fault before anything is asked: %s", async (_, resolve, words) => {
    const { error } = await start(resolve);
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toMatch(words);
  });

  it("yet is a warning only, for DNS may be late", async () => {
    const { error, said } = await start({ v4: async () => [], v6: async () => [] });
    expect(error).toHaveProperty("message", "far enough");
    expect(said).toMatch(/warn The name ponte\.example\.org .* no address.*web\.ip_address/);
  });

  it("because our own DNS is down is nobody's business", async () => {
    const down = () => Promise.reject(Object.assign(new Error("no"), { code: "ETIMEOUT" }));
    const { error, said } = await start({ v4: down, v6: down });
    expect(error).toHaveProperty("message", "far enough");
    expect(said).not.toMatch(/^warn/m);
  });
});
