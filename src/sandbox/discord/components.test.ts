import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startDiscordSandbox } from "./index.ts";
import { at, furnish, textAt } from "./raw-client.ts";
import type { DiscordSandbox } from "./sandbox.ts";

let sandbox: DiscordSandbox;
let home: ReturnType<typeof furnish>;
let path: string;
beforeEach(async () => {
  sandbox = await startDiscordSandbox();
  home = furnish(sandbox);
  path = `/channels/${home.channel.id}/messages`;
});
afterEach(() => sandbox.close());

const button = (custom_id: string, more: object = {}) => ({
  type: 2,
  style: 1,
  label: "x",
  custom_id,
  ...more,
});
const link = (more: object = {}) => ({ type: 2, style: 5, label: "x", url: "https://example.org/", ...more });
const row = (...components: object[]) => ({ type: 1, components });
const rows = (count: number) => Array.from({ length: count }, (_, i) => row(button(`r${i}`)));
const labels = () =>
  sandbox.messages(home.channel.id).map(({ components }) => at(components, 0, "components", 0, "label"));

describe("the buttons of a message", () => {
  test("are kept and shown, numbered, and go and change with edits", async () => {
    const components = [row(button("a"), link()), ...rows(4)];
    const { body } = await home.rest("POST", path, { content: "a", components });
    expect(body).toMatchObject({
      components: [{ id: 1, components: [{ id: 2, custom_id: "a" }, { id: 3 }] }, { id: 4 }, {}, {}, {}],
    });
    const one = `${path}/${textAt(body, "id")}`;
    await home.rest("PATCH", one, { content: "b" });
    expect(labels()).toEqual(["x"]);
    await home.rest("PATCH", one, { components: [row(button("a", { label: "y" }))] });
    expect(labels()).toEqual(["y"]);
    await home.rest("PATCH", one, { components: [] });
    expect(at((await home.rest("GET", one)).body, "components")).toEqual([]);
  });

  test.each([
    ["six rows", rows(6), ["components"]],
    ["six in a row", [row(...[..."abcdef"].map((id) => button(id)))], ["components", 0, "components"]],
    ["an empty row", [row()], ["components", 0, "components"]],
    ["one outside a row", [button("a")], ["components", 0, "type"]],
    ["an id twice", [row(button("a")), row(button("a"))], ["components", 1, "components", 0, "custom_id"]],
    ["an id of 101", [row(button("a".repeat(101)))], ["components", 0, "components", 0, "custom_id"]],
    ["no id", [row({ type: 2, style: 1, label: "x" })], ["components", 0, "components", 0, "custom_id"]],
    [
      "a label of 81",
      [row(button("a", { label: "x".repeat(81) }))],
      ["components", 0, "components", 0, "label"],
    ],
    ["neither label nor emoji", [row(button("a", { label: "" }))], ["components", 0, "components", 0]],
    ["a link with an id", [row(link({ custom_id: "a" }))], ["components", 0, "components", 0]],
    ["a link without an address", [row(link({ url: undefined }))], ["components", 0, "components", 0, "url"]],
    [
      "an address that is none",
      [row(link({ url: "javascript:alert(1)" }))],
      ["components", 0, "components", 0, "url"],
    ],
    [
      "an address on a button that is no link",
      [row(button("a", { url: "https://example.org/" }))],
      ["components", 0, "components", 0, "url"],
    ],
  ])("are refused with %s", async (_what, components, field) => {
    const { body } = await home.rest("POST", path, { content: "a", components });
    expect(body).toMatchObject({ code: 50035 });
    expect(at(body, "errors", ...field, "_errors", 0, "code")).toEqual(expect.any(String));
    expect(sandbox.messages(home.channel.id)).toEqual([]);
  });
});

describe("the buttons of a webhook's message", () => {
  const components = [row(button("a"))];

  test("are shown and can be pressed when the application owns the webhook", async () => {
    const made = (await home.rest("POST", `/channels/${home.channel.id}/webhooks`, { name: "Mate" })).body;
    const hook = `/webhooks/${textAt(made, "id")}/${textAt(made, "token")}?wait=true`;
    const { body } = await home.open("POST", hook, { content: "a", components });
    const message = textAt(body, "id");
    expect(labels()).toEqual(["x"]);
    const who = { botId: home.bot.id, userId: home.ana.id, channelId: home.channel.id };
    expect((await sandbox.use({ ...who, type: 3, message, name: "a" })).via).toBe("gateway");
  });

  test("are left out when a human made it, and refused when they are insisted on", async () => {
    const { id, token } = sandbox.createWebhook(home.channel.id, { name: "Humano", userId: home.ana.id });
    const hook = `/webhooks/${id}/${token}`;
    await home.open("POST", hook, { content: "a", components });
    expect(labels()).toEqual([undefined]);
    expect(
      (await home.open("POST", `${hook}?with_components=true`, { content: "a", components })).status,
    ).toBe(400);
    await home.open("POST", `${hook}?with_components=true`, { content: "a", components: [row(link())] });
    expect(labels()).toEqual([undefined, "x"]);
  });
});
