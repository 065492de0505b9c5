// Makes the request that turns what stands on Discord into a new form, files and all; the bridge calls it, pure.

import type { Resolved } from "../../../bridge/platform.ts";
import type { Copy, Json, Part } from "../../../model/delivery.ts";
import { type CreateRequest, type EditRequest, type FileOrder, frozen, type KeptFile } from "../request.ts";
import { placeOf, suppressEmbeds } from "./create-part.ts";
import { type Form, readForm } from "./form-hash.ts";
import { spokenContent } from "./spoken-name.ts";

/**
 * Turns `copy` into `part`; undefined where a poll or a voice message stands or shall stand, which cannot be edited.
 * The name it was said under cannot change, so a joined message that had several authors and has one now says in the
 * text who that is; previews can only be switched off.
 */
export function renderEdit(part: Part, copy: Copy, known: Resolved): Json | undefined {
  const request = part.request as unknown as CreateRequest;
  const [old, next] = [readForm(copy.hash), readForm(part.hash)];
  if (old.poll !== next.poll || old.kind === "voice" || next.kind === "voice") return undefined;
  const previews = (request.flags ?? 0) & suppressEmbeds;
  const edit: EditRequest = {
    kind: "edit",
    ...placeOf(copy.ref.conversation),
    message: copy.ref.id,
    ...(copy.via === undefined ? {} : { via: copy.via }),
    content: isNamed(copy, old) ? spokenContent(request, known) : request.content,
    ...(previews ? { flags: previews } : {}),
    ...(request.mentions && { mentions: request.mentions }),
    ...(request.buttons && { buttons: request.buttons }),
    ...filesOf(request.files ?? [], old, next),
  };
  return frozen(edit.files ? { ...edit, hash: part.hash } : edit);
}

/** The bot may have sent the copy before there was a webhook: the name stays in front of the words. An album is one person's. */
function isNamed({ via, part, joined }: Copy, { kind }: Form): boolean {
  return (via === undefined && part === 0) || (joined === true && kind === "text");
}

/**
 * Nothing when the files stay what they are; else all of them. What stands and is wanted still is kept, and what only
 * words stand for is tried again.
 */
function filesOf(
  orders: readonly FileOrder[],
  old: Form,
  next: Form,
): Pick<EditRequest, "files" | "standing"> {
  const standing = old.files.filter(({ form }) => form !== "words");
  const free = new Set(standing.keys());
  const files = orders.map((order, index): FileOrder | KeptFile => {
    const wanted = next.files[index]?.content;
    const kept = standing.findIndex(
      ({ form, content }, place) => form === "file" && content === wanted && free.has(place),
    );
    if (kept < 0) return order;
    free.delete(kept);
    return { kept, file: order.file };
  });
  const isSame =
    files.length === old.files.length &&
    files.every((file, index) => "kept" in file && file.kept === index) &&
    next.files.every(({ look }, index) => old.files[index]?.look === look);
  return isSame ? {} : { files, standing: standing.length };
}
