// The lines that threads leave when they are opened and renamed; routes and people call it.

import { ALLOW_ALL } from "./mentions.ts";
import { createMessage } from "./messages.ts";
import type { ChannelRecord, Snowflake } from "./records.ts";
import { announceChannel, announceThread } from "./threads.ts";
import type { World } from "./world.ts";

const SILENT = { ...ALLOW_ALL, everyone: false, users: [], roles: [] };

/** The line that a new thread leaves in its channel (type 18): its name, and a reference to it. */
export function announceInParent(
  world: World,
  parent: ChannelRecord,
  thread: ChannelRecord,
  byId: Snowflake,
): void {
  const guild = thread.guildId === undefined ? {} : { guild_id: thread.guildId };
  createMessage(world, parent, {
    author: { kind: "user", id: byId },
    speaker: byId,
    form: { content: thread.name, allowed: SILENT, tts: false },
    type: 18,
    reference: { type: 0, channel_id: thread.id, ...guild },
  });
}

/** Gives a channel or thread another name and tells so; in a thread a line (type 4) stays. */
export function rename(world: World, channel: ChannelRecord, name: string, byId: Snowflake): void {
  const changed = channel.name !== name;
  channel.name = name;
  if (channel.thread) announceThread(world, "THREAD_UPDATE", channel);
  else announceChannel(world, "CHANNEL_UPDATE", channel);
  if (!channel.thread || !changed) return;
  createMessage(world, channel, {
    author: { kind: "user", id: byId },
    speaker: byId,
    form: { content: name, allowed: SILENT, tts: false },
    type: 4,
  });
}
