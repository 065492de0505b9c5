import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DiscordRig, openDiscordRig } from "../../../../test/support/discord-rig.ts";
import { type ContextRecord, recordContext } from "../../../../test/support/platform-context.ts";
import type { CommandSheet, PerLanguage } from "../../../model/ask.ts";
import { createRest, type DiscordRest } from "../rest/rest.ts";
import { registerCommands } from "./register.ts";

let rig: DiscordRig;
let rest: DiscordRest;
let record: ContextRecord;
beforeEach(async () => {
  rig = await openDiscordRig();
  rest = createRest({ api: rig.sandbox.url, token: rig.bot.token, clock: rig.clock });
  record = recordContext({ account: "discord", clock: rig.clock });
});
afterEach(async () => {
  await rest.close();
  await rig.close();
});

const words = (pt: string, en: string, es: string): PerLanguage<string> => ({ "pt-BR": pt, en, es });
const weather: CommandSheet = {
  name: "weather",
  names: words("clima", "weather", "tiempo"),
  about: words("Diz como está o tempo", "Tells the weather", "Dice el tiempo"),
  args: [
    {
      key: "unit",
      name: words("unidade", "unit", "unidad"),
      about: words("Em que unidade", "In which unit", "En qué unidad"),
      type: "choice",
      isRequired: false,
      choices: [{ value: "c", label: words("graus", "degrees", "grados") }],
    },
    {
      key: "city",
      name: words("cidade", "city", "ciudad"),
      about: words("Onde", "Where", "Dónde"),
      type: "text",
      isRequired: true,
      completes: true,
      max: 50,
    },
    {
      key: "days",
      name: words("dias", "days", "días"),
      about: words("Quantos", "How many", "Cuántos"),
      type: "integer",
      isRequired: false,
      min: 0,
      max: 7,
    },
  ],
  forAdmins: false,
  where: "anywhere",
  onMessage: true,
};
const tidy: CommandSheet = {
  ...weather,
  name: "tidy",
  names: words("arrumar", "tidy", "ordenar"),
  args: [],
  forAdmins: true,
  where: "rooms",
  onMessage: false,
};

const register = (...sheets: CommandSheet[]) => {
  const { context } = record;
  const parts = { rest, application: rig.bot.applicationId, sheets, context };
  return registerCommands(parts, new AbortController().signal);
};
const puts = () => rig.asked("PUT", "/applications/").length;
const shown = (locale: string) => rig.sandbox.commands(rig.bot.id).map((command) => command.shown(locale));

describe("the commands of the robot", () => {
  it("are shown to everybody in their own language", async () => {
    expect(await register(weather, tidy)).toBe("changed");
    expect(shown("pt-BR")).toEqual(["clima", "arrumar", "Clima"]);
    expect(shown("es-419")).toEqual(["tiempo", "ordenar", "Tiempo"]);
    expect(shown("es-ES")).toEqual(["tiempo", "ordenar", "Tiempo"]);
    expect(shown("en-GB")).toEqual(["weather", "tidy", "Weather"]);
    expect(shown("ja")).toEqual(["weather", "tidy", "Weather"]);
    expect(rig.sandbox.unexpected).toEqual([]);
  });

  it.each([
    ["pt-BR", "clima", { cidade: "Recife", unidade: "graus" }],
    ["es-419", "tiempo", { ciudad: "Recife", unidad: "grados" }],
    ["en-US", "weather", { city: "Recife", unit: "degrees" }],
  ])("can be used in %s", async (locale, name, options) => {
    await register(weather);
    const who = { botId: rig.bot.id, userId: rig.ana, channelId: rig.channel, locale };
    expect((await rig.sandbox.use({ ...who, name, options })).via).toBe("gateway");
    const typing = { ...who, type: 4, name, focused: Object.keys(options)[0] ?? "", options } as const;
    expect((await rig.sandbox.use(typing)).via).toBe("gateway");
  });

  it("for admins are shown to admins alone", async () => {
    await register(tidy);
    const use = { botId: rig.bot.id, userId: rig.ana, channelId: rig.channel, name: "arrumar" };
    await expect(rig.sandbox.use(use)).rejects.toThrow(/default_member_permissions/);
    rig.sandbox.setRolePermissions(rig.guild, rig.guild, (1n << 5n) | (1n << 10n));
    await rig.sandbox.use(use);
  });

  it("are registered once, and not again while they are the same", async () => {
    await register(weather, tidy);
    const before = rig.sandbox.commands(rig.bot.id).map(({ version }) => version);
    expect(await register(weather, tidy)).toBe("same");
    expect(await register(tidy, weather)).toBe("same");
    expect(puts()).toBe(1);
    expect(rig.sandbox.commands(rig.bot.id).map(({ version }) => version)).toEqual(before);
  });

  it.each<[string, CommandSheet]>([
    ["a description in one language", { ...weather, about: { ...weather.about, es: "Otra" } }],
    ["a name in one language", { ...weather, names: { ...weather.names, "pt-BR": "tempo" } }],
    ["who may use it", { ...weather, forAdmins: true }],
    ["where it stands", { ...weather, where: "rooms" }],
    ["an argument", { ...weather, args: weather.args.map((each) => ({ ...each, isRequired: false })) }],
    ["the menu", { ...weather, onMessage: false }],
  ])("are registered again when %s changes", async (_what, changed) => {
    await register(weather);
    expect(await register(changed)).toBe("changed");
    expect(puts()).toBe(2);
    expect(await register(changed)).toBe("same");
  });

  it("keep their ids when they change, so that nobody's client loses them", async () => {
    await register(weather);
    const before = rig.sandbox.commands(rig.bot.id).map(({ id }) => id);
    await register({ ...weather, about: words("a", "b", "c") });
    expect(rig.sandbox.commands(rig.bot.id).map(({ id }) => id)).toEqual(before);
  });

  it("replace those of another program, and the log names them", async () => {
    const route = `/applications/${rig.bot.applicationId}/commands` as const;
    const theirs = { name: "alheio", description: "d" };
    await rest.request({ method: "POST", route, body: theirs });
    await register(weather);
    expect(shown("en-US")).toEqual(["weather", "Weather"]);
    expect(record.lines.filter((line) => /^warn .*replaced.*alheio/.test(line))).toHaveLength(1);
  });

  it("are all left where they are when there are none to register", async () => {
    await register(weather);
    expect(await register()).toBe("nothing");
    expect(shown("en-US")).toEqual(["weather", "Weather"]);
    expect(rig.sandbox.requests.filter(({ path }) => path.includes("/commands"))).toHaveLength(2);
  });

  it("that Discord refuses are an error with its fields", async () => {
    const body = {
      code: 50035,
      message: "Invalid Form Body",
      errors: { 0: { name: { _errors: [{ code: "X", message: "x" }] } } },
    };
    rig.sandbox.faults.add({
      match: ({ method, path }) => method === "PUT" && path.includes("/commands"),
      times: 1,
      fault: { kind: "status", status: 400, body },
    });
    await expect(register(weather)).rejects.toMatchObject({ json: 50035, fields: ["0.name: X"] });
  });
});
