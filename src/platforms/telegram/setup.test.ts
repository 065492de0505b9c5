// What the wizard asks: whose token it is and where the bot is, without taking an update from anybody.

import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ManualClock } from "../../sandbox/manual-clock.ts";
import { startTelegramSandbox, type TelegramSandbox } from "../../sandbox/telegram/index.ts";
import { addToGroupLink, chatsSeen, type SeenChat, UpdatesTaken, verifyToken } from "./setup.ts";

let sandbox: TelegramSandbox;
let clock: ManualClock;
let token: string;
let bot: number;
let stop: AbortController;
beforeEach(async () => {
  clock = new ManualClock();
  sandbox = await startTelegramSandbox({ clock, random: () => 0.5, local: true });
  ({ token, id: bot } = sandbox.createBot({ name: "Ponte", username: "ponte_bot" }));
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await sandbox.close();
});

function group(title: string, type: "group" | "supergroup" | "channel" = "supergroup"): number {
  return sandbox.createChat({ title, type }).id;
}

/** What is seen, while the clock is turned, until as many came as wanted. */
async function watch(): Promise<{ readonly seen: SeenChat[]; until(count: number): Promise<void> }> {
  const seen: SeenChat[] = [];
  let failed: unknown;
  const reading = (async () => {
    for await (const chat of chatsSeen(token, sandbox.url, stop.signal, clock)) seen.push(chat);
  })();
  reading.catch((error: unknown) => {
    failed = error;
  });
  const until = async (count: number) => {
    for (let i = 0; seen.length < count; i++) {
      if (failed !== undefined) throw failed;
      if (i > 100_000) throw new Error(`only ${JSON.stringify(seen)} was seen`);
      await turn();
      if (i % 50 === 49) await clock.advance(500);
    }
  };
  return { seen, until };
}

describe("a token", () => {
  it("is told whose it is, and whether the bot reads everything", async () => {
    const open = sandbox.createBot({ name: "Aberta", username: "aberta_bot", privacy: false });
    expect(await verifyToken(token, sandbox.url, stop.signal)).toEqual({
      id: String(bot),
      username: "ponte_bot",
      name: "Ponte",
      readsAll: false,
    });
    expect(await verifyToken(open.token, sandbox.url, stop.signal)).toMatchObject({ readsAll: true });
  });

  it.each(["", "no token", "1:a/../../getMe", "123456:unknown"])(
    "that is wrong is refused: %j",
    async (wrong) => {
      expect(await verifyToken(wrong, sandbox.url, stop.signal)).toEqual({ refused: true });
    },
  );

  it("that nobody could judge is not refused, and the reason holds no token", async () => {
    const verdict = await verifyToken(token, "http://127.0.0.1:9", stop.signal);
    expect(verdict).toEqual({ unreachable: "getMe: ECONNREFUSED" });
    const fault = { kind: "status", status: 502, html: "<h1>no</h1>" } as const;
    sandbox.faults.add({ match: () => true, times: 1, fault });
    expect(await verifyToken(token, sandbox.url, stop.signal)).toHaveProperty("unreachable");
  });
});

describe("the chats of a bot", () => {
  it("are seen when it is added, with and without rights, and no update is lost by it", async () => {
    const first = group("Primeiro");
    sandbox.join(first, bot);
    const { seen, until } = await watch();
    await until(1);
    const second = group("Canal", "channel");
    sandbox.join(second, bot, "administrator");
    await until(2);
    expect(seen).toEqual([
      { id: String(first), title: "Primeiro", type: "supergroup", admin: false },
      { id: String(second), title: "Canal", type: "channel", admin: true },
    ]);
    expect(sandbox.pendingUpdates(token).length).toBeGreaterThanOrEqual(2);
  });

  it("are seen again when the bot becomes administrator, and not when it only speaks on", async () => {
    const chat = group("Grupo");
    const user = sandbox.createUser({ firstName: "Ana" }).id;
    sandbox.join(chat, user);
    sandbox.join(chat, bot);
    const { seen, until } = await watch();
    await until(1);
    sandbox.say(chat, user, { text: "/start" });
    sandbox.join(chat, bot, "administrator");
    await until(2);
    expect(seen.map(({ admin }) => admin)).toEqual([false, true]);
  });

  it("are not those it left, nor what it is told in private", async () => {
    const left = group("Deixado");
    const user = sandbox.createUser({ firstName: "Ana" }).id;
    sandbox.join(left, bot);
    sandbox.leave(left, bot);
    sandbox.sayPrivately(token, user, { text: "oi" });
    const stays = group("Fica");
    sandbox.join(stays, bot);
    const { seen, until } = await watch();
    await until(1);
    expect(seen.map(({ title }) => title)).toEqual(["Fica"]);
  });

  it("cannot be seen while a webhook is set, which is said", async () => {
    await fetch(`${sandbox.url}/bot${token}/setWebhook?url=http://127.0.0.1:9/theirs`);
    const { until } = await watch();
    const fault = await until(1).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(UpdatesTaken);
    expect(fault).toHaveProperty("by", "webhook");
  });

  it("are asked for again after the network failed", async () => {
    sandbox.faults.add({ match: () => true, times: 2, fault: { kind: "cut", when: "before" } });
    sandbox.join(group("Grupo"), bot);
    const { seen, until } = await watch();
    await until(1);
    expect(seen).toHaveLength(1);
  });
});

describe("the link that adds the bot to a group", () => {
  it("proposes the rights the bridge wants", () => {
    expect(addToGroupLink("ponte_bot")).toBe(
      "https://t.me/ponte_bot?startgroup&admin=pin_messages+delete_messages+manage_topics",
    );
  });
});
