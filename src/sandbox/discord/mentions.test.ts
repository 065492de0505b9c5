// Whom a message notifies, and which rules about it are refused.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startDiscordSandbox } from "./index.ts";
import { at, furnish, textAt } from "./raw-client.ts";
import type { DiscordSandbox } from "./sandbox.ts";

let sandbox: DiscordSandbox;
let home: ReturnType<typeof furnish>;
let hook: string;

beforeEach(async () => {
  sandbox = await startDiscordSandbox();
  home = furnish(sandbox);
  const { body } = await home.rest("POST", `/channels/${home.channel.id}/webhooks`, { name: "Mate" });
  hook = `/webhooks/${textAt(body, "id")}/${textAt(body, "token")}`;
});
afterEach(() => sandbox.close());

const asBot = (body: object) => home.rest("POST", `/channels/${home.channel.id}/messages`, body);
const asWebhook = (body: object) => home.open("POST", `${hook}?wait=true`, body);
const pinged = () => sandbox.messages(home.channel.id).at(-1)?.pinged;
const nobody = { everyone: false, users: [], roles: [] };

describe("whom a message notifies", () => {
  test("a bot message without rules notifies all it names; a webhook message only users", async () => {
    const role = sandbox.createRole(home.guild.id, { name: "time", mentionable: true });
    const content = `@everyone <@${home.ana.id}> <@&${role.id}>`;
    const sent = await asBot({ content });
    expect(pinged()).toEqual({ everyone: true, users: [home.ana.id], roles: [role.id] });
    expect(sent.body).toMatchObject({
      mention_everyone: true,
      mentions: [{ id: home.ana.id }],
      mention_roles: [role.id],
    });
    await asWebhook({ content });
    expect(pinged()).toEqual({ everyone: false, users: [home.ana.id], roles: [] });
  });

  test("parse: [] notifies nobody, ids in `users` do, @here counts as everyone", async () => {
    await asBot({ content: `@here <@${home.ana.id}>`, allowed_mentions: { parse: [] } });
    expect(pinged()).toEqual(nobody);
    const sent = await asWebhook({
      content: `@here <@${home.ana.id}>`,
      allowed_mentions: { parse: ["everyone"], users: [home.ana.id] },
    });
    expect(pinged()).toEqual({ everyone: true, users: [home.ana.id], roles: [] });
    expect(at(sent.body, "pinged")).toBeUndefined();
  });

  test("strangers, unknown ids and text in code are no mentions; backslashes do not help", async () => {
    await asBot({ content: "<@100000000000000001> `@everyone` ```\n@here\n```" });
    expect(pinged()).toEqual(nobody);
    await asBot({ content: "\\@everyone" });
    expect(pinged()).toMatchObject({ everyone: true });
  });

  test("everyone and unmentionable roles need MENTION_EVERYONE of the bot, or of the webhook's maker", async () => {
    const role = sandbox.createRole(home.guild.id, { name: "fechada" });
    const content = `@everyone <@&${role.id}>`;
    await asBot({ content });
    expect(pinged()).toEqual({ everyone: true, users: [], roles: [role.id] });
    sandbox.setRolePermissions(home.guild.id, home.guild.id, 0x400n | 0x800n | 0x10000n);
    await asBot({ content });
    expect(pinged()).toEqual(nobody);
    await asWebhook({ content, allowed_mentions: { parse: ["everyone", "roles"] } });
    expect(pinged()).toEqual(nobody);
  });

  test("a reply notifies the answered person unless the rules given say nothing of it", async () => {
    const told = sandbox.say(home.channel.id, home.ana.id, { content: "a" });
    const message_reference = { message_id: told.id };
    await asBot({ content: "b", message_reference });
    expect(pinged()).toMatchObject({ users: [home.ana.id] });
    await asBot({ content: "b", message_reference, allowed_mentions: { parse: ["users"] } });
    expect(pinged()).toEqual(nobody);
    await asBot({ content: "b", message_reference, allowed_mentions: { parse: [], replied_user: true } });
    expect(pinged()).toMatchObject({ users: [home.ana.id] });
  });

  test("an edit parses again by its own rules: without them the defaults come back", async () => {
    const sent = await asBot({ content: "@everyone", allowed_mentions: { parse: [] } });
    expect(pinged()).toEqual(nobody);
    await home.rest("PATCH", `/channels/${home.channel.id}/messages/${textAt(sent.body, "id")}`, {
      content: "@everyone!",
    });
    expect(pinged()).toMatchObject({ everyone: true });
  });
});

describe("rules that are refused", () => {
  const cases = [
    { name: "a word and its list", rules: { parse: ["users"], users: ["100000000000000001"] } },
    { name: "an unknown word", rules: { parse: ["channels"] } },
    {
      name: "101 users",
      rules: { users: Array.from({ length: 101 }, (_, i) => `${100000000000000000n + BigInt(i)}`) },
    },
    { name: "an id that is none", rules: { users: ["ana"] } },
  ];
  test.each(cases)("$name", async ({ rules }) => {
    const answer = await asWebhook({ content: "a", allowed_mentions: rules });
    expect(answer.body).toMatchObject({ code: 50035 });
    expect(at(answer.body, "errors", "allowed_mentions")).toBeDefined();
  });
});
