// The Gateway connection when something breaks: every way Discord closes it, hearts that stop, stops at bad moments.

import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type WebSocket from "ws";
import { WebSocketServer } from "ws";
import {
  type DiscordAccount,
  type DiscordRig,
  openDiscordRig,
} from "../../../../test/support/discord-rig.ts";
import { recordContext } from "../../../../test/support/platform-context.ts";
import { UserError } from "../../../model/errors.ts";
import { Gateway } from "./gateway.ts";
import { intentsFor } from "./options.ts";
import type { GatewayParts } from "./parts.ts";

let rig: DiscordRig;
beforeEach(async () => {
  rig = await openDiscordRig();
});
afterEach(async () => {
  await rig.close();
  expect(rig.sandbox.unexpected).toEqual([]);
});

async function started(
  options: Parameters<DiscordRig["account"]>[0] = {},
  on: DiscordRig = rig,
): Promise<DiscordAccount> {
  const account = on.account(options);
  await account.start();
  await on.until(() => account.health.includes("up"));
  return account;
}

/** A Gateway alone, whose Discord is the server at this port. */
function gatewayTo(port: number, receive: GatewayParts["receive"] = () => undefined) {
  const record = recordContext({ account: "discord" });
  const limit = { total: 1000, remaining: 999, reset_after: 1, max_concurrency: 1 };
  const gateway = new Gateway({
    context: record.context,
    token: rig.bot.token,
    prepare: async () => undefined,
    information: async () => ({ url: `ws://127.0.0.1:${port}`, shards: 1, session_start_limit: limit }),
    receive,
    intents: () => intents,
    mend: () => Promise.resolve(false),
    backfill: () => ({
      start: (_since, _signal, finish) => {
        finish(undefined);
        return { done: Promise.resolve(), pass: () => undefined };
      },
      first: () => undefined,
      settle: () => undefined,
    }),
  });
  return { ...record, gateway };
}

const portOf = (address: unknown) => (address as { readonly port: number }).port;
const begun = (account: DiscordAccount) =>
  account.lines.filter((line) => line.includes("session begun")).length;
const over = (account: DiscordAccount) =>
  account.lines.filter((line) => line.includes("session is over")).length;

describe("Discord's close codes", () => {
  it.each([4000, 4001, 4002, 4003, 4005, 4008, 4099, 1000, 1001, 1011])(
    "%i: the session is resumed and nothing is lost",
    async (code) => {
      const account = await started();
      rig.sandbox.gateway.kickOffAll({ close: code });
      rig.say("durante");
      await rig.until(() => account.contents().includes("durante"), 100);
      expect({ begun: begun(account), over: over(account) }).toEqual({ begun: 1, over: 0 });
    },
  );

  it.each([4007, 4009])("%i: a new session, and it is said that something may be missing", async (code) => {
    const account = await started();
    rig.sandbox.gateway.kickOffAll({ close: code });
    await rig.until(() => begun(account) === 2, 500);
    expect(over(account)).toBe(1);
    rig.say("nova");
    await rig.until(() => account.contents().includes("nova"));
  });

  it.each([
    [4004, "Reset Token"],
    [4010, "code 4010"],
    [4011, "too many servers"],
    [4012, "Update MateBot"],
    [4013, "MESSAGE CONTENT INTENT"],
    [4014, "MESSAGE CONTENT INTENT"],
  ])("%i: the account is halted, once, in plain words", async (code, words) => {
    const account = await started();
    rig.sandbox.gateway.kickOffAll({ close: code });
    await rig.until(() => account.halts.length > 0);
    const asked = rig.sandbox.requests.length;
    await rig.clock.advance(600_000);
    expect(account.halts).toEqual([expect.stringContaining(words)]);
    expect(account.health).toEqual(["up", account.halts[0]]);
    expect(rig.sandbox.requests).toHaveLength(asked);
    expect(account.everything()).not.toContain(rig.bot.token);
  });
});

it("an invalid session that may be resumed is resumed", async () => {
  const account = await started();
  rig.sandbox.gateway.kickOffAll({ op9: true });
  rig.say("durante");
  await rig.until(() => account.contents().includes("durante"), 100);
  expect({ begun: begun(account), over: over(account) }).toEqual({ begun: 1, over: 0 });
});

describe("the heart", () => {
  it("that gets no answer is a dead connection: it is closed and resumed, and nothing is lost", async () => {
    const beating = await openDiscordRig({ heartbeatMs: 60 });
    const account = await started({}, beating);
    beating.sandbox.gateway.muteHeartbeats(true);
    const resumed = () => account.lines.some((line) => line.includes("session resumed"));
    await beating.until(resumed);
    beating.sandbox.gateway.muteHeartbeats(false);
    beating.say("depois");
    await beating.until(() => account.contents().includes("depois"));
    expect(begun(account)).toBe(1);
    await beating.close();
  });

  it("that is asked for beats at once", async () => {
    const account = await started();
    account.health.push("marca");
    rig.sandbox.gateway.askForHeartbeat();
    await rig.until(() => account.health.at(-1) === "up");
  });
});

describe("a connection on which nothing happens", () => {
  it("because the login is not answered is made anew, though hearts beat, and /health says why", async () => {
    const account = await started();
    rig.sandbox.gateway.muteLogins(true);
    rig.sandbox.gateway.kickOffAll("cut");
    rig.say("durante");
    const words = account.context.texts("discord-account.gateway.unanswered");
    await rig.until(() => account.health.at(-1)?.includes(words) === true, 300);
    rig.sandbox.gateway.muteLogins(false);
    await rig.until(() => account.contents().includes("durante"), 300);
    await rig.until(() => account.health.at(-1) === "up");
    expect({ begun: begun(account), over: over(account) }).toEqual({ begun: 1, over: 0 });
  });

  it("because it is dead is asked for a sign of life, given up without one, and resumed", async () => {
    const quiet = await openDiscordRig({ heartbeatMs: 3_600_000 });
    const account = await started({}, quiet);
    quiet.sandbox.gateway.muteHeartbeats(true);
    await quiet.clock.advance(90_000);
    await pause(20);
    expect(account.lines.join()).not.toContain("given up");
    await quiet.clock.advance(20_000);
    expect(account.lines.join()).toContain("given up");
    quiet.say("durante");
    await quiet.until(() => account.contents().includes("durante"), 100);
    expect({ begun: begun(account), over: over(account) }).toEqual({ begun: 1, over: 0 });
    await quiet.close();
  });

  it("for want of talk answers when it is asked, and stays", async () => {
    const quiet = await openDiscordRig({ heartbeatMs: 3_600_000 });
    const account = await started({}, quiet);
    for (let i = 0; i < 5; i++) {
      await quiet.clock.advance(90_000);
      await pause(20);
      await quiet.clock.advance(20_000);
    }
    expect(account.health).toEqual(["up"]);
    expect(quiet.sandbox.gateway.sessions().map(({ connected }) => connected)).toEqual([true]);
    await quiet.close();
  });
});

describe("a storing fault", () => {
  it("that shows while the connection is being made anew loses nothing", async () => {
    const verdicts: ((well: boolean) => void)[] = [];
    let held = true;
    const disk = () =>
      held
        ? new Promise<void>((resolve, reject) =>
            verdicts.push((well) => (well ? resolve() : reject(new Error("disk full")))),
          )
        : Promise.resolve();
    const account = await started({ disk });
    rig.say("um");
    await rig.until(() => verdicts.length === 1);
    rig.sandbox.gateway.kickOffAll("cut");
    rig.say("dois");
    await pause(100);
    held = false;
    for (const verdict of verdicts) verdict(false);
    await rig.until(() => account.contents().includes("dois"), 500);
    expect(account.contents()).toEqual(["um", "dois"]);
  });

  it("for hours is told again and again ever more slowly, and nothing is lost when the disk works again", async () => {
    let full = true;
    let tries = 0;
    const disk = async () => {
      tries += 1;
      if (full) throw new Error("disk full");
    };
    const account = await started({ disk });
    rig.say("um");
    await rig.until(() => tries >= 4, 500);
    expect(account.health.at(-1)).not.toBe("up");
    full = false;
    rig.say("dois");
    await rig.until(() => account.contents().length === 2, 500);
    expect(account.contents()).toEqual(["um", "dois"]);
    await rig.until(() => account.health.at(-1) === "up");
  });
});

it("a storing fault while a new connection hangs gives that up, and its end harms nobody", async () => {
  const stored = Promise.withResolvers<void>();
  const hanging: Socket[] = [];
  let open = true;
  const sessions = new WebSocketServer({ noServer: true });
  const server = createHttpServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = portOf(server.address());
  server.on("upgrade", (request, socket: Socket, head) => {
    if (!open) return void hanging.push(socket.on("error", () => undefined).resume());
    sessions.handleUpgrade(request, socket, head, (client) => {
      const say = (packet: object) => client.send(JSON.stringify(packet));
      const d = { session_id: "s1", resume_gateway_url: `ws://127.0.0.1:${port}` };
      client.on("message", () => {
        say({ op: 0, s: 1, t: "READY", d });
        say({ op: 0, s: 2, t: "MESSAGE_CREATE", d: {} });
      });
      say({ op: 10, s: null, t: null, d: { heartbeat_interval: 40_000 } });
    });
  });
  const raw = { account: "discord", key: "k", body: "{}", receivedAt: 0 };
  const { gateway, clock, everything } = gatewayTo(port, ({ t }) => (t === "READY" ? undefined : raw));
  await gateway.start(() => stored.promise);
  open = false;
  for (const client of sessions.clients) client.terminate();
  while (hanging.length === 0) await pause(20);
  const [first] = hanging;
  const gone = first && once(first, "end");
  stored.reject(new Error("disk full"));
  await gone;
  expect(everything()).toContain("could not be stored");
  while (hanging.length < 2) {
    await pause(20);
    await clock.advance(100);
  }
  await gateway.stop();
  for (const socket of hanging) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

describe("a stop", () => {
  it("in the middle of a handshake that nobody answers is done at once and leaves no socket", async () => {
    const arrived = Promise.withResolvers<Socket>();
    const server = createServer(arrived.resolve).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { gateway } = gatewayTo(portOf(server.address()));
    const starting = gateway.start(async () => undefined);
    const socket = await arrived.promise;
    socket.on("error", () => undefined);
    const gone = once(socket.resume(), "close");
    await gateway.stop();
    await starting;
    await gone;
    await new Promise((resolve) => server.close(resolve));
  });

  it.each(["HELLO", "READY"])("while Discord owes %s is done at once and closes politely", async (owed) => {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    await once(server, "listening");
    const { gateway } = gatewayTo(portOf(server.address()));
    const [[client]] = await Promise.all([
      once(server, "connection") as Promise<[WebSocket]>,
      Promise.race([gateway.start(async () => undefined), pause(50)]),
    ]);
    if (owed === "READY") {
      client.send(JSON.stringify({ op: 10, d: { heartbeat_interval: 40_000 }, s: null, t: null }));
      await once(client, "message");
    }
    const gone = once(client, "close");
    await gateway.stop();
    expect((await gone)[0]).toBe(4200);
    await new Promise((resolve) => server.close(resolve));
  });

  it("waits for what is being stored, and what came after it comes again", async () => {
    const store = Promise.withResolvers<void>();
    const account = await started({ disk: () => store.promise });
    rig.say("um");
    await rig.until(() => account.offered.length === 1);
    const stopping = account.platform.stop();
    store.resolve();
    await stopping;
    expect(account.contents()).toEqual(["um"]);
    rig.say("dois");
    const after = await started({ state: account.state });
    await rig.until(() => after.contents().includes("dois"));
    expect(after.contents()).toEqual(["dois"]);
  });

  it("while it waits to try again is done at once", async () => {
    rig.sandbox.faults.add({ match: () => true, times: 99, fault: { kind: "cut", when: "before" } });
    const account = rig.account();
    await account.start();
    await account.platform.stop();
    rig.sandbox.faults.clear();
  });

  it("may come twice, and before any start", async () => {
    const idle = rig.account();
    await idle.platform.stop();
    const account = await started();
    await Promise.all([account.platform.stop(), account.platform.stop()]);
    expect(rig.sandbox.gateway.sessions()).toHaveLength(1);
  });
});

const { context } = recordContext();
const intents = intentsFor({ ...context, conversations: () => [{ account: "discord", id: "1" }] });

it.each([
  ["nothing at all", "null"],
  ["a number", "7"],
  ["a session without an address", JSON.stringify({ id: "s", ready: 1, intents })],
  ["an address that is no Gateway's", JSON.stringify({ id: "s", ready: 1, intents, url: "mailto:a@b" })],
])("a stored session that is %s is none", async (_name, text) => {
  const account = await started({
    state: new Map([
      ["gateway-session", text],
      ["gateway-sequence", "null"],
    ]),
  });
  expect(begun(account)).toBe(1);
});

it("a token that was refused at the start leaves nothing running", async () => {
  const account = rig.account({ token: `${rig.bot.token.slice(0, -4)}AAAA` });
  await expect(account.start()).rejects.toBeInstanceOf(UserError);
  expect(account.halts).toEqual([]);
  const asked = rig.sandbox.requests.length;
  await rig.clock.advance(600_000);
  expect(rig.sandbox.requests).toHaveLength(asked);
  expect(account.everything()).not.toContain(rig.bot.token.slice(0, -4));
});
