import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../manual-clock.ts";
import { startDiscordSandbox } from "./index.ts";
import { at, furnish, textAt } from "./raw-client.ts";
import type { DiscordSandbox } from "./sandbox.ts";

let clock: ManualClock;
let sandbox: DiscordSandbox;
let home: ReturnType<typeof furnish>;
let path: string;
beforeEach(async () => {
  clock = new ManualClock();
  sandbox = await startDiscordSandbox({ clock });
  home = furnish(sandbox);
  path = `/applications/${home.bot.applicationId}/commands`;
});
afterEach(() => sandbox.close());

const weather = {
  name: "weather",
  name_localizations: { "pt-BR": "clima" },
  description: "Tells the weather",
  options: [{ type: 3, name: "city", description: "Where", required: true }],
};
const option = (more: object) => ({ type: 3, name: "city", description: "Where", ...more });
const withOptions = (...options: object[]) => ({ ...weather, options });
const many = (count: number, make: (index: number) => object) =>
  Array.from({ length: count }, (_, i) => make(i));
const slash = (index: number) => ({ name: `c${index}`, description: "d" });

describe("a command is refused", () => {
  const cases: [string, object, (string | number)[]][] = [
    ["with capitals in its name", { ...weather, name: "Weather" }, ["name"]],
    ["with a space in its name", { ...weather, name: "the weather" }, ["name"]],
    ["with a name of 33 letters", { ...weather, name: "a".repeat(33) }, ["name"]],
    ["without a description", { name: "weather" }, ["description"]],
    ["with a description of 101", { ...weather, description: "a".repeat(101) }, ["description"]],
    [
      "in a language nobody knows",
      { ...weather, name_localizations: { pt: "clima" } },
      ["name_localizations", "pt"],
    ],
    [
      "with a name that is invalid in one language",
      { ...weather, name_localizations: { "pt-BR": "O Clima" } },
      ["name_localizations"],
    ],
    [
      "with a description too long in one language",
      { ...weather, description_localizations: { "es-ES": "a".repeat(101) } },
      ["description_localizations", "es-ES"],
    ],
    ["with 26 options", withOptions(...many(26, (i) => option({ name: `o${i}` }))), ["options"]],
    ["with an option twice", withOptions(option({}), option({})), ["options", 1, "name"]],
    [
      "with a required option behind another",
      withOptions(option({}), option({ name: "day", required: true })),
      ["options", 1],
    ],
    [
      "with 26 choices",
      withOptions(option({ choices: many(26, (i) => ({ name: `n${i}`, value: `v${i}` })) })),
      ["options", 0, "choices"],
    ],
    [
      "with choices of another type",
      withOptions(option({ choices: [{ name: "one", value: 1 }] })),
      ["options", 0, "choices", 0, "value"],
    ],
    [
      "with choices and autocomplete",
      withOptions(option({ autocomplete: true, choices: [{ name: "a", value: "a" }] })),
      ["options", 0, "autocomplete"],
    ],
    ["with a bound of numbers on a text", withOptions(option({ min_value: 1 })), ["options", 0, "min_value"]],
    [
      "with bounds the wrong way round",
      withOptions(option({ min_length: 5, max_length: 2 })),
      ["options", 0],
    ],
    ["for a context that is none", { ...weather, contexts: [3] }, ["contexts", 0]],
    [
      "with rights that are no number",
      { ...weather, default_member_permissions: 32 },
      ["default_member_permissions"],
    ],
    ["of the menu with a description", { type: 3, name: "Save", description: "d" }, ["description"]],
  ];
  test.each(cases)("%s", async (_what, body, field) => {
    const { status, body: answer } = await home.rest("POST", path, body);
    expect([status, at(answer, "code")]).toEqual([400, 50035]);
    expect(at(answer, "errors", ...field, "_errors", 0, "code")).toEqual(expect.any(String));
    expect(sandbox.commands(home.bot.id)).toEqual([]);
  });

  test("above 8000 characters, the longest language counted", async () => {
    const choices = many(25, (i) => ({
      name: `n${i}`,
      name_localizations: { "pt-BR": "x".repeat(100) },
      value: `v${i}`,
    }));
    const large = withOptions(...many(4, (i) => option({ name: `o${i}`, choices })));
    expect(at((await home.rest("POST", path, large)).body, "errors", "_errors", 0, "code")).toBe(
      "APPLICATION_COMMAND_TOO_LARGE",
    );
  });

  test.each([
    [101, 1],
    [16, 3],
  ])("in a list of %i of type %i", async (count, type) => {
    const list = many(count, (i) => (type === 1 ? slash(i) : { type, name: `C ${i}` }));
    expect((await home.rest("PUT", path, list)).body).toMatchObject({ code: 30032 });
    expect(sandbox.commands(home.bot.id)).toEqual([]);
  });

  test("twice in one list", async () => {
    const { body } = await home.rest("PUT", path, [weather, weather]);
    expect(at(body, "errors", 1, "name", "_errors", 0, "code")).toBe("APPLICATION_COMMANDS_DUPLICATE_NAME");
  });

  test("of another application, or of a guild without the bot", async () => {
    const other = sandbox.createBot({ name: "Outro" });
    const theirs = `/applications/${other.applicationId}/commands`;
    expect((await home.rest("GET", theirs)).body).toMatchObject({ code: 20012 });
    const { id } = sandbox.createGuild({ name: "Longe" });
    const away = `/applications/${home.bot.applicationId}/guilds/${id}/commands`;
    expect((await home.rest("PUT", away, [weather])).body).toMatchObject({ code: 50001 });
  });

  test("when 200 were created in a day", async () => {
    for (const half of [0, 1])
      await home.rest(
        "PUT",
        path,
        many(100, (i) => slash(i + half * 100)),
      );
    const { status, body } = await home.rest("PUT", path, [weather]);
    expect([status, at(body, "code")]).toEqual([429, 30034]);
    await clock.advance(24 * 3_600_000 + 1);
    expect((await home.rest("PUT", path, [weather])).status).toBe(200);
  });
});

describe("a registered command", () => {
  test("keeps its id when it is registered again, and its version when nothing changed", async () => {
    const first = await home.rest("POST", path, weather);
    expect(first.status).toBe(201);
    const again = await home.rest("POST", path, weather);
    expect(again.status).toBe(200);
    expect(again.body).toEqual(first.body);
    const [changed] = (await home.rest("PUT", path, [{ ...weather, description: "Other" }])).body as object[];
    expect(at(changed, "id")).toBe(at(first.body, "id"));
    expect(at(changed, "version")).not.toBe(at(first.body, "version"));
  });

  test("shows its languages only when they are asked for, and leaves out what is not so", async () => {
    const options = [option({ required: false, autocomplete: false })];
    await home.rest("PUT", path, [{ ...weather, options }]);
    const [short] = (await home.rest("GET", path)).body as object[];
    expect(short).not.toHaveProperty("name_localizations");
    const [full] = (await home.rest("GET", `${path}?with_localizations=true`)).body as object[];
    expect(full).toMatchObject({
      type: 1,
      name_localizations: { "pt-BR": "clima" },
      description_localizations: null,
      default_member_permissions: null,
      contexts: null,
      integration_types: [0],
    });
    expect(at(full, "options", 0)).not.toHaveProperty("required");
    expect(at(full, "options", 0)).not.toHaveProperty("autocomplete");
  });

  test("is changed and removed by its id", async () => {
    const id = textAt((await home.rest("POST", path, weather)).body, "id");
    const { body } = await home.rest("PATCH", `${path}/${id}`, { description: "Another" });
    expect(body).toMatchObject({ id, name: "weather", description: "Another", options: [{ name: "city" }] });
    expect((await home.rest("DELETE", `${path}/${id}`)).status).toBe(204);
    expect((await home.rest("GET", `${path}/${id}`)).body).toMatchObject({ code: 10063 });
  });

  test("of a guild is known there alone", async () => {
    const there = `/applications/${home.bot.applicationId}/guilds/${home.guild.id}/commands`;
    const { body } = await home.rest("PUT", there, [weather]);
    expect(body).toMatchObject([{ guild_id: home.guild.id }]);
    expect(sandbox.commands(home.bot.id)).toEqual([]);
    expect(sandbox.commands(home.bot.id, home.guild.id)).toMatchObject([{ name: "weather" }]);
  });

  test("goes with a list that does not have it, and only a list will do", async () => {
    await home.rest("PUT", path, [weather]);
    expect((await home.rest("PUT", path, { 0: weather })).body).toMatchObject({ code: 50035 });
    expect(sandbox.commands(home.bot.id)).toHaveLength(1);
    await home.rest("PUT", path, []);
    expect(sandbox.commands(home.bot.id)).toEqual([]);
  });
});
