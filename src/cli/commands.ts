// Which commands there are, with their arguments and options; `program.ts` gives them to the parser of the command line.

import type { Command } from "commander";
import type { Texts } from "../model/texts.ts";
import { defineReach, type ReachCommands } from "./commands-reach.ts";
import { configOf, withConfig } from "./options.ts";

export interface WithConfig {
  readonly config: string;
}

/** What each command does; answers with its exit code. */
export interface Commands extends ReachCommands {
  run(options: WithConfig): Promise<number>;
  demo(): Promise<number>;
  readonly deadLetters: {
    list(options: WithConfig & { readonly json: boolean }): Promise<number>;
    show(id: string, options: WithConfig): Promise<number>;
    retry(ids: readonly string[], options: WithConfig & { readonly all: boolean }): Promise<number>;
    drop(
      ids: readonly string[],
      options: WithConfig & { readonly all: boolean; readonly yes: boolean },
    ): Promise<number>;
  };
  plugin(file: string, options: WithConfig): Promise<number>;
  trace(message: string, options: WithConfig): Promise<number>;
  backup(file: string, options: WithConfig): Promise<number>;
  restore(file: string, options: WithConfig): Promise<number>;
}

/** Adds a command below `parent`; its description is the text `<words>.description`. */
export type AddCommand = (
  parent: Command,
  name: string,
  words: string,
  more?: { readonly isDefault?: boolean; readonly arguments?: string; readonly group?: boolean },
) => Command;

export interface DefineParts {
  readonly commands: Commands;
  readonly texts: Texts;
  readonly add: AddCommand;
  readonly finish: (code: number) => void;
}

export function defineCommands(program: Command, parts: DefineParts): void {
  const { commands, add, finish, texts } = parts;
  withConfig(add(program, "run", "cli.run", { isDefault: true }), texts).action(async (options) =>
    finish(await commands.run(configOf(options))),
  );
  add(program, "demo", "cli.demo").action(async () => finish(await commands.demo()));
  defineReach(program, parts);
  defineDeadLetters(program, parts);
  definePlugin(program, parts);
  for (const [name, argument] of [
    ["trace", "message"],
    ["backup", "file"],
    ["restore", "file"],
  ] as const) {
    const expected = `<${texts(`cli.argument.name.${argument}`)}>`;
    withConfig(add(program, name, `cli.${name}`, { arguments: expected }), texts)
      .argument(expected, texts(`cli.argument.${argument}`))
      .action(async (given: string, options) => finish(await commands[name](given, configOf(options))));
  }
}

function definePlugin(program: Command, { commands, add, finish, texts }: DefineParts): void {
  const group = add(program, "plugin", "cli.plugin", { group: true });
  const file = `<${texts("cli.argument.name.file")}>`;
  withConfig(add(group, "check", "cli.plugin.check", { arguments: file }), texts)
    .argument(file, texts("cli.argument.plugin"))
    .action(async (given: string, options) => finish(await commands.plugin(given, configOf(options))));
}

function defineDeadLetters(program: Command, { commands, add, finish, texts }: DefineParts): void {
  const group = add(program, "dead-letters", "cli.dead-letters", { group: true });
  const { list, show, retry, drop } = commands.deadLetters;
  const code = texts("cli.argument.name.letter");
  const below: AddCommand = (parent, name, words, more) => withConfig(add(parent, name, words, more), texts);
  below(group, "list", "cli.dead-letters.list", { isDefault: true })
    .option("--json", texts("cli.option.json"))
    .action(async (options) => finish(await list({ ...configOf(options), json: options.json === true })));
  below(group, "show", "cli.dead-letters.show", { arguments: `<${code}>` })
    .argument(`<${code}>`, texts("cli.argument.letter"))
    .action(async (id: string, options) => finish(await show(id, configOf(options))));
  below(group, "retry", "cli.dead-letters.retry", { arguments: `[${code}...]` })
    .argument(`[${code}...]`, texts("cli.argument.letters"))
    .option("--all", texts("cli.option.all"))
    .action(async (ids: readonly string[], options) =>
      finish(await retry(ids, { ...configOf(options), all: options.all === true })),
    );
  below(group, "drop", "cli.dead-letters.drop", { arguments: `[${code}...]` })
    .argument(`[${code}...]`, texts("cli.argument.letters"))
    .option("--all", texts("cli.option.all"))
    .option("-y, --yes", texts("cli.option.yes"))
    .action(async (ids: readonly string[], options) => {
      const { all, yes } = options;
      finish(await drop(ids, { ...configOf(options), all: all === true, yes: yes === true }));
    });
}
