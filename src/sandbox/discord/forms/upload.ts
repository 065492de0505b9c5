// Turns uploaded files and the `attachments` list of a request into attachments; `message` calls it.

import type { AttachmentRecord, GuildRecord, Snowflake } from "../records.ts";
import { badField, refuse } from "../rest/errors.ts";
import type { World } from "../world.ts";
import { type Fields, fieldsAt, listAt, textAt } from "./form.ts";
import { checkKeys, KEYS } from "./keys.ts";

/** A part `files[n]` of a multipart body. */
export interface UploadedFile {
  readonly filename: string;
  readonly contentType: string;
  readonly bytes: Buffer;
}

// Discord docs, reference: 10 MiB for each file; Create Message: 25 MiB for the whole request.
const MIB = 1024 * 1024;
const MAX_REQUEST_BYTES = 25 * MIB;
// Discord's help pages on boosts: 50 MB from level 2 on, 100 MB at level 3.
const TIER_BYTES = [10 * MIB, 10 * MIB, 50 * MIB, 100 * MIB];
/** No request is read beyond this. */
export const MOST_REQUEST_BYTES = 101 * MIB;
const MAX_FILES = 10;
const SPOILER = 8;

/** How large a file may be in this guild, or in a direct message. */
export function fileLimit(guild: GuildRecord | undefined): number {
  return TIER_BYTES[guild?.premiumTier ?? 0] ?? 10 * MIB;
}

interface UploadContext {
  readonly maxFileBytes: number;
  readonly world: World;
  readonly channelId: Snowflake;
  readonly files: ReadonlyMap<number, UploadedFile>;
  readonly kept: readonly AttachmentRecord[];
}

/** Width and height of a PNG; undefined for anything else. */
function pngSize(bytes: Buffer): { width: number; height: number } | undefined {
  if (bytes.length < 24 || bytes.readUInt32BE(0) !== 0x89504e47) return undefined;
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

/** The name Discord stores: only letters, digits, `-`, `_` and `.`; the rest becomes `_`. */
function storedName(name: string): string {
  return name.replace(/[^\p{L}\p{N}\-_.]/gu, "_");
}

function store(context: UploadContext, file: UploadedFile, entry: Fields): AttachmentRecord {
  const name = typeof entry.filename === "string" ? entry.filename : file.filename;
  const description = textAt(entry.description, ["attachments", "description"], { max: 1024 });
  const waveform = textAt(entry.waveform, ["attachments", "waveform"], { max: 400 });
  const spoiler = entry.is_spoiler === true || name.startsWith("SPOILER_");
  return {
    id: context.world.newId(),
    channelId: context.channelId,
    filename: storedName(name),
    contentType: file.contentType,
    bytes: file.bytes,
    flags: spoiler ? SPOILER : 0,
    ...(description === undefined ? {} : { description }),
    ...(typeof entry.title === "string" ? { title: entry.title } : {}),
    ...(typeof entry.duration_secs === "number" ? { durationSecs: entry.duration_secs } : {}),
    ...(waveform === undefined ? {} : { waveform }),
    ...pngSize(file.bytes),
  };
}

/** An attachment that stays, with another description or spoiler when the entry gives one. */
function changed(old: AttachmentRecord, entry: Fields): AttachmentRecord {
  const { description, is_spoiler: spoiler } = entry;
  return {
    ...old,
    ...(typeof description === "string" ? { description } : {}),
    ...(typeof spoiler === "boolean" ? { flags: spoiler ? SPOILER : 0 } : {}),
  };
}

function checkSizes({ files, maxFileBytes }: UploadContext): void {
  if (files.size > MAX_FILES) throw refuse(30015);
  let sum = 0;
  for (const file of files.values()) {
    if (file.bytes.length > maxFileBytes) throw refuse(40005);
    sum += file.bytes.length;
  }
  if (sum > Math.max(MAX_REQUEST_BYTES, maxFileBytes)) throw refuse(40005);
}

/**
 * All attachments the message has afterwards; undefined when the request speaks of none.
 * With an `attachments` list, what is not on it goes (v10). Without one, uploads are added.
 * @throws ApiFailure 30015, 40005, 50035
 */
export function readAttachments(
  value: unknown,
  context: UploadContext,
): readonly AttachmentRecord[] | undefined {
  const { files, kept } = context;
  checkSizes(context);
  const raw = value === null ? [] : listAt(value, ["attachments"], MAX_FILES);
  if (raw === undefined && files.size === 0) return undefined;
  const unlisted = new Map(files);
  const listed = (raw ?? []).map((item, index) => {
    const entry = fieldsAt(item, ["attachments", index]) ?? {};
    checkKeys(entry, KEYS.attachment, "attachment");
    // The documentation's own samples send numbers, the specification wants strings: both are taken.
    const id = String(entry.id);
    const old = kept.find((file) => file.id === id);
    if (old) return changed(old, entry);
    const file = files.get(Number(id));
    if (!file)
      throw badField(["attachments", index, "id"], "ATTACHMENT_NOT_FOUND", "Attachment data not found");
    unlisted.delete(Number(id));
    return store(context, file, entry);
  });
  const rest = [...unlisted.values()].map((file) => store(context, file, {}));
  const all = [...(raw === undefined ? kept : []), ...listed, ...rest];
  if (all.length > MAX_FILES) throw refuse(30015);
  return all;
}
