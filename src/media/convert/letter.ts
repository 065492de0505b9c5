// The face of somebody without a face: the first letter of the name on a colour that follows from it; `perform` calls it.

import { openDrawing } from "./images.ts";

export const FACE_SIDE = 256;

/** 256 x 256 PNG, the same for the same name. */
export async function drawLetter(name: string): Promise<Buffer> {
  return openDrawing(letterSvg(name)).png().toBuffer();
}

export function letterSvg(name: string): string {
  const hue = [...name].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 360, 7);
  const half = FACE_SIDE / 2;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${FACE_SIDE}" height="${FACE_SIDE}">` +
    `<rect width="100%" height="100%" fill="hsl(${hue},55%,42%)"/>` +
    `<text x="${half}" y="${half}" dy="0.36em" text-anchor="middle" font-size="140" font-weight="600" ` +
    `font-family="sans-serif" fill="#ffffff">${escapeXml(firstLetter(name))}</text></svg>`
  );
}

/** The first thing in the name that can be seen, with all that belongs to it. */
function firstLetter(name: string): string {
  const segments = new Intl.Segmenter().segment(name.slice(0, 256).normalize("NFC"));
  for (const { segment } of segments) {
    if (/[\p{L}\p{N}\p{S}\p{P}]/u.test(segment)) {
      // A letter buried under a hundred accents is drawn without them.
      return (segment.length <= 16 ? segment : ([...segment][0] ?? "?")).toLocaleUpperCase("und");
    }
  }
  return "?";
}

function escapeXml(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\p{Cn}]/gu, "").replace(/[<>&"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
