// Routes with which an application registers its slash and menu commands, everywhere or in one guild.

import { readCommand } from "../forms/command.ts";
import { type Fields, fieldsAt } from "../forms/form.ts";
import { KEYS } from "../forms/keys.ts";
import {
  type CommandForm,
  type CommandRecord,
  commandShape,
  scopeOf,
} from "../interactions/command-records.ts";
import { ApiFailure, badField, refuse } from "./errors.ts";
import { type Answer, type BotCall, noContent, ok, param, type Route } from "./route.ts";

// Discord docs, interactions/application-commands: by type, in each scope.
const MOST = { 1: 100, 2: 15, 3: 15 } as const;
const CREATES_PER_DAY = 200;
const DAY_MS = 24 * 3_600_000;

interface Scope {
  readonly key: string;
  readonly guildId?: string;
}

/** @throws ApiFailure 20012 for others' applications, 50001 for guilds the bot is not in */
function scope({ world, bot, params }: BotCall): Scope {
  const { application_id: application, guild_id: guildId } = params;
  if (application !== bot.applicationId) throw refuse(20012);
  if (guildId === undefined) return { key: scopeOf(bot.applicationId) };
  if (!world.guilds.get(guildId)?.members.has(bot.id)) throw refuse(50001);
  return { key: scopeOf(bot.applicationId, guildId), guildId };
}

function standing(call: BotCall, { key }: Scope): readonly CommandRecord[] {
  return call.world.commands.get(key) ?? [];
}

const sameName = (one: CommandForm) => (other: CommandForm) =>
  one.type === other.type && one.name === other.name;

/** @throws ApiFailure 30034 above 200 a day */
function countCreate({ world }: BotCall, { key }: Scope): void {
  const now = world.clock.now();
  const today = (world.commandCreates.get(key) ?? []).filter((at) => at > now - DAY_MS);
  const first = today[0] ?? now;
  if (today.length >= CREATES_PER_DAY)
    throw new ApiFailure(429, {
      message: `Max number of daily application command creates has been reached (${CREATES_PER_DAY})`,
      code: 30034,
      retry_after: (first + DAY_MS - now) / 1000,
      global: false,
    });
  world.commandCreates.set(key, [...today, now]);
}

/** @throws ApiFailure 30032 when there are too many of a kind */
function checkNumbers(commands: readonly CommandForm[]): void {
  for (const type of [1, 2, 3] as const)
    if (commands.filter((command) => command.type === type).length > MOST[type]) throw refuse(30032);
}

function isSame(before: CommandRecord, form: CommandForm): boolean {
  const { id: _id, version: _version, guildId: _guildId, ...rest } = before;
  const plain = (value: CommandForm) =>
    JSON.stringify(value, (_key, each) => (typeof each === "bigint" ? String(each) : each));
  return plain({ ...rest, ...form }) === plain({ ...rest });
}

/** Keeps the id of a command of that name, and its version when nothing changes. */
function upsert(
  call: BotCall,
  place: Scope,
  form: CommandForm,
  before = standing(call, place).find(sameName(form)),
) {
  const { world } = call;
  if (!before) countCreate(call, place);
  const { guildId } = place;
  const version = before && isSame(before, form) ? before.version : world.newId();
  return { ...form, id: before?.id ?? world.newId(), version, ...(guildId !== undefined && { guildId }) };
}

function list(call: BotCall): Answer {
  const full = call.query.get("with_localizations") === "true";
  return ok(standing(call, scope(call)).map((command) => commandShape(call.bot, command, full)));
}

function overwrite(call: BotCall): Answer {
  const place = scope(call);
  const forms = call.list.map((item, index) => readCommand(fieldsAt(item, [index]) ?? {}, [index]));
  for (const [index, form] of forms.entries())
    if (forms.slice(0, index).some(sameName(form)))
      throw badField(
        [index, "name"],
        "APPLICATION_COMMANDS_DUPLICATE_NAME",
        "Application command names must be unique",
      );
  checkNumbers(forms);
  const commands = forms.map((form) => upsert(call, place, form));
  call.world.commands.set(place.key, commands);
  return ok(commands.map((command) => commandShape(call.bot, command, true)));
}

function create(call: BotCall): Answer {
  const place = scope(call);
  const form = readCommand(call.body, []);
  const others = standing(call, place);
  const isNew = !others.some(sameName(form));
  if (isNew) checkNumbers([...others, form]);
  const command = upsert(call, place, form);
  const kept = others.map((other) => (other.id === command.id ? command : other));
  call.world.commands.set(place.key, isNew ? [...kept, command] : kept);
  return { status: isNew ? 201 : 200, body: commandShape(call.bot, command, true) };
}

function named(call: BotCall, place: Scope): CommandRecord {
  const found = standing(call, place).find(({ id }) => id === param(call, "command_id"));
  if (!found) throw refuse(10063);
  return found;
}

/** The command as a request would say it. */
function asBody({ type, ...command }: CommandRecord): Fields {
  return {
    type,
    name: command.name,
    name_localizations: command.nameLocalizations,
    ...(type === 1 && {
      description: command.description,
      description_localizations: command.descriptionLocalizations,
      options: command.options,
    }),
    default_member_permissions: command.permissions === null ? null : String(command.permissions),
    contexts: command.contexts,
    integration_types: command.integrationTypes,
  };
}

function change(call: BotCall): Answer {
  const place = scope(call);
  const before = named(call, place);
  const form = readCommand({ ...asBody(before), ...call.body, type: before.type }, []);
  const others = standing(call, place).filter(({ id }) => id !== before.id);
  if (others.some(sameName(form)))
    throw badField(
      ["name"],
      "APPLICATION_COMMANDS_DUPLICATE_NAME",
      "Application command names must be unique",
    );
  const command = upsert(call, place, form, before);
  call.world.commands.set(
    place.key,
    standing(call, place).map((other) => (other.id === before.id ? command : other)),
  );
  return ok(commandShape(call.bot, command, true));
}

function remove(call: BotCall): Answer {
  const place = scope(call);
  const gone = named(call, place);
  call.world.commands.set(
    place.key,
    standing(call, place).filter(({ id }) => id !== gone.id),
  );
  return noContent;
}

function routesAt(path: string): readonly Route[] {
  const one = `${path}/{command_id}`;
  const keys = [KEYS.command];
  return [
    { method: "GET", path, auth: "bot", query: ["with_localizations"], handle: list },
    { method: "PUT", path, auth: "bot", takesList: true, handle: overwrite },
    { method: "POST", path, auth: "bot", keys, handle: create },
    {
      method: "GET",
      path: one,
      auth: "bot",
      handle: (call) => ok(commandShape(call.bot, named(call, scope(call)), true)),
    },
    { method: "PATCH", path: one, auth: "bot", keys, handle: change },
    { method: "DELETE", path: one, auth: "bot", handle: remove },
  ];
}

export const commandRoutes: readonly Route[] = [
  ...routesAt("/applications/{application_id}/commands"),
  ...routesAt("/applications/{application_id}/guilds/{guild_id}/commands"),
];
