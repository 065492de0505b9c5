// The command line: which commands and options there are, and their help in the user's language; `main.ts` calls it.

import { Command, CommanderError } from "commander";
import { nearest } from "../config/suggest.ts";
import type { Texts } from "../model/texts.ts";

/** What each command does; answers with its exit code. */
export interface Commands {
  run(options: { readonly config: string }): Promise<number>;
  demo(): Promise<number>;
}

export interface ProgramParts {
  readonly texts: Texts;
  readonly version: string;
  readonly commands: Commands;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

const BAD_USAGE = 2;
const CONFIG_DEFAULT = "matebot.yaml";

/** `args` without the names of program and file. Resolves with the exit code. */
export async function runProgram(args: readonly string[], parts: ProgramParts): Promise<number> {
  let exitCode = 0;
  const finish = (code: number) => {
    exitCode = code;
  };
  const program = build(parts, finish);
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version end the parsing with an error, too.
    if (error.exitCode === 0) return 0;
    parts.stderr.write(`${usageFault(error, program, parts.texts)}\n`);
    return BAD_USAGE;
  }
}

function build(parts: ProgramParts, finish: (code: number) => void): Command {
  const { texts, commands } = parts;
  const program = localised(new Command("matebot"), parts)
    .description(texts("cli.description"))
    .usage(texts("cli.usage.program"))
    .version(parts.version, "-V, --version", texts("cli.option.version"))
    .helpCommand("help [command]", texts("cli.help.description"));
  const add = (name: string, isDefault = false) => {
    const command = localised(new Command(name), parts)
      .description(texts(`cli.${name}.description`))
      .usage(texts("cli.usage.command"));
    program.addCommand(command, { isDefault });
    return command;
  };
  add("run", true)
    .option("-c, --config <file>", texts("cli.option.config", { file: CONFIG_DEFAULT }))
    .action(async ({ config = CONFIG_DEFAULT }: { config?: string }) =>
      finish(await commands.run({ config })),
    );
  add("demo").action(async () => finish(await commands.demo()));
  return program;
}

function localised(command: Command, { texts, stdout, stderr }: ProgramParts): Command {
  const titles: Readonly<Record<string, string>> = {
    "Usage:": texts("cli.title.usage"),
    "Options:": texts("cli.title.options"),
    "Commands:": texts("cli.title.commands"),
  };
  return command
    .exitOverride()
    .helpOption("-h, --help", texts("cli.option.help"))
    .configureHelp({ styleTitle: (title) => titles[title] ?? title })
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      // Commander's own words are English; `usageFault` says it again.
      outputError: () => {},
    });
}

function usageFault(error: CommanderError, program: Command, texts: Texts): string {
  const quoted = /'(?:-\w, )?([^' ]*)/.exec(error.message)?.[1] ?? "";
  switch (error.code) {
    case "commander.unknownOption": {
      const suggestion = /Did you mean (?:one of )?([^?,]+)/.exec(error.message)?.[1] ?? "none";
      return texts("cli.fault.unknown-option", { word: quoted, suggestion });
    }
    case "commander.excessArguments":
    case "commander.unknownCommand": {
      // A word that is no command is taken for an argument of the default command, which has none.
      const word = program.commands.flatMap((command) => command.args)[0] ?? quoted;
      const names = program.commands.map((command) => command.name());
      return texts("cli.fault.unknown-command", { word, suggestion: nearest(word, names) ?? "none" });
    }
    case "commander.optionMissingArgument":
      return texts("cli.fault.missing-value", { word: quoted });
    default:
      return texts("cli.fault.other");
  }
}
