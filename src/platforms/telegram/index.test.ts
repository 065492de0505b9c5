import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeWeb } from "../../../test/support/fake-web.ts";
import { openRig, type Rig } from "../../../test/support/telegram-rig.ts";
import type { Resolved } from "../../bridge/platform.ts";
import type { Call, Part } from "../../model/delivery.ts";
import { PlatformError, UserError } from "../../model/errors.ts";
import type { ConversationRef } from "../../model/refs.ts";
import { text } from "../../model/rich-text.ts";

let rig: Rig;
beforeEach(async () => {
  rig = await openRig();
});
afterEach(() => rig.close());

const signal = new AbortController().signal;

async function thrown(work: Promise<unknown>): Promise<Error> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error("it succeeded");
  return error;
}

describe("the start of a Telegram account", () => {
  it("polls when nobody outside can call us, and says why", async () => {
    const { start, lines, health } = rig.account();
    await start();
    expect(lines[0]).toContain("there is no web.public_url");
    expect(rig.sandbox.webhookInfo(rig.token).url).toBe("");
    expect(health).toEqual(["up"]);
  });

  it("uses a webhook when there is a public URL, and says why", async () => {
    const web = await FakeWeb.open();
    const { start, lines } = rig.account({ web });
    await start();
    expect(lines[0]).toContain("web.public_url says where Telegram finds us");
    expect(rig.sandbox.webhookInfo(rig.token).url).toBe(web.publicUrl.origin + web.paths[0]);
    await web.close();
  });

  it("polls in spite of a public URL when it is told to", async () => {
    const web = await FakeWeb.open();
    await rig.account({ web, updates: "polling" }).start();
    expect(rig.sandbox.webhookInfo(rig.token).url).toBe("");
    expect(web.paths).toEqual([]);
    await web.close();
  });

  it("ends with a sentence when a webhook is asked for without a public URL", async () => {
    const error = await thrown(rig.account({ updates: "webhook" }).start());
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toContain("web.public_url");
  });

  it("ends with the cure when the token is wrong", async () => {
    const account = rig.account({ token: "123456:no-such-bot" });
    const error = await thrown(account.start());
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toMatch(/token of the account telegram.*@BotFather/);
    expect(`${error.stack}${account.everything()}`).not.toContain("no-such-bot");
  });

  it("waits for Telegram when it cannot be reached, and says so meanwhile", async () => {
    const down = { kind: "cut", when: "before" } as const;
    rig.sandbox.faults.add({ match: ({ path }) => path.endsWith("/getMe"), times: 3, fault: down });
    const { start, health, stored } = rig.account();
    await start();
    expect(health.at(-1)).toMatch(/cannot talk to Telegram/);
    rig.say("meanwhile");
    await rig.until(() => stored.length > 0, 1000);
    expect(health.at(-1)).toBe("up");
  });

  it("stops the account when the token is revoked while it waits", async () => {
    rig.sandbox.faults.add({
      match: () => true,
      times: 1,
      fault: { kind: "status", status: 502, html: "<p>" },
    });
    const { start, health, halts } = rig.account();
    await start();
    rig.sandbox.revoke(rig.token);
    await rig.until(() => halts.length > 0, 1000);
    expect(halts).toEqual([health.at(-1)]);
    expect(halts[0]).toContain("@BotFather");
  });

  it("warns once about privacy mode, in words", async () => {
    const shy = await openRig({ privacy: true });
    const { start, lines } = shy.account();
    await start();
    expect(lines.filter((line) => line.includes("/setprivacy"))).toHaveLength(1);
    await shy.close();
    const { start: startOpen, lines: openLines } = rig.account();
    await startOpen();
    expect(openLines.filter((line) => line.includes("/setprivacy"))).toHaveLength(0);
  });

  it("can be stopped before it ever reached Telegram", async () => {
    rig.sandbox.faults.add({ match: () => true, chance: 1, fault: { kind: "cut", when: "before" } });
    const { start, platform } = rig.account();
    await start();
    await platform.stop();
    const asked = rig.sandbox.requests.length;
    await rig.clock.advance(120_000);
    expect(rig.sandbox.requests.length).toBe(asked);
  });
});

describe("what is sent", () => {
  const known: Resolved = { prepared: null, now: 0, texts: (key) => key };
  const conversation = (id: number): ConversationRef => ({ account: "telegram", id: String(id) });
  const hello = (to: ConversationRef, resolved = known): Call => {
    const { platform } = rig.account();
    const author = { user: { account: "discord", id: "5" }, name: "Bia", kind: "person" } as const;
    const ref = { conversation: { account: "discord", id: "1" }, id: "2" };
    const [part] = platform.renderMessage(
      { ref, author, at: 0, body: [text("oi")], attachments: [] },
      to,
      resolved,
    );
    return create(part);
  };
  const create = (part: Part | undefined): Call => {
    if (!part) throw new Error("nothing was rendered");
    return { op: "create", part: 0, ...part };
  };

  it("arrives, and is known by its id", async () => {
    const to = conversation(rig.chat);
    const { platform } = rig.account();
    const sent = await platform.send(hello(to), to, signal);
    const [message] = rig.sandbox.messages(rig.chat).slice(-1);
    expect(sent?.ref).toEqual({ conversation: to, id: String(message?.message_id) });
    expect(message?.text).toContain("oi");
  });

  it("arrives when the answered message is gone", async () => {
    const to = conversation(rig.chat);
    const call = hello(to, { ...known, replyTo: { conversation: to, id: "999999" } });
    expect(JSON.stringify(call.request)).toContain("999999");
    expect(await rig.account().platform.send(call, to, signal)).toBeDefined();
  });

  it("follows a group that became a supergroup with the request that was frozen before", async () => {
    const bot = rig.sandbox.createBot({ name: "Ponte", username: "ponte2_bot" });
    const group = rig.sandbox.createChat({ title: "Pequeno", type: "group" }).id;
    rig.sandbox.join(group, bot.id);
    const { platform } = rig.account({ token: bot.token });
    const old = conversation(group);
    const call = hello(old);
    const now = rig.sandbox.upgrade(group);
    const error = await thrown(platform.send(call, old, signal));
    expect(error).toBeInstanceOf(PlatformError);
    expect(error).toMatchObject({ fate: { kind: "moved", to: String(now) } });
    const sent = await platform.send(call, conversation(now), signal);
    expect(sent?.ref.conversation.id).toBe(String(now));
    expect(rig.sandbox.messages(now).at(-1)?.text).toContain("oi");
  });

  it("is refused in words without the token, the address or the text", async () => {
    const to = conversation(-1001999999999);
    const error = await thrown(rig.account().platform.send(hello(to), to, signal));
    expect(error).toMatchObject({ code: "telegram.chat-not-found", fate: { kind: "blocked" } });
    expect(error.message).toBe("sendMessage: 400 Bad Request: chat not found");
  });
});
