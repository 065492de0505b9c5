// Files that are ready at once, and a count of what is done with them; the tests of a platform's sending use it as `media`.

import type { MediaPort, ReadyFile, Unfit, Want } from "../../src/bridge/media-port.ts";
import type { FileAttachment, FileKind } from "../../src/model/attachment.ts";

export interface ShelvedFile {
  readonly bytes: Uint8Array;
  readonly mime: string;
  readonly name?: string;
  /** It fits nowhere. */
  readonly unfit?: Unfit["unfit"];
  readonly link?: string;
  /** A picture of it. */
  readonly still?: Uint8Array;
  /** What `fit` or reading throws instead. */
  readonly fails?: Error;
  readonly breaks?: Error;
}

/** Takes the first form whose type and size are those of the file, without converting anything. Owns the files. */
export class FileShelf implements MediaPort {
  readonly files = new Map<string, ShelvedFile>();
  /** The names of files that were fitted, and read, in order. */
  readonly fitted: string[] = [];
  readonly read: string[] = [];
  /** Files that were made ready and not let go. */
  held = 0;

  /** Puts a file there, and says what a parser would say of it. */
  put(kind: FileKind, name: string, file: ShelvedFile, said: Partial<FileAttachment> = {}): FileAttachment {
    this.files.set(name, file);
    return { kind, account: "discord", source: name, stable: `of ${name}`, name, ...said };
  }

  fit(file: FileAttachment, wants: readonly [Want, ...Want[]]): Promise<ReadyFile | Unfit> {
    const name = file.source ?? "";
    const shelved = this.files.get(name);
    this.fitted.push(name);
    if (!shelved) return Promise.resolve({ unfit: "gone" });
    if (shelved.fails) return Promise.reject(shelved.fails);
    const { mime, bytes, link, still } = shelved;
    const fits = (want: Want) =>
      (want.types === undefined || want.types.includes(mime)) && bytes.byteLength <= want.maxBytes;
    const want = shelved.unfit === undefined ? wants.find(fits) : undefined;
    if (want) return Promise.resolve(this.#ready(want.kind, name, shelved));
    return Promise.resolve({
      unfit: shelved.unfit ?? "too-big",
      ...(link !== undefined && { link }),
      ...(still && { still: this.#ready("photo", `${name} in small`, { bytes: still, mime: "image/jpeg" }) }),
    });
  }

  face(name: string): Promise<ReadyFile> {
    return Promise.resolve(this.#ready("photo", name, { bytes: png(256, 256), mime: "image/png" }));
  }

  publish(): undefined {
    return undefined;
  }

  #ready(kind: FileKind, name: string, { bytes, mime, breaks }: ShelvedFile): ReadyFile {
    const read = this.read;
    let isHeld = true;
    this.held++;
    return {
      ...{ kind, mime, bytes: bytes.byteLength, name },
      async *open() {
        read.push(name);
        yield bytes.subarray(0, 8);
        if (breaks) throw breaks;
        yield bytes.subarray(8);
      },
      release: () => {
        if (!isHeld) throw new Error(`${name} was let go twice`);
        isHeld = false;
        this.held--;
      },
    };
  }
}

/** A PNG as far as its header goes. */
export function png(width = 8, height = 8): Uint8Array {
  const bytes = Buffer.alloc(64);
  bytes.write("89504e470d0a1a0a0000000d49484452", "hex");
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes;
}

const head = (text: string): Uint8Array => Buffer.concat([Buffer.from(text, "latin1"), Buffer.alloc(48)]);

/** Files of each kind, as far as anybody looks. */
export const SHELVED = {
  png: { bytes: png(), mime: "image/png" },
  mp4: { bytes: head("\0\0\0\x18ftypisom"), mime: "video/mp4" },
  gif: { bytes: head("GIF89a\x08\0\x08\0"), mime: "image/gif" },
  mp3: { bytes: head("ID3\x04"), mime: "audio/mpeg" },
  ogg: { bytes: head("OggS\0"), mime: "audio/ogg" },
  pdf: { bytes: head("%PDF-1.7"), mime: "application/pdf" },
  webm: { bytes: head("\x1a\x45\xdf\xa3"), mime: "video/webm" },
} as const satisfies Readonly<Record<string, ShelvedFile>>;
