// setMyCommands, getMyCommands and deleteMyCommands: the lists of commands that apps show, by scope and language.

import type { BotCommand } from "../bots.ts";
import { isAdmin } from "../chats.ts";
import { badRequest, refuseUnknownKeys, sandboxError } from "../http/api-error.ts";
import { isRecord } from "../types.ts";
import type { Method, MethodContext } from "./method.ts";

const MOST = 100;
const LONGEST = 256;
const WIDE = ["default", "all_private_chats", "all_group_chats", "all_chat_administrators"];
const NARROW: Readonly<Record<string, readonly string[]>> = {
  chat: ["chat_id"],
  chat_administrators: ["chat_id"],
  chat_member: ["chat_id", "user_id"],
};

const PARAMS = ["scope", "language_code"];

/** The list's name among the bot's. @throws ApiError */
function listOf({ world, bot, params }: MethodContext): string {
  const language = params.text("language_code");
  if (language !== "" && !/^[a-z]{2}$/.test(language)) throw badRequest("invalid language code specified");
  const scope = params.json("scope", "can't parse BotCommandScope JSON object") ?? { type: "default" };
  if (!isRecord(scope)) throw badRequest("can't parse BotCommandScope: expected an Object");
  const { type } = scope;
  if (typeof type !== "string") throw badRequest("can't parse BotCommandScope: type must be a String");
  if (WIDE.includes(type)) {
    refuseUnknownKeys(scope, ["type"], "BotCommandScope");
    return `${type}:${language}`;
  }
  const keys = NARROW[type];
  if (!keys) throw badRequest("unsupported BotCommandScope specified");
  refuseUnknownKeys(scope, ["type", ...keys], "BotCommandScope");
  const chat = world.access(bot, String(scope.chat_id ?? ""));
  if (type === "chat_administrators" && !isAdmin(chat, bot.user.id) && chat.type === "channel")
    throw badRequest("can't change commands in channel chats");
  return `${type}:${chat.id}:${scope.user_id ?? ""}:${language}`;
}

/** @throws ApiError */
function commandOf(item: unknown): BotCommand {
  if (!isRecord(item)) throw badRequest("can't parse BotCommand: expected an Object");
  refuseUnknownKeys(item, ["command", "description"], "BotCommand");
  const { command, description } = item;
  if (typeof command !== "string" || !/^\/?[a-z0-9_]{1,32}$/.test(command))
    throw badRequest("BOT_COMMAND_INVALID");
  if (typeof description !== "string" || description.trim() === "")
    throw badRequest("command description must be non-empty");
  if ([...description.trim()].length > LONGEST) throw badRequest("BOT_COMMAND_DESCRIPTION_INVALID");
  return { command: command.replace("/", ""), description: description.trim() };
}

const setMyCommands: Method = {
  name: "setMyCommands",
  params: ["commands", ...PARAMS],
  run(context): true {
    const { bot, params } = context;
    const list = listOf(context);
    const items = params.json("commands", "can't parse commands JSON object");
    if (!Array.isArray(items)) throw badRequest("expected an Array of BotCommand");
    if (items.length > MOST) throw badRequest("BOT_COMMANDS_TOO_MUCH");
    const commands = items.map(commandOf);
    const names = new Set(commands.map(({ command }) => command));
    // The server keeps both; it is never meant.
    if (names.size < commands.length) throw sandboxError("a command stands twice in one list");
    if (commands.length === 0) bot.commands.delete(list);
    else bot.commands.set(list, commands);
    return true;
  },
};

const getMyCommands: Method = {
  name: "getMyCommands",
  params: PARAMS,
  run: (context) => context.bot.commands.get(listOf(context)) ?? [],
};

const deleteMyCommands: Method = {
  name: "deleteMyCommands",
  params: PARAMS,
  run(context): true {
    context.bot.commands.delete(listOf(context));
    return true;
  },
};

export const commandMethods: readonly Method[] = [setMyCommands, getMyCommands, deleteMyCommands];
