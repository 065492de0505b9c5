// Starts the strict Discord simulator: REST v10, Gateway v10 and CDN on one loopback port; tests and the demo call it.

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { systemClock } from "../../model/clock.ts";
import { FaultScript, type RecordedRequest } from "../faults.ts";
import { Gateway } from "./gateway/gateway.ts";
import type { Session } from "./gateway/session.ts";
import { interactionsOf } from "./interactions/interactions.ts";
import { moderationOf } from "./people/moderation.ts";
import { peopleOf } from "./people/people.ts";
import { placesOf } from "./people/places.ts";
import { speechOf } from "./people/speech.ts";
import { RateLimits } from "./rest/limits.ts";
import { answerRequest, type RestOptions } from "./rest/rest.ts";
import type { DiscordSandbox, DiscordSandboxOptions, GatewayControl, Kick } from "./sandbox.ts";
import { setupOf } from "./setup.ts";
import { createWorld, type World } from "./world.ts";

// No number is documented; "a few minutes".
const RESUME_WINDOW_MS = 180_000;
const HEARTBEAT_MS = 41_250;

function order(session: Session, op: number, d: unknown): void {
  session.link?.send(JSON.stringify({ op, d, s: null, t: null }));
}

function kick(gateway: Gateway, how: Kick | number): void {
  if (how === "cut") gateway.cutAll();
  for (const session of gateway.sessions) {
    if (how === 7) order(session, 7, null);
    else if (typeof how === "number") session.link?.close(how);
    else if (typeof how === "object" && "close" in how) session.link?.close(how.close);
    else if (typeof how === "object") {
      order(session, 9, how.op9);
      if (!how.op9) gateway.forget(session);
    }
  }
}

function controlOf(gateway: Gateway): GatewayControl {
  const { mischief } = gateway;
  return {
    mischief,
    sessions: () =>
      gateway.sessions.map(({ id, bot, intents, seq, link }) => ({
        id,
        botId: bot.id,
        intents,
        seq,
        connected: link !== undefined,
      })),
    kickOffAll: (how) => kick(gateway, how),
    dropNext(count = 1) {
      mischief.drop += count;
    },
    duplicateNext(count = 1) {
      mischief.duplicate += count;
    },
    reorderNext(pairs = 1) {
      mischief.reorder += pairs;
    },
    refuseConnections(refuse) {
      gateway.refusing = refuse;
    },
    forgetSessions() {
      for (const session of gateway.sessions) gateway.forget(session);
      gateway.cutAll();
    },
    muteLogins(mute) {
      gateway.muteLogins = mute;
    },
    muteHeartbeats(mute) {
      gateway.mute = mute;
    },
    askForHeartbeat() {
      for (const session of gateway.sessions) order(session, 1, null);
    },
  };
}

/** All that people do, in one. */
function everybody(world: World) {
  return {
    ...peopleOf(world),
    ...speechOf(world),
    ...placesOf(world),
    ...moderationOf(world),
    ...interactionsOf(world),
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

/** Rejects when the port is taken. Everything is forgotten on `close`. */
export async function startDiscordSandbox(options: DiscordSandboxOptions = {}): Promise<DiscordSandbox> {
  const clock = options.clock ?? systemClock;
  const random = options.random ?? Math.random;
  const limits = options.limits ?? false;
  const requests: RecordedRequest[] = [];
  const unexpected: (RecordedRequest | string)[] = [];
  const world = createWorld(clock, random, options.trust);
  const strikes = { faults: new FaultScript(random), cdnFaults: new FaultScript(random) };
  const downloads: string[] = [];
  const gateway = new Gateway(world, {
    heartbeatMs: options.heartbeatMs ?? HEARTBEAT_MS,
    resumeWindowMs: options.resumeWindowMs ?? RESUME_WINDOW_MS,
    limitIdentify: limits,
    onUnexpected: (what) => unexpected.push(what),
  });
  const rest: RestOptions = {
    world,
    gateway,
    ...strikes,
    downloads,
    limits: new RateLimits(clock, limits),
    latency: options.latency ?? (() => 0),
    echo: options.echo ?? "after",
    record: (request) => requests.push(request),
    unexpected: (request) => unexpected.push(request),
  };
  const server = createServer((request, response) => {
    answerRequest(rest, request, response).catch(() => response.destroy());
  });
  server.on("upgrade", (request, socket, head) => gateway.upgrade(request, socket, head));
  world.origin = `http://127.0.0.1:${await listen(server, options.port ?? 0)}`;
  const setup = setupOf(world);
  return {
    url: `${world.origin}/api`,
    cdnUrl: `${world.origin}/cdn`,
    mediaUrl: `${world.origin}/media`,
    requests,
    unexpected,
    downloads,
    ...strikes,
    gateway: controlOf(gateway),
    ...setup,
    resetToken(botId) {
      const token = setup.resetToken(botId);
      for (const session of gateway.sessions) if (session.bot.id === botId) session.link?.close(4004);
      return token;
    },
    ...everybody(world),
    onChange(listener) {
      world.listeners.add(listener);
      return () => world.listeners.delete(listener);
    },
    async close() {
      await gateway.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
