// What the simulated Discord remembers of an application's commands, and how it shows them; routes and people look here.

import type { BotRecord, GuildRecord, Snowflake } from "../records.ts";
import type { World } from "../world.ts";

/** By Discord's names of languages. */
export type Localizations = Readonly<Record<string, string>>;

export interface ChoiceRecord {
  readonly name: string;
  readonly name_localizations: Localizations | null;
  readonly value: string | number;
}

export interface OptionRecord {
  /** 3 text, 4 integer, 5 boolean, 6 user, 10 number, 11 attachment. */
  readonly type: number;
  readonly name: string;
  readonly name_localizations: Localizations | null;
  readonly description: string;
  readonly description_localizations: Localizations | null;
  /** Discord leaves out what is not so. */
  readonly required?: true;
  readonly autocomplete?: true;
  readonly choices?: readonly ChoiceRecord[];
  readonly min_value?: number;
  readonly max_value?: number;
  readonly min_length?: number;
  readonly max_length?: number;
}

/** What a request says of a command. */
export interface CommandForm {
  /** 1 slash, 2 menu of people, 3 menu of messages. */
  readonly type: 1 | 2 | 3;
  readonly name: string;
  readonly nameLocalizations: Localizations | null;
  readonly description: string;
  readonly descriptionLocalizations: Localizations | null;
  readonly options: readonly OptionRecord[];
  readonly permissions: bigint | null;
  readonly contexts: readonly number[] | null;
  readonly integrationTypes: readonly number[];
}

export interface CommandRecord extends CommandForm {
  readonly id: Snowflake;
  readonly version: Snowflake;
  readonly guildId?: Snowflake;
}

/** Where the commands of an application stand: everywhere, or in one guild. */
export function scopeOf(applicationId: Snowflake, guildId?: Snowflake): string {
  return `${applicationId} ${guildId ?? ""}`;
}

/** The commands that a guild (or a direct message) knows of a bot. */
export function knownCommands(
  world: World,
  bot: BotRecord,
  guild: GuildRecord | undefined,
): readonly CommandRecord[] {
  const at = (guildId?: Snowflake) => world.commands.get(scopeOf(bot.applicationId, guildId)) ?? [];
  return guild ? [...at(guild.id), ...at()] : at();
}

/** Discord docs, reference/locales: only the two Englishes stand in for each other. */
const STANDS_IN: Localizations = { "en-US": "en-GB", "en-GB": "en-US" };

/** As somebody whose client speaks `locale` sees it. */
export function shownAs(name: string, localizations: Localizations | null, locale: string): string {
  return localizations?.[locale] ?? localizations?.[STANDS_IN[locale] ?? ""] ?? name;
}

function localized(one: string, many: Localizations | null, name: string, full: boolean) {
  if (full) return { [name]: one, [`${name}_localizations`]: many };
  return { [name]: one };
}

function optionShape(option: OptionRecord, full: boolean): object {
  const { name, name_localizations, description, description_localizations, choices, ...rest } = option;
  return {
    ...rest,
    ...localized(name, name_localizations, "name", full),
    ...localized(description, description_localizations, "description", full),
    ...(choices && {
      choices: choices.map(({ value, ...choice }) => ({
        ...localized(choice.name, choice.name_localizations, "name", full),
        value,
      })),
    }),
  };
}

/** `full`: with the dictionaries of languages, as `with_localizations=true` asks. */
export function commandShape(bot: BotRecord, command: CommandRecord, full: boolean): object {
  const { id, version, type, guildId, contexts, integrationTypes, permissions, options } = command;
  return {
    ...{ id, version, type, application_id: bot.applicationId },
    default_member_permissions: permissions === null ? null : String(permissions),
    ...localized(command.name, command.nameLocalizations, "name", full),
    ...localized(command.description, command.descriptionLocalizations, "description", full),
    ...(guildId === undefined
      ? { dm_permission: contexts?.includes(1) ?? true, contexts, integration_types: integrationTypes }
      : { guild_id: guildId }),
    ...(options.length > 0 && { options: options.map((option) => optionShape(option, full)) }),
    nsfw: false,
  };
}
