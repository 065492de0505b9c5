// Finds the mentions of a message and decides whom they notify, by `allowed_mentions` and permissions.

import { type Fields, fieldsAt, listAt, snowflakeAt } from "./forms/form.ts";
import { checkKeys, KEYS } from "./forms/keys.ts";
import { PERMISSION } from "./permissions.ts";
import type { ChannelRecord, Pinged, Snowflake } from "./records.ts";
import { badField, invalidForm } from "./rest/errors.ts";
import { guildOf, permissionsIn, type World } from "./world.ts";

/** Which mentions may notify. */
export interface AllowedMentions {
  readonly everyone: boolean;
  /** true: all that the text names. */
  readonly users: true | readonly Snowflake[];
  readonly roles: true | readonly Snowflake[];
  readonly repliedUser: boolean;
}

/** Bot messages and people: everything the text names. */
export const ALLOW_ALL: AllowedMentions = { everyone: true, users: true, roles: true, repliedUser: true };
/** Webhook messages without `allowed_mentions`: users only. Discord docs, resources/message. */
export const ALLOW_USERS: AllowedMentions = { everyone: false, users: true, roles: [], repliedUser: false };

const WORDS = ["users", "roles", "everyone"];

function idsAt(fields: Fields, name: "users" | "roles"): readonly Snowflake[] | undefined {
  return listAt(fields[name], ["allowed_mentions", name], 100)?.map((id, index) =>
    snowflakeAt(id, ["allowed_mentions", name, index]),
  );
}

/**
 * `allowed_mentions` of a request; `fallback` when it is absent.
 * @throws ApiFailure 50035, also when a `parse` word and its id list are given together
 */
export function readAllowedMentions(value: unknown, fallback: AllowedMentions): AllowedMentions {
  const fields = fieldsAt(value, ["allowed_mentions"]);
  if (!fields) return fallback;
  checkKeys(fields, KEYS.allowedMentions, "allowed_mentions");
  const parse = listAt(fields.parse, ["allowed_mentions", "parse"], 1521) ?? [];
  for (const [index, word] of parse.entries())
    if (typeof word !== "string" || !WORDS.includes(word))
      throw badField(
        ["allowed_mentions", "parse", index],
        "BASE_TYPE_CHOICES",
        "Value must be one of ('users', 'roles', 'everyone').",
      );
  const lists = { users: idsAt(fields, "users"), roles: idsAt(fields, "roles") };
  for (const name of ["users", "roles"] as const)
    if (parse.includes(name) && (lists[name]?.length ?? 0) > 0)
      throw invalidForm([
        {
          path: ["allowed_mentions"],
          code: "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
          message: `parse:["${name}"] and ${name}: [ids...] are mutually exclusive.`,
        },
      ]);
  return {
    everyone: parse.includes("everyone"),
    users: parse.includes("users") || (lists.users ?? []),
    roles: parse.includes("roles") || (lists.roles ?? []),
    repliedUser: fields.replied_user === true,
  };
}

/** Who speaks, as far as the right to mention everyone is concerned. */
export interface Speaker {
  /** Whose permissions count: for a webhook its creator's. */
  readonly userId: Snowflake;
  readonly allowed: AllowedMentions;
  /** The author of the answered message. */
  readonly repliedTo?: Snowflake;
}

export interface Mentions {
  readonly users: readonly Snowflake[];
  readonly roles: readonly Snowflake[];
  readonly everyone: boolean;
  readonly pinged: Pinged;
}

const permits = (allowed: true | readonly Snowflake[], id: Snowflake) =>
  allowed === true || allowed.includes(id);

function named(text: string, pattern: RegExp): Snowflake[] {
  return [...new Set([...text.matchAll(pattern)].map((match) => match[1] ?? ""))];
}

/**
 * Mentions of the text; those that may not notify are not counted as mentions either. Backslashes do not help: only
 * code does.
 */
export function findMentions(
  world: World,
  channel: ChannelRecord,
  content: string,
  speaker: Speaker,
): Mentions {
  const text = content.replace(/```[\s\S]*?```|``[\s\S]*?``|`[^`\n]*`/g, " ");
  const guild = guildOf(world, channel);
  const mayMentionAll = (permissionsIn(world, channel, speaker.userId) & PERMISSION.MENTION_EVERYONE) !== 0n;
  const users = named(text, /<@!?(\d{17,19})>/g).filter(
    (id) => world.users.has(id) && permits(speaker.allowed.users, id),
  );
  const { repliedTo } = speaker;
  if (speaker.allowed.repliedUser && repliedTo !== undefined && !users.includes(repliedTo))
    users.push(repliedTo);
  const roles = named(text, /<@&(\d{17,19})>/g).filter((id) => {
    const role = guild?.roles.get(id);
    return (
      role && id !== guild?.id && permits(speaker.allowed.roles, id) && (role.mentionable || mayMentionAll)
    );
  });
  const everyone =
    guild !== undefined && speaker.allowed.everyone && mayMentionAll && /@(everyone|here)/.test(text);
  return { users, roles, everyone, pinged: { users, roles, everyone } };
}
