// The command line: which commands and options there are, and their help in the user's language; `main.ts` calls it.

import { type Argument, Command, CommanderError } from "commander";
import { nearest } from "../config/suggest.ts";
import type { Texts } from "../model/texts.ts";
import { type AddCommand, type Commands, defineCommands } from "./commands.ts";

export interface ProgramParts {
  readonly texts: Texts;
  readonly version: string;
  readonly commands: Commands;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

const BAD_USAGE = 2;

/** `args` without the names of program and file. Resolves with the exit code. */
export async function runProgram(args: readonly string[], parts: ProgramParts): Promise<number> {
  let exitCode = 0;
  let failing: Command | undefined;
  const program = build(
    parts,
    (code) => {
      exitCode = code;
    },
    (command) => {
      failing = command;
    },
  );
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version end the parsing with an error, too.
    if (error.exitCode === 0) return 0;
    parts.stderr.write(`${usageFault(error, failing ?? program, parts.texts)}\n`);
    return BAD_USAGE;
  }
}

function build(
  parts: ProgramParts,
  finish: (code: number) => void,
  fail: (command: Command) => void,
): Command {
  const { texts, commands } = parts;
  const program = localised(new Command("matebot"), parts, fail)
    .description(texts("cli.description"))
    .usage(texts("cli.usage.program"))
    .version(parts.version, "-V, --version", texts("cli.option.version"))
    .helpCommand(`help ${texts("cli.usage.group")}`, texts("cli.help.description"));
  const add: AddCommand = (parent, name, words, more = {}) => {
    const { isDefault = false, group = false, arguments: expected = "" } = more;
    const usage = texts(group ? "cli.usage.group" : "cli.usage.command");
    const command = localised(new Command(name), parts, fail)
      .description(texts(`${words}.description`))
      .usage(`${usage} ${expected}`.trimEnd());
    if (group) command.helpCommand(`help ${usage}`, texts("cli.help.description"));
    parent.addCommand(command, { isDefault });
    return command;
  };
  defineCommands(program, { commands, texts, add, finish });
  return program;
}

/** `fail` hears which command stopped the parsing. */
function localised(
  command: Command,
  { texts, stdout, stderr }: ProgramParts,
  fail: (command: Command) => void,
): Command {
  const titles: Readonly<Record<string, string>> = {
    "Usage:": texts("cli.title.usage"),
    "Arguments:": texts("cli.title.arguments"),
    "Options:": texts("cli.title.options"),
    "Commands:": texts("cli.title.commands"),
  };
  return command
    .exitOverride((error) => {
      fail(command);
      throw error;
    })
    .helpOption("-h, --help", texts("cli.option.help"))
    .configureHelp({
      styleTitle: (title) => titles[title] ?? title,
      // Commander puts an English "[options]" between the name and the arguments.
      subcommandTerm: (below) => [below.name(), ...below.registeredArguments.map(termOf)].join(" "),
    })
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      // Commander's own words are English; `usageFault` says it again.
      outputError: () => {},
    });
}

function termOf(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

function usageFault(error: CommanderError, failing: Command, texts: Texts): string {
  const quoted = /'(?:-\w, )?([^' ]*)/.exec(error.message)?.[1] ?? "";
  switch (error.code) {
    case "commander.unknownOption": {
      const suggestion = /Did you mean (?:one of )?([^?,]+)/.exec(error.message)?.[1] ?? "none";
      return texts("cli.fault.unknown-option", { word: quoted, suggestion });
    }
    case "commander.excessArguments":
    case "commander.unknownCommand":
      return excess(failing, quoted, texts);
    case "commander.missingArgument": {
      const command = pathOf(failing);
      return texts("cli.fault.missing-argument", { word: `<${quoted}>`, command });
    }
    case "commander.invalidArgument": {
      const choices = /Allowed choices are (.+?)\.$/m.exec(error.message)?.[1] ?? "";
      return texts("cli.fault.choice", { choices });
    }
    case "commander.optionMissingArgument":
      return texts("cli.fault.missing-value", { word: quoted });
    default:
      return texts("cli.fault.other");
  }
}

/** A word that is no command is taken for an argument of the default command, which has none. */
function excess(failing: Command, quoted: string, texts: Texts): string {
  const expected = failing.registeredArguments.length;
  const word = failing.args[expected] ?? quoted;
  if (expected > 0) return texts("cli.fault.too-many", { word, command: pathOf(failing) });
  const names = (failing.parent ?? failing).commands.map((command) => command.name());
  return texts("cli.fault.unknown-command", { word, suggestion: nearest(word, names) ?? "none" });
}

/** The words after `matebot` that call a command. */
function pathOf(command: Command): string {
  const above = command.parent ? pathOf(command.parent) : undefined;
  return above === undefined ? "" : `${above} ${command.name()}`.trim();
}
