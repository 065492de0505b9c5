// Discord's order of roles and overwrites, row by row; the examples follow the documentation's own pseudo-code.

import { describe, expect, it } from "vitest";
import { GuildStore } from "./guild-store.ts";
import { type MemberIn, missingRights, type Overwrite, permissionsIn, rights } from "./permissions.ts";

const view = rights.view;
const send = rights.send;
const history = rights.history;
const administrator = 1n << 3n;

const guild = "100000000000000001";
const helper = "100000000000000002";
const muted = "100000000000000003";
const bot = "100000000000000009";

const overwrite = (id: string, { allow = 0n, deny = 0n }): Overwrite => ({
  id,
  allow: String(allow),
  deny: String(deny),
});

function bitsOf(
  overwrites: readonly Overwrite[],
  { bits = {}, ...member }: Partial<Omit<MemberIn, "bits">> & { bits?: Record<string, bigint> } = {},
): bigint {
  const all = new Map(Object.entries({ [guild]: view | send, [helper]: 0n, [muted]: 0n, ...bits }));
  return permissionsIn(
    { guild, owner: false, userId: bot, roles: [helper, muted], ...member, bits: all },
    overwrites,
  );
}

describe("permissions", () => {
  it.each<[string, bigint, bigint]>([
    [
      "are the sum of everyone's and the roles'",
      bitsOf([], { bits: { [helper]: history } }),
      view | send | history,
    ],
    ["ignore roles the member has not", bitsOf([], { roles: [], bits: { [helper]: history } }), view | send],
    ["ignore a role that is not known", bitsOf([], { roles: ["100000000000000099"] }), view | send],
    ["lose what is denied to everyone", bitsOf([overwrite(guild, { deny: send })]), view],
    [
      "regain by a role what everyone is denied",
      bitsOf([overwrite(helper, { allow: send }), overwrite(guild, { deny: send })]),
      view | send,
    ],
    [
      "keep what one role allows though another denies it, whatever their order",
      bitsOf([overwrite(helper, { allow: send }), overwrite(muted, { deny: send })]),
      view | send,
    ],
    [
      "lose what is denied to the member, whatever roles allow",
      bitsOf([overwrite(bot, { deny: send }), overwrite(helper, { allow: send })]),
      view,
    ],
    [
      "keep what is allowed to the member, whatever roles deny",
      bitsOf([
        overwrite(bot, { allow: send }),
        overwrite(muted, { deny: send }),
        overwrite(guild, { deny: send }),
      ]),
      view | send,
    ],
    [
      "allow rather than deny within one overwrite",
      bitsOf([overwrite(guild, { allow: send, deny: send })]),
      view | send,
    ],
    ["ignore overwrites of others", bitsOf([overwrite("100000000000000077", { deny: view })]), view | send],
  ])("%s", (_name, actual, expected) => {
    expect(actual).toBe(expected);
  });

  it.each<[string, bigint]>([
    ["the owner", bitsOf([overwrite(bot, { deny: view })], { owner: true })],
    ["an administrator", bitsOf([overwrite(bot, { deny: view })], { bits: { [helper]: administrator } })],
    [
      "everyone where everyone is administrator",
      bitsOf([overwrite(guild, { deny: view })], { bits: { [guild]: administrator } }),
    ],
  ])("are all there for %s, whatever a channel denies", (_name, actual) => {
    expect(missingRights(actual, false)).toEqual([]);
    expect(missingRights(actual, true)).toEqual([]);
  });

  it("of an administrator cannot come from an overwrite", () => {
    expect(bitsOf([overwrite(bot, { allow: administrator, deny: view })]) & view).toBe(0n);
  });
});

describe("what a bridged channel needs", () => {
  it("is to see, to send and to read back", () => {
    expect(missingRights(0n, false)).toEqual(["view", "send", "history"]);
    expect(missingRights(view | history, false)).toEqual(["send"]);
    expect(missingRights(view | send | history, false)).toEqual([]);
  });

  it("in a thread is another right to send", () => {
    expect(missingRights(view | send | history, true)).toEqual(["threads"]);
    expect(missingRights(view | history | rights.threads, true)).toEqual([]);
  });
});

describe("the store", () => {
  const channel = "200000000000000001";
  const thread = "200000000000000002";

  function storeWith(own: readonly string[] | undefined): GuildStore {
    const store = new GuildStore();
    store.noteGuild(
      {
        id: guild,
        owner_id: "100000000000000050",
        roles: [{ id: guild, name: "@everyone", permissions: String(view | send) }],
        channels: [
          { id: channel, name: "geral", type: 0, permission_overwrites: [overwrite(guild, { deny: send })] },
        ],
        threads: [{ id: thread, name: "fio", type: 11, parent_id: channel }],
        ...(own && { members: [{ user: { id: bot }, roles: own }] }),
      },
      bot,
    );
    return store;
  }

  it("gives a thread the rights of its channel", () => {
    expect(storeWith([]).permissions(channel, bot)).toBe(view);
    expect(storeWith([]).permissions(thread, bot)).toBe(view);
  });

  it("follows roles, overwrites and the owner as they change", () => {
    const store = storeWith([]);
    store.noteRole({ id: helper, name: "Ajuda", permissions: String(history) }, guild);
    store.noteOwnRoles(guild, [helper]);
    expect(store.permissions(channel, bot)).toBe(view | history);
    store.noteChannel({ id: channel, name: "geral", type: 0, guild_id: guild, permission_overwrites: [] });
    expect(store.permissions(channel, bot)).toBe(view | send | history);
    store.noteGuild({ id: guild, owner_id: bot }, bot);
    expect(missingRights(store.permissions(channel, bot) ?? 0n, true)).toEqual([]);
  });

  it("answers nothing while it does not know enough", () => {
    expect(storeWith(undefined).permissions(channel, bot)).toBeUndefined();
    expect(storeWith([]).permissions("200000000000000099", bot)).toBeUndefined();
  });

  it("keeps a guild through an outage and forgets it when the bot was removed", () => {
    const store = storeWith([]);
    store.dropGuild({ id: guild, unavailable: true });
    store.noteGuild({ id: guild, unavailable: true }, bot);
    expect(store.permissions(channel, bot)).toBe(view);
    store.dropGuild({ id: guild });
    expect(store.channels.size).toBe(0);
    expect(store.roles.size).toBe(0);
    expect(store.permissions(channel, bot)).toBeUndefined();
  });
});
