// Plugins in their real processes against the robot's world in memory; the tests of plugins write them as files here.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Log } from "../../src/bridge/ports.ts";
import type { BridgeEvent } from "../../src/model/event.ts";
import type { Message } from "../../src/model/message.ts";
import { plainText, type RichText, text } from "../../src/model/rich-text.ts";
import { MIB, type PluginLimits } from "../../src/plugins/limits.ts";
import { type Plugins, startPlugins } from "../../src/plugins/plugins.ts";
import type { Command } from "../../src/robot/command.ts";
import { loadTexts } from "../../src/texts.ts";
import {
  ana,
  type BenchOptions,
  channel,
  group,
  type RobotBench,
  robotBench,
} from "../support/robot-world.ts";

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly plugin?: string;
  readonly line?: string;
  readonly why?: string;
  readonly detail?: string;
  readonly words?: string;
  readonly what?: string;
}

export interface PluginBench {
  readonly bench: RobotBench;
  readonly plugins: Plugins;
  readonly logged: readonly LogLine[];
  /** The first line of the log that is like this, now or later. */
  line(is: (line: LogLine) => boolean): Promise<LogLine>;
  command(name: string): Command;
  close(): Promise<void>;
}

export interface PluginBenchOptions extends BenchOptions {
  readonly limits?: Partial<PluginLimits>;
  readonly maxBytes?: number;
  readonly config?: never;
  readonly configs?: Readonly<Record<string, unknown>>;
  /** matebot.yaml lies beside the plugins. */
  readonly isConfigFolder?: boolean;
  readonly isTaken?: (word: string) => boolean;
}

const folders: string[] = [];

/** Everything below, once a test file is done. */
export function removePluginFiles(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export function pluginFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "matebot-plugins-"));
  folders.push(folder);
  return folder;
}

/** `files`: name -> source, in the order of the configuration; or a path that begins with `/`. */
export async function pluginBench(
  files: Readonly<Record<string, string>>,
  options: PluginBenchOptions = {},
): Promise<PluginBench> {
  const folder = pluginFolder();
  const configs = Object.entries(files).map(([name, source]) => {
    const path = source.startsWith("/") ? source : join(folder, name);
    if (path !== source) writeFileSync(path, source);
    return { path, config: options.configs?.[name], maxBytes: options.maxBytes ?? 192 * MIB };
  });
  const { log, logged, line } = recordingLog();
  const plugins = await startPlugins(configs, {
    ...{ log, texts: loadTexts("en"), folder: options.isConfigFolder ? folder : "/nowhere" },
    ...(options.limits && { limits: options.limits }),
    ...(options.isTaken && { isTaken: options.isTaken }),
  });
  const commands = plugins.area.commands ?? [];
  const bench = await robotBench({
    bridges: [{ name: "praça", members: [group, channel] }],
    ...(options.random && { random: options.random }),
    commands,
  });
  await plugins.area.prepare?.(bench.world);
  return {
    ...{ bench, plugins, logged, line },
    command(name) {
      const found = commands.find((command) => command.name === name);
      if (!found) throw new Error(`no command ${name} among ${commands.map(({ name }) => name).join(", ")}`);
      return found;
    },
    async close() {
      await plugins.stop();
      await bench.close();
    },
  };
}

function recordingLog(): Pick<PluginBench, "logged" | "line"> & { readonly log: Log } {
  const logged: LogLine[] = [];
  const waiting = new Set<{ is(line: LogLine): boolean; resolve(line: LogLine): void }>();
  const at = (level: string) => (fields: object, message: string) => {
    const line: LogLine = { ...fields, level, message };
    logged.push(line);
    for (const each of waiting) {
      if (!each.is(line)) continue;
      waiting.delete(each);
      each.resolve(line);
    }
  };
  return {
    log: { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") },
    logged,
    line: (is) =>
      new Promise((resolve) => {
        const known = logged.find(is);
        if (known) resolve(known);
        else waiting.add({ is, resolve });
      }),
  };
}

let count = 0;

export function written(body: RichText | string, more: Partial<Message> = {}): BridgeEvent {
  const message: Message = {
    ref: { conversation: group, id: String(++count) },
    ...{ author: ana, at: 1_700_000_000_000, attachments: [] },
    body: typeof body === "string" ? [text(body)] : body,
    ...more,
  };
  return { kind: "message.created", message };
}

/** What the events say, one after another. */
export function wordsOfEvents(events: readonly BridgeEvent[] | undefined): readonly string[] {
  return (events ?? []).map((event) => ("message" in event ? plainText(event.message.body) : event.kind));
}
