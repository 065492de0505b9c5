// The option that most commands have: which configuration; the lists of commands use it.

import type { Command } from "commander";
import type { Texts } from "../model/texts.ts";

const CONFIG_DEFAULT = "matebot.yaml";

export function withConfig(command: Command, texts: Texts): Command {
  return command.option("-c, --config <file>", texts("cli.option.config", { file: CONFIG_DEFAULT }));
}

export function configOf({ config = CONFIG_DEFAULT }: { readonly config?: string }): {
  readonly config: string;
} {
  return { config };
}
