// The commands about being set up and reached: init, import, doctor, webhook, proxy; `commands.ts` adds them to the others.

import { Argument, type Command } from "commander";
import type { InitOptions } from "../setup/given.ts";
import type { ProxyKind } from "../web/proxy-lines.ts";
import type { AddCommand, DefineParts, WithConfig } from "./commands.ts";
import { SOURCES, type Source } from "./import-sources.ts";
import { configOf, withConfig } from "./options.ts";
import type { WebhookOptions, WebhookTask } from "./webhook-command.ts";

export interface ReachCommands {
  init(options: InitOptions): Promise<number>;
  import(source: Source, file: string, options: WithConfig & { readonly print: boolean }): Promise<number>;
  doctor(options: WithConfig & { readonly json: boolean }): Promise<number>;
  webhook(task: WebhookTask, options: WebhookOptions): Promise<number>;
  proxy(kind: ProxyKind, options: WithConfig & { readonly check: boolean }): Promise<number>;
}

type ReachParts = Omit<DefineParts, "commands"> & { readonly commands: ReachCommands };

export function defineReach(program: Command, parts: ReachParts): void {
  const { commands, add, finish, texts } = parts;
  defineInit(program, parts);
  defineImport(program, parts);
  withConfig(add(program, "doctor", "cli.doctor"), texts)
    .option("--json", texts("cli.option.json"))
    .action(async (options) =>
      finish(await commands.doctor({ ...configOf(options), json: options.json === true })),
    );
  defineWebhook(program, parts);
  const kinds = texts("cli.argument.name.proxy");
  withConfig(add(program, "proxy", "cli.proxy", { arguments: `<${kinds}>` }), texts)
    .addArgument(new Argument(`<${kinds}>`, texts("cli.argument.proxy")).choices(["nginx", "caddy"]))
    .option("--check", texts("cli.option.check"))
    .action(async (kind: ProxyKind, options) =>
      finish(await commands.proxy(kind, { ...configOf(options), check: options.check === true })),
    );
}

function defineInit(program: Command, { commands, add, finish, texts }: ReachParts): void {
  const flags = [
    ["--telegram-token-file <file>", "telegram-token-file"],
    ["--discord-token-file <file>", "discord-token-file"],
    ["--language <language>", "language"],
    ["--public-url <url>", "public-url"],
    ["--listen <address>", "listen"],
    ["--tls <mode>", "tls"],
    ["--accept-terms", "accept-terms"],
    ["--email <address>", "email"],
    ["--telegram-chat <id>", "telegram-chat"],
    ["--discord-channel <id>", "discord-channel"],
    ["--env", "env"],
    ["-y, --yes", "init-yes"],
    ["--no-start", "no-start"],
    ["--print", "print"],
  ] as const;
  const command = withConfig(add(program, "init", "cli.init"), texts);
  for (const [flag, words] of flags) command.option(flag, texts(`cli.option.${words}`));
  command.action(async (options) => finish(await commands.init({ ...options, ...configOf(options) })));
}

function defineImport(program: Command, { commands, add, finish, texts }: ReachParts): void {
  const [source, file] = [texts("cli.argument.name.proxy"), texts("cli.argument.name.file")];
  withConfig(add(program, "import", "cli.import", { arguments: `<${source}> <${file}>` }), texts)
    .addArgument(new Argument(`<${source}>`, texts("cli.argument.source")).choices(SOURCES))
    .argument(`<${file}>`, texts("cli.argument.settings"))
    .option("--print", texts("cli.option.print"))
    .action(async (from: Source, given: string, options) =>
      finish(await commands.import(from, given, { ...configOf(options), print: options.print === true })),
    );
}

function defineWebhook(program: Command, { commands, add, finish, texts }: ReachParts): void {
  const group = add(program, "webhook", "cli.webhook", { group: true });
  const below: AddCommand = (parent, name, words, more) =>
    withConfig(add(parent, name, words, more), texts).option("--account <name>", texts("cli.option.account"));
  const act = (task: WebhookTask) => async (options: WebhookOptions) =>
    finish(await commands.webhook(task, { ...options, ...configOf(options) }));
  below(group, "show", "cli.webhook.show", { isDefault: true })
    .option("--json", texts("cli.option.json"))
    .action(act("show"));
  for (const task of ["set", "delete"] as const)
    below(group, task, `cli.webhook.${task}`).option("-y, --yes", texts("cli.option.yes")).action(act(task));
}
