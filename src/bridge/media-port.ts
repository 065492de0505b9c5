// How files come from one platform to the other: what a destination wants, and what it gets; `media` implements it.

import type { FileAttachment, FileKind } from "../model/attachment.ts";

/** A file of a platform while it is read. Whoever opened it reads `stream` to its end or calls `close`. */
export interface OpenedFile {
  readonly stream: AsyncIterable<Uint8Array>;
  /** What the platform announces; the stream may be cut at it, or lie. */
  readonly bytes?: number;
  readonly mime?: string;
  close(): void;
}

/** One form in which a destination takes a file. */
export interface Want {
  readonly kind: FileKind;
  readonly maxBytes: number;
  /** MIME types, best first; what is of none of them is converted to one of them. Absent: anything. */
  readonly types?: readonly string[];
  /** Of a picture: the most a side may have, both sides together, and how often the short one fits into the long. */
  readonly maxSide?: number;
  readonly maxSides?: number;
  readonly maxRatio?: number;
  /** The picture must have exactly this side, padded (a sticker's 512). */
  readonly side?: number;
}

/** A file that can be sent as often as needed; `release` when it is not needed any more. */
export interface ReadyFile {
  readonly kind: FileKind;
  /** Safe for any file system and any reader, with the extension that belongs to `mime`. */
  readonly name: string;
  readonly mime: string;
  /** Exactly as many as `open` gives. */
  readonly bytes: number;
  readonly width?: number;
  readonly height?: number;
  readonly seconds?: number;
  readonly waveform?: string;
  /** The same for the same content in the same form; absent when nothing lasting is known of the source. */
  readonly key?: string;
  /** From the beginning, each time. A stream that breaks throws PlatformError (`retry`). */
  open(signal: AbortSignal): AsyncIterable<Uint8Array>;
  release(): void;
}

export type UnfitReason = "too-big" | "gone" | "broken" | "no-converter" | "too-long";

/** No form fits: a card says what it is, and where it can be had. */
export interface Unfit {
  readonly unfit: UnfitReason;
  /** A signed address at our own server that expires. */
  readonly link?: string;
  /** A still picture of it, small. */
  readonly still?: ReadyFile;
}

export interface MediaPort {
  /**
   * The first of `wants` that can be had: as it is, smaller, or converted. Trouble that may pass throws.
   * @throws PlatformError
   */
  fit(
    file: FileAttachment,
    wants: readonly [Want, ...Want[]],
    signal: AbortSignal,
  ): Promise<ReadyFile | Unfit>;
  /** A square picture of 256 pixels (PNG): of `file`, or the first letter of `name` on a colour of its own. */
  face(name: string, file: FileAttachment | undefined, signal: AbortSignal): Promise<ReadyFile>;
  /** An address at which anybody can fetch it for that long; undefined when nobody outside can reach us, or trusts us. */
  publish(file: ReadyFile, forMs: number): string | undefined;
}
