// The program of a plugin's process: loads the plugin, does what MateBot asks of it, answers; `life.ts` starts it.

import { registerHooks } from "node:module";
import { Socket } from "node:net";
import { extname } from "node:path";
import { pathToFileURL } from "node:url";
import type { PluginApi, PluginDefinition } from "./api.ts";
import { declared } from "./declare.ts";
import { createFrameReader, frame } from "./frames.ts";
import { createHostApi, type HostApi } from "./host-api.ts";
import { type Outbound, outboundAnswer, outboundVerdict } from "./outbound.ts";
import type { Call, FromPlugin, ToPlugin } from "./wire.ts";

const PIPE = 3;
/** From MateBot, which is trusted: all that a plugin may have stored, in one answer. */
const LIMITS = { mostJson: 64 * 1024 * 1024, mostBytes: 0, mostDepth: 1_000 };
const MOST_MESSAGE = 1_000;
const CRASH_EXIT = 70;

const API = pathToFileURL(`${import.meta.dirname}/api${extname(import.meta.filename)}`).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "matebot/plugin" ? { url: API, shortCircuit: true } : next(specifier, context),
});

const pipe = new Socket({ fd: PIPE, readable: true, writable: true });
const send = (value: FromPlugin | object, bytes?: readonly Uint8Array[], sent?: () => void) =>
  pipe.write(frame(value, bytes), sent);

let plugin: PluginDefinition = { name: "" };
let config: unknown;
let host: HostApi | undefined;

/** Its name and words, and where in the plugin it happened. */
function described(error: unknown): string {
  if (!(error instanceof Error)) return String(error).slice(0, MOST_MESSAGE);
  const place = /\(?((?:file:\/\/)?\/[^()\s]+:\d+:\d+)\)?/.exec(error.stack ?? "")?.[1];
  return `${error.name}: ${error.message}${place ? ` (${place})` : ""}`.slice(0, MOST_MESSAGE);
}

function crash(error: unknown): void {
  const end = () => process.exit(CRASH_EXIT);
  setTimeout(end, 500);
  send({ kind: "crash", message: described(error) }, [], end);
}

function isPlugin(given: unknown): given is PluginDefinition {
  return typeof given === "object" && given !== null && "name" in given;
}

function fail(why: "load" | "no-plugin" | "config", message: string): void {
  send({ kind: "failed", why, message });
}

async function load(path: string, given: unknown): Promise<void> {
  let module: { readonly default?: unknown };
  try {
    module = await import(pathToFileURL(path).href);
  } catch (error) {
    return fail("load", described(error));
  }
  if (!isPlugin(module.default)) {
    return fail("no-plugin", "its default export is not what definePlugin({ name: … }) returns");
  }
  plugin = module.default;
  try {
    config = configOf(plugin, given);
  } catch (error) {
    return fail("config", described(error));
  }
  try {
    send({ kind: "loaded", sheet: declared(plugin) });
  } catch (error) {
    fail("no-plugin", described(error));
  }
}

function configOf({ config }: PluginDefinition, given: unknown): unknown {
  if (config === undefined) return given;
  return typeof config === "function" ? config(given) : config.parse(given);
}

async function perform(call: Call): Promise<Outbound<unknown>> {
  const nothing = { value: null, bytes: [] };
  if (call.to === "start") {
    host = createHostApi(send, config, call.refused);
    await plugin.start?.(host.api);
    return nothing;
  }
  const api = host?.api as PluginApi;
  switch (call.to) {
    case "stop":
      await plugin.stop?.(api);
      return nothing;
    case "command":
      return outboundAnswer(await plugin.commands?.[call.command]?.answer(call.question, api));
    case "press":
      return outboundAnswer(await plugin.commands?.[call.command]?.press?.(call.question, call.words, api));
    case "match":
      return { value: call.of.filter((place) => fits(place, call.message.text)), bytes: [] };
    case "trigger":
      return outboundAnswer(await plugin.triggers?.[call.place]?.run(call.message, api));
    case "before":
      return outboundVerdict(await plugin.before?.(call.message, api));
    case "after":
      await plugin.after?.(call.message, call.room, api);
      return nothing;
    case "job":
      await plugin.jobs?.[call.place]?.run(api);
      return nothing;
  }
}

function fits(place: number, text: string): boolean {
  const pattern = plugin.triggers?.[place]?.pattern;
  // `search` begins at the beginning, whatever the flags.
  return pattern !== undefined && text.search(pattern) >= 0;
}

async function answer(id: number, call: Call): Promise<void> {
  try {
    const { value, bytes } = await perform(call);
    send({ kind: "answer", id, result: value }, bytes);
  } catch (error) {
    send({ kind: "threw", id, message: described(error) });
  }
}

const read = createFrameReader(LIMITS, (value) => {
  const told = value as ToPlugin;
  switch (told.kind) {
    case "load":
      return void load(told.path, told.config);
    case "ping":
      return void send({ kind: "pong", n: told.n, rss: process.memoryUsage.rss() });
    case "call":
      return void answer(told.id, told.call);
    case "reply":
      return host?.reply(told.id, told.value, told.error);
  }
});

process.on("uncaughtException", crash);
pipe.on("data", read);
// MateBot is gone, or wants no more of us.
pipe.on("close", () => process.exit(0));
pipe.on("error", () => process.exit(0));
send({ kind: "ready" });
