// The pictures of people, webhooks, emoji and stickers: kept with their bytes, and fetched for `avatar_url` as Discord does.

import { createHash } from "node:crypto";
import type { AttachmentRecord, Snowflake } from "../records.ts";
import type { World } from "../world.ts";

export interface Picture {
  readonly bytes: Buffer;
  readonly contentType: string;
}

/** Keeps a picture under a hash of its content, as avatars have one; gives the hash. */
export function keepPicture(world: World, picture: Picture): string {
  const hash = createHash("md5").update(picture.bytes).digest("hex");
  world.pictures.set(hash, picture);
  return hash;
}

/** The attachment of a channel that still exists, of a forwarded message too. */
export function findAttachment(world: World, channelId: Snowflake, id: string): AttachmentRecord | undefined {
  const given = world.uploads.get(id);
  if (given?.channelId === channelId) return given;
  // What is whispered stands in no channel.
  const whispers = [...world.interactions.values()].flatMap(({ original, followUps }) => [
    ...(original ? [original] : []),
    ...followUps,
  ]);
  for (const messages of [...world.messages.values(), whispers])
    for (const message of messages) {
      if (message.deleted) continue;
      const files = [...message.attachments, ...(message.forwarded?.attachments ?? [])];
      const file = files.find((candidate) => candidate.id === id && candidate.channelId === channelId);
      if (file) return file;
    }
  return undefined;
}

/**
 * What Discord's own servers find behind the address of a picture on its CDN: attachments even without a signature
 * (Discord docs, reference, "Signed Attachment CDN URLs"). Undefined for other hosts and for what is gone.
 */
export function ownPicture(world: World, url: string): Picture | undefined {
  const { origin, pathname } = new URL(url);
  const path = origin === world.origin ? pathname.replace(/^\/(?:cdn|media)/, "") : pathname;
  if (origin !== world.origin && origin !== "https://cdn.discordapp.com") return undefined;
  const [, channelId, id] = /^\/attachments\/(\d+)\/(\d+)\/[^/]+$/.exec(path) ?? [];
  return channelId === undefined || id === undefined ? undefined : findAttachment(world, channelId, id);
}

/** The hash Discord shows for an `avatar_url`: the same for the same address. Fetched at once, when it is its own. */
export function avatarFrom(world: World, url: string): string {
  const hash = createHash("md5").update(url).digest("hex");
  const found = ownPicture(world, url);
  if (found) world.pictures.set(hash, found);
  return hash;
}
