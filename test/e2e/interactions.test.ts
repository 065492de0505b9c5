// Interactions and install events of a Discord account: both ways in, the change between them, and Discord's clocks.

import { afterEach, describe, expect, it } from "vitest";
import type { Platform } from "../../src/bridge/platform.ts";
import type { WebPort } from "../../src/bridge/ports.ts";
import type { RobotPort } from "../../src/bridge/social.ts";
import type { RawUpdate } from "../../src/model/delivery.ts";
import { discordSchema } from "../../src/platforms/discord/config.ts";
import { createDiscord } from "../../src/platforms/discord/index.ts";
import { startDiscordSandbox } from "../../src/sandbox/discord/index.ts";
import { ManualClock } from "../../src/sandbox/manual-clock.ts";
import { makeSelfSigned } from "../../src/web/tls/self-signed.ts";
import { FakeWeb } from "../support/fake-web.ts";
import { recordContext } from "../support/platform-context.ts";
import { turnUntil } from "./interactions-wait.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

type Way = { interactions?: "gateway" | "endpoint"; install_events?: boolean };

/** A world where the web server's certificate is that of a public authority, until `trusted` says otherwise. */
async function open() {
  const clock = new ManualClock();
  const tls = await makeSelfSigned("127.0.0.1", Date.now());
  const web = await FakeWeb.open(tls);
  closing.push(() => web.close());
  let step = 0;
  const random = () => {
    step = (step + 0.618033988749895) % 1;
    return step;
  };
  const sandbox = await startDiscordSandbox({ clock, random, trust: tls.cert });
  closing.push(() => sandbox.close());
  const guild = sandbox.createGuild({ name: "Casa" }).id;
  const channel = sandbox.createChannel(guild, { name: "geral" }).id;
  const ana = sandbox.createUser({ username: "ana" }).id;
  sandbox.addMember(guild, ana);
  const bot = sandbox.createBot({ name: "MateBot" });
  sandbox.addBot(guild, bot.id);
  const listeners: (() => Promise<void>)[] = [];
  let trusted = true;
  const port: WebPort = {
    publicUrl: web.publicUrl,
    certificate: () => (trusted ? undefined : tls.cert),
    onCertificate: (listener) => void listeners.push(listener),
    post: (path, handler) => web.post(path, handler),
    get: (prefix, handler) => web.get(prefix, handler),
  };
  const state = new Map<string, string>();
  const stored: RawUpdate[] = [];
  const use = (more: { type?: 2 | 3 | 4 | 5; locale?: string } = {}) =>
    sandbox.use({ botId: bot.id, userId: ana, channelId: channel, ...more });
  async function start(way: Way, reach: WebPort | undefined = port, robot?: RobotPort) {
    const record = recordContext({ account: "discord", clock, state, ...(reach && { web: reach }) });
    const context = {
      ...record.context,
      state: {
        get: (name: string) => Promise.resolve(state.get(name)),
        set: (name: string, value: string) => Promise.resolve(void state.set(name, value)),
      },
      conversations: () => [{ account: "discord", id: channel }],
      ...(robot && { robot }),
    };
    const { url: api, cdnUrl: cdn, mediaUrl: media } = sandbox;
    const config = discordSchema.parse({ platform: "discord", token: bot.token, api, cdn, media, ...way });
    const platform: Platform = createDiscord(context, config);
    let stopped = false;
    const stop = async () => {
      if (!stopped) await platform.stop();
      stopped = true;
    };
    closing.push(stop);
    await platform.start(async (raw) => {
      if (!stored.some(({ key }) => key === raw.key)) stored.push(raw);
    });
    return { ...record, stop };
  }
  const until = (condition: () => boolean, ms = 0) => turnUntil(clock, condition, ms);
  const endpoint = () => sandbox.application(bot.id).interactions_endpoint_url ?? null;
  const said = (id: string) => sandbox.interaction(id).answer;
  return {
    ...{
      clock,
      sandbox,
      web,
      bot,
      guild,
      channel,
      ana,
      stored,
      state,
      start,
      use,
      until,
      endpoint,
      said,
      port,
    },
    /** The certificate becomes one of our own, or a public one again. */
    async trust(now: boolean) {
      trusted = now;
      for (const listener of listeners) await listener();
    },
  };
}

const interactionKeys = (stored: readonly RawUpdate[]) =>
  stored.flatMap(({ key }) => (key.startsWith("interaction:") ? [key] : []));

describe("the robot's answers", () => {
  it.each(["gateway", "endpoint"] as const)(
    "reach who asked by the %s, all of them in order",
    async (way) => {
      const asked: unknown[] = [];
      const robot: RobotPort = {
        ask: async ({ asked: what, by, isPrivate }) => {
          asked.push([what.kind, by.name, isPrivate]);
          const body = [{ kind: "text", text: "palavra ".repeat(400) }] as const;
          return { say: { body, buttons: [[{ label: "Sim", action: "x:1" }]] }, isPrivate: true };
        },
        stands: async () => {},
        complete: async () => [],
        isPrivate: () => true,
        commands: () => [],
      };
      const world = await open();
      await world.start({ interactions: way }, world.port, robot);
      if (way === "endpoint") await world.until(() => world.endpoint() !== null, 10);
      const { id, via } = await world.use({ locale: "pt-BR" });
      expect(via).toBe(way);
      await world.until(() => world.sandbox.interaction(id).followUps.length > 0, 50);
      expect(world.said(id)).toMatchObject({ type: 4, data: { flags: 64 } });
      expect(world.sandbox.interaction(id).followUps).toMatchObject([
        { flags: 64, components: [{ type: 1 }] },
      ]);
      expect(asked).toEqual([["command", "ana", false]]);
      expect(world.sandbox.unexpected).toEqual([]);
    },
  );
});

describe("interactions by the Gateway", () => {
  it("are stored, and answered for the asker alone in the asker's language", async () => {
    const world = await open();
    await world.start({});
    for (const [locale, words] of [
      ["pt-BR", /não conhece/],
      ["es-419", /no conoce/],
      ["en-GB", /does not know/],
      ["ja", /does not know/],
    ] as const) {
      const { id, via } = await world.use({ locale });
      await world.until(() => world.said(id) !== undefined, 10);
      expect(via).toBe("gateway");
      expect(world.said(id)).toMatchObject({ type: 4, data: { flags: 64 } });
      expect(JSON.stringify(world.said(id)?.data)).toMatch(words);
      expect(interactionKeys(world.stored)).toContain(`interaction:${id}`);
    }
    expect(world.sandbox.unexpected).toEqual([]);
  });

  it("keep their token out of the journal", async () => {
    const world = await open();
    await world.start({});
    const { id } = await world.use();
    await world.until(() => world.said(id) !== undefined, 10);
    const row = world.stored.find(({ key }) => key === `interaction:${id}`);
    expect(JSON.parse(row?.body ?? "").d).not.toHaveProperty("token");
  });

  it("that ask for suggestions get none", async () => {
    const world = await open();
    await world.start({});
    const { id } = await world.use({ type: 4 });
    await world.until(() => world.said(id) !== undefined, 10);
    expect(world.said(id)).toEqual({ type: 8, data: { choices: [] } });
  });

  it("that come twice are stored and answered once, without a word in the log", async () => {
    const world = await open();
    const account = await world.start({});
    const { id } = await world.use();
    await world.until(() => world.said(id) !== undefined, 10);
    await world.sandbox.repeat(id, "gateway");
    const other = await world.use();
    await world.until(() => world.said(other.id) !== undefined, 10);
    expect(interactionKeys(world.stored)).toHaveLength(2);
    expect(world.sandbox.requests.filter(({ path }) => path.endsWith("/callback"))).toHaveLength(2);
    expect(account.lines.filter((line) => /^(warn|error).*interaction/.test(line))).toEqual([]);
  });

  it("that are answered too late leave no noise", async () => {
    const world = await open();
    const account = await world.start({});
    const match = ({ path }: { readonly path: string }) => path.endsWith("/callback");
    const body = { message: "Unknown interaction", code: 10062 };
    world.sandbox.faults.add({ match, times: 1, fault: { kind: "status", status: 404, body } });
    await world.use();
    await world.until(() => world.sandbox.faults.left === 0, 10);
    const next = await world.use();
    await world.until(() => world.said(next.id) !== undefined, 10);
    expect(account.lines.filter((line) => /^(warn|error).*interaction/.test(line))).toEqual([]);
  });
});

describe("an interactions endpoint", () => {
  it("is registered, passes Discord's probes, and brings the interactions instead of the Gateway", async () => {
    const world = await open();
    const account = await world.start({ interactions: "endpoint" });
    await world.until(() => world.endpoint() !== null, 10);
    const { id, via, status } = await world.use();
    expect([via, status]).toEqual(["endpoint", 200]);
    expect(world.said(id)).toMatchObject({ type: 4, data: { flags: 64 } });
    expect(interactionKeys(world.stored)).toEqual([`interaction:${id}`]);
    expect(await world.sandbox.probeEndpoint(world.bot.id)).toBe(true);
    expect(account.everything()).not.toContain(new URL(String(world.endpoint())).pathname);
    expect(world.sandbox.unexpected).toEqual([]);
  });

  it("stays at the same address after a restart, which asks Discord for nothing", async () => {
    const world = await open();
    const first = await world.start({ interactions: "endpoint" });
    await world.until(() => world.endpoint() !== null, 10);
    const before = world.endpoint();
    await first.stop();
    const second = await world.start({ interactions: "endpoint" });
    const { status } = await world.use();
    expect(status).toBe(200);
    await second.stop();
    expect(world.endpoint()).toBe(before);
    expect(world.sandbox.requests.filter(({ method }) => method === "PATCH")).toHaveLength(1);
  });

  it("and the Gateway together store one and answer one, whichever brought it first", async () => {
    const world = await open();
    await world.start({ interactions: "endpoint" });
    await world.until(() => world.endpoint() !== null, 10);
    const { id } = await world.use();
    await world.sandbox.repeat(id, "gateway");
    const other = await world.use();
    expect(world.said(other.id)?.type).toBe(4);
    await world.sandbox.repeat(other.id, "endpoint");
    expect(world.sandbox.interaction(other.id).status).toBe(202);
    expect(interactionKeys(world.stored)).toHaveLength(2);
    expect(world.sandbox.requests.filter(({ path }) => path.endsWith("/callback"))).toEqual([]);
  });

  it("of ours is removed when the Gateway is wished, and nothing is lost on the way", async () => {
    const world = await open();
    const first = await world.start({ interactions: "endpoint" });
    await world.until(() => world.endpoint() !== null, 10);
    await world.use();
    await first.stop();
    await world.start({ interactions: "gateway" });
    const early = await world.use();
    await world.until(() => world.endpoint() === null, 10);
    const { id, via } = await world.use();
    expect(via).toBe("gateway");
    await world.until(() => world.said(id) !== undefined && world.said(early.id) !== undefined, 10);
    expect(interactionKeys(world.stored)).toHaveLength(3);
  });

  it("of another program is named and left alone", async () => {
    const world = await open();
    const theirs = "https://other.example.org/interactions";
    world.sandbox.setApplication(world.bot.id, { interactions_endpoint_url: theirs });
    const account = await world.start({ interactions: "gateway" });
    await world.until(() => account.lines.some((line) => /warn .*other\.example\.org/.test(line)), 10);
    expect(world.endpoint()).toBe(theirs);
  });

  it("is not even asked for with a certificate of our own, and is once the certificate is public", async () => {
    const world = await open();
    await world.trust(false);
    const account = await world.start({ interactions: "endpoint" });
    await world.until(() => account.lines.some((line) => /warn .*public authority/.test(line)), 10);
    const { via } = await world.use();
    expect(via).toBe("gateway");
    await world.trust(true);
    await world.until(() => world.endpoint() !== null, 10);
    await world.trust(false);
    await world.until(() => world.endpoint() === null, 10);
  });

  it("that Discord refuses is a warning with the cure, and the Gateway brings the interactions", async () => {
    const world = await open();
    const unreachable = { ...world.port, publicUrl: new URL("https://127.0.0.1:9") };
    const account = await world.start({ interactions: "endpoint" }, unreachable);
    await world.until(() => account.lines.some((line) => /does not accept the address/.test(line)), 10);
    const { id, via } = await world.use();
    expect(via).toBe("gateway");
    await world.until(() => world.said(id) !== undefined, 10);
  });

  it("that Discord took away is set again within the hour", async () => {
    const world = await open();
    await world.start({ interactions: "endpoint" });
    await world.until(() => world.endpoint() !== null, 10);
    world.sandbox.setApplication(world.bot.id, { interactions_endpoint_url: null });
    const changes = () => world.sandbox.requests.filter(({ method }) => method === "PATCH").length;
    const before = changes();
    await world.until(() => changes() > before, 60_000);
    // Discord waits for its probes by the same clock: it stands still meanwhile.
    await world.until(() => world.endpoint() !== null);
  });
});

describe("install events", () => {
  it("are asked for, stored once and told", async () => {
    const world = await open();
    const account = await world.start({ install_events: true });
    const settings = () => world.sandbox.application(world.bot.id);
    await world.until(() => settings().event_webhooks_status === 2, 10);
    expect(settings().event_webhooks_types).toEqual(["APPLICATION_AUTHORIZED", "APPLICATION_DEAUTHORIZED"]);
    expect(await world.sandbox.tellInstall(world.bot.id, world.guild, "APPLICATION_AUTHORIZED")).toBe(204);
    expect(await world.sandbox.tellInstall(world.bot.id, world.guild, "APPLICATION_AUTHORIZED")).toBe(204);
    expect(world.stored.filter(({ key }) => key.startsWith("webhook-event:"))).toHaveLength(1);
    expect(account.lines.some((line) => /was added to a Discord server/.test(line))).toBe(true);
  });

  it("are given back when they are not wished any more", async () => {
    const world = await open();
    const settings = () => world.sandbox.application(world.bot.id);
    const first = await world.start({ install_events: true });
    await world.until(() => settings().event_webhooks_status === 2, 10);
    await first.stop();
    await world.start({});
    await world.until(() => settings().event_webhooks_url === null, 10);
    expect(settings().event_webhooks_status).toBe(1);
  });
});
