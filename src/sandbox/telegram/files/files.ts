// The bytes of media: stored by senders, looked up by getFile, served below /file/.

import { createHash } from "node:crypto";
import type { Clock } from "../../../model/clock.ts";
import { ApiError, badRequest } from "../http/api-error.ts";

export interface StoredFile {
  readonly uniqueId: string;
  readonly bytes: Buffer;
  readonly size: number;
  readonly name?: string;
  readonly mime?: string;
  /** What it was sent as; a file id cannot be sent as another kind. */
  readonly kind?: string;
}

const MAX_DOWNLOAD_BYTES = 20 << 20; // Bot API 10.1, getFile
const LINK_MS = 60 * 60_000; // "valid for at least 1 hour"

// As seen in answers of api.telegram.org; nothing may be concluded from them.
const FOLDERS: Readonly<Record<string, readonly [folder: string, ending: string]>> = {
  photo: ["photos", ".jpg"],
  video: ["videos", ".mp4"],
  animation: ["animations", ".mp4"],
  audio: ["music", ".mp3"],
  voice: ["voice", ".oga"],
  video_note: ["video_notes", ".mp4"],
  sticker: ["stickers", ".webp"],
};

/** Owns the files and the links to them. */
export class Files {
  readonly #clock: Clock;
  readonly #files = new Map<string, StoredFile>();
  /** Keyed with the bot: `<bot id>/<path>`. */
  readonly #links = new Map<string, { readonly file: StoredFile; readonly until: number }>();
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `size` may be larger than the bytes given, for files that are only talked about. */
  store(
    bytes: Buffer,
    info: {
      readonly name?: string;
      readonly mime?: string;
      readonly kind?: string;
      readonly size?: number;
    } = {},
  ): StoredFile {
    const hash = createHash("sha256")
      .update(bytes)
      .update(String(this.#count++))
      .digest("base64url");
    const file = { ...info, uniqueId: `AQAD${hash.slice(0, 12)}`, bytes, size: info.size ?? bytes.length };
    this.#files.set(file.uniqueId, file);
    return file;
  }

  /** Makes a file that content of a user names known, so that getFile finds it. */
  adopt(uniqueId: string, size: number): void {
    if (this.#files.has(uniqueId)) return;
    const bytes = Buffer.alloc(Math.min(size, MAX_DOWNLOAD_BYTES));
    this.#files.set(uniqueId, { uniqueId, bytes, size });
  }

  get(uniqueId: string): StoredFile | undefined {
    return this.#files.get(uniqueId);
  }

  /** A path for `/file/bot<token>/<path>`. @throws ApiError when the file is too big to be downloaded */
  link(botId: number, uniqueId: string): { readonly file: StoredFile; readonly path: string } {
    const file = this.#files.get(uniqueId);
    if (!file) throw badRequest("wrong file_id or the file is temporarily unavailable");
    if (file.size > MAX_DOWNLOAD_BYTES) throw badRequest("file is too big");
    const [folder, ending] = FOLDERS[file.kind ?? "document"] ?? ["documents", ""];
    const extension = /\.[A-Za-z0-9]+$/.exec(file.name ?? "")?.[0] ?? ending;
    const path = `${folder}/file_${[...this.#files.keys()].indexOf(uniqueId)}${extension}`;
    this.#links.set(`${botId}/${path}`, { file, until: this.#clock.now() + LINK_MS });
    return { file, path };
  }

  /** @throws ApiError 404 when there is no such link or it is too old */
  open(botId: number, path: string): StoredFile {
    const link = this.#links.get(`${botId}/${path}`);
    if (!link || link.until < this.#clock.now()) throw new ApiError(404, "Not Found");
    return link.file;
  }
}
