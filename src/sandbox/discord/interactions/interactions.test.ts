import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../manual-clock.ts";
import { startDiscordSandbox } from "../index.ts";
import { PERMISSION } from "../permissions.ts";
import { ALL_INTENTS, at, furnish, login, textAt } from "../raw-client.ts";
import type { DiscordSandbox } from "../sandbox.ts";
import type { InteractionInput } from "./begin.ts";
import type { InteractionView } from "./interactions.ts";

let clock: ManualClock;
let sandbox: DiscordSandbox;
let home: ReturnType<typeof furnish>;
let told: unknown;
beforeEach(async () => {
  clock = new ManualClock();
  sandbox = await startDiscordSandbox({ clock });
  home = furnish(sandbox);
  told = undefined;
  sandbox.onChange(({ type, data }) => {
    if (type === "INTERACTION_CREATE") told = data({ bot: undefined as never, readsContent: true });
  });
  const { status } = await home.rest("PUT", `/applications/${home.bot.applicationId}/commands`, COMMANDS);
  expect(status).toBe(200);
});
afterEach(() => sandbox.close());

const word = (name: string, more: object = {}) => ({ type: 3, name, description: "d", ...more });
const COMMANDS = [
  {
    name: "weather",
    name_localizations: { "pt-BR": "clima", "en-GB": "drizzle" },
    description: "d",
    options: [
      word("city", { name_localizations: { "pt-BR": "cidade" }, required: true, autocomplete: true }),
      { type: 4, name: "days", description: "d", min_value: 1, max_value: 7 },
      word("unit", { choices: [{ name: "warm", name_localizations: { "pt-BR": "quente" }, value: "c" }] }),
    ],
  },
  {
    name: "show",
    description: "d",
    options: [
      { type: 6, name: "person", description: "d" },
      { type: 11, name: "file", description: "d" },
      { type: 5, name: "loud", description: "d" },
    ],
  },
  { name: "admin", description: "d", default_member_permissions: "32", contexts: [0] },
  { name: "private", description: "d", contexts: [1] },
  { type: 3, name: "Save", name_localizations: { "pt-BR": "Guardar" } },
];

type Input = Partial<InteractionInput>;
const use = (input: Input = {}): Promise<InteractionView> =>
  sandbox.use({ botId: home.bot.id, userId: home.ana.id, channelId: home.channel.id, ...input });
const data = (...path: (string | number)[]) => at(told, "data", ...path);
const messages = () => sandbox.messages(home.channel.id);

/** Answers the last interaction by its callback. */
function answer(type: number, body?: object, query = "") {
  const path = `/interactions/${textAt(told, "id")}/${textAt(told, "token")}/callback${query}`;
  return home.open("POST", path, { type, ...(body && { data: body }) });
}
const hook = (rest = "") => `/webhooks/${home.bot.applicationId}/${textAt(told, "token")}${rest}`;
const button = (custom_id: string, more: object = {}) => ({
  type: 2,
  style: 1,
  label: custom_id,
  custom_id,
  ...more,
});
const row = (...components: object[]) => ({ type: 1, components });
const input = (custom_id: string, more: object = {}) => ({ type: 4, style: 1, custom_id, ...more });
const label = (text: string, component: object) => ({ type: 18, label: text, component });

describe("a slash command", () => {
  test("is used by its name in the person's language or by the registered one", async () => {
    for (const [locale, name] of [
      ["pt-BR", "clima"],
      ["en-US", "drizzle"],
      ["ja", "weather"],
      ["pt-BR", "weather"],
    ] as const) {
      const { id } = await use({ locale, name, options: { city: "Recife" } });
      expect(told).toMatchObject({ id, type: 2, locale, context: 0, guild_id: home.guild.id });
      expect(at(told, "data")).toMatchObject({
        name: "weather",
        options: [{ name: "city", type: 3, value: "Recife" }],
      });
    }
  });

  test("brings options by their shown names, and choices by value or label", async () => {
    for (const unit of ["c", "warm", "quente"]) {
      await use({ name: "clima", options: { cidade: "Recife", days: 3, unit } });
      expect(data("options")).toEqual([
        { name: "city", type: 3, value: "Recife" },
        { name: "days", type: 4, value: 3 },
        { name: "unit", type: 3, value: "c" },
      ]);
    }
  });

  test("resolves people and files, which the CDN serves", async () => {
    const file = { filename: "a.txt", contentType: "text/plain", bytes: Buffer.from("oi") };
    await use({ name: "show", options: { person: home.bot.id, file, loud: true } });
    const id = String(data("options", 1, "value"));
    expect(data("resolved", "users", home.bot.id)).toMatchObject({ bot: true });
    expect(data("resolved", "members", home.bot.id)).toMatchObject({ permissions: expect.any(String) });
    const url = String(data("resolved", "attachments", id, "url"));
    expect(await (await fetch(url)).text()).toBe("oi");
  });

  const refused: [string, Input, RegExp][] = [
    ["that is not registered", { name: "nada" }, /no command/],
    ["in another language's name", { name: "clima", locale: "es-ES", options: { city: "x" } }, /no command/],
    ["without what it needs", { name: "weather" }, /needs city/],
    [
      "with an option it does not have",
      { name: "weather", options: { city: "x", wind: 1 } },
      /no option wind/,
    ],
    ["with a number out of bounds", { name: "weather", options: { city: "x", days: 8 } }, /does not take 8/],
    ["with a text for a number", { name: "weather", options: { city: "x", days: "3" } }, /wants a number/],
    ["with another choice", { name: "weather", options: { city: "x", unit: "k" } }, /no choice k/],
    ["only for admins", { name: "admin" }, /default_member_permissions/],
    ["of direct messages", { name: "private" }, /not shown in guilds/],
  ];
  test.each(refused)("%s cannot be used", async (_what, how, why) => {
    await expect(use(how)).rejects.toThrow(why);
    expect(told).toBeUndefined();
  });

  test("for admins is shown to those with the right, and the rights are told", async () => {
    const role = sandbox.createRole(home.guild.id, {
      name: "gestão",
      permissions: PERMISSION.MANAGE_GUILD,
    }).id;
    const bia = sandbox.createUser({ username: "bia" }).id;
    sandbox.addMember(home.guild.id, bia, { roles: [role] });
    await use({ name: "admin", userId: bia });
    expect(BigInt(textAt(told, "member", "permissions")) & PERMISSION.MANAGE_GUILD).not.toBe(0n);
    expect(BigInt(textAt(told, "app_permissions")) & PERMISSION.MANAGE_WEBHOOKS).not.toBe(0n);
    sandbox.setPermissions(home.channel.id, [{ id: home.guild.id, type: 0, deny: PERMISSION.VIEW_CHANNEL }]);
    await expect(use({ name: "weather", options: { city: "x" } })).rejects.toThrow(/cannot see/);
  });

  test("in a direct message comes from a user, in context 1", async () => {
    const channelId = sandbox.createDm(home.bot.id, home.ana.id).id;
    await use({ name: "private", channelId });
    expect(told).toMatchObject({ context: 1, user: { id: home.ana.id }, channel_id: channelId });
    expect(told).not.toHaveProperty("member");
    await expect(use({ name: "admin", channelId })).rejects.toThrow(/direct messages/);
    await answer(4, { content: "só nós" });
    expect(sandbox.privateMessages(home.bot.id, home.ana.id).at(-1)?.content).toBe("só nós");
  });
});

describe("a command of the menu", () => {
  test("brings its message, in full", async () => {
    const target = sandbox.say(home.channel.id, home.ana.id, { content: "guarde isto" }).id;
    await use({ name: "Guardar", target });
    expect(at(told, "data")).toMatchObject({ type: 3, name: "Save", target_id: target });
    expect(data("resolved", "messages", target, "content")).toBe("guarde isto");
    await answer(4, { content: "guardado" });
    expect(messages().at(-1)).toMatchObject({ type: 23, content: "guardado" });
  });
});

describe("typing in an option", () => {
  test("brings what was typed, and takes proposals of at most 25", async () => {
    const { id } = await use({
      type: 4,
      name: "clima",
      focused: "cidade",
      options: { cidade: "Rec", days: 2 },
    });
    expect(data("options", 0)).toEqual({ name: "city", type: 3, value: "Rec", focused: true });
    const choice = { name: "Recife", value: "recife" };
    expect((await answer(8, { choices: Array(26).fill(choice) })).status).toBe(400);
    expect((await answer(8, { choices: [{ name: "x".repeat(101), value: "a" }] })).status).toBe(400);
    expect((await answer(8, { choices: [{ name: "x", value: 1 }] })).status).toBe(400);
    expect((await answer(4, { content: "x" })).body).toMatchObject({ code: 50035 });
    expect((await answer(8, { choices: [choice] })).status).toBe(204);
    expect(sandbox.interaction(id).choices).toEqual([choice]);
  });

  test("where nothing is proposed is refused", async () => {
    await expect(use({ type: 4, name: "clima", focused: "days" })).rejects.toThrow(/proposes nothing/);
  });
});

describe("an answer", () => {
  test("is a message of the bot in the channel that says whose command it answers", async () => {
    const { gateway } = await login(sandbox, home.bot.token, ALL_INTENTS);
    const { id } = await use({ name: "clima", options: { cidade: "x" } });
    const { status, body } = await answer(4, { content: "sol" }, "?with_response=true");
    expect(status).toBe(200);
    const [said] = messages();
    expect(said).toMatchObject({
      type: 20,
      content: "sol",
      author: { id: home.bot.id },
      webhook_id: home.bot.applicationId,
    });
    expect(said?.interaction_metadata).toMatchObject({
      id,
      type: 2,
      name: "weather",
      user: { id: home.ana.id },
    });
    expect(body).toMatchObject({
      interaction: { id, type: 2, response_message_id: said?.id, response_message_ephemeral: false },
      resource: { type: 4, message: { id: said?.id, content: "sol" } },
    });
    expect((await gateway.dispatch("MESSAGE_CREATE")).d).toMatchObject({ id: said?.id, content: "sol" });
    gateway.close();
  });

  test("for one person's eyes stands in no channel, but is shown to them", async () => {
    const { id } = await use({ name: "clima", options: { cidade: "x" } });
    await answer(4, { content: "psiu", flags: 64 });
    expect(messages()).toEqual([]);
    expect(sandbox.interaction(id).shown).toMatchObject([{ content: "psiu", flags: 64 }]);
    await home.open("PATCH", hook("/messages/@original"), { content: "psiu!" });
    expect((await home.open("GET", hook("/messages/@original"))).body).toMatchObject({ content: "psiu!" });
    expect((await home.open("DELETE", hook("/messages/@original"))).status).toBe(204);
    expect(sandbox.interaction(id).shown).toEqual([]);
  });

  test("that is announced is filled, without counting as edited", async () => {
    const { id } = await use({ name: "clima", options: { cidade: "x" } });
    await answer(5);
    expect(messages()).toMatchObject([{ flags: 128, content: "" }]);
    expect(sandbox.interaction(id).shown).toEqual([]);
    await home.open("PATCH", hook("/messages/@original"), { content: "agora" });
    expect(messages()).toMatchObject([{ flags: 0, content: "agora", edited_timestamp: null }]);
    const more = await home.open("POST", hook(), { content: "e mais" });
    expect(messages().at(-1)).toMatchObject({
      content: "e mais",
      message_reference: { message_id: messages()[0]?.id },
    });
    const path = hook(`/messages/${textAt(more.body, "id")}`);
    await home.open("PATCH", path, { content: "e menos" });
    expect(sandbox.interaction(id).followUps).toMatchObject([{ content: "e menos" }]);
    expect((await home.open("DELETE", path)).status).toBe(204);
    expect(messages()).toHaveLength(1);
  });

  test("that is announced is filled by the first that follows, too", async () => {
    await use({ name: "clima", options: { cidade: "x" } });
    await answer(5, { flags: 64 });
    await home.open("POST", hook(), { content: "pronto" });
    expect(messages()).toEqual([]);
    expect((await home.open("GET", hook("/messages/@original"))).body).toMatchObject({
      content: "pronto",
      flags: 64,
    });
  });

  const refused: [string, number, object, (string | number)[]][] = [
    ["of 2001 characters", 4, { content: "a".repeat(2001) }, ["data", "content"]],
    [
      "with six rows",
      4,
      { content: "a", components: Array(6).fill(row(button("a"))) },
      ["data", "components"],
    ],
    ["with a flag it may not set", 4, { content: "a", flags: 8192 }, ["data", "flags"]],
    ["that changes a message nobody pressed on", 7, { content: "a" }, ["type"]],
    ["that proposes where nothing is typed", 8, { choices: [] }, ["type"]],
    [
      "with a title of 46",
      9,
      { custom_id: "f", title: "a".repeat(46), components: [label("l", input("a"))] },
      ["data", "title"],
    ],
    ["with an empty form", 9, { custom_id: "f", title: "t", components: [] }, ["data", "components"]],
    [
      "with a form of six fields",
      9,
      { custom_id: "f", title: "t", components: [..."abcdef"].map((name) => label("l", input(name))) },
      ["data", "components"],
    ],
    [
      "with a field twice",
      9,
      { custom_id: "f", title: "t", components: [label("l", input("a")), label("l", input("a"))] },
      ["data", "components", 1, "component", "custom_id"],
    ],
    [
      "with a label of 46",
      9,
      { custom_id: "f", title: "t", components: [label("l".repeat(46), input("a"))] },
      ["data", "components", 0, "label"],
    ],
  ];
  test.each(refused)(
    "%s is refused with its place, and another may follow",
    async (_what, type, body, path) => {
      await use({ name: "clima", options: { cidade: "x" } });
      const refusal = await answer(type, body);
      expect([refusal.status, at(refusal.body, "code")]).toEqual([400, 50035]);
      expect(at(refusal.body, "errors", ...path, "_errors", 0, "code")).toEqual(expect.any(String));
      expect((await answer(4, { content: "a" })).status).toBe(204);
      expect((await answer(4, { content: "b" })).body).toMatchObject({ code: 40060 });
    },
  );

  test("without a word is refused", async () => {
    await use({ name: "clima", options: { cidade: "x" } });
    expect((await answer(4, {})).body).toMatchObject({ code: 50006 });
  });

  test("after three seconds comes too late, and after fifteen minutes nothing can be said any more", async () => {
    await use({ name: "clima", options: { cidade: "x" } });
    await clock.advance(3_001);
    expect((await answer(4, { content: "a" })).body).toMatchObject({ code: 10062 });
    await use({ name: "clima", options: { cidade: "x" } });
    await answer(5);
    await clock.advance(15 * 60_000 + 1);
    expect((await home.open("PATCH", hook("/messages/@original"), { content: "a" })).body).toMatchObject({
      code: 50027,
    });
  });
});

describe("a button", () => {
  const list = `/channels/`;
  const say = async (components: object[]) =>
    textAt(
      (await home.rest("POST", `${list}${home.channel.id}/messages`, { content: "escolha", components }))
        .body,
      "id",
    );

  test("is pressed by its id or its label, and brings its message, which the answer may change", async () => {
    const message = await say([row(button("a:1", { label: "Sim" }), button("a:2"))]);
    for (const name of ["Sim", "a:1"]) await use({ type: 3, message, name });
    expect(told).toMatchObject({
      type: 3,
      data: { custom_id: "a:1", component_type: 2 },
      message: { id: message },
    });
    const update = { content: "feito", components: [] };
    expect((await answer(7, update, "?with_response=true")).body).toMatchObject({
      resource: { type: 7, message: { id: message } },
    });
    expect(messages()).toMatchObject([{ id: message, content: "feito", components: [] }]);
  });

  test("is answered beside its message, or not at all", async () => {
    const message = await say([row(button("a:1"))]);
    const { id } = await use({ type: 3, message, name: "a:1" });
    await answer(4, { content: "oi" });
    expect(messages().at(-1)).toMatchObject({
      type: 19,
      content: "oi",
      message_reference: { message_id: message },
    });
    expect(messages().at(-1)?.interaction_metadata).toMatchObject({
      id,
      type: 3,
      interacted_message_id: message,
    });
    const quiet = await use({ type: 3, message, name: "a:1" });
    await answer(6);
    expect(sandbox.interaction(quiet.id)).toMatchObject({ answer: { type: 6 }, shown: [] });
    await home.open("PATCH", hook("/messages/@original"), { content: "mudou" });
    expect(messages()[0]).toMatchObject({ id: message, content: "mudou" });
  });

  test("of a whisper is pressed by the one who was whispered to", async () => {
    const { id } = await use({ name: "clima", options: { cidade: "x" } });
    await answer(4, { content: "psiu", flags: 64, components: [row(button("b"))] });
    const message = sandbox.interaction(id).shown[0]?.id ?? "";
    await use({ type: 3, message, name: "b" });
    expect(told).toMatchObject({ message: { id: message, flags: 64 } });
    await answer(7, { content: "ouvido", components: [] });
    expect(sandbox.interaction(id).shown).toMatchObject([{ content: "ouvido" }]);
    const bia = sandbox.createUser({ username: "bia" }).id;
    sandbox.addMember(home.guild.id, bia);
    await expect(use({ type: 3, message, name: "b", userId: bia })).rejects.toThrow(/Unknown Message/);
  });

  test("that is not there, is disabled, a link or another bot's cannot be pressed", async () => {
    const link = { type: 2, style: 5, label: "site", url: "https://example.org" };
    const message = await say([row(button("off", { disabled: true }), link)]);
    for (const name of ["nada", "off", "site"])
      await expect(use({ type: 3, message, name })).rejects.toThrow(/button/);
    const other = sandbox.say(home.channel.id, home.ana.id, {
      content: "x",
      components: [row(button("a"))],
    }).id;
    await expect(use({ type: 3, message: other, name: "a" })).rejects.toThrow(/not this bot's/);
  });
});

describe("a form", () => {
  const form = {
    custom_id: "form:1",
    title: "Lembrete",
    components: [
      label("Quando", input("when", { value: "amanhã" })),
      label("O quê", input("what", { style: 2, required: false, max_length: 10 })),
    ],
  };

  test("is shown, filled in and sent, and answered with a message but no other form", async () => {
    const { id } = await use({ name: "clima", options: { cidade: "x" } });
    await answer(9, form);
    expect(sandbox.interaction(id).form).toMatchObject({
      title: "Lembrete",
      fields: [
        { name: "when", label: "Quando", value: "amanhã" },
        { name: "what", label: "O quê", value: "" },
      ],
    });
    const sent = await use({ type: 5, form: id, fields: { what: "regar" } });
    expect(at(told, "data")).toMatchObject({
      custom_id: "form:1",
      components: [
        { type: 18, component: { type: 4, custom_id: "when", value: "amanhã" } },
        { type: 18, component: { type: 4, custom_id: "what", value: "regar" } },
      ],
    });
    expect((await answer(9, form)).body).toMatchObject({ code: 50035 });
    expect((await answer(7, { content: "x" })).body).toMatchObject({ code: 50035 });
    await answer(4, { content: "anotado" });
    expect(sandbox.interaction(sent.id).shown).toMatchObject([
      { interaction_metadata: { type: 5, triggering_interaction_metadata: { id, type: 2 } } },
    ]);
  });

  test("that a button opened may change the button's message", async () => {
    const path = `/channels/${home.channel.id}/messages`;
    const body = { content: "a", components: [row(button("b"))] };
    const message = textAt((await home.rest("POST", path, body)).body, "id");
    const { id } = await use({ type: 3, message, name: "b" });
    await answer(9, form);
    await use({ type: 5, form: id });
    expect(told).toMatchObject({ type: 5, message: { id: message } });
    expect((await answer(7, { content: "mudado" })).status).toBe(204);
    expect(messages()[0]?.content).toBe("mudado");
  });

  test.each([
    ["that is too long", { what: "x".repeat(11) }, /11 characters/],
    ["that is empty where something is needed", { when: "" }, /0 characters/],
    ["that the form does not have", { who: "ana" }, /no field who/],
  ])("is not sent with a text %s", async (_what, fields, why) => {
    const { id } = await use({ name: "clima", options: { cidade: "x" } });
    await answer(9, form);
    await expect(use({ type: 5, form: id, fields })).rejects.toThrow(why);
  });
});
