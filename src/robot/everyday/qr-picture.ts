// Draws a text as the smallest QR code that holds it, as a PNG of black and white; pure, `qr.ts` calls it.

import { crc32, deflateSync } from "node:zlib";
import { encodeQR } from "qr";

/** Version 40 with error correction M (ISO/IEC 18004, table 7). */
export const MOST_QR_BYTES = 2_331;
const USUAL_MODULE = 8;
const MOST_PIXELS = 1_024;
/** ISO/IEC 18004: four modules of silence around it. */
const QUIET = 4;
const PNG_HEAD = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** @throws RangeError for more than `MOST_QR_BYTES` of UTF-8 */
export function qrPng(text: string): Uint8Array {
  if (Buffer.byteLength(text) > MOST_QR_BYTES) throw new RangeError("the text is too long for a QR code");
  const modules = encodeQR(text, "raw", { ecc: "medium", border: QUIET });
  return pngOf(modules, Math.max(1, Math.min(USUAL_MODULE, Math.floor(MOST_PIXELS / modules.length))));
}

/** One bit a pixel, every module `scale` pixels wide; true is black. */
function pngOf(modules: readonly (readonly boolean[])[], scale: number): Uint8Array {
  const side = modules.length * scale;
  const rows = modules.flatMap((row) => {
    const line = Buffer.alloc(1 + Math.ceil(side / 8));
    for (let x = 0; x < side; x += 1) {
      if (!row[Math.floor(x / scale)]) line[1 + (x >> 3)] = (line[1 + (x >> 3)] ?? 0) | (0x80 >> (x & 7));
    }
    return Array.from({ length: scale }, () => line);
  });
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  // One bit of grey; compression, filter and interlace as always.
  head.set([1, 0, 0, 0, 0], 8);
  return Buffer.concat([
    PNG_HEAD,
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(Buffer.concat(rows))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(kind: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(kind, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
