import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeWeb } from "../../../../test/support/fake-web.ts";
import { recordContext } from "../../../../test/support/platform-context.ts";
import { type Account, openRig, type Rig } from "../../../../test/support/telegram-rig.ts";
import { UserError } from "../../../model/errors.ts";
import type { KeyAndCertificate } from "../../../web/tls/certificates.ts";
import { makeSelfSigned } from "../../../web/tls/self-signed.ts";
import { telegramSchema } from "../config.ts";
import { createTelegram } from "../index.ts";
import { allowedUpdates } from "../receive/updates.ts";

let rig: Rig;
let web: FakeWeb;
beforeEach(async () => {
  rig = await openRig();
  web = await FakeWeb.open(await certificate());
});
afterEach(async () => {
  await rig.close();
  await web.close();
});

/** TLS looks at the real time, whatever the test's clock says. */
function certificate(): Promise<KeyAndCertificate> {
  return makeSelfSigned("127.0.0.1", Date.now());
}

function texts({ stored }: Account): readonly string[] {
  return stored.map(({ body }) => JSON.parse(body).message?.text);
}

function info(): Readonly<Record<string, unknown>> {
  return rig.sandbox.webhookInfo(rig.token);
}

const setting = /has set|was set|is set already/;

describe("a webhook with a certificate of our own", () => {
  it("is set with everything named, and delivers over TLS", async () => {
    const account = rig.account({ web });
    await account.start();
    expect(info()).toMatchObject({
      url: `${web.publicUrl.origin}${web.paths[0]}`,
      has_custom_certificate: true,
      max_connections: 40,
    });
    expect([...(info().allowed_updates as string[])].sort()).toEqual([...allowedUpdates].sort());
    expect(rig.asked("setWebhook")).toHaveLength(1);
    expect(Object.keys(rig.asked("setWebhook")[0] as object)).not.toContain("drop_pending_updates");
    rig.say("olá");
    await rig.until(() => info().pending_update_count === 0, 100);
    expect(texts(account)).toEqual(["olá"]);
    expect(rig.sandbox.deliveries.map(({ status }) => status)).toEqual([200]);
  });

  it("is left alone by a restart, at the same address with the same secret", async () => {
    const first = rig.account({ web });
    await first.start();
    await first.platform.stop();
    rig.say("while away");
    await rig.until(() => rig.sandbox.deliveries.some(({ status }) => status === 503), 100);
    const second = rig.account({ web, state: first.state });
    await second.start();
    expect(rig.asked("setWebhook")).toHaveLength(1);
    expect(web.paths[1]).toBe(web.paths[0]);
    await rig.until(() => second.stored.length > 0, 1000);
    expect(texts(second)).toEqual(["while away"]);
    expect(first.stored).toEqual([]);
  });

  it("is set again after the certificate changed while we were away", async () => {
    const first = rig.account({ web });
    await first.start();
    await first.platform.stop();
    web.renew(await certificate());
    await rig.clock.advance(1000);
    const second = rig.account({ web, state: first.state });
    await second.start();
    rig.say("trusted");
    await rig.until(() => second.stored.length > 0, 100);
    expect(rig.asked("setWebhook")).toHaveLength(2);
  });

  it("is set again after another program changed it while we were away", async () => {
    const first = rig.account({ web });
    await first.start();
    await first.platform.stop();
    await rig.clock.advance(1000);
    await fetch(`${rig.sandbox.url}/bot${rig.token}/deleteWebhook`);
    const second = rig.account({ web, state: first.state });
    await second.start();
    expect(info().url).toBe(web.publicUrl.origin + web.paths[1]);
  });

  it("uploads a certificate that is renewed while it runs", async () => {
    const account = rig.account({ web });
    await account.start();
    await rig.clock.advance(1000);
    web.renew(await certificate());
    await rig.until(() => rig.asked("setWebhook").length === 2);
    rig.say("with the new one");
    await rig.until(() => account.stored.length > 0, 100);
    expect(rig.sandbox.deliveries.every(({ status }) => status === 200)).toBe(true);
  });

  it("uploads it once Telegram can be reached again", async () => {
    const account = rig.account({ web });
    await account.start();
    await rig.clock.advance(1000);
    const match = ({ path }: { readonly path: string }) => path.endsWith("/setWebhook");
    rig.sandbox.faults.add({ match, times: 2, fault: { kind: "cut", when: "before" } });
    web.renew(await certificate());
    await rig.until(() => account.health.some((news) => /cannot talk/.test(news)));
    rig.say("patience");
    await rig.until(() => account.stored.length > 0, 1000);
    await rig.until(() => account.health.at(-1) === "up", 1000);
  });

  it("says in words that Telegram does not trust it, and that this is over", async () => {
    const account = rig.account({ web });
    await account.start();
    web.renew(await certificate(), { announced: false });
    rig.say("unheard");
    await rig.until(() => account.health.length > 1, 1000);
    expect(account.health.at(-1)).toMatch(/does not trust the certificate of 127\.0\.0\.1:\d+\./);
    web.renew(await certificate());
    await rig.until(() => account.health.at(-1) === "up", 1000);
    expect(texts(account)).toEqual(["unheard"]);
  });

  it("says in words that nothing can be stored, and loses nothing by it", async () => {
    let full = true;
    const disk = () => (full ? Promise.reject(new Error("disk full")) : Promise.resolve());
    const account = rig.account({ web, disk });
    await account.start();
    rig.say("kept by Telegram");
    await rig.until(() => account.health.length > 1, 1000);
    expect(account.health.at(-1)).toMatch(/could not serve Telegram.*503/);
    full = false;
    await rig.until(() => account.stored.length > 0, 1000);
    expect(account.health.at(-1)).toBe("up");
    expect(texts(account)).toEqual(["kept by Telegram"]);
  });

  it("takes the webhook back from another program three times, then stops and says why", async () => {
    const account = rig.account({ web });
    await account.start();
    for (let i = 1; i <= 4; i++) {
      await rig.clock.advance(2000);
      await fetch(`${rig.sandbox.url}/bot${rig.token}/setWebhook?url=http://127.0.0.1:9/theirs`);
      const news = account.health.length;
      await rig.until(() => account.health.length > news, 1000);
      if (i <= 3) await rig.until(() => account.health.at(-1) === "up", 1000);
    }
    expect(account.health.filter((news) => /has set it again/.test(news))).toHaveLength(3);
    expect(account.halts).toEqual([account.health.at(-1)]);
    expect(account.halts[0]).toMatch(/keeps taking the webhook.*\/revoke/);
    const asked = rig.asked("getWebhookInfo").length;
    await rig.clock.advance(600_000);
    expect(info().url).toBe("http://127.0.0.1:9/theirs");
    expect(rig.asked("getWebhookInfo")).toHaveLength(asked);
  });

  it("leaves the webhook to the one that was there before, when two run with one token", async () => {
    const first = rig.account({ web });
    await first.start();
    await rig.clock.advance(10_000);
    const second = rig.account({ web });
    await second.start();
    await rig.until(() => second.halts.length > 0, 1000);
    await rig.until(() => first.health.at(-1) === "up", 1000);
    rig.say("to the first");
    await rig.until(() => first.stored.length > 0, 1000);
    expect(first.halts).toEqual([]);
    expect(info().url).toBe(`${web.publicUrl.origin}${web.paths[0]}`);
  });

  it("halts the account when the token is revoked", async () => {
    const account = rig.account({ web });
    await account.start();
    rig.sandbox.revoke(rig.token);
    await rig.until(() => account.halts.length > 0, 1000);
    expect(account.halts[0]).toMatch(/@BotFather/);
  });

  it("writes its address, its secret and the token nowhere", async () => {
    const account = rig.account({ web });
    await account.start();
    web.renew(await certificate(), { announced: false });
    rig.say("x");
    await rig.until(() => account.health.length > 1, 1000);
    const everything = account.everything();
    expect(everything).toMatch(setting);
    expect(account.secrets.size).toBe(2);
    for (const secret of [...account.secrets, rig.token, rig.token.split(":")[1] ?? "?"])
      expect(everything).not.toContain(secret);
  });
});

describe("a webhook behind a proxy", () => {
  it("has the path of the public URL before its own, and no certificate", async () => {
    const plain = await FakeWeb.open(undefined, "/bots/ponte");
    const account = rig.account({ web: plain });
    await account.start();
    expect(info()).toMatchObject({
      url: `${plain.publicUrl.href}${plain.paths[0]}`,
      has_custom_certificate: false,
    });
    rig.say("through");
    await rig.until(() => account.stored.length > 0, 100);
    await plain.close();
  });
});

describe("a public URL that Telegram's cloud would not call", () => {
  it.each([
    ["http://bot.example.org", /calls https addresses only.*bot\.example\.org/],
    ["https://bot.example.org:8080", /443, 80, 88 and 8443 only.*8080/],
  ])("is a fault before anything is asked: %s", async (publicUrl, words) => {
    const paths: string[] = [];
    const { context } = recordContext({
      web: {
        publicUrl: new URL(publicUrl),
        certificate: () => undefined,
        onCertificate: () => undefined,
        post: (path) => void paths.push(path),
        get: (prefix) => paths.push(prefix),
      },
    });
    const config = telegramSchema.parse({ platform: "telegram", token: "1:a" });
    const error = await createTelegram(context, config)
      .start(() => Promise.resolve())
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toMatch(words);
    expect(paths).toEqual([]);
  });
});
