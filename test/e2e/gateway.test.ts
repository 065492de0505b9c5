// Connections that break, dispatches that come twice or too early, platforms that are away: what must cross still does.

import { afterEach, describe, expect, it } from "vitest";
import type { App } from "../../src/app.ts";
import type { Fault, FaultRequest } from "../../src/sandbox/faults.ts";
import { fastClock } from "../support/fast-clock.ts";
import { inDatabase } from "../support/strict-client.ts";
import { type TcpGate, tcpGate } from "../support/tcp-gate.ts";
import { eventually, makeWorld, type World, type WorldOptions } from "../support/world.ts";

let world: World | undefined;
const gates: TcpGate[] = [];
afterEach(async () => {
  await world?.close();
  world = undefined;
  for (const gate of gates.splice(0)) await gate.shut();
});

/** The app's waits pass twenty times as fast. */
async function open(
  options: WorldOptions = {},
  prepare?: (scene: World) => Promise<void>,
): Promise<World & { readonly app: App }> {
  const scene = await makeWorld({ clock: fastClock(20), ...options });
  world = scene;
  await prepare?.(scene);
  const app = await scene.start();
  return { ...scene, app };
}

const numbered = (letter: string, from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `${letter}${from + i}`);

const carlaSays = ({ discord, channel, carla }: World, words: readonly string[]) =>
  words.map((content) => discord.say(channel, carla, { content }).id);
const anaSays = ({ telegram, chat, ana }: World, words: readonly string[]) =>
  words.map((text) => telegram.say(chat, ana, { text }).message_id);

/** What crossed to Telegram, without the name before it. */
// A lane that was held up joins what waits, a line for each.
const crossedToTelegram = ({ telegramTexts }: World) =>
  telegramTexts()
    .filter((text) => text.startsWith("Carla: "))
    .flatMap((text) => text.replaceAll("Carla: ", "").split("\n"));
const crossedToDiscord = ({ discord, channel }: World) =>
  discord.messages(channel).flatMap(({ content, webhook_id }) => (webhook_id ? content.split("\n") : []));

const connected = ({ discord }: World) => discord.gateway.sessions().some((session) => session.connected);

describe("a Gateway connection that breaks in the middle of a talk", () => {
  it.each([
    ["opcode 7, reconnect", 7],
    ["opcode 9, resumable", { op9: true }],
    ["close code 4000", { close: 4000 }],
    ["close code 4008", { close: 4008 }],
    ["close code 1001", { close: 1001 }],
    ["a cut", "cut"],
  ] as const)("by %s loses nothing, keeps the order and doubles nothing", async (_, kick) => {
    const scene = await open();
    carlaSays(scene, numbered("d", 0, 10));
    scene.discord.gateway.kickOffAll(kick);
    carlaSays(scene, numbered("d", 10, 20));
    await eventually(() => crossedToTelegram(scene).length >= 10);
    scene.discord.gateway.kickOffAll(kick);
    carlaSays(scene, numbered("d", 20, 30));
    await eventually(() => crossedToTelegram(scene).includes("d29"));
    expect(crossedToTelegram(scene)).toEqual(numbered("d", 0, 30));
    expect(scene.discord.gateway.sessions()).toHaveLength(1);
  });

  it.each([
    ["opcode 9, not resumable", { op9: false }],
    ["close code 4007", { close: 4007 }],
    ["close code 4009", { close: 4009 }],
  ] as const)("by %s loses nothing either: the history tells what no session told", async (_, kick) => {
    const scene = await open();
    carlaSays(scene, numbered("d", 0, 10));
    await eventually(() => crossedToTelegram(scene).length === 10);
    scene.discord.gateway.kickOffAll(kick);
    carlaSays(scene, numbered("d", 10, 20));
    await eventually(() => scene.logged.filter((line) => line.includes("session begun")).length === 2);
    carlaSays(scene, numbered("d", 20, 30));
    await eventually(() => crossedToTelegram(scene).includes("d29"));
    expect(crossedToTelegram(scene)).toEqual(numbered("d", 0, 30));
    expect(scene.logged.filter((line) => line.includes("the Gateway session is over"))).toHaveLength(1);
  });

  it("while sockets are refused for a while is resumed when they are not", async () => {
    const scene = await open();
    scene.discord.gateway.refuseConnections(true);
    scene.discord.gateway.kickOffAll("cut");
    carlaSays(scene, numbered("d", 0, 10));
    anaSays(scene, ["t0"]);
    await eventually(() => crossedToDiscord(scene).includes("t0"));
    await eventually(() => scene.app.health.report().status === "down");
    scene.discord.gateway.refuseConnections(false);
    await eventually(() => crossedToTelegram(scene).includes("d9"));
    expect(crossedToTelegram(scene)).toEqual(numbered("d", 0, 10));
    await eventually(() => scene.app.health.report().status === "ok");
  });
});

describe("dispatches", () => {
  it("that come twice cross once", async () => {
    const scene = await open();
    await eventually(() => connected(scene));
    scene.discord.gateway.duplicateNext(4);
    const [id = ""] = carlaSays(scene, ["a", "b"]);
    scene.discord.edit(scene.channel, id, { content: "A" });
    scene.discord.remove(scene.channel, id);
    carlaSays(scene, ["c"]);
    await eventually(() => crossedToTelegram(scene).includes("c"));
    expect(crossedToTelegram(scene)).toEqual(["b", "c"]);
    // A message that is deleted while it waits is never sent.
    const sent = scene.telegram
      .everSent(scene.chat)
      .filter(({ authorId }) => authorId === scene.telegramBot.id);
    expect(sent.length).toBeLessThanOrEqual(3);
  });

  it("of an edit before its message end with the edited words", async () => {
    const scene = await open();
    await eventually(() => connected(scene));
    scene.discord.gateway.reorderNext(1);
    const [id = ""] = carlaSays(scene, ["errado"]);
    scene.discord.edit(scene.channel, id, { content: "certo" });
    await eventually(() => crossedToTelegram(scene).includes("certo"));
    expect(crossedToTelegram(scene)).toEqual(["certo"]);
  });

  it("of a delete before its message leave nothing standing", async () => {
    const scene = await open();
    await eventually(() => connected(scene));
    scene.discord.gateway.reorderNext(1);
    const [id = ""] = carlaSays(scene, ["nunca"]);
    scene.discord.remove(scene.channel, id);
    carlaSays(scene, ["fim"]);
    await eventually(() => crossedToTelegram(scene).includes("fim"));
    expect(crossedToTelegram(scene)).toEqual(["fim"]);
  });
});

describe("a restart", () => {
  it("resumes the session and brings what was said meanwhile, in order", async () => {
    const scene = await open();
    carlaSays(scene, numbered("d", 0, 5));
    await eventually(() => crossedToTelegram(scene).length === 5);
    await scene.app.stop();
    const ids = carlaSays(scene, numbered("d", 5, 15));
    scene.discord.edit(scene.channel, ids[0] ?? "", { content: "d5!" });
    scene.discord.remove(scene.channel, ids[1] ?? "");
    await scene.start();
    const expected = [...numbered("d", 0, 5), "d5!", ...numbered("d", 7, 15)];
    await eventually(() => crossedToTelegram(scene).join() === expected.join());
    expect(scene.logged.filter((line) => line.includes("session resumed"))).toHaveLength(1);
    expect(scene.discord.gateway.sessions()).toHaveLength(1);
  });
});

/** Carla's words as the group sees them, joined or not: after a gap the lane is behind. */
const carlasWords = ({ telegramTexts }: World): readonly string[] =>
  telegramTexts()
    .join("\n")
    .match(/\bd\d+\b!?/g) ?? [];

describe("a restart after which Discord has forgotten the session", () => {
  it("brings what was said, edited and deleted meanwhile, in order, once", async () => {
    const scene = await open();
    const [edited = "", deleted = ""] = carlaSays(scene, numbered("d", 0, 5));
    await eventually(() => crossedToTelegram(scene).length === 5);
    anaSays(scene, ["t0"]);
    await eventually(() => crossedToDiscord(scene).length === 1);
    await scene.app.stop();
    scene.discord.gateway.forgetSessions();
    carlaSays(scene, numbered("d", 5, 155));
    scene.discord.edit(scene.channel, edited, { content: "d0!" });
    scene.discord.remove(scene.channel, deleted);
    await scene.start();
    carlaSays(scene, ["d155"]);
    const expected = ["d0!", ...numbered("d", 2, 156)];
    await eventually(() => carlasWords(scene).includes("d155"));
    await eventually(() => carlasWords(scene).join() === expected.join());
    expect(crossedToDiscord(scene)).toEqual(["t0"]);
  });

  it("carries the newest behind one line with a link when there was too much", async () => {
    const scene = await open({}, async ({ configure }) =>
      configure(({ accounts }) => ({
        accounts: { ...accounts, discord: { ...accounts.discord, backfill: { messages: 10 } } },
      })),
    );
    carlaSays(scene, ["d0"]);
    await eventually(() => crossedToTelegram(scene).length === 1);
    await scene.app.stop();
    scene.discord.gateway.forgetSessions();
    const [first] = carlaSays(scene, numbered("d", 1, 31));
    await scene.start();
    await eventually(() => carlasWords(scene).includes("d30"));
    const link = `https://discord.com/channels/${scene.guild}/${scene.channel}/${first}`;
    const [before, after] = scene
      .telegramTexts()
      .join("\n")
      .split(`20 earlier messages were not carried: ${link}`);
    expect(before?.match(/d\d+/g)).toEqual(["d0"]);
    expect(after?.match(/d\d+/g)).toEqual(numbered("d", 21, 31));
  });
});

const sendsToDiscord = ({ method, path }: FaultRequest) =>
  method === "POST" && /\/webhooks\/\d+\/[^/]+$/.test(path.split("?")[0] ?? "");
const sendsToTelegram = ({ path }: FaultRequest) => path.endsWith("/sendMessage");

const outages: readonly (readonly [string, Fault])[] = [
  ["500", { kind: "status", status: 500 }],
  ["502 with a proxy's page", { kind: "status", status: 502, html: "<h1>Bad Gateway</h1>" }],
  ["503 without a word", { kind: "status", status: 503, html: "" }],
  ["429", { kind: "limit", retryAfter: 0.2 }],
  ["connections cut", { kind: "cut", when: "before" }],
];

describe("an outage of Discord", () => {
  it.each(outages)("(%s) holds back what goes there, and nothing else", async (_, fault) => {
    const scene = await open();
    anaSays(scene, ["t0"]);
    await eventually(() => crossedToDiscord(scene).length === 1);
    scene.discord.faults.add({ match: sendsToDiscord, chance: 1, fault });
    anaSays(scene, numbered("t", 1, 6));
    const failed = () => scene.logged.filter((line) => line.includes("a call failed; the lane waits")).length;
    await eventually(() => failed() >= 2);
    carlaSays(scene, numbered("d", 0, 5));
    await eventually(() => crossedToTelegram(scene).length === 5);
    expect(crossedToDiscord(scene)).toEqual(["t0"]);
    scene.discord.faults.clear();
    await eventually(() => crossedToDiscord(scene).includes("t5"));
    expect(crossedToDiscord(scene)).toEqual(numbered("t", 0, 6));
  });

  it("with refused connections from the first moment on is over when it is over", async () => {
    const scene = await open({}, async ({ discord, configure }) => {
      const gate = await tcpGate(discord.url);
      gates.push(gate);
      await gate.shut();
      configure(({ accounts }) => ({
        accounts: { ...accounts, discord: { ...accounts.discord, api: gate.url } },
      }));
    });
    anaSays(scene, numbered("t", 0, 5));
    await eventually(() => scene.logged.some((line) => line.includes("ECONNREFUSED")));
    expect(scene.app.health.report().connections).toMatchObject([
      { up: true },
      { name: "discord", up: false },
    ]);
    await gates[0]?.reopen();
    await eventually(() => crossedToDiscord(scene).includes("t4"));
    expect(crossedToDiscord(scene)).toEqual(numbered("t", 0, 5));
    await eventually(() => scene.app.health.report().status === "ok");
  });
});

describe("an outage of Telegram", () => {
  it.each(outages)("(%s) holds back what goes there, and nothing else", async (_, fault) => {
    const scene = await open();
    carlaSays(scene, ["d0"]);
    await eventually(() => crossedToTelegram(scene).length === 1);
    scene.telegram.faults.add({ match: sendsToTelegram, chance: 1, fault });
    carlaSays(scene, numbered("d", 1, 6));
    const failed = () => scene.logged.filter((line) => line.includes("a call failed; the lane waits")).length;
    await eventually(() => failed() >= 2);
    anaSays(scene, numbered("t", 0, 5));
    await eventually(() => crossedToDiscord(scene).length === 5);
    expect(crossedToTelegram(scene)).toEqual(["d0"]);
    scene.telegram.faults.clear();
    await eventually(() => crossedToTelegram(scene).includes("d5"));
    expect(crossedToTelegram(scene)).toEqual(numbered("d", 0, 6));
  });

  it("with refused connections in the middle of a talk is over when it is over", async () => {
    const scene = await open({}, async ({ telegram, configure }) => {
      const gate = await tcpGate(telegram.url);
      gates.push(gate);
      configure(({ accounts }) => ({
        accounts: { ...accounts, telegram: { ...accounts.telegram, api: gate.url } },
      }));
    });
    carlaSays(scene, ["d0"]);
    // Sent and written down: what is in flight at a cut may come twice.
    await eventually(() => inDatabase(scene, "select * from message_map").length === 1);
    await gates[0]?.shut();
    carlaSays(scene, numbered("d", 1, 6));
    await eventually(() => scene.logged.some((line) => line.includes("ECONNREFUSED")));
    anaSays(scene, ["t0"]);
    await eventually(() => crossedToDiscord(scene).includes("t0"));
    await gates[0]?.reopen();
    await eventually(() => crossedToTelegram(scene).includes("d5"));
    expect(crossedToTelegram(scene)).toEqual(numbered("d", 0, 6));
  });
});

describe("a webhook on Discord that is deleted", () => {
  it("is made again once, though nobody told us, and the message is said once", async () => {
    const scene = await open();
    const { discord, channel } = scene;
    anaSays(scene, ["t0"]);
    await eventually(() => crossedToDiscord(scene).length === 1);
    const dead = discord.webhooks(channel)[0]?.id ?? "";
    discord.gateway.dropNext(1);
    discord.deleteWebhook(dead);
    anaSays(scene, numbered("t", 1, 4));
    await eventually(() => crossedToDiscord(scene).includes("t3"));
    expect(crossedToDiscord(scene)).toEqual(numbered("t", 0, 4));
    expect(discord.webhooks(channel).map(({ id }) => id)).not.toEqual([dead]);
    const made = ({ method, path }: FaultRequest) =>
      method === "POST" && /\/channels\/\d+\/webhooks$/.test(path);
    expect(discord.requests.filter(made)).toHaveLength(2);
    expect(discord.requests.filter(({ status }) => status === 404)).toHaveLength(1);
  });
});

describe("a channel that is deleted", () => {
  it("leaves dead letters and a clear line, and the other bridges go on", async () => {
    const other = { chat: 0, channel: "" };
    const scene = await open({}, async ({ telegram, discord, guild, ana, telegramBot, configure }) => {
      other.chat = telegram.createChat({ title: "Outro", type: "supergroup" }).id;
      telegram.join(other.chat, ana);
      telegram.join(other.chat, telegramBot.id, "administrator");
      other.channel = discord.createChannel(guild, { name: "outro" }).id;
      const members = [`telegram:${other.chat}`, `discord:${other.channel}`];
      configure(({ bridges }) => ({ bridges: [...bridges, { name: "outro", members }] }));
    });
    const { telegram, discord, channel, ana, carla, logged } = scene;
    anaSays(scene, ["t0"]);
    await eventually(() => crossedToDiscord(scene).length === 1);
    discord.deleteChannel(channel);
    anaSays(scene, ["t1", "t2"]);
    telegram.say(other.chat, ana, { text: "aqui" });
    discord.say(other.channel, carla, { content: "também" });
    await eventually(() => discord.messages(other.channel).some(({ content }) => content === "aqui"));
    await eventually(() => telegram.messages(other.chat).some(({ text }) => text === "Carla: também"));
    const given = () => logged.filter((line) => line.includes("a delivery was given up"));
    await eventually(() => given().length === 2);
    expect(given()[0]).toContain(channel);
    expect(given()[0]).toMatch(/Unknown (Channel|Webhook)/i);
    const dead = () =>
      inDatabase<{ event: string }>(scene, "select event from outbox where state = 'dead'").map(
        ({ event }) => event,
      );
    await eventually(() => dead().length === 2);
    expect(dead()).toEqual([expect.stringContaining("t1"), expect.stringContaining("t2")]);
  });
});

describe("an answer that is lost after the message was posted", () => {
  it("doubles that message at most, and changes no order", async () => {
    // On a clock that runs faster the calls look slow, and what waits is joined.
    const scene = await open({ clock: fastClock(4) });
    const cut: Fault = { kind: "cut", when: "after" };
    const about =
      (sends: (request: FaultRequest) => boolean, words: readonly string[]) => (request: FaultRequest) => {
        const text = JSON.stringify(request.body);
        return sends(request) && words.some((word) => new RegExp(`\\b${word}\\b`).test(text));
      };
    scene.discord.faults.add({ match: about(sendsToDiscord, ["t2", "t5"]), times: 2, fault: cut });
    scene.telegram.faults.add({ match: about(sendsToTelegram, ["d1", "d7"]), times: 2, fault: cut });
    anaSays(scene, numbered("t", 0, 10));
    carlaSays(scene, numbered("d", 0, 10));
    await eventually(() => crossedToDiscord(scene).includes("t9") && crossedToTelegram(scene).includes("d9"));
    for (const [crossed, letter] of [
      [crossedToDiscord(scene), "t"],
      [crossedToTelegram(scene), "d"],
    ] as const) {
      expect([...new Set(crossed)]).toEqual(numbered(letter, 0, 10));
      expect(crossed).toEqual(crossed.toSorted());
      expect(crossed.length).toBeLessThanOrEqual(12);
    }
    expect(scene.discord.faults.left + scene.telegram.faults.left).toBe(0);
  });
});
