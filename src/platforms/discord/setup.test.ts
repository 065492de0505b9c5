import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DiscordRig, openDiscordRig } from "../../../test/support/discord-rig.ts";
import { PERMISSION } from "../../sandbox/discord/permissions.ts";
import { channelsSeen, type SetupTarget, switchOnMessageContent, verifyToken } from "./setup.ts";

let rig: DiscordRig;
beforeEach(async () => {
  rig = await openDiscordRig({ messageContent: false, mayChange: true });
});
afterEach(() => rig.close());

const target = (more: Partial<SetupTarget> = {}): SetupTarget => ({
  ...{ token: rig.bot.token, api: rig.sandbox.url, clock: rig.clock },
  signal: AbortSignal.timeout(10_000),
  ...more,
});

describe("a token", () => {
  it("that is good tells whose it is and what it may", async () => {
    expect(await verifyToken(target())).toEqual({
      ...{ id: rig.bot.id, applicationId: rig.bot.applicationId, name: "MateBot" },
      ...{ messageContent: false, canSwitchOn: true },
    });
  });

  it("that Discord does not know is refused", async () => {
    expect(await verifyToken(target({ token: "no.such.token" }))).toEqual({ refused: true });
  });

  it("cannot be judged without Discord", async () => {
    const verdict = await verifyToken(target({ api: "http://127.0.0.1:9/api" }));
    expect(verdict).toEqual({ unreachable: "ECONNREFUSED" });
  });
});

describe("message content", () => {
  it("is switched on where Discord allows it", async () => {
    expect(await switchOnMessageContent(target())).toBe(true);
    expect(await verifyToken(target())).toMatchObject({ messageContent: true, canSwitchOn: false });
  });

  it("is left to people where it does not", async () => {
    const large = await openDiscordRig({ messageContent: false });
    const theirs = target({ token: large.bot.token, api: large.sandbox.url });
    expect(await switchOnMessageContent(theirs)).toBe(false);
    await large.close();
  });
});

describe("the channels", () => {
  it("are those that can be bridged, with what the bot may do there", async () => {
    const { sandbox, guild } = rig;
    const posts = sandbox.createChannel(guild, { name: "dúvidas", type: 15 }).id;
    sandbox.createChannel(guild, { name: "Grupo", type: 4 });
    const closed = sandbox.createChannel(guild, {
      name: "quieto",
      overwrites: [{ id: rig.bot.id, type: 1, deny: PERMISSION.SEND_MESSAGES }],
    }).id;
    const where = { guild: { id: guild, name: "Casa" } };
    expect(await channelsSeen(target())).toEqual([
      { ...where, id: rig.channel, name: "geral", kind: "text", mayWrite: true },
      { ...where, id: posts, name: "dúvidas", kind: "forum", mayWrite: true },
      { ...where, id: closed, name: "quieto", kind: "text", mayWrite: false },
    ]);
    expect(sandbox.unexpected).toEqual([]);
  });

  it("of a bot that is nowhere are none", async () => {
    rig.sandbox.removeBot(rig.guild, rig.bot.id);
    expect(await channelsSeen(target())).toEqual([]);
  });
});
