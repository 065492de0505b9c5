// The pictures of people, groups and channels on Telegram; the account hands it to the bridge as `face`.

import type { FileAttachment } from "../../../model/attachment.ts";
import type { Clock } from "../../../model/clock.ts";
import { PlatformError } from "../../../model/errors.ts";
import type { AccountId, UserRef } from "../../../model/refs.ts";
import type { TelegramApi } from "../api/api.ts";

/** Nobody tells when a picture changes: it is asked for anew after this time. */
const FOUND_MS = 60 * 60_000;
/** Who has none, or hides it, may show one soon. */
const NONE_MS = 10 * 60_000;
const MOST = 2_000;
/** The smallest that is not blurred as an avatar. */
const SIDE = 256;

interface Entry {
  readonly face: Promise<FileAttachment | undefined>;
  until: number;
}

/** Owns what was found. A failure that passes is not kept. */
export function createFaces(
  account: AccountId,
  api: Pick<TelegramApi, "call">,
  clock: Clock,
): (user: UserRef, hash: string | undefined, signal: AbortSignal) => Promise<FileAttachment | undefined> {
  const known = new Map<string, Entry>();
  return async ({ id }, _hash, signal) => {
    const before = known.get(id);
    if (before && before.until > clock.now()) return await before.face;
    const entry: Entry = { face: find(account, api, id, signal), until: clock.now() + NONE_MS };
    known.delete(id);
    known.set(id, entry);
    const [oldest] = known.keys();
    if (known.size > MOST && oldest !== undefined) known.delete(oldest);
    try {
      const face = await entry.face;
      if (face) entry.until = clock.now() + FOUND_MS;
      return face;
    } catch (error) {
      if (known.get(id) === entry) known.delete(id);
      throw error;
    }
  };
}

async function find(
  account: AccountId,
  api: Pick<TelegramApi, "call">,
  id: string,
  signal: AbortSignal,
): Promise<FileAttachment | undefined> {
  try {
    const found =
      Number(id) > 0 ? await ofUser(api, Number(id), signal) : await ofChat(api, Number(id), signal);
    return found && { kind: "photo", account, ...found };
  } catch (error) {
    const passes =
      !(error instanceof PlatformError) || error.fate.kind === "retry" || error.fate.kind === "wait";
    if (passes) throw error;
    return undefined;
  }
}

type Found = Pick<FileAttachment, "source" | "stable">;

async function ofUser(
  api: Pick<TelegramApi, "call">,
  user_id: number,
  signal: AbortSignal,
): Promise<Found | undefined> {
  const { photos } = await api.call("getUserProfilePhotos", { user_id, limit: 1 }, signal);
  const sizes = (photos[0] ?? []).toSorted((a, b) => a.width - b.width);
  const size = sizes.find(({ width }) => width >= SIDE) ?? sizes.at(-1);
  return size && { source: size.file_id, stable: size.file_unique_id };
}

async function ofChat(
  api: Pick<TelegramApi, "call">,
  chat_id: number,
  signal: AbortSignal,
): Promise<Found | undefined> {
  const { photo } = await api.call("getChat", { chat_id }, signal);
  return photo && { source: photo.big_file_id, stable: photo.big_file_unique_id };
}
