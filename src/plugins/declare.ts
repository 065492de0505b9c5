// Turns a plugin's definition into the sheet it is known by, in the plugin's process; `host.ts` calls it, the parent checks it.

import type {
  PluginArgument,
  PluginCommand,
  PluginDefinition,
  PluginDuration,
  PluginJob,
  PluginLanguage,
  PluginTrigger,
  PluginWords,
} from "./api.ts";
import type { Sheet } from "./sheet.ts";

const LANGUAGES: readonly PluginLanguage[] = ["pt-BR", "en", "es"];
const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** @throws Error that says what is wrong with the definition */
export function declared(plugin: PluginDefinition): Sheet {
  const { name, commands = {}, triggers = [], jobs = [], before, after } = plugin;
  if (typeof name !== "string") throw new Error("`name` is missing");
  return {
    name,
    commands: Object.entries(commands).map(([name, command]) => commandOf(name, command)),
    triggers: triggers.map(triggerOf),
    jobs: jobs.map(jobOf),
    before: isHook(before, "before"),
    after: isHook(after, "after"),
  };
}

function isHook(hook: unknown, name: string): boolean {
  if (hook === undefined) return false;
  return isFunction(hook, name);
}

function isFunction(given: unknown, where: string): true {
  if (typeof given !== "function") throw new Error(`\`${where}\` is no function`);
  return true;
}

function commandOf(name: string, command: PluginCommand): Sheet["commands"][number] {
  const { names = name, aliases = [], about, example, args = [], cooldown, press } = command;
  isFunction(command.answer, `commands.${name}.answer`);
  if (about === undefined) throw new Error(`\`commands.${name}.about\` is missing`);
  return {
    ...{ name, names: inEach(names), about: inEach(about) },
    aliases: inEach<readonly string[]>(aliases) as Sheet["commands"][number]["aliases"],
    ...(example !== undefined && { example: inEach(example) }),
    args: args.map(argumentOf),
    ...{ who: command.who ?? "everyone", where: command.where ?? "anywhere" },
    ...(cooldown !== undefined && { cooldownMs: milliseconds(cooldown) }),
    presses: isHook(press, `commands.${name}.press`),
  };
}

function argumentOf(argument: PluginArgument): Sheet["commands"][number]["args"][number] {
  const { key, type, name = key, about = key, isRequired = false, min, max, choices } = argument;
  return {
    ...{ key, type, name: inEach(name), about: inEach(about), isRequired },
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    ...(choices && { choices: [...choices] }),
  };
}

function triggerOf(trigger: PluginTrigger, i: number): Sheet["triggers"][number] {
  const { words, pattern, chance = 1, cooldown, run } = trigger;
  isFunction(run, `triggers.${i}.run`);
  return {
    ...(words && { words: [...words] }),
    ...{ hasPattern: pattern instanceof RegExp, chance },
    ...(cooldown !== undefined && { cooldownMs: milliseconds(cooldown) }),
  };
}

function jobOf(job: PluginJob, i: number): Sheet["jobs"][number] {
  isFunction(job.run, `jobs.${i}.run`);
  return "every" in job ? { everyMs: milliseconds(job.every) } : { at: job.at };
}

function milliseconds(duration: PluginDuration): number {
  const match = /^(\d+(?:\.\d+)?)([smhd])$/.exec(String(duration));
  if (!match?.[1] || !match[2]) throw new Error(`"${duration}" is no length of time like 90s, 15m, 1h or 2d`);
  return Number(match[1]) * (UNITS[match[2]] ?? 0);
}

/** Where a language has none of its own, the first that there is. */
function inEach<T>(words: PluginWords<T>): Record<PluginLanguage, T> {
  const isPerLanguage = typeof words === "object" && words !== null && !Array.isArray(words);
  const given = (isPerLanguage ? words : { "pt-BR": words }) as Partial<Record<PluginLanguage, T>>;
  const first = LANGUAGES.map((language) => given[language]).find((each) => each !== undefined) as T;
  return { "pt-BR": given["pt-BR"] ?? first, en: given.en ?? first, es: given.es ?? first };
}
