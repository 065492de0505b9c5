// Every command as people type it: the example that each help shows is understood, in each language, by each name.

import { describe, expect, it } from "vitest";
import { robotConfig } from "../../../test/support/robot-world.ts";
import type { Language } from "../../model/texts.ts";
import { LANGUAGES, loadTexts } from "../../texts.ts";
import { readArguments } from "../arguments.ts";
import { type Command, Refusal } from "../command.ts";
import type { RobotConfig } from "../config.ts";
import { createNetwork } from "../network/network.ts";
import { aliasesIn, createRegistry, exampleOf, nameOf } from "../registry.ts";
import { typedCommand } from "../words.ts";
import { createEveryday } from "./everyday.ts";

const texts: Record<Language, ReturnType<typeof loadTexts>> = {
  ...{ "pt-BR": loadTexts("pt-BR"), en: loadTexts("en"), es: loadTexts("es") },
};
const textsOf = (language: Language) => texts[language];
const download = { program: "yt-dlp", maxBytes: 1, seconds: 1 };
const config: RobotConfig = {
  ...robotConfig,
  network: { ...robotConfig.network, archive: true, price: true, download },
};
const commands = [...(createEveryday(config).commands ?? []), ...(createNetwork(config).commands ?? [])];
const registry = createRegistry(commands, textsOf);

function read(typed: string, language: Language) {
  const { name = "", rest = "" } = typedCommand(typed) ?? {};
  const command = registry.find(name);
  if (!command) throw new Error(`nothing is called ${name}`);
  const asked = { kind: "command", name, words: rest, files: [] } as const;
  return { command, args: readArguments(asked, { command, language, texts: textsOf(language), textsOf }) };
}

const cases = commands.flatMap((command) => LANGUAGES.map((language) => [command, language] as const));

describe.each(cases.map(([command, language]) => [command.name, language, command] as const))(
  "/%s in %s",
  (_name, language, command: Command) => {
    const example = exampleOf(command, language, textsOf(language));

    it("has an example that means itself", () => {
      const { command: found, args } = read(example, language);
      expect(found).toBe(command);
      // An example without a value where one is taken shows nothing (start needs none).
      if ((command.args ?? []).length > 0 && command.name !== "start")
        expect(Object.keys(args).length, example).toBeGreaterThan(0);
    });

    it("is understood by every alias, with the same words", () => {
      const rest = example.split(" ").slice(1).join(" ");
      const { args } = read(example, language);
      for (const word of [
        command.name,
        nameOf(command, language, textsOf(language)),
        ...aliases(command, language),
      ])
        expect(read(`/${word} ${rest}`, language)).toEqual({ command, args });
    });
  },
);

function aliases(command: Command, language: Language): readonly string[] {
  return aliasesIn(command, language, textsOf(language));
}

describe("wrong arguments", () => {
  it.each([
    ["/pi many", "robot.argument.integer"],
    ["/pi 3001", "robot.argument.integer"],
    ["/random 2", "robot.argument.integer"],
    ["/random 873 hex", "robot.argument.integer"],
    ["/random 16 octal", "robot.argument.choice"],
    ["/language klingon", "robot.argument.choice"],
    ["/choose", "robot.argument.missing"],
    ["/convert 5 btc", "robot.argument.missing"],
    ["/convert much btc usd", "robot.argument.number"],
    [`/dice ${"1".repeat(41)}`, "robot.argument.long"],
  ])("%.30s is refused by name", (typed, key) => {
    for (const language of LANGUAGES) {
      let refusal: unknown;
      try {
        read(typed, language);
      } catch (error) {
        refusal = error;
      }
      expect(refusal).toBeInstanceOf(Refusal);
      const { key: said, values } = refusal as Refusal;
      expect(said).toBe(key);
      expect(textsOf(language)(said, values)).not.toBe("");
    }
  });
});
