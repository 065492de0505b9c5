// The heads of files of each kind, which are all the simulator looks at; the tests of this folder upload them.

/** A PNG of this size, as far as its header goes. */
export function png(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(64);
  bytes.write("89504e470d0a1a0a0000000d49484452", "hex");
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes;
}

const head = (text: string) => Buffer.concat([Buffer.from(text, "latin1"), Buffer.alloc(48)]);

/** By the name of the field that carries the file. */
export const SAMPLES = {
  photo: png(8, 8),
  video: head("\0\0\0\x18ftypisom"),
  animation: head("GIF89a\x08\0\x08\0"),
  audio: head("ID3\x04"),
  voice: head("OggS\0"),
  video_note: head("\0\0\0\x18ftypisom"),
  document: head("%PDF-1.7"),
  sticker: head("\x1f\x8b\x08"),
} as const;

/** A multipart body; Buffers become files named `a.bin`. */
export function formOf(fields: Readonly<Record<string, string | number | Buffer>>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (Buffer.isBuffer(value)) form.set(name, new Blob([new Uint8Array(value)]), "a.bin");
    else form.set(name, String(value));
  }
  return form;
}
