// A command as somebody uses it in their client: found by the name they see, its options checked; `begin.ts` calls it.

import { OPTION } from "../forms/command-options.ts";
import { codePoints } from "../forms/form.ts";
import { attachmentShape, restMessage } from "../message-shape.ts";
import { PERMISSION } from "../permissions.ts";
import type {
  AttachmentRecord,
  BotRecord,
  ChannelRecord,
  GuildRecord,
  MessageRecord,
  Snowflake,
} from "../records.ts";
import { sandboxRefusal } from "../rest/errors.ts";
import { partialMemberShape, userShape } from "../shapes.ts";
import { permissionsIn, type World } from "../world.ts";
import { type CommandRecord, knownCommands, type OptionRecord, shownAs } from "./command-records.ts";

/** A file that is given to an option; `{ user }` names a person by id. */
export type OptionInput =
  | string
  | number
  | boolean
  | { readonly user: Snowflake }
  | { readonly filename: string; readonly contentType: string; readonly bytes: Buffer };

export interface CommandUse {
  readonly world: World;
  readonly bot: BotRecord;
  readonly guild: GuildRecord | undefined;
  readonly channel: ChannelRecord;
  readonly userId: Snowflake;
  readonly locale: string;
  /** As the person's client shows it, or as it was registered. */
  readonly name: string;
  readonly options: Readonly<Record<string, OptionInput>>;
  /** The option that is being typed. */
  readonly focused?: string;
  readonly target?: MessageRecord;
}

interface Resolved {
  users?: Record<Snowflake, unknown>;
  members?: Record<Snowflake, unknown>;
  attachments?: Record<Snowflake, unknown>;
  messages?: Record<Snowflake, unknown>;
}

function refusal(use: CommandUse, why: string): Error {
  return sandboxRefusal(`/${use.name} ${why}`);
}

/** Where Discord shows it: in guilds (0), and in direct messages with the bot (1). */
function findCommand(use: CommandUse): CommandRecord {
  const { world, bot, guild, channel, userId, locale, name, target } = use;
  const type = target ? 3 : 1;
  const named = knownCommands(world, bot, guild).filter(
    (command) =>
      command.type === type &&
      [command.name, shownAs(command.name, command.nameLocalizations, locale)].includes(name),
  );
  const [command] = named;
  if (!command)
    throw refusal(use, `is no command of this bot${target ? " for messages" : ""} here (${locale})`);
  if (command.contexts && !command.contexts.includes(guild ? 0 : 1))
    throw refusal(use, `is not shown ${guild ? "in guilds" : "in direct messages"}`);
  const { permissions } = command;
  if (!guild || permissions === null) return command;
  const bits = permissionsIn(world, channel, userId);
  const isAdmin = (bits & PERMISSION.ADMINISTRATOR) !== 0n;
  if (!isAdmin && (permissions === 0n || (bits & permissions) !== permissions))
    throw refusal(use, "is not shown to this person: default_member_permissions");
  return command;
}

function checkNumber(use: CommandUse, option: OptionRecord, value: number): void {
  if (option.type === OPTION.integer && !Number.isInteger(value))
    throw refusal(use, `wants a whole number as ${option.name}`);
  if (value < (option.min_value ?? -Infinity) || value > (option.max_value ?? Infinity))
    throw refusal(use, `does not take ${value} as ${option.name}`);
}

/** What the client sends for a choice: its value, whichever of its labels was picked. */
function chosen(use: CommandUse, option: OptionRecord, value: OptionInput): string | number {
  const choice = option.choices?.find(
    (each) =>
      each.value === value ||
      [each.name, shownAs(each.name, each.name_localizations, use.locale)].includes(String(value)),
  );
  if (!choice) throw refusal(use, `has no choice ${String(value)} for ${option.name}`);
  return choice.value;
}

function resolveUser(use: CommandUse, value: OptionInput, resolved: Resolved): Snowflake {
  const { world, guild } = use;
  const id = typeof value === "object" && "user" in value ? value.user : String(value);
  if (!world.users.has(id)) throw refusal(use, `knows no person ${id}`);
  resolved.users = { ...resolved.users, [id]: userShape(world, id) };
  const member = guild?.members.get(id);
  if (!member) return id;
  const { deaf: _deaf, mute: _mute, ...shape } = partialMemberShape(member);
  const permissions = String(permissionsIn(world, use.channel, id));
  resolved.members = { ...resolved.members, [id]: { ...shape, permissions } };
  return id;
}

function resolveFile(
  use: CommandUse,
  option: OptionRecord,
  value: OptionInput,
  resolved: Resolved,
): Snowflake {
  if (typeof value !== "object" || !("bytes" in value)) throw refusal(use, `wants a file as ${option.name}`);
  const { world, channel } = use;
  const file: AttachmentRecord = { ...value, id: world.newId(), channelId: channel.id, flags: 0 };
  world.uploads.set(file.id, file);
  resolved.attachments = {
    ...resolved.attachments,
    [file.id]: { ...attachmentShape(world, file), ephemeral: true },
  };
  return file.id;
}

function checkedValue(
  use: CommandUse,
  option: OptionRecord,
  value: OptionInput,
  resolved: Resolved,
): unknown {
  if (option.type === OPTION.user) return resolveUser(use, value, resolved);
  if (option.type === OPTION.attachment) return resolveFile(use, option, value, resolved);
  if (option.choices) return chosen(use, option, value);
  const kind = { [OPTION.text]: "string", [OPTION.boolean]: "boolean" }[option.type] ?? "number";
  if (typeof value !== kind) throw refusal(use, `wants a ${kind} as ${option.name}`);
  if (typeof value === "number") checkNumber(use, option, value);
  if (typeof value !== "string") return value;
  const length = codePoints(value);
  if (length < (option.min_length ?? 0) || length > (option.max_length ?? 6000))
    throw refusal(use, `does not take a text of ${length} characters as ${option.name}`);
  return value;
}

function readOptions(use: CommandUse, command: CommandRecord, resolved: Resolved) {
  const left = new Map(Object.entries(use.options));
  const options = command.options.flatMap((option) => {
    const { name, type } = option;
    const names = [name, shownAs(name, option.name_localizations, use.locale)];
    const given = names.find((each) => left.has(each));
    const isFocused = use.focused !== undefined && names.includes(use.focused);
    if (isFocused && !option.autocomplete) throw refusal(use, `proposes nothing for ${name}`);
    const value = given === undefined ? undefined : left.get(given);
    if (given !== undefined) left.delete(given);
    // What is being typed goes as it is, and what is still missing is no fault yet.
    if (isFocused) return [{ name, type, value: value ?? "", focused: true }];
    if (value !== undefined) return [{ name, type, value: checkedValue(use, option, value, resolved) }];
    if (option.required && use.focused === undefined) throw refusal(use, `needs ${name}`);
    return [];
  });
  const [unknown] = left.keys();
  if (unknown !== undefined) throw refusal(use, `has no option ${unknown}`);
  if (use.focused !== undefined && !options.some((option) => "focused" in option))
    throw refusal(use, `has no option ${use.focused}`);
  return options;
}

/** `data` of the interaction. @throws ApiFailure for what no client of Discord's would let somebody do */
export function useOf(use: CommandUse): {
  readonly data: object;
  readonly name: string;
  readonly focused?: number;
} {
  const command = findCommand(use);
  const resolved: Resolved = {};
  const { target, world } = use;
  const { id, name, type, guildId } = command;
  const options = readOptions(use, command, resolved);
  if (target) resolved.messages = { [target.id]: restMessage(world, target, undefined) };
  const focused = options.find((option) => "focused" in option)?.type;
  const data = {
    ...{ id, name, type },
    ...(guildId !== undefined && { guild_id: guildId }),
    ...(target && { target_id: target.id }),
    ...(options.length > 0 && { options }),
    ...(Object.keys(resolved).length > 0 && { resolved }),
  };
  return { data, name, ...(focused !== undefined && { focused }) };
}
