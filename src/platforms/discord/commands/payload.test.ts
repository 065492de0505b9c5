import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ArgumentSheet, CommandSheet, PerLanguage } from "../../../model/ask.ts";
import { readCommand } from "../../../sandbox/discord/forms/command.ts";
import { menuName, optionName, sheetOf } from "./names.ts";
import { commandsPayload } from "./payload.ts";

const words = (pt: string, en: string, es: string): PerLanguage<string> => ({ "pt-BR": pt, en, es });

const weather: CommandSheet = {
  name: "weather",
  names: words("clima", "weather", "tiempo"),
  about: words("Diz como está o tempo", "Tells the weather", "Dice el tiempo"),
  args: [],
  forAdmins: false,
  where: "anywhere",
  onMessage: false,
};
const sheet = (more: Partial<CommandSheet> = {}): CommandSheet => ({ ...weather, ...more });
const argument = (more: Partial<ArgumentSheet> = {}): ArgumentSheet => ({
  key: "city",
  name: words("cidade", "city", "ciudad"),
  about: words("Onde", "Where", "Dónde"),
  type: "text",
  isRequired: false,
  ...more,
});
const first = (more: Partial<CommandSheet>) => commandsPayload([sheet(more)])[0];
const optionsOf = (...args: ArgumentSheet[]) =>
  (first({ args }) as { readonly options: readonly object[] }).options;

describe("a command", () => {
  it("is registered in English, and shown in Portuguese and both kinds of Spanish", () => {
    expect(commandsPayload([weather])).toEqual([
      {
        type: 1,
        name: "weather",
        name_localizations: { "pt-BR": "clima", "es-ES": "tiempo", "es-419": "tiempo" },
        description: "Tells the weather",
        description_localizations: {
          "pt-BR": "Diz como está o tempo",
          "es-ES": "Dice el tiempo",
          "es-419": "Dice el tiempo",
        },
        default_member_permissions: null,
        contexts: [0, 1],
        integration_types: [0],
      },
    ]);
  });

  it.each([
    ["anywhere", [0, 1]],
    ["rooms", [0]],
    ["private", [0, 1]],
  ] as const)("for %s stands in the contexts %j", (where, contexts) => {
    expect(first({ where })).toMatchObject({ contexts });
  });

  it("for admins asks for the right to manage the server", () => {
    expect(first({ forAdmins: true })).toMatchObject({ default_member_permissions: "32" });
  });

  it.each([
    ["a space", "o tempo"],
    ["a capital", "Clima"],
    ["a mark that Discord does not allow", "clima!"],
    ["33 letters", "a".repeat(33)],
    ["nothing", ""],
  ])("with %s in a name does without the name in that language", (_what, pt) => {
    const made = first({ names: words(pt, "weather", "tiempo") });
    expect(made).toMatchObject({
      name: "weather",
      name_localizations: { "es-ES": "tiempo", "es-419": "tiempo" },
    });
    expect(made).not.toHaveProperty("name_localizations.pt-BR");
  });

  it("keeps accents, which Discord allows", () => {
    expect(first({ names: words("história", "story", "cuento") })).toHaveProperty(
      "name_localizations.pt-BR",
      "história",
    );
  });

  it("whose English name is none is registered by its canonical one, and left out when that is none either", () => {
    const names = words("clima", "The Weather", "tiempo");
    expect(first({ names })).toMatchObject({ name: "weather" });
    expect(commandsPayload([sheet({ names, name: "The Weather" })])).toEqual([]);
  });

  it("that has the name of another is left out, and no more than a hundred go", () => {
    expect(commandsPayload([weather, sheet({ about: words("x", "x", "x") })])).toEqual(
      commandsPayload([weather]),
    );
    const many = Array.from({ length: 101 }, (_, i) => sheet({ names: words(`c${i}`, `c${i}`, `c${i}`) }));
    expect(commandsPayload(many)).toHaveLength(100);
  });

  it("is described in a hundred characters, whole letters only", () => {
    const made = first({ about: words("🧉".repeat(101), "a".repeat(100), "b".repeat(300)) });
    expect(made).toHaveProperty("description", "a".repeat(100));
    expect(made).toHaveProperty("description_localizations.pt-BR", `${"🧉".repeat(99)}…`);
    expect(made).toHaveProperty("description_localizations.es-ES", `${"b".repeat(99)}…`);
  });
});

describe("an argument", () => {
  it.each([
    ["text", 3],
    ["integer", 4],
    ["boolean", 5],
    ["user", 6],
    ["number", 10],
    ["file", 11],
    ["choice", 3],
  ] as const)("of type %s is an option of type %i", (type, number) => {
    expect(optionsOf(argument({ type }))).toMatchObject([
      { type: number, name: "city", description: "Where" },
    ]);
  });

  it("that is required stands before those that are not", () => {
    const day = argument({ key: "day", name: words("dia", "day", "día"), isRequired: true });
    expect(optionsOf(argument(), day)).toMatchObject([{ name: "day", required: true }, { name: "city" }]);
  });

  it("is bounded in its length or its value", () => {
    const [text, number] = optionsOf(
      argument({ min: 2, max: 9_999 }),
      argument({ key: "days", name: words("dias", "days", "días"), type: "integer", min: 0, max: 7 }),
    );
    expect(text).toMatchObject({ min_length: 2, max_length: 6000 });
    expect(number).toMatchObject({ min_value: 0, max_value: 7 });
  });

  it("offers at most 25 choices, named in each language", () => {
    const choices = Array.from({ length: 30 }, (_, i) => ({
      value: `v${i}`,
      label: words(`p${i}`, `e${i}`, `s${i}`),
    }));
    const [made] = optionsOf(argument({ type: "choice", choices })) as [
      { readonly choices: readonly object[] },
    ];
    expect(made.choices).toHaveLength(25);
    expect(made.choices[0]).toEqual({
      name: "e0",
      name_localizations: { "pt-BR": "p0", "es-ES": "s0", "es-419": "s0" },
      value: "v0",
    });
  });

  it("proposes as one types, but not beside choices", () => {
    expect(optionsOf(argument({ completes: true }))).toMatchObject([{ autocomplete: true }]);
    const choices = [{ value: "v", label: words("p", "e", "s") }];
    expect(optionsOf(argument({ type: "choice", completes: true, choices }))[0]).not.toHaveProperty(
      "autocomplete",
    );
    expect(optionsOf(argument({ completes: true, type: "user" }))[0]).not.toHaveProperty("autocomplete");
  });

  it("without a name that Discord takes is called by its key", () => {
    const odd = argument({ name: words("a cidade", "The City", "ciudad") });
    expect(optionsOf(odd)[0]).toMatchObject({ name: "city", name_localizations: { "es-ES": "ciudad" } });
    expect(optionName(odd)).toBe("city");
  });
});

describe("a command about a message", () => {
  const save = sheet({
    name: "save-quote",
    names: words("guardar-frase", "save-quote", "guardar-cita"),
    onMessage: true,
  });

  it("stands in the menu of messages too, in plain words", () => {
    expect(commandsPayload([weather, save])[2]).toEqual({
      type: 3,
      name: "Save quote",
      name_localizations: { "pt-BR": "Guardar frase", "es-ES": "Guardar cita", "es-419": "Guardar cita" },
      default_member_permissions: null,
      contexts: [0, 1],
      integration_types: [0],
    });
  });

  it("is found again by what an interaction brings", () => {
    expect(sheetOf([weather, save], "Save quote", true)).toBe(save);
    expect(sheetOf([weather, save], "save-quote", false)).toBe(save);
    expect(sheetOf([weather, save], "weather", true)).toBeUndefined();
    expect(menuName(save)).toBe("Save quote");
  });

  it("goes into a menu of fifteen at most", () => {
    const many = Array.from({ length: 16 }, (_, i) =>
      sheet({ ...save, names: words(`c${i}`, `c${i}`, `c${i}`) }),
    );
    expect(commandsPayload(many)).toHaveLength(16 + 15);
  });
});

describe("whatever a plugin calls its commands", () => {
  const text = fc.oneof(
    fc.constantFrom("", " ", "clima", "Clima", "o clima", "história", "c!", "🧉", "__proto__", "constructor"),
    fc.string({ unit: "grapheme", maxLength: 120 }),
  );
  const inThree = fc.record({ "pt-BR": text, en: text, es: text });
  const args = fc.record(
    {
      key: text,
      name: inThree,
      about: inThree,
      type: fc.constantFrom("text", "integer", "number", "boolean", "user", "file", "choice"),
      isRequired: fc.boolean(),
      min: fc.integer({ min: -10, max: 9_000 }),
      max: fc.integer({ min: -10, max: 9_000 }),
      completes: fc.boolean(),
      choices: fc.array(fc.record({ value: text, label: inThree }), { maxLength: 30 }),
    },
    { requiredKeys: ["key", "name", "about", "type", "isRequired"] },
  );
  const sheets = fc.record({
    name: text,
    names: inThree,
    about: inThree,
    args: fc.array(args, { maxLength: 30 }),
    forAdmins: fc.boolean(),
    where: fc.constantFrom("anywhere", "rooms", "private"),
    onMessage: fc.boolean(),
  });

  it("Discord takes the list", () => {
    fc.assert(
      fc.property(fc.array(sheets, { maxLength: 5 }), (some) => {
        const payload = commandsPayload(some as CommandSheet[]);
        const taken = payload.map((command, index) => readCommand({ ...command }, [index]));
        expect(new Set(taken.map(({ type, name }) => `${type} ${name}`)).size).toBe(taken.length);
      }),
      { numRuns: 300 },
    );
  });

  it("one that is too long is left out, and the others stay", () => {
    const choices = Array.from({ length: 25 }, (_, i) => ({
      value: `v${i}`,
      label: words("x".repeat(100), `e${i}`, "s"),
    }));
    const long = Array.from({ length: 4 }, (_, i) =>
      argument({ key: `o${i}`, name: words(`o${i}`, `o${i}`, `o${i}`), type: "choice", choices }),
    );
    const large = sheet({ names: words("longo", "long", "largo"), args: long });
    expect(commandsPayload([large, weather])).toEqual(commandsPayload([weather]));
  });
});
