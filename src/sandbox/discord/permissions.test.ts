// Each right that a route needs, and how overwrites are computed.

import { afterEach, beforeEach, expect, test } from "vitest";
import { startDiscordSandbox } from "./index.ts";
import { PERMISSION, type PermissionName } from "./permissions.ts";
import { at, furnish } from "./raw-client.ts";
import type { DiscordSandbox } from "./sandbox.ts";

let sandbox: DiscordSandbox;
let home: ReturnType<typeof furnish>;
let told: string;

beforeEach(async () => {
  sandbox = await startDiscordSandbox();
  home = furnish(sandbox);
  told = sandbox.say(home.channel.id, home.ana.id, { content: "a" }).id;
});
afterEach(() => sandbox.close());

const messages = () => `/channels/${home.channel.id}/messages`;
const deny = (name: PermissionName) =>
  sandbox.setPermissions(home.channel.id, [{ id: home.bot.id, type: 1, deny: PERMISSION[name] }]);
const send = () => home.rest("POST", messages(), { content: "b" });

const needs: { right: PermissionName; what: string; run: () => Promise<{ body: unknown }>; code: number }[] =
  [
    { right: "VIEW_CHANNEL", what: "send", run: send, code: 50001 },
    { right: "VIEW_CHANNEL", what: "read", run: () => home.rest("GET", messages()), code: 50001 },
    {
      right: "VIEW_CHANNEL",
      what: "look",
      run: () => home.rest("GET", `/channels/${home.channel.id}`),
      code: 50001,
    },
    { right: "SEND_MESSAGES", what: "send", run: send, code: 50013 },
    {
      right: "READ_MESSAGE_HISTORY",
      what: "read one",
      run: () => home.rest("GET", `${messages()}/${told}`),
      code: 50013,
    },
    {
      right: "READ_MESSAGE_HISTORY",
      what: "reply",
      run: () => home.rest("POST", messages(), { content: "b", message_reference: { message_id: told } }),
      code: 160002,
    },
    {
      right: "MANAGE_MESSAGES",
      what: "delete others'",
      run: () => home.rest("DELETE", `${messages()}/${told}`),
      code: 50013,
    },
    {
      right: "MANAGE_WEBHOOKS",
      what: "list webhooks",
      run: () => home.rest("GET", `/channels/${home.channel.id}/webhooks`),
      code: 50013,
    },
    {
      right: "MANAGE_WEBHOOKS",
      what: "make a webhook",
      run: () => home.rest("POST", `/channels/${home.channel.id}/webhooks`, { name: "Mate" }),
      code: 50013,
    },
    {
      right: "EMBED_LINKS",
      what: "embed",
      run: () => home.rest("POST", messages(), { embeds: [{ title: "a" }] }),
      code: 50013,
    },
    {
      right: "ATTACH_FILES",
      what: "attach",
      run: () => {
        const form = new FormData();
        form.set("files[0]", new Blob(["a"]), "a.txt");
        return home.rest("POST", messages(), form);
      },
      code: 50013,
    },
    {
      right: "ADD_REACTIONS",
      what: "react first",
      run: () => home.rest("PUT", `${messages()}/${told}/reactions/%F0%9F%91%8D/@me`),
      code: 50013,
    },
    {
      right: "PIN_MESSAGES",
      what: "pin",
      run: () => home.rest("PUT", `${messages()}/pins/${told}`),
      code: 50013,
    },
  ];

test.each(needs)("without $right a bot cannot $what", async ({ right, run, code }) => {
  deny(right);
  expect(at((await run()).body, "code")).toBe(code);
});

test.each(needs)("with all rights it can $what", async ({ run }) => {
  expect(at((await run()).body, "code")).toBeUndefined();
});

test("without READ_MESSAGE_HISTORY a list is empty, not refused", async () => {
  deny("READ_MESSAGE_HISTORY");
  expect(await home.rest("GET", messages())).toMatchObject({ status: 200, body: [] });
});

test("joining a reaction needs no ADD_REACTIONS", async () => {
  sandbox.react(home.channel.id, told, home.ana.id, "👍");
  deny("ADD_REACTIONS");
  expect((await home.rest("PUT", `${messages()}/${told}/reactions/%F0%9F%91%8D/@me`)).status).toBe(204);
});

test("a member's overwrite beats its roles', and theirs beat that of everyone", async () => {
  const role = sandbox.botRole(home.guild.id, home.bot.id);
  const send1 = PERMISSION.SEND_MESSAGES;
  const everyone = { id: home.guild.id, type: 0, deny: send1 } as const;
  sandbox.setPermissions(home.channel.id, [everyone]);
  expect((await send()).status).toBe(403);
  sandbox.setPermissions(home.channel.id, [everyone, { id: role, type: 0, allow: send1 }]);
  expect((await send()).status).toBe(200);
  sandbox.setPermissions(home.channel.id, [
    everyone,
    { id: role, type: 0, allow: send1 },
    { id: home.bot.id, type: 1, deny: send1 },
  ]);
  expect((await send()).status).toBe(403);
});

test("in threads another right counts, under the parent's overwrites", async () => {
  const thread = sandbox.createThread(home.channel.id, { name: "fio", ownerId: home.ana.id });
  const post = () => home.rest("POST", `/channels/${thread.id}/messages`, { content: "a" });
  deny("SEND_MESSAGES");
  expect((await post()).status).toBe(200);
  deny("SEND_MESSAGES_IN_THREADS");
  expect((await post()).body).toMatchObject({ code: 50013 });
});

test("an administrator may all, whatever the overwrites", async () => {
  sandbox.setRolePermissions(
    home.guild.id,
    sandbox.botRole(home.guild.id, home.bot.id),
    PERMISSION.ADMINISTRATOR,
  );
  deny("VIEW_CHANNEL");
  expect((await send()).status).toBe(200);
});

test("a webhook's holder needs no rights in the channel", async () => {
  const hook = sandbox.createWebhook(home.channel.id, { name: "Humano", userId: home.ana.id });
  sandbox.setPermissions(home.channel.id, [{ id: home.guild.id, type: 0, deny: PERMISSION.SEND_MESSAGES }]);
  expect((await home.open("POST", `/webhooks/${hook.id}/${hook.token}`, { content: "a" })).status).toBe(204);
});

test("an unknown channel is 10003", async () => {
  expect((await home.rest("GET", "/channels/100000000000000001")).body).toMatchObject({ code: 10003 });
});
