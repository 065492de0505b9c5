// `matebot webhook`: what it shows, sets and deletes beside a MateBot and without one, and what it never prints.

import { afterEach, describe, expect, it } from "vitest";
import { stateOf } from "../../test/support/strict-client.ts";
import { eventually, makeWorld, type World, type WorldOptions } from "../../test/support/world.ts";
import { systemClock } from "../model/clock.ts";
import {
  uploadOnDisk,
  type WebhookOptions,
  type WebhookParts,
  type WebhookTask,
  webhookCommand,
} from "./webhook-command.ts";

let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

async function open(options: WorldOptions = {}): Promise<World> {
  world = await makeWorld(options);
  return world;
}

const printed: string[] = [];

/** Runs the command as a process would, with the certificate that lies on disk. */
async function command(
  scene: World,
  task: WebhookTask,
  options: Omit<WebhookOptions, "config"> = {},
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const parts: WebhookParts = {
    env: { LANG: "en_US" },
    stdout: { write: (text: string) => void out.push(text) },
    stderr: { write: (text: string) => void err.push(text) },
    clock: systemClock,
    expectedUpload: uploadOnDisk,
  };
  const code = await webhookCommand(task, { config: scene.configFile, ...options }, parts);
  printed.push(...out, ...err);
  return { code, out: out.join(""), err: err.join("") };
}

const info = ({ telegram, telegramBot }: World) => telegram.webhookInfo(telegramBot.token);
const steal = ({ telegram, telegramBot }: World, query: string) =>
  fetch(`${telegram.url}/bot${telegramBot.token}/${query}`);

/** Telegram takes one setWebhook a second, from all programs together. */
async function insist(attempt: () => Promise<boolean>): Promise<void> {
  while (!(await attempt()));
}

async function stealWebhook(scene: World): Promise<void> {
  await insist(async () => (await steal(scene, "setWebhook?url=https://127.0.0.1:9/theirs")).status === 200);
}

describe("show", () => {
  it("says in words what is registered by a MateBot that runs, and that nothing differs", async () => {
    const scene = await open();
    await scene.start();
    const { code, out } = await command(scene, "show");
    expect(code).toBe(0);
    const { host } = new URL(scene.publicUrl);
    for (const fact of [
      /^Account +telegram$/m,
      /^Receives by +webhook$/m,
      new RegExp(`^Telegram calls +${host} \\(this MateBot\\)$`, "m"),
      /^Certificate +uploaded; Telegram trusts no other$/m,
      /^IP address +127\.0\.0\.1$/m,
      /^Connections at most +40$/m,
      /^Is told of +message, .*message_reaction/m,
      /^Waits at Telegram +0$/m,
      /^Last error +none$/m,
      new RegExp(`^MateBot wants +${host}, with its own certificate$`, "m"),
      /^Differs +nothing$/m,
      new RegExp(`^MateBot +runs \\(process ${process.pid}\\)$`, "m"),
    ])
      expect(out).toMatch(fact);
  });

  it("says how old the last error is and what it means, and that another has the webhook", async () => {
    const scene = await open();
    await (await scene.start()).stop();
    await stealWebhook(scene);
    scene.telegram.say(scene.chat, scene.ana, { text: "x" });
    await eventually(() => info(scene).last_error_message !== undefined);
    const { out } = await command(scene, "show");
    expect(out).toMatch(/^Telegram calls +127\.0\.0\.1:9 \(another program, or an earlier address\)$/m);
    expect(out).toMatch(/^Last error +\S+ \S+ \(\d+ minutes? ago\): Connection refused$/m);
    expect(out).toMatch(/^Meaning +Nobody answers at 127\.0\.0\.1:9\./m);
    expect(out).toMatch(/^Waits at Telegram +1$/m);
    expect(out).toMatch(/^Differs +the address, the certificate, the number of connections$/m);
    expect(out).toMatch(/^MateBot +does not run on this database$/m);
  });

  it("gives programs the same as JSON", async () => {
    const scene = await open();
    await (await scene.start()).stop();
    const { out } = await command(scene, "show", { json: true });
    const { host } = new URL(scene.publicUrl);
    expect(JSON.parse(out)).toMatchObject({
      account: "telegram",
      receives: "webhook",
      registered: { host, ours: true, certificate: true, ipAddress: "127.0.0.1", maxConnections: 40 },
      pending: 0,
      wanted: { host, certificate: true },
      differs: [],
      running: false,
    });
  });

  it("works before the first start, in every language", async () => {
    const scene = await open();
    for (const [language, nobody] of [
      ["pt-BR", /^O Telegram chama +ninguém: nenhum webhook está registrado$/m],
      ["es", /^Telegram llama a +nadie: no hay webhook registrado$/m],
    ] as const) {
      scene.configure(() => ({ language }));
      const { out } = await command(scene, "show");
      expect(out).toMatch(nobody);
      expect(out).toMatch(/certificado propio|certificado próprio/);
    }
  });

  it("says that the account receives by polling", async () => {
    const scene = await open({ updates: "polling" });
    const { out } = await command(scene, "show");
    expect(out).toMatch(/^Receives by +polling/m);
    expect(out).toMatch(/^MateBot wants +no webhook$/m);
    expect(out).toMatch(/^Differs +nothing$/m);
  });
});

describe("set", () => {
  it("sets what a MateBot would set, so that the next start finds it so", async () => {
    const scene = await open();
    await (await scene.start()).stop();
    const before = info(scene);
    await stealWebhook(scene);
    await insist(async () => (await command(scene, "set")).code === 0);
    expect(info(scene)).toEqual(before);
    const times = () => scene.telegram.requests.filter(({ path }) => path.endsWith("/setWebhook")).length;
    const set = times();
    await scene.start();
    expect(times()).toBe(set);
    scene.telegram.say(scene.chat, scene.ana, { text: "com o segredo certo" });
    await eventually(() => scene.discordTexts().includes("com o segredo certo"));
  });

  it("refuses while the account receives by polling, unless it is told so twice", async () => {
    const scene = await open({ updates: "polling" });
    const app = await scene.start();
    await app.stop();
    const { code, err } = await command(scene, "set");
    expect(code).toBe(2);
    expect(err).toMatch(/receives by polling.*--yes/);
    expect(info(scene).url).toBe("");
    expect((await command(scene, "set", { yes: true })).code).toBe(0);
    expect(info(scene).url).not.toBe("");
  });

  it("does not make Telegram forget a certificate that is not on disk", async () => {
    const scene = await open();
    const app = await scene.start();
    await app.stop();
    const err: string[] = [];
    const parts: WebhookParts = {
      env: {},
      stdout: { write: () => undefined },
      stderr: { write: (text: string) => void err.push(text) },
      clock: systemClock,
      expectedUpload: async () => undefined,
    };
    expect(await webhookCommand("set", { config: scene.configFile }, parts)).toBe(1);
    expect(err.join("")).toMatch(/no certificate of MateBot’s own/);
    expect(info(scene).has_custom_certificate).toBe(true);
  });

  it("says in words why Telegram refuses", async () => {
    const scene = await open();
    await (await scene.start()).stop();
    const fault = {
      kind: "status",
      status: 400,
      body: {
        ok: false,
        error_code: 400,
        description: "Bad Request: bad webhook: IP address 127.0.0.1 is reserved",
      },
    } as const;
    scene.telegram.faults.add({ match: ({ path }) => path.endsWith("/setWebhook"), times: 1, fault });
    const { code, err } = await command(scene, "set");
    expect(code).toBe(1);
    expect(err).toMatch(/its address 127\.0\.0\.1 is not of the public internet.*web\.ip_address/);
  });
});

describe("delete", () => {
  it("removes it, keeps what waits, and says that a MateBot sets it again", async () => {
    const scene = await open();
    const app = await scene.start();
    await app.stop();
    scene.telegram.say(scene.chat, scene.ana, { text: "espera" });
    const { code, out } = await command(scene, "delete");
    expect(code).toBe(0);
    expect(out).toMatch(/is deleted\. What waits at Telegram \(1\) stays.*\n.*sets it again within a minute/);
    expect(info(scene)).toMatchObject({ url: "", pending_update_count: 1 });
    expect((await command(scene, "delete")).out).toMatch(/had no webhook/);
  });
});

describe("which account", () => {
  it("must be one of Telegram", async () => {
    const scene = await open();
    const { code, err } = await command(scene, "show", { account: "discord" });
    expect(code).toBe(2);
    expect(err).toMatch(/no Telegram account called discord\. It has: telegram\./);
  });

  it("must be said when there are two", async () => {
    const scene = await open();
    scene.configure(({ accounts }) => ({
      accounts: { ...accounts, outro: { ...accounts.telegram, token: "77:abc" } },
    }));
    expect((await command(scene, "delete")).err).toMatch(
      /several Telegram accounts \(telegram, outro\).*--account/,
    );
    expect((await command(scene, "show", { account: "telegram" })).code).toBe(0);
  });

  it("is told in words when its token is revoked", async () => {
    const scene = await open();
    scene.telegram.revoke(scene.telegramBot.token);
    const { code, err } = await command(scene, "show");
    expect(code).toBe(1);
    expect(err).toMatch(/does not accept the token.*@BotFather/);
  });
});

describe("a Telegram that cannot be reached", () => {
  it("is said with a cure, and without a promise to go on", async () => {
    const scene = await open();
    scene.configure(({ accounts }) => ({
      accounts: { ...accounts, telegram: { ...accounts.telegram, api: "http://127.0.0.1:9" } },
    }));
    const { code, err } = await command(scene, "show");
    expect(code).toBe(1);
    expect(err).toMatch(/cannot be reached \(getWebhookInfo: ECONNREFUSED\).*https to 127\.0\.0\.1:9/);
    expect(err).not.toMatch(/keeps trying/);
  });
});

describe("what is printed", () => {
  it("holds neither path, secret nor token", async () => {
    const scene = await open();
    await (await scene.start()).stop();
    printed.length = 0;
    await command(scene, "show");
    await command(scene, "show", { json: true });
    await insist(async () => (await command(scene, "set")).code === 0);
    await command(scene, "delete");
    const everything = printed.join("\n");
    expect(everything).toContain("telegram");
    const { token } = scene.telegramBot;
    const secrets = [
      stateOf(scene, "webhook-path"),
      stateOf(scene, "webhook-secret"),
      token,
      token.split(":")[1],
    ];
    for (const secret of secrets) expect(everything).not.toContain(secret);
  });
});
