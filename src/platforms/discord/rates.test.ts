// What a lane is told that Discord takes, as learned from the simulator's answers with its limits on.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { callOf } from "../../../test/support/discord-rig.ts";
import { recordContext } from "../../../test/support/platform-context.ts";
import type { Platform, Share } from "../../bridge/platform.ts";
import type { Sent } from "../../model/delivery.ts";
import type { ConversationRef } from "../../model/refs.ts";
import { startDiscordSandbox } from "../../sandbox/discord/index.ts";
import type { DiscordSandbox } from "../../sandbox/discord/sandbox.ts";
import { ManualClock } from "../../sandbox/manual-clock.ts";
import { discordSchema } from "./config.ts";
import { createDiscord } from "./index.ts";
import { createRates } from "./rates.ts";
import type { DiscordRequest } from "./request.ts";

const signal = new AbortController().signal;
const shares: readonly Share[] = ["text", "change", "delete"];
const hidden = { limit: 30, windowMs: 60_000 };

let clock: ManualClock;
let sandbox: DiscordSandbox;
let platform: Platform;
let to: ConversationRef;
async function open(options: { readonly limits: boolean; readonly permissions?: bigint }): Promise<void> {
  clock = new ManualClock();
  sandbox = await startDiscordSandbox({ clock, limits: options.limits });
  const guild = sandbox.createGuild({ name: "Casa" });
  to = { account: "discord", id: sandbox.createChannel(guild.id, { name: "geral" }).id };
  const bot = sandbox.createBot({ name: "MateBot" });
  const { permissions } = options;
  sandbox.addBot(guild.id, bot.id, permissions === undefined ? {} : { permissions });
  const { context } = recordContext({ account: "discord", clock });
  platform = createDiscord(
    context,
    discordSchema.parse({ platform: "discord", token: bot.token, api: sandbox.url }),
  );
}
beforeEach(() => open({ limits: true }));
afterEach(async () => {
  await platform.stop();
  await sandbox.close();
});

function send(request: DiscordRequest): Promise<Sent | undefined> {
  return platform.send(callOf(request), to, signal);
}
const create = (n: number, puppet?: string): DiscordRequest => ({
  kind: "create",
  channel: to.id,
  content: `m${n}`,
  nonce: `n${n}`,
  ...(puppet !== undefined && { puppet: { name: puppet } }),
});
const rates = () => Object.fromEntries(shares.map((share) => [share, platform.rates(share, to)]));

/** Sends, edits and deletes once. */
async function useAll(puppet?: string): Promise<void> {
  await platform.prepare(to, signal);
  const sent = await send(create(0, puppet));
  const about = { channel: to.id, message: sent?.ref.id ?? "", ...(sent?.via && { via: sent.via }) };
  await send({ kind: "edit", ...about, content: "b" });
  await send({ kind: "delete", ...about });
}

describe("a conversation's rates", () => {
  it("are unknown before the first answer", () => {
    expect(rates()).toEqual({ text: [], change: [], delete: [] });
  });

  it("of a webhook are its header's and the hidden one; changes have a part of what they share with text", async () => {
    await useAll("Rui");
    expect(rates()).toEqual({
      text: [{ limit: 5, windowMs: 2_000 }, hidden],
      change: [{ limit: 2, windowMs: 2_000 }],
      delete: [{ limit: 2, windowMs: 2_000 }],
    });
  });

  it("of the bot, where it may have no webhook, are those of its own messages", async () => {
    await platform.stop();
    await sandbox.close();
    await open({ limits: true, permissions: (1n << 10n) | (1n << 11n) | (1n << 16n) });
    await useAll("Rui");
    expect(rates()).toEqual({
      text: [{ limit: 5, windowMs: 5_000 }],
      change: [{ limit: 2, windowMs: 5_000 }],
      delete: [{ limit: 5, windowMs: 1_000 }],
    });
  });

  it("are none where the headers promise plenty", async () => {
    await platform.stop();
    await sandbox.close();
    await open({ limits: false });
    await useAll("Rui");
    expect(rates()).toEqual({ text: [], change: [], delete: [] });
  });

  it("once known are kept to without a refusal: the call is not even asked for", async () => {
    await platform.prepare(to, signal);
    const waits: unknown[] = [];
    for (let n = 0; n < 60; n++) {
      await send(create(n, "Rui")).catch(async (error: { fate: { kind: string; ms: number } }) => {
        waits.push(error.fate.kind);
        await clock.advance(error.fate.ms);
      });
    }
    expect(new Set(waits)).toEqual(new Set(["wait"]));
    // No header warns of the hidden limit: it is met once, and then waited for.
    expect(sandbox.requests.filter(({ status }) => status === 429)).toHaveLength(1);
  });
});

describe("a limit of the account", () => {
  it("closes everything, and says that it does", async () => {
    await platform.prepare(to, signal);
    sandbox.faults.add({
      match: () => true,
      times: 1,
      fault: { kind: "limit", retryAfter: 3, scope: "global" },
    });
    await expect(send(create(1, "Rui"))).rejects.toMatchObject({
      fate: { kind: "wait", ms: 3_000, account: true },
    });
    const asked = sandbox.requests.length;
    await expect(send(create(2))).rejects.toMatchObject({ fate: { kind: "wait", account: true } });
    expect(sandbox.requests).toHaveLength(asked);
    await clock.advance(3_000);
    await send(create(2));
  });

  it("is known of Discord itself alone: 50 a second, shared so that text goes first", () => {
    const of = (api: string) => {
      const all = createRates({ api, limits: { quota: () => undefined }, puppets: { mayHave: () => true } });
      return { account: shares.map((share) => all(share)), place: all("text", to) };
    };
    const { account, place } = of("https://discord.com/api");
    const limits = account.flatMap((each) => each.map(({ limit }) => limit));
    expect(limits.reduce((sum, limit) => sum + limit, 0)).toBeLessThanOrEqual(50);
    expect(limits[0]).toBe(Math.max(...limits));
    expect(account.flat().every(({ windowMs }) => windowMs === 1_000)).toBe(true);
    expect(place).toEqual([hidden]);
    expect(of("http://127.0.0.1:1/api")).toEqual({ account: [[], [], []], place: [] });
  });
});
