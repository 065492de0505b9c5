// Bridges that are made and undone from the chats while the account is running.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DiscordRig, openDiscordRig } from "../../../../test/support/discord-rig.ts";
import { recordContext } from "../../../../test/support/platform-context.ts";
import type { RawUpdate } from "../../../model/delivery.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import { ManualClock } from "../../../sandbox/manual-clock.ts";
import { discordSchema } from "../config.ts";
import { createDiscord } from "../index.ts";
import { createAttention } from "./attention.ts";

const room = (id: string): ConversationRef => ({ account: "discord", id });

describe("a channel that becomes bridged", () => {
  let rig: DiscordRig;
  const running: { stop(): Promise<void> }[] = [];
  beforeEach(async () => {
    rig = await openDiscordRig();
  });
  afterEach(async () => {
    for (const one of running.splice(0)) await one.stop();
    await rig.close();
  });

  /** An account whose bridged conversations can be changed while it runs. */
  function open(first: readonly ConversationRef[], before?: ReadonlyMap<string, string>) {
    let bridged = first;
    const record = recordContext({ account: "discord", clock: rig.clock, ...(before && { state: before }) });
    const context = { ...record.context, conversations: () => bridged };
    const { url: api, cdnUrl: cdn, mediaUrl: media } = rig.sandbox;
    const config = { platform: "discord", token: rig.bot.token, api, cdn, media };
    const platform = createDiscord(context, discordSchema.parse(config));
    running.push(platform);
    const stored: RawUpdate[] = [];
    const accept = async (raw: RawUpdate) => {
      stored.push(raw);
      if (raw.position) record.state.set(raw.position.name, raw.position.value);
    };
    return {
      ...record,
      ...{ platform, stored },
      contents: () => stored.map(({ body }) => String(JSON.parse(body).d.content)),
      start: () => platform.start(accept),
      bridge: (now: readonly ConversationRef[]) => {
        bridged = now;
      },
    };
  }

  it("is heard from then on, its threads too, and no more when it is one no longer", async () => {
    const other = rig.sandbox.createChannel(rig.guild, { name: "outro" }).id;
    const account = open([rig.at()]);
    await account.start();
    await rig.until(() => account.health.includes("up"), 10);
    rig.sandbox.say(other, rig.ana, { content: "antes" });
    rig.say("sempre");
    await rig.until(() => account.contents().includes("sempre"), 10);
    account.bridge([rig.at(), room(other)]);
    rig.sandbox.say(other, rig.ana, { content: "agora" });
    const thread = rig.sandbox.createThread(other, { name: "fio", ownerId: rig.ana }).id;
    rig.sandbox.say(thread, rig.ana, { content: "no fio" });
    await rig.until(() => account.contents().includes("no fio"), 10);
    const told = account.stored.flatMap((raw) => account.platform.parse(raw));
    expect(told).toContainEqual(
      expect.objectContaining({
        message: expect.objectContaining({
          ref: { conversation: { ...room(other), thread }, id: expect.any(String) },
        }),
      }),
    );
    account.bridge([rig.at()]);
    rig.sandbox.say(other, rig.ana, { content: "depois" });
    rig.say("fim");
    await rig.until(() => account.contents().includes("fim"), 10);
    const words = ["antes", "sempre", "agora", "no fio", "depois", "fim"];
    expect(account.contents().filter((each) => words.includes(each))).toEqual([
      ...["sempre", "agora", "no fio", "fim"],
    ]);
  });

  it("is read later, if the account is away, from then on only", async () => {
    const other = rig.sandbox.createChannel(rig.guild, { name: "outro" }).id;
    const account = open([rig.at()]);
    await account.start();
    await rig.until(() => account.health.includes("up"), 10);
    rig.sandbox.say(other, rig.ana, { content: "antes" });
    rig.say("um");
    await rig.until(() => account.contents().includes("um"), 10);
    const both = [rig.at(), room(other)];
    await rig.clock.advance(5_000);
    account.bridge(both);
    rig.say("dois");
    await rig.until(() => account.contents().includes("dois"), 10);
    await rig.until(() => (account.state.get("gateway-places") ?? "").includes(other), 10);
    await account.platform.stop();
    running.length = 0;
    rig.sandbox.say(other, rig.ana, { content: "enquanto" });
    // The session is forgotten at Discord: what was missed has to be read.
    await rig.clock.advance(600_000);
    const next = open(both, account.state);
    await next.start();
    await rig.until(() => next.contents().includes("enquanto"), 10);
    expect(next.contents()).not.toContain("antes");
  });
});

describe("the look at what is bridged", () => {
  it("happens when that changes, and again after trouble", async () => {
    const clock = new ManualClock();
    let bridged = [room("1")];
    let asked = 0;
    let settled = 0;
    let isDown = true;
    const { context, lines } = recordContext({ account: "discord", clock });
    const attention = createAttention({
      context: { ...context, conversations: () => bridged },
      account: {
        prepare: async () => {
          asked += 1;
          if (isDown) throw new Error("down");
        },
      },
      settle: () => {
        settled += 1;
      },
    });
    const look = async () => {
      attention.look();
      await new Promise((resolve) => setImmediate(resolve));
    };
    await look();
    expect(asked).toBe(0);
    bridged = [room("1"), room("2")];
    await look();
    await look();
    expect([asked, settled]).toEqual([1, 1]);
    expect(lines).toHaveLength(1);
    isDown = false;
    await clock.advance(60_000);
    await look();
    await clock.advance(60_000);
    await look();
    expect([asked, settled]).toEqual([2, 1]);
    await attention.stop();
  });
});
