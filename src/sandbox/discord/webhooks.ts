// Creates and removes webhooks and holds the rules of the names they may use; routes and the playground call it.

import { textAt } from "./forms/form.ts";
import type { BotRecord, ChannelRecord, Snowflake, WebhookRecord } from "./records.ts";
import { badField } from "./rest/errors.ts";
import { hex, tokenText, type World } from "./world.ts";

const FORBIDDEN_PARTS = ["clyde", "discord"];
const FORBIDDEN_NAMES = ["everyone", "here"];

/**
 * A name a webhook may have or speak under: 1-80 characters.
 * Discord docs, resources/webhook: not "clyde" or "discord" anywhere, in any case. Observed: nor exactly "here" or
 * "everyone", nor triple backticks.
 * @throws ApiFailure 50035
 */
export function readWebhookName(value: unknown, path: readonly string[]): string | undefined {
  const name = textAt(value, path, { min: 1, max: 80 })?.trim();
  if (name === undefined) return undefined;
  if (name === "") throw badField(path, "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 80 in length.");
  const lower = name.toLowerCase();
  for (const part of FORBIDDEN_PARTS)
    if (lower.includes(part))
      throw badField(path, "USERNAME_INVALID_CONTAINS", `Username cannot contain "${part}"`);
  if (lower.includes("```"))
    throw badField(path, "USERNAME_INVALID_CONTAINS", 'Username cannot contain "```"');
  if (FORBIDDEN_NAMES.includes(lower))
    throw badField(path, "USERNAME_INVALID", `Username cannot be "${lower}"`);
  return name;
}

/** Hash of an avatar given as a data URI; null without one. @throws ApiFailure 50035 */
export function readAvatar(world: World, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value !== "string" || !/^data:image\/(png|jpeg|gif|webp);base64,/.test(value))
    throw badField(["avatar"], "BASE_TYPE_INVALID", "Invalid image data");
  return hex(world.random, 16);
}

function announce(world: World, channelId: Snowflake): void {
  const channel = world.channels.get(channelId);
  if (channel?.guildId === undefined) return;
  const data = { guild_id: channel.guildId, channel_id: channel.id };
  world.emit({ type: "WEBHOOKS_UPDATE", channel, guildId: channel.guildId, data: () => data });
}

/** Makes an incoming webhook; `bot` absent: a human made it in the channel's settings. */
export function createWebhook(
  world: World,
  channel: ChannelRecord & { readonly guildId: Snowflake },
  input: {
    readonly name: string;
    readonly avatar: string | null;
    readonly userId: Snowflake;
    readonly bot?: BotRecord;
  },
): WebhookRecord {
  const hook: WebhookRecord = {
    id: world.newId(),
    guildId: channel.guildId,
    channelId: channel.id,
    name: input.name,
    avatar: input.avatar,
    token: tokenText(world.random, 68),
    applicationId: input.bot?.applicationId ?? null,
    userId: input.userId,
  };
  world.webhooks.set(hook.id, hook);
  announce(world, channel.id);
  return hook;
}

export function removeWebhook(world: World, hook: WebhookRecord): void {
  world.webhooks.delete(hook.id);
  announce(world, hook.channelId);
}

/** Both channels are told when a webhook moves. */
export function changeWebhook(
  world: World,
  hook: WebhookRecord,
  change: { readonly name?: string; readonly avatar?: string | null; readonly channelId?: Snowflake },
): void {
  const before = hook.channelId;
  if (change.name !== undefined) hook.name = change.name;
  if (change.avatar !== undefined) hook.avatar = change.avatar;
  if (change.channelId !== undefined) hook.channelId = change.channelId;
  announce(world, before);
  if (hook.channelId !== before) announce(world, hook.channelId);
}
