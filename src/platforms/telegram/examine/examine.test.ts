// What the doctor says of a Telegram account: each test breaks one thing in the simulator and sees exactly that.

import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ExamineContext } from "../../../bridge/examine.ts";
import type { Diagnosis } from "../../../model/diagnosis.ts";
import { ManualClock } from "../../../sandbox/manual-clock.ts";
import { startTelegramSandbox, type TelegramSandbox } from "../../../sandbox/telegram/index.ts";
import { loadTexts } from "../../../texts.ts";
import { makeSelfSigned } from "../../../web/tls/self-signed.ts";
import { telegramSchema } from "../config.ts";
import { allowedUpdates } from "../receive/updates.ts";
import type { Resolve } from "../webhook/check-address.ts";
import { examine } from "./examine.ts";

const secretPath = "the-secret-path";
const publicUrl = new URL("http://127.0.0.1:9");
const url = `${publicUrl.origin}/telegram/telegram/${secretPath}`;

let sandbox: TelegramSandbox;
let clock: ManualClock;
let token: string;
let bot: number;
let chat: number;
let user: number;

beforeEach(async () => {
  clock = new ManualClock();
  sandbox = await startTelegramSandbox({ clock, random: () => 0.5, local: true });
  ({ token, id: bot } = sandbox.createBot({ name: "Ponte", username: "ponte_bot", privacy: false }));
  chat = sandbox.createChat({ title: "Grupo", type: "supergroup", forum: true }).id;
  user = sandbox.createUser({ firstName: "Ana" }).id;
  sandbox.join(chat, user);
  sandbox.join(chat, bot, "administrator");
  await api("deleteWebhook", { drop_pending_updates: true });
});
afterEach(() => sandbox.close());

async function api(method: string, body: object): Promise<void> {
  const answer = await fetch(`${sandbox.url}/bot${token}/${method}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(await answer.json()).toMatchObject({ ok: true });
}

const asWished = { url, secret_token: "s", max_connections: 40, allowed_updates: allowedUpdates };

interface Patient {
  readonly token?: string;
  readonly api?: string;
  readonly updates?: "auto" | "webhook" | "polling";
  readonly context?: Partial<ExamineContext>;
  readonly state?: Readonly<Record<string, string>>;
  readonly resolve?: Resolve;
}

const kept = { "webhook-path": secretPath };
const receivesByWebhook: Patient = { context: { publicUrl }, state: kept };

async function diagnose(patient: Patient = {}): Promise<readonly Diagnosis[]> {
  const context: ExamineContext = {
    account: "telegram",
    conversations: [{ account: "telegram", id: String(chat) }],
    state: (name) => Promise.resolve(patient.state?.[name]),
    clock,
    texts: loadTexts("en"),
    signal: new AbortController().signal,
    ...patient.context,
  };
  const config = telegramSchema.parse({
    platform: "telegram",
    token: patient.token ?? token,
    api: patient.api ?? sandbox.url,
    updates: patient.updates ?? "auto",
  });
  let found: readonly Diagnosis[] | undefined;
  const examined = examine(context, config, { ...(patient.resolve && { resolve: patient.resolve }) }).then(
    (diagnoses) => {
      found = diagnoses;
      return diagnoses;
    },
  );
  // The probe waits on the clock, and everything else on real sockets.
  for (let i = 0; !found && i < 100_000; i++) {
    await turn();
    if (i % 50 === 49 && "advance" in context.clock) await (context.clock as ManualClock).advance(250);
  }
  return await examined;
}

/** `check level key` of all that is not well, in order. */
async function complaints(patient: Patient = {}): Promise<readonly string[]> {
  const found = await diagnose(patient);
  const texts = loadTexts("en");
  for (const { key, values, level } of found) {
    // Strict texts throw for a key or a value that is missing.
    expect(texts(key, values).length).toBeGreaterThan(10);
    if (level !== "ok") expect(texts(`${key}-cure`, values).length).toBeGreaterThan(10);
  }
  return found
    .filter(({ level }) => level !== "ok")
    .map(({ check, level, key }) => `${check} ${level} ${key.replace(`telegram-doctor.${check}.`, "")}`);
}

describe("an account that is well", () => {
  it("has nothing to complain of by polling", async () => {
    expect(await complaints({ updates: "polling" })).toEqual([]);
    expect((await diagnose()).map(({ check }) => check)).toEqual([
      "token",
      "clock-skew",
      "privacy-mode",
      "rival",
      "chat-rights",
    ]);
  });

  it("has nothing to complain of by webhook but that nothing waits to be seen arriving", async () => {
    await api("setWebhook", asWished);
    expect(await complaints(receivesByWebhook)).toEqual(["webhook-probe skipped quiet"]);
  });

  it("is not disturbed: nothing is asked but questions", async () => {
    await api("setWebhook", asWished);
    const before = sandbox.requests.length;
    await diagnose(receivesByWebhook);
    const asked = sandbox.requests.slice(before).map(({ path }) => path.split("/").at(-1));
    expect(asked.filter((method) => !/^get(Me|WebhookInfo|Chat|ChatMember)$/.test(method ?? ""))).toEqual([]);
  });

  it("is told of without the path, the secret or the token", async () => {
    await api("setWebhook", asWished);
    const text = JSON.stringify([
      await diagnose(receivesByWebhook),
      await diagnose({ ...receivesByWebhook, context: { publicUrl: new URL("http://127.0.0.1:10") } }),
    ]);
    for (const secret of [secretPath, token, token.split(":")[1] ?? "?"]) expect(text).not.toContain(secret);
  });
});

describe("the token, the clock, privacy mode and rivals", () => {
  it.each<readonly [string, () => Patient, readonly string[]]>([
    [
      "a token that was revoked",
      () => {
        sandbox.revoke(token);
        return {};
      },
      ["token fault wrong"],
    ],
    ["a server that is not there", () => ({ api: "http://127.0.0.1:9" }), ["token fault unreachable"]],
    [
      "a server that is down, though somebody answers",
      () => {
        const fault = { kind: "status", status: 502, html: "<h1>no</h1>" } as const;
        sandbox.faults.add({ match: () => true, times: 1, fault });
        return {};
      },
      ["token fault unreachable"],
    ],
    ["a clock that is 20 s off", () => ({ context: { clock: new ManualClock(clock.now() + 20_000) } }), []],
    [
      "a clock that is a minute ahead",
      () => ({ context: { clock: new ManualClock(clock.now() + 60_000) } }),
      ["clock-skew warning off"],
    ],
    [
      "a clock that is ten minutes behind",
      () => ({ context: { clock: new ManualClock(clock.now() - 600_000) } }),
      ["clock-skew fault off"],
    ],
    [
      "another program, met an hour ago",
      () => ({ state: { "rival-met": String(clock.now() - 3_600_000) } }),
      ["rival warning met"],
    ],
    [
      "another program, met two days ago",
      () => ({ state: { "rival-met": String(clock.now() - 48 * 3_600_000) } }),
      [],
    ],
  ])("%s", async (_, harm, found) => {
    expect(await complaints(harm())).toEqual(found);
  });

  it("says by how much and to which side the clock is off", async () => {
    const found = await diagnose({ context: { clock: new ManualClock(clock.now() - 600_000) } });
    const skew = found.find(({ check }) => check === "clock-skew");
    expect(skew?.values).toMatchObject({ side: "behind" });
    expect(Math.abs(Number(skew?.values?.seconds) - 600)).toBeLessThan(3);
  });

  it("finds privacy mode harmless only where the bot is administrator of every group", async () => {
    const other = sandbox.createBot({ name: "Timida", username: "timida_bot", privacy: true });
    sandbox.join(chat, other.id, "administrator");
    expect(await complaints({ token: other.token })).toEqual(["privacy-mode note harmless"]);
    sandbox.join(chat, other.id, "member");
    expect(await complaints({ token: other.token })).toEqual([
      "privacy-mode warning on",
      "chat-rights warning no-admin",
    ]);
  });
});

describe("the webhook", () => {
  const quiet = "webhook-probe skipped quiet";
  it.each<readonly [string, object, Patient, readonly string[]]>([
    ["not set", { url: "" }, {}, ["telegram-webhook fault unset", quiet]],
    [
      "of another program",
      { ...asWished, url: "http://127.0.0.1:9/theirs" },
      {},
      ["telegram-webhook fault elsewhere", quiet],
    ],
    ["set by nobody knows whom", asWished, { state: {} }, ["telegram-webhook fault elsewhere", quiet]],
    [
      "at our earlier address",
      asWished,
      { context: { publicUrl: new URL("http://127.0.0.1:10") } },
      ["telegram-webhook fault moved", quiet],
    ],
    [
      "with too few kinds of updates",
      { ...asWished, allowed_updates: ["message"] },
      {},
      ["telegram-webhook warning updates", quiet],
    ],
    [
      "with one connection",
      { ...asWished, max_connections: 1 },
      {},
      ["telegram-webhook note connections", quiet],
    ],
    [
      "at another IP address",
      { ...asWished, ip_address: "127.0.0.2" },
      { context: { publicUrl, ipAddress: "127.0.0.1" } },
      ["telegram-webhook warning ip", quiet],
    ],
    [
      "without the certificate",
      asWished,
      { context: { publicUrl, certificate: "PEM" } },
      ["telegram-webhook fault certificate-missing", quiet],
    ],
    ["unwanted", asWished, { updates: "polling" }, ["telegram-webhook warning unwanted"]],
    [
      "wanted, but nobody can reach us",
      { url: "" },
      { updates: "webhook", context: {} },
      ["telegram-webhook fault no-public-url"],
    ],
  ])("%s", async (_, set, patient, found) => {
    await api("setWebhook", set);
    expect(await complaints({ ...receivesByWebhook, ...patient })).toEqual(found);
  });

  it("with a certificate that nobody asked for", async () => {
    const { cert } = await makeSelfSigned("127.0.0.1", Date.now());
    const form = new FormData();
    for (const [name, value] of Object.entries(asWished))
      form.set(name, typeof value === "string" ? value : JSON.stringify(value));
    form.set("certificate", new Blob([cert]), "certificate.pem");
    await fetch(`${sandbox.url}/bot${token}/setWebhook`, { method: "POST", body: form });
    expect(await complaints(receivesByWebhook)).toEqual([
      "telegram-webhook fault certificate-extra",
      "webhook-probe skipped quiet",
    ]);
  });

  it("that nobody answers has an error with its meaning, and what waits does not move", async () => {
    await api("setWebhook", asWished);
    sandbox.say(chat, user, { text: "unheard" });
    for (let i = 0; !sandbox.webhookInfo(token).last_error_message && i < 10_000; i++) await turn();
    expect(await complaints(receivesByWebhook)).toEqual([
      "webhook-error fault now",
      "webhook-pending note some",
      "webhook-probe warning still",
    ]);
    const found = await diagnose(receivesByWebhook);
    expect(found.find(({ check }) => check === "webhook-error")?.values).toMatchObject({
      message: "Connection refused",
      meaning: expect.stringMatching(/^Nobody answers at 127\.0\.0\.1:9\./),
      when: expect.stringMatching(/^2026-01-15 12:0\d UTC$/),
    });
  });

  it("whose error was overcome has a note of it", async () => {
    await api("setWebhook", asWished);
    sandbox.say(chat, user, { text: "unheard" });
    for (let i = 0; !sandbox.webhookInfo(token).last_error_message && i < 10_000; i++) await turn();
    // Telegram forgets after a day what it could not deliver.
    await clock.advance(25 * 3_600_000);
    expect(await complaints(receivesByWebhook)).toEqual([
      "webhook-error note past",
      "webhook-probe skipped quiet",
    ]);
  });

  it("behind which very much waits is a warning", async () => {
    await api("setWebhook", asWished);
    for (let i = 0; i < 101; i++) sandbox.say(chat, user, { text: `t${i}` });
    const found = await complaints(receivesByWebhook);
    expect(found).toContain("webhook-pending warning many");
  });

  it("to which what waits begins to flow is well", async () => {
    await api("setWebhook", asWished);
    const fault = {
      kind: "status",
      status: 200,
      body: { ok: true, result: { ...sandbox.webhookInfo(token), pending_update_count: 5 } },
    } as const;
    const match = ({ path }: { readonly path: string }) => path.endsWith("/getWebhookInfo");
    sandbox.faults.add({ match, times: 1, fault });
    const found = await diagnose(receivesByWebhook);
    expect(found.find(({ check }) => check === "webhook-probe")).toMatchObject({
      level: "ok",
      values: { before: 5, after: 0 },
    });
  });
});

describe("the public address", () => {
  const named = new URL("https://ponte.example.org");
  it.each<readonly [string, Resolve, Partial<ExamineContext>, readonly string[]]>([
    [
      "that only IPv6 knows",
      { v4: async () => [], v6: async () => ["2001:db8::1"] },
      {},
      ["public-address fault ipv6-only"],
    ],
    [
      "that nobody knows yet",
      { v4: async () => [], v6: async () => [] },
      {},
      ["public-address warning none"],
    ],
    [
      "that DNS says otherwise than we",
      { v4: async () => ["8.8.4.4"], v6: async () => [] },
      { ipAddress: "8.8.8.8" },
      ["public-address warning differs"],
    ],
  ])("%s", async (_, resolve, more, found) => {
    const patient = { state: kept, context: { publicUrl: named, ...more }, resolve };
    const about = (await complaints(patient)).filter((line) => line.startsWith("public-address"));
    expect(about).toEqual(found);
  });
});

describe("a bridged chat", () => {
  it.each<readonly [string, () => void, readonly string[]]>([
    ["from which the bot was thrown out", () => sandbox.kick(chat, bot), ["chat-rights fault out"]],
    ["which the bot left", () => sandbox.leave(chat, bot), ["chat-rights fault out"]],
    [
      "where the bot is no administrator",
      () => sandbox.join(chat, bot, "member"),
      ["chat-rights warning no-admin"],
    ],
    [
      "where the bot may not pin",
      () => sandbox.join(chat, bot, "administrator", { can_pin_messages: false }),
      ["chat-rights warning missing"],
    ],
    [
      "where the bot may not write",
      () => sandbox.join(chat, bot, "restricted", { can_send_messages: false }),
      ["chat-rights fault mute"],
    ],
    [
      "where the bot may not send photos",
      () => sandbox.join(chat, bot, "restricted", { can_send_photos: false }),
      ["chat-rights warning media"],
    ],
  ])("%s", async (_, harm, found) => {
    harm();
    expect(await complaints()).toEqual(found);
  });

  it("names the rights that lack", async () => {
    sandbox.join(chat, bot, "administrator", { can_delete_messages: false, can_manage_topics: false });
    const found = await diagnose();
    expect(found.at(-1)).toMatchObject({
      subject: `telegram:${chat}`,
      values: { chat: "Grupo", missing: "delete messages, manage topics" },
    });
  });

  it("that became a supergroup is told with its new number", async () => {
    const old = sandbox.createChat({ title: "Velho", type: "group" }).id;
    sandbox.join(old, bot, "administrator");
    const to = sandbox.upgrade(old);
    const patient = { context: { conversations: [{ account: "telegram", id: String(old) }] } };
    expect(await complaints(patient)).toEqual(["chat-rights fault migrated"]);
    expect((await diagnose(patient)).at(-1)?.values).toEqual({ to: String(to) });
  });

  it("that does not exist, and a channel where the bot may not post", async () => {
    const channel = sandbox.createChat({ title: "Canal", type: "channel" }).id;
    sandbox.join(channel, bot, "administrator", { can_post_messages: false });
    const conversations = ["-100777", String(channel), String(channel)].map((id, i) => ({
      account: "telegram",
      id,
      ...(i === 2 && { thread: "5" }),
    }));
    expect(await complaints({ context: { conversations } })).toEqual([
      "chat-rights fault not-found",
      "chat-rights fault mute",
    ]);
  });
});
