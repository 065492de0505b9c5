// The shape of `robot` and `plugins` in `matebot.yaml`, and what they come to; `schema.ts` has the rest, `loadConfig` calls it.

import { resolve } from "node:path";
import { z } from "zod";
import { SHOWN } from "../model/event.ts";
import { type ConversationRef, parseConversation } from "../model/refs.ts";
import type { PluginConfig, RobotConfig } from "../robot/config.ts";
import { isFields } from "./check-accounts.ts";
import type { Finding, Path } from "./finding.ts";
import { inspect } from "./schema.ts";
import { nearest } from "./suggest.ts";

/** What Discord and Telegram both take as the name of a command. */
const COMMAND_NAME = /^[a-z0-9_]{1,32}$/;
const MEBIBYTE = 1 << 20;

const place = z.string().refine((text) => parseConversation(text) !== undefined, { error: "member-shape" });
const named = <T extends z.ZodType>(value: T) => z.record(z.string(), value).default(() => ({}) as never);
const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: "clock-time" });

const downloadSchema = z.strictObject({
  program: z.string().min(1).default("yt-dlp"),
  megabytes: z.number().min(1).max(2000).default(45),
  seconds: z.number().min(5).max(900).default(120),
});

const networkSchema = z.strictObject({
  archive: z.boolean().default(false),
  price: z.boolean().default(false),
  download: z.union([z.literal(false), downloadSchema]).default(false),
  services: named(z.url({ error: "url-shape" })),
  allow_private: z.boolean().default(false),
});

export const robotSchema = z.strictObject({
  owners: z.array(place).default([]),
  trusted: z.array(place).default([]),
  who_may_bridge: z.enum(["admins", "trusted", "owners"]).default("admins"),
  show: z.partialRecord(z.enum(SHOWN), z.boolean()).optional(),
  feedback_room: place.optional(),
  log_room: z
    .strictObject({
      room: place,
      level: z.enum(["info", "warn", "error"]).default("info"),
      daily: clockTime.default("09:00"),
    })
    .optional(),
  personality: z.string().min(1).default("neutra"),
  rough: z.boolean().default(false),
  about: z.string().min(1).max(1000).optional(),
  links: named(z.url({ error: "url-shape" })),
  replies: named(z.string().min(1).max(1000)),
  donate: z.array(z.strictObject({ label: z.string().min(1), to: z.string().min(1) })).default([]),
  flood: z
    .strictObject({ person: z.number().min(1).default(10), room: z.number().min(1).default(40) })
    .default({ person: 10, room: 40 }),
  off: z.array(z.string()).default([]),
  network: networkSchema.default(networkSchema.parse({})),
});

const pluginSchema = z.strictObject({
  path: z.string().min(1),
  config: z.unknown().optional(),
  megabytes: z.number().min(32).max(4096).default(192),
});

type Fields = Readonly<Record<string, unknown>>;

/** `accounts` are the names of those there are. */
export function checkRobot(
  robot: unknown,
  plugins: unknown,
  accounts: readonly string[],
): readonly Finding[] {
  const findings = robot === undefined || robot === null ? [] : [...inspect(robotSchema, robot, ["robot"])];
  const settings = isFields(robot) ? robot : {};
  return [
    ...findings,
    ...checkNames(settings, "links"),
    ...checkNames(settings, "replies"),
    ...placesIn(settings).flatMap(({ text, path }) => checkAccountOf(text, path, accounts)),
    ...checkPlugins(plugins),
  ];
}

function checkNames(settings: Fields, key: "links" | "replies"): readonly Finding[] {
  const names = isFields(settings[key]) ? Object.keys(settings[key]) : [];
  return names
    .filter((name) => !COMMAND_NAME.test(name))
    .map((name) => ({ path: ["robot", key, name], atKey: true, code: "command-name", values: { name } }));
}

/** Everything in `robot` that names a conversation or a person. */
function placesIn(settings: Fields): readonly { readonly text: string; readonly path: Path }[] {
  const one = (value: unknown, path: Path) => (typeof value === "string" ? [{ text: value, path }] : []);
  const many = (key: string) => {
    const values: readonly unknown[] = Array.isArray(settings[key]) ? settings[key] : [];
    return values.flatMap((value, i) => one(value, ["robot", key, i]));
  };
  const log = isFields(settings.log_room) ? settings.log_room.room : undefined;
  return [
    ...many("owners"),
    ...many("trusted"),
    ...one(settings.feedback_room, ["robot", "feedback_room"]),
    ...one(log, ["robot", "log_room", "room"]),
  ];
}

function checkAccountOf(text: string, path: Path, accounts: readonly string[]): readonly Finding[] {
  const account = parseConversation(text)?.account;
  if (account === undefined || accounts.includes(account)) return [];
  const suggestion = nearest(account, accounts) ?? "none";
  return [{ path, code: "member-account", values: { account, suggestion } }];
}

function checkPlugins(plugins: unknown): readonly Finding[] {
  if (!Array.isArray(plugins)) return [];
  return plugins.flatMap((plugin: unknown, i) =>
    typeof plugin === "string" && plugin !== "" ? [] : inspect(pluginSchema, plugin, ["plugins", i]),
  );
}

/** Only for values without a fault. */
export function buildRobot(value: unknown, data: string): RobotConfig {
  const robot = robotSchema.parse(value ?? {});
  const { network, log_room: log, feedback_room: feedback } = robot;
  const { program, megabytes, seconds } = network.download || downloadSchema.parse({});
  return {
    owners: robot.owners.flatMap(refOf),
    trusted: robot.trusted.flatMap(refOf),
    mayBridge: robot.who_may_bridge,
    ...(robot.show && { show: robot.show }),
    ...(feedback !== undefined && { feedbackRoom: placeOf(feedback) }),
    ...(log && { logRoom: { room: placeOf(log.room), level: log.level, daily: log.daily } }),
    ...{ personality: robot.personality, rough: robot.rough, links: robot.links, replies: robot.replies },
    ...(robot.about !== undefined && { about: robot.about }),
    ...{ donate: robot.donate, off: robot.off, dataFolder: data },
    flood: { personPerMinute: robot.flood.person, roomPerMinute: robot.flood.room },
    network: {
      ...{ archive: network.archive, price: network.price, services: network.services },
      allowPrivate: network.allow_private,
      download: network.download === false ? false : { program, maxBytes: megabytes * MEBIBYTE, seconds },
    },
  };
}

function refOf(text: string): readonly ConversationRef[] {
  const ref = parseConversation(text);
  return ref ? [ref] : [];
}

function placeOf(text: string): ConversationRef {
  const ref = parseConversation(text);
  if (!ref) throw new Error(`${text} passed the check and is no conversation`);
  return ref;
}

/** Paths are relative to `folder`. Only for values without a fault. */
export function buildPlugins(plugins: readonly unknown[], folder: string): readonly PluginConfig[] {
  return plugins.map((given) => {
    const { path, config, megabytes } = pluginSchema.parse(
      typeof given === "string" ? { path: given } : given,
    );
    return { path: resolve(folder, path), config, maxBytes: megabytes * MEBIBYTE };
  });
}
