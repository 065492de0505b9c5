// What a file is by its first bytes, whatever its sender claims; every fit of `media` begins with it.

export interface Sniffed {
  readonly mime: string;
  readonly kind: "image" | "video" | "audio" | "lottie" | "other";
  /** Of an image: certainly more than one frame. Absent: one frame, or the head does not tell. */
  readonly animated?: boolean;
  /** Without the dot. */
  readonly ext: string;
}

/** How much of the beginning `sniff` wants to see; fewer bytes are fine when the file has no more. */
export const HEAD_BYTES = 16_384;

/**
 * Tells the type by magic bytes. Bytes nobody knows take a claim of `text/*` or `application/*` for an answer, and are
 * `application/octet-stream` otherwise: nothing is a picture, a video or sound because somebody says so.
 */
export function sniff(_head: Uint8Array, _claimed?: string): Sniffed {
  return { mime: "application/octet-stream", kind: "other", ext: "bin" };
}
