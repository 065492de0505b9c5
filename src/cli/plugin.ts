// `matebot plugin check FILE`: loads a plugin as MateBot would and says what it is; `commands.ts` calls it.

import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { ConfigError, formatFault } from "../config/finding.ts";
import { loadConfig } from "../config.ts";
import type { LineSink } from "../log.ts";
import type { Texts } from "../model/texts.ts";
import { platforms } from "../platforms/index.ts";
import { checkPlugin, type PluginReport } from "../plugins/check.ts";
import { commandWords } from "../robot-areas.ts";
import { loadTexts, systemLanguage } from "../texts.ts";

export interface PluginParts {
  readonly env: NodeJS.ProcessEnv;
  readonly stdout: LineSink;
  readonly stderr: LineSink;
}

/** Resolves with the exit code: 0 it can be used, 1 it cannot, 2 the configuration beside it is at fault. Never rejects. */
export async function pluginCheck(
  file: string,
  { config: configFile }: { readonly config: string },
  parts: PluginParts = process,
): Promise<number> {
  const texts = loadTexts(systemLanguage(parts.env));
  const path = resolve(file);
  try {
    const config = existsSync(configFile) ? loadConfig(configFile, parts.env, platforms) : undefined;
    const mine = config?.plugins.find((plugin) => plugin.path === path);
    const isTaken = commandWords(config?.robot);
    const report = await checkPlugin(path, {
      ...{ texts, isTaken },
      ...(mine?.config !== undefined && { config: mine.config }),
      ...(config && { folder: dirname(config.file) }),
    });
    for (const line of tell(report, texts)) parts.stdout.write(`${line}\n`);
    return report.fault ? 1 : 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const fault of error.faults) parts.stderr.write(`${formatFault(fault)}\n`);
    return error.exitCode;
  }
}

function tell(
  { path, sheet, fault, taken, printed, loadMs, bytes }: PluginReport,
  texts: Texts,
): readonly string[] {
  const names = (list: readonly string[]) => list.join(", ");
  return [
    ...printed.map((line) => `| ${line}`),
    ...(fault ? [fault.words, ...(fault.detail ? [`  ${fault.detail}`] : [])] : []),
    ...(sheet
      ? [
          texts("cli.plugin.fine", {
            name: sheet.name,
            path,
            ms: loadMs,
            mebibytes: Math.round((bytes ?? 0) / 2 ** 20),
          }),
          texts("cli.plugin.has", {
            commands: names(sheet.commands.map(({ name }) => `/${name}`)) || "–",
            triggers: sheet.triggers.length,
            jobs: sheet.jobs.length,
            hooks: names([...(sheet.before ? ["before"] : []), ...(sheet.after ? ["after"] : [])]) || "–",
          }),
        ]
      : []),
    ...(taken.length > 0 ? [texts("cli.plugin.taken", { words: names(taken) })] : []),
  ];
}
