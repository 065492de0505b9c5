// States what the robot learns of rooms and people on Discord, and what it may do to them.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DiscordRig, openDiscordRig } from "../../../../test/support/discord-rig.ts";
import { recordContext } from "../../../../test/support/platform-context.ts";
import type { RobotPort, Social } from "../../../bridge/social.ts";
import type { CommandSheet } from "../../../model/ask.ts";
import { createAnnouncing } from "../account/announce.ts";
import { createGuildDirectory, type GuildDirectory } from "../account/guild-directory.ts";
import { NEEDED_BITS } from "../account/install-link.ts";
import { DiscordError } from "../errors.ts";
import { createRest, type DiscordRest } from "../rest/rest.ts";
import { roomFacts } from "./ask.ts";
import { createSocial } from "./social.ts";

let rig: DiscordRig;
let rest: DiscordRest;
let social: Social;
let directory: GuildDirectory;
const signal = new AbortController().signal;
const moderator = (1n << 1n) | (1n << 2n) | (1n << 40n);

beforeEach(async () => {
  rig = await openDiscordRig({ permissions: NEEDED_BITS | moderator });
  rest = createRest({ api: rig.sandbox.url, token: rig.bot.token, clock: rig.clock });
  directory = createGuildDirectory();
  directory.introduce({ userId: rig.bot.id, applicationId: rig.bot.applicationId });
  const { context } = recordContext({ account: "discord", clock: rig.clock });
  social = createSocial({ context, rest, directory });
});
afterEach(async () => {
  await rest.close();
  await rig.close();
});

const user = (id: string) => ({ account: "discord", id });
const everyone = (allow: bigint, deny: bigint) => ({ id: rig.guild, type: 0 as const, allow, deny });

describe("a room", () => {
  it("is named with its server, and whether all its people may read it", async () => {
    expect(await social.room(rig.at(), signal)).toEqual({
      ...{ name: "geral", parent: "Casa", kind: "group", isOpen: true, members: 3 },
      href: `https://discord.com/channels/${rig.guild}/${rig.channel}`,
    });
    rig.sandbox.setPermissions(rig.channel, [
      everyone(0n, 1n << 10n),
      { id: rig.sandbox.botRole(rig.guild, rig.bot.id), type: 0, allow: 1n << 10n, deny: 0n },
    ]);
    expect(await social.room(rig.at(), signal)).toMatchObject({ isOpen: false });
  });

  it("tells how many are in its server, where Discord says so", async () => {
    const asking = {
      signal,
      rest: {
        request: async ({ route }: { readonly route: string }) =>
          route.startsWith("/channels/")
            ? { id: "3", type: 5, name: "avisos", guild_id: "2", permission_overwrites: [] }
            : { id: "2", name: "Casa", roles: [], approximate_member_count: 7 },
      },
    };
    const facts = await roomFacts(asking, { account: "discord", id: "3" });
    expect(facts).toMatchObject({ kind: "channel", members: 7, isOpen: false });
  });

  it("that is a thread is one", async () => {
    const { id } = rig.sandbox.createThread(rig.channel, { name: "fio", ownerId: rig.ana });
    expect(await social.room(rig.at(id), signal)).toMatchObject({
      name: "fio",
      kind: "thread",
      isOpen: true,
    });
  });

  it("between two is private, and opened for whoever shall be told something", async () => {
    const room = await social.privateRoom(user(rig.ana), signal);
    expect(room).toEqual({ account: "discord", id: expect.stringMatching(/^\d+$/) });
    expect(await social.privateRoom(user(rig.ana), signal)).toEqual(room);
    expect(await social.room(room, signal)).toMatchObject({ kind: "private", isOpen: false });
    expect(await social.lacks(room, signal)).toEqual([]);
    expect(await social.standing(user(rig.ana), room, signal)).toBe("member");
  });

  it("that is no more is an error", async () => {
    rig.sandbox.deleteChannel(rig.channel);
    await expect(social.room(rig.at(), signal)).rejects.toThrow(DiscordError);
  });
});

it("tells who has no voice, until it is back", async () => {
  const silenced = () => social.isSilenced?.(user(rig.ana), rig.at(), signal);
  expect(await silenced()).toBe(false);
  rig.sandbox.timeout(rig.guild, rig.ana, rig.clock.now() + 60_000);
  expect(await silenced()).toBe(true);
  await rig.clock.advance(61_000);
  expect(await silenced()).toBe(false);
});

describe("who somebody is", () => {
  const standing = (id: string, thread?: string) => social.standing(user(id), rig.at(thread), signal);
  const withRole = (permissions: bigint) => {
    const role = rig.sandbox.createRole(rig.guild, { name: "r", permissions }).id;
    const { id } = rig.sandbox.createUser({ username: `u${role}` });
    rig.sandbox.addMember(rig.guild, id, { roles: [role] });
    return { id, role };
  };

  it("is told by the server: its owner, a member, a stranger", async () => {
    const bia = rig.sandbox.createUser({ username: "bia" }).id;
    const owner = rig.sandbox.createGuild({ name: "Outra" }).ownerId;
    expect(await standing(rig.ana)).toBe("member");
    expect(await standing(bia)).toBe("none");
    expect(await standing(owner)).toBe("none");
  });

  it.each([
    ["ADMINISTRATOR", 1n << 3n, "admin"],
    ["MANAGE_GUILD", 1n << 5n, "admin"],
    ["MANAGE_CHANNELS", 1n << 4n, "admin"],
    ["MANAGE_WEBHOOKS", 1n << 29n, "admin"],
    ["MANAGE_MESSAGES", 1n << 13n, "member"],
    ["KICK_MEMBERS", 1n << 1n, "member"],
  ])("%s makes one %s", async (_name, bit, expected) => {
    expect(await standing(withRole(bit).id)).toBe(expected);
  });

  it("is judged by the very channel, that of a thread by its parent", async () => {
    const { id, role } = withRole(1n << 4n);
    const thread = rig.sandbox.createThread(rig.channel, { name: "fio", ownerId: rig.ana }).id;
    expect(await standing(id, thread)).toBe("admin");
    rig.sandbox.setPermissions(rig.channel, [{ id: role, type: 0, allow: 0n, deny: 1n << 4n }]);
    expect(await standing(id)).toBe("member");
    expect(await standing(id, thread)).toBe("member");
  });

  it("is asked anew each time", async () => {
    const { id, role } = withRole(0n);
    expect(await standing(id)).toBe("member");
    rig.sandbox.setRolePermissions(rig.guild, role, 1n << 3n);
    expect(await standing(id)).toBe("admin");
  });
});

describe("what the bot lacks", () => {
  const lacks = (thread?: string) => social.lacks(rig.at(thread), signal);

  it("is nothing where it has all that the install link asks for", async () => {
    expect(await lacks()).toEqual([]);
  });

  it("is named right by right", async () => {
    const role = rig.sandbox.botRole(rig.guild, rig.bot.id);
    const none = [everyone(0n, (1n << 11n) | (1n << 15n) | (1n << 38n) | (1n << 29n))];
    rig.sandbox.setRolePermissions(rig.guild, role, NEEDED_BITS & ~(1n << 29n));
    rig.sandbox.setPermissions(rig.channel, none);
    const thread = rig.sandbox.createThread(rig.channel, { name: "fio", ownerId: rig.ana }).id;
    expect(await lacks()).toEqual(["send", "webhooks", "files"].map((right) => `discord.lacks.${right}`));
    expect(await lacks(thread)).toEqual(
      ["threads", "webhooks", "files"].map((right) => `discord.lacks.${right}`),
    );
  });

  it("is the sight of the channel where it has not even that", async () => {
    rig.sandbox.setPermissions(rig.channel, [everyone(0n, 1n << 10n)]);
    const role = rig.sandbox.botRole(rig.guild, rig.bot.id);
    rig.sandbox.setRolePermissions(rig.guild, role, 0n);
    expect(await lacks()).toContain("discord.lacks.view");
  });
});

describe("what it may do", () => {
  const act = (act: "ban" | "unban" | "kick" | "mute" | "unmute", until?: number) =>
    social.moderate?.(
      { act, user: user(rig.ana), room: rig.at(), reason: "spam", ...(until && { until }) },
      signal,
    );

  it("is to ban and to let in again, twice as well as once", async () => {
    await act("ban");
    await act("ban");
    expect(rig.sandbox.bans(rig.guild)).toEqual([{ userId: rig.ana, reason: "spam" }]);
    await act("unban");
    await act("unban");
    expect(rig.sandbox.bans(rig.guild)).toEqual([]);
  });

  it("is to put out, twice as well as once", async () => {
    await act("kick");
    expect(await social.standing(user(rig.ana), rig.at(), signal)).toBe("none");
    await act("kick");
  });

  it("is to silence for a time, for Discord's longest where none is told, and to end it", async () => {
    const until = rig.clock.now() + 3_600_000;
    await act("mute", until);
    expect(rig.sandbox.timedOutUntil(rig.guild, rig.ana)).toBe(until);
    await act("mute");
    const days = ((rig.sandbox.timedOutUntil(rig.guild, rig.ana) ?? 0) - rig.clock.now()) / 86_400_000;
    expect(days).toBeGreaterThan(27.9);
    expect(days).toBeLessThan(28);
    await act("unmute");
    expect(rig.sandbox.timedOutUntil(rig.guild, rig.ana)).toBeUndefined();
  });

  it("fails where it has not the right", async () => {
    rig.sandbox.setRolePermissions(rig.guild, rig.sandbox.botRole(rig.guild, rig.bot.id), NEEDED_BITS);
    await expect(act("ban")).rejects.toThrow(DiscordError);
  });

  it("is to remove what anybody wrote, and what is gone is no failure", async () => {
    const { id } = rig.say("spam");
    await social.remove({ conversation: rig.at(), id }, signal);
    expect(rig.sandbox.messages(rig.channel)).toEqual([]);
    await social.remove({ conversation: rig.at(), id }, signal);
  });

  it("is to leave a server for good", async () => {
    await social.leave?.(rig.at(), signal);
    await expect(social.room(rig.at(), signal)).rejects.toThrow(DiscordError);
  });
});

describe("the invitation", () => {
  it("is the link that adds the bot, once it is known who it is", () => {
    expect(social.invitation("CODE")).toContain(`client_id=${rig.bot.applicationId}`);
    expect(social.invitation("CODE")).not.toContain("CODE");
    const asked = BigInt(new URL(social.invitation("CODE") ?? "").searchParams.get("permissions") ?? 0);
    expect(asked & (NEEDED_BITS | moderator)).toBe(NEEDED_BITS | moderator);
    const { context } = recordContext({ account: "discord", clock: rig.clock });
    expect(
      createSocial({ context, rest, directory: createGuildDirectory() }).invitation("x"),
    ).toBeUndefined();
  });
});

describe("the menus", () => {
  const about = { en: "Rolls dice", "pt-BR": "Joga dados", es: "Tira dados" };
  const names = { en: "dice", "pt-BR": "dados", es: "dados" };
  const sheet: CommandSheet = {
    ...{ name: "dice", names, about, args: [], forAdmins: false, where: "anywhere", onMessage: false },
  };
  const robot = { commands: () => [sheet] } as unknown as RobotPort;
  const route = () => `/applications/${rig.bot.applicationId}/commands`;

  it("show the commands once the account has started, though Discord was in trouble", async () => {
    const { context, lines } = recordContext({ account: "discord", clock: rig.clock });
    const match = ({ method }: { readonly method: string }) => method === "PUT";
    rig.sandbox.faults.add({ match, times: 2, fault: { kind: "status", status: 500, body: {} } });
    const announcing = createAnnouncing({ ...context, robot }, social);
    announcing.start();
    await rig.until(() => rig.asked("PUT", route()).length === 3, 5_000);
    await announcing.stop();
    expect(rig.asked("PUT", route()).at(-1)?.body).toMatchObject([{ name: "dice" }]);
    expect(lines.map((line) => line.slice(0, 4))).toEqual(["warn", "warn"]);
  });

  it("are left alone where there is no robot", async () => {
    const { context } = recordContext({ account: "discord", clock: rig.clock });
    const announcing = createAnnouncing(context, social);
    announcing.start();
    await announcing.stop();
    expect(rig.asked("GET", route())).toEqual([]);
  });

  it("wait until it is known who the account is", async () => {
    const { context } = recordContext({ account: "discord", clock: rig.clock });
    const unknown = createSocial({ context, rest, directory: createGuildDirectory() });
    await expect(unknown.announce([sheet], signal)).rejects.toMatchObject({ fate: { kind: "retry" } });
  });
});
