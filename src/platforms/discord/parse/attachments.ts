// Lists what a Discord message carries beside its text; message.ts calls it.

import type { Attachment, CardAttachment } from "../../../model/attachment.ts";
import { componentFiles } from "./components.ts";
import { embedOf } from "./embed.ts";
import { type FilePlace, fileOf, stickerOf } from "./files.ts";
import type { Scene } from "./names.ts";
import { type ContentPayload, FLAGS, hasFlag } from "./payload.ts";
import { pollOf } from "./poll.ts";

export function attachmentsOf(from: ContentPayload, place: FilePlace, scene: Scene): readonly Attachment[] {
  const voice = hasFlag(from, FLAGS.voice);
  return [
    ...(from.activity ? [activityOf(from)] : []),
    ...(from.shared_client_theme ? [{ kind: "unsupported", name: "client theme" } as const] : []),
    ...(from.attachments ?? []).map((file) => fileOf(file, voice, place)),
    ...(from.sticker_items ?? []).map((sticker) => stickerOf(sticker, place)),
    ...(from.poll ? [pollOf(from.poll)] : []),
    ...(from.embeds ?? []).flatMap((embed) => embedOf(embed, from, place, scene)),
    ...(from.components ?? []).flatMap((component) => componentFiles(component, place)),
  ];
}

function activityOf({ application }: ContentPayload): CardAttachment {
  return { kind: "activity", ...(application?.name ? { name: application.name } : {}) };
}
