// Opens the files of this account for other platforms; the account hands it to the bridge as `open`.

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { isAbsolute } from "node:path";
import type { OpenedFile } from "../../../bridge/media-port.ts";
import type { FileAttachment } from "../../../model/attachment.ts";
import { type Fate, PlatformError } from "../../../model/errors.ts";
import type { TelegramApi } from "../api/api.ts";
import { staleFile, tooBig } from "../errors.ts";

/** Bot API 10.1, getFile; a local server knows no such limit. */
const CLOUD_BYTES = 20 * 1024 * 1024;
/** A source that names a custom emoji instead of a file. */
const EMOJI = "custom_emoji:";

/** Never tells an address: it holds the token. */
export function createOpen(
  api: Pick<TelegramApi, "call" | "download">,
  isCloud: boolean,
): (file: FileAttachment, signal: AbortSignal) => Promise<OpenedFile> {
  return async ({ source, bytes = 0, mime }, signal) => {
    if (source === undefined) throw gone();
    if (isCloud && bytes > CLOUD_BYTES) throw fileTooBig();
    const id = source.startsWith(EMOJI) ? await emojiFile(api, source.slice(EMOJI.length), signal) : source;
    const path = await pathOf(api, id, signal);
    // Only a server of one's own answers with a path on its disk [Bot API 10.1, Using a Local Bot API Server].
    const opened = !isCloud && isAbsolute(path) ? await fromDisk(path) : await fromServer(api, path, signal);
    return { ...opened, ...(mime !== undefined && { mime }) };
  };
}

async function emojiFile(
  api: Pick<TelegramApi, "call">,
  emoji: string,
  signal: AbortSignal,
): Promise<string> {
  const [sticker] = await api.call("getCustomEmojiStickers", { custom_emoji_ids: [emoji] }, signal);
  if (!sticker) throw gone();
  return sticker.file_id;
}

async function pathOf(api: Pick<TelegramApi, "call">, id: string, signal: AbortSignal): Promise<string> {
  try {
    const { file_path } = await api.call("getFile", { file_id: id }, signal);
    if (file_path === undefined) throw gone();
    return file_path;
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    if (error.code === tooBig) throw fileTooBig();
    throw error.code === staleFile ? gone() : error;
  }
}

async function fromServer(
  api: Pick<TelegramApi, "download">,
  path: string,
  signal: AbortSignal,
): Promise<OpenedFile> {
  const { status, bytes, stream, close } = await api.download(path, signal);
  if (status === 200) return { stream, close, ...(bytes !== undefined && { bytes }) };
  close();
  const isPassing = status >= 500 || status === 429;
  throw isPassing ? fault("unavailable", { kind: "retry", maybeDelivered: false }) : gone();
}

async function fromDisk(path: string): Promise<OpenedFile> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) throw fault("elsewhere", { kind: "refused" });
  const file = createReadStream(path);
  return { stream: file, bytes: found.size, close: () => file.destroy() };
}

function gone(): PlatformError {
  return fault("gone", { kind: "refused" });
}

function fileTooBig(): PlatformError {
  return fault("too-big", { kind: "refused" });
}

function fault(what: string, fate: Fate): PlatformError {
  return new PlatformError(`telegram.file.${what}`, `the file cannot be had: ${what}`, fate);
}
