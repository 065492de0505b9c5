// What the robot hears on Discord beside the words: private talks, what the account may do, who was moderated.

import { describe, expect, it } from "vitest";
import { recordContext } from "../../../../test/support/platform-context.ts";
import type { RobotPort } from "../../../bridge/social.ts";
import type { BridgeEvent } from "../../../model/event.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import { createGuildDirectory } from "../account/guild-directory.ts";
import { parseDispatch } from "../parse/parse.ts";
import { createDeeds } from "../social/deeds.ts";
import { createReceiver } from "./receive.ts";

const [guild, channel, other, thread] = ["200", "300", "301", "302"] as const;
const self = { userId: "10", applicationId: "11" };
const ana = { id: "30", username: "ana", global_name: "Ana" };
const bia = { id: "31", username: "bia", global_name: "Bia" };
const at = (id: string, inside?: string): ConversationRef => ({
  account: "discord",
  id,
  ...(inside && { thread: inside }),
});
const VIEW = 1n << 10n;
const SEND = 1n << 11n;
const THREADS = 1n << 38n;
const AUDIT = 1n << 7n;
const role = (permissions: bigint) => ({ id: guild, name: "@everyone", permissions: String(permissions) });
const channelData = (id: string, deny = 0n) => ({
  ...{ id, type: 0, name: id, guild_id: guild },
  permission_overwrites: [{ id: guild, type: 0, allow: "0", deny: String(deny) }],
});
const guildData = (permissions = VIEW | SEND | THREADS | AUDIT) => ({
  ...{ id: guild, owner_id: "1", roles: [role(permissions)] },
  channels: [channelData(channel), channelData(other)],
  threads: [{ id: thread, type: 11, name: "fio", parent_id: channel, guild_id: guild }],
  members: [{ user: { id: self.userId }, roles: [] }],
});

/** Every event is received and, if it is stored, parsed. */
function open(bridged: readonly ConversationRef[] = [at(channel)], hasRobot = true) {
  const { context: recorded, clock } = recordContext({ account: "discord" });
  const robot = {} as RobotPort;
  const context = { ...recorded, conversations: () => bridged, ...(hasRobot && { robot }) };
  const directory = createGuildDirectory();
  directory.introduce(self);
  const deeds = createDeeds(clock);
  const receive = createReceiver({ context, directory, deeds });
  const keys: string[] = [];
  let s = 0;
  const hear = (t: string, d: object): readonly BridgeEvent[] => {
    s += 1;
    const raw = receive({ t, s, d }, "s1");
    if (!raw) return [];
    keys.push(raw.key);
    return parseDispatch({ ...raw }, directory);
  };
  return { hear, keys, deeds, clock, directory };
}

const access = (events: readonly BridgeEvent[]) =>
  events.flatMap((event) => (event.kind === "access.changed" ? [[event.conversation, event.access]] : []));

describe("a private talk", () => {
  const message = { id: "900", channel_id: "700", content: "oi", author: ana, type: 0 };

  it("reaches the robot, in the room it came from", () => {
    const { hear, keys } = open();
    expect(hear("MESSAGE_CREATE", message)).toMatchObject([
      { kind: "message.created", message: { ref: { conversation: at("700"), id: "900" } } },
    ]);
    expect(keys).toEqual(["create:700/900"]);
  });

  it("is nobody's business where there is no robot, nor what bots and the bot itself say", () => {
    expect(open([at(channel)], false).hear("MESSAGE_CREATE", message)).toEqual([]);
    const { hear } = open();
    expect(hear("MESSAGE_CREATE", { ...message, author: { ...ana, bot: true } })).toEqual([]);
    expect(hear("MESSAGE_CREATE", { ...message, author: { id: self.userId, bot: true } })).toEqual([]);
  });

  it("is not what is said in a channel of a server that is not bridged", () => {
    const { hear } = open();
    hear("GUILD_CREATE", guildData());
    expect(hear("MESSAGE_CREATE", { ...message, channel_id: other })).toEqual([]);
    expect(hear("MESSAGE_CREATE", { ...message, guild_id: guild })).toEqual([]);
  });
});

describe("what the account may do", () => {
  it("is no news when it connects", () => {
    const { directory, hear } = open();
    directory.note("GUILD_CREATE", guildData());
    expect(hear("GUILD_CREATE", guildData())).toEqual([]);
  });

  it("is over in all bridged rooms of a server that put it out, and back when it lets it in", () => {
    const { hear } = open([at(channel), at(channel, thread), at("999")]);
    hear("GUILD_CREATE", guildData());
    expect(access(hear("GUILD_DELETE", { id: guild }))).toEqual([
      [at(channel), "none"],
      [at(channel, thread), "none"],
    ]);
    expect(access(hear("GUILD_CREATE", guildData(VIEW)))).toEqual([
      [at(channel), "mute"],
      [at(channel, thread), "mute"],
    ]);
  });

  it("is not over during an outage", () => {
    const { hear } = open();
    hear("GUILD_CREATE", guildData());
    expect(hear("GUILD_DELETE", { id: guild, unavailable: true })).toEqual([]);
    expect(hear("GUILD_CREATE", guildData())).toEqual([]);
  });

  it("is over in a channel or a thread that is deleted", () => {
    const { hear } = open([at(channel), at(other), at(channel, thread)]);
    hear("GUILD_CREATE", guildData());
    expect(access(hear("CHANNEL_DELETE", channelData(other)))).toEqual([[at(other), "none"]]);
    const gone = { id: thread, parent_id: channel, guild_id: guild, type: 11 };
    expect(access(hear("THREAD_DELETE", gone))).toEqual([[at(channel, thread), "none"]]);
  });

  it.each<[string, (deny: bigint) => readonly [string, object]]>([
    ["the channel", (deny: bigint) => ["CHANNEL_UPDATE", channelData(channel, deny)] as const],
    [
      "a role",
      (deny: bigint) =>
        ["GUILD_ROLE_UPDATE", { guild_id: guild, role: role((VIEW | SEND | AUDIT) & ~deny) }] as const,
    ],
  ])("changes with %s, and is told once", (_name, change) => {
    const { hear, keys } = open();
    hear("GUILD_CREATE", guildData());
    keys.length = 0;
    expect(access(hear(...change(SEND)))).toEqual([[at(channel), "mute"]]);
    expect(access(hear(...change(SEND)))).toEqual([]);
    expect(access(hear(...change(VIEW)))).toEqual([[at(channel), "none"]]);
    expect(access(hear(...change(0n)))).toEqual([[at(channel), "full"]]);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("stands beside what the bridge is told by the same event", () => {
    const { hear } = open();
    hear("GUILD_CREATE", guildData());
    const events = hear("CHANNEL_UPDATE", { ...channelData(channel, SEND), name: "novo" });
    expect(events.map(({ kind }) => kind)).toEqual(["notice", "access.changed"]);
  });

  it("is told to nobody where there is no robot", () => {
    const { hear } = open([at(channel)], false);
    hear("GUILD_CREATE", guildData());
    expect(hear("GUILD_DELETE", { id: guild })).toEqual([]);
  });
});

describe("who was moderated", () => {
  const entry = (action_type: number, more: object = {}) => ({
    ...{ id: `80${action_type}`, guild_id: guild, action_type, user_id: bia.id, target_id: ana.id },
    ...more,
  });
  const timeout = (new_value?: string) => ({
    changes: [{ key: "communication_disabled_until", ...(new_value && { new_value }) }],
  });
  const opened = (permissions?: bigint) => {
    const world = open([at(channel), at(channel, thread), at("999")]);
    world.hear("GUILD_CREATE", guildData(permissions));
    return world;
  };

  it.each([
    [20, {}, { act: "kick" }],
    [22, {}, { act: "ban" }],
    [23, {}, { act: "unban" }],
    [24, timeout("2026-08-06T12:00:00.000Z"), { act: "mute", until: Date.parse("2026-08-06T12:00:00Z") }],
    [24, timeout(), { act: "unmute" }],
  ])("is told by the audit log (%i %j), in each bridged room of the server", (type, more, expected) => {
    const { hear } = opened();
    const events = hear("GUILD_AUDIT_LOG_ENTRY_CREATE", entry(type, more));
    expect(events).toMatchObject(
      [at(channel), at(channel, thread)].map((conversation) => ({
        ...{ kind: "moderated", conversation, ...expected },
        user: { user: { account: "discord", id: ana.id } },
        by: { user: { account: "discord", id: bia.id } },
      })),
    );
    expect(events[0]).not.toHaveProperty(type === 24 ? "nothing" : "until");
  });

  it("is named as they were last seen", () => {
    const { hear } = opened();
    hear("MESSAGE_CREATE", { id: "1", channel_id: channel, guild_id: guild, author: bia, content: "x" });
    hear("GUILD_BAN_ADD", { guild_id: guild, user: ana });
    expect(hear("GUILD_AUDIT_LOG_ENTRY_CREATE", entry(22))[0]).toMatchObject({
      user: { name: "Ana" },
      by: { name: "Bia" },
    });
  });

  it("is told once, by the log where it may be read and by the ban where not", () => {
    expect(opened().hear("GUILD_BAN_ADD", { guild_id: guild, user: ana })).toEqual([]);
    const blind = opened(VIEW | SEND);
    const [event] = blind.hear("GUILD_BAN_ADD", { guild_id: guild, user: ana });
    expect(event).toMatchObject({ kind: "moderated", act: "ban", user: { name: "Ana" } });
    expect(event).not.toHaveProperty("by");
    expect(blind.hear("GUILD_BAN_REMOVE", { guild_id: guild, user: ana })[0]).toMatchObject({ act: "unban" });
  });

  it("is no news when it was the robot", async () => {
    expect(opened().hear("GUILD_AUDIT_LOG_ENTRY_CREATE", entry(22, { user_id: self.userId }))).toEqual([]);
    const { hear, deeds, clock } = opened(VIEW | SEND);
    deeds.note("ban", guild, ana.id);
    expect(hear("GUILD_BAN_ADD", { guild_id: guild, user: ana })).toEqual([]);
    await clock.advance(3_600_000);
    expect(hear("GUILD_BAN_ADD", { guild_id: guild, user: ana })).not.toEqual([]);
  });

  it("is nobody's business in a server without a bridge, and nor are other entries", () => {
    const { hear } = opened();
    expect(hear("GUILD_AUDIT_LOG_ENTRY_CREATE", entry(22, { guild_id: "777" }))).toEqual([]);
    expect(hear("GUILD_AUDIT_LOG_ENTRY_CREATE", entry(24, { changes: [{ key: "nick" }] }))).toEqual([]);
    expect(hear("GUILD_AUDIT_LOG_ENTRY_CREATE", entry(72))).toEqual([]);
  });
});

describe("who left the server", () => {
  const opened = () => {
    const all = open([at(channel), at("999")]);
    all.hear("GUILD_CREATE", guildData());
    return all;
  };

  it("is told to the bridged rooms of the server", () => {
    const { hear } = opened();
    expect(hear("GUILD_MEMBER_REMOVE", { guild_id: guild, user: ana })).toMatchObject([
      { kind: "members.changed", conversation: at(channel), joined: [], left: [{ name: "Ana" }] },
    ]);
    expect(hear("GUILD_MEMBER_REMOVE", { guild_id: "201", user: ana })).toEqual([]);
  });

  it("is nobody whom the robot put out itself", () => {
    const { hear, deeds } = opened();
    deeds.note("kick", guild, ana.id);
    expect(hear("GUILD_MEMBER_REMOVE", { guild_id: guild, user: ana })).toEqual([]);
    expect(hear("GUILD_MEMBER_REMOVE", { guild_id: guild, user: bia })).toHaveLength(1);
  });
});

describe("what was noted beside an event", () => {
  it.each([
    null,
    1,
    { access: 1 },
    { access: [null, { id: 5 }, { id: "1", access: "all" }] },
    { rooms: [{ id: "1" }] },
    { rooms: 3, deed: { act: "ban", user: ana } },
    { rooms: [{ id: "1" }], deed: { act: "praise", user: ana } },
  ])("says nothing in another shape: %j", (heard) => {
    const body = JSON.stringify({ t: "GUILD_DELETE", d: {}, heard });
    expect(parseDispatch({ account: "d", key: "k", body, receivedAt: 1 }, createGuildDirectory())).toEqual(
      [],
    );
  });
});
