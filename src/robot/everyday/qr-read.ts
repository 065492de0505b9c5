// Reads the QR codes in a picture; runs in a process of its own, which `qr-child.ts` is.

import { type DecodeResult, decodeQRBatch } from "qr/decode.js";
import sharp from "sharp";

/** As many pixels as a good camera takes; a picture that claims more is refused before it is unpacked. */
const MOST_PIXELS = 60_000_000;
/** A code that is still to be read when the picture is made this small is large enough for people. */
const MOST_SIDE = 1_600;
const EFFORT = 8;
const TIME_MS = 2_000;

/** The texts in the order in which they were found, each once; [] when there is none. @throws when it is no picture */
export async function readQrCodes(picture: Uint8Array): Promise<readonly string[]> {
  const { data, info } = await sharp(picture, { limitInputPixels: MOST_PIXELS, pages: 1, failOn: "error" })
    .rotate()
    .resize({ width: MOST_SIDE, height: MOST_SIDE, fit: "inside", withoutEnlargement: true })
    .flatten({ background: "#ffffff" })
    .toColourspace("srgb")
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const image = { data, width: info.width, height: info.height };
  const [found = []] = await decodeQRBatch([image], { effort: EFFORT, timeLimit: TIME_MS, format: "RGBA" });
  return [...new Set(found.filter((one: DecodeResult): one is string => typeof one === "string"))];
}
