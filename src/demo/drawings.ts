// Draws the demo's photos, stickers, GIFs and faces, so that no file has to come along; `samples.ts` and the sides ask for them.

import sharp from "sharp";

const WIDTH = 960;
const HEIGHT = 640;

interface Sky {
  readonly top: string;
  readonly bottom: string;
  readonly hills: readonly [back: string, front: string];
}

/** Morning, noon, evening. */
const SKIES: readonly Sky[] = [
  { top: "#f7b267", bottom: "#fde8c9", hills: ["#6a994e", "#386641"] },
  { top: "#4ea8de", bottom: "#cdeffd", hills: ["#80b918", "#2b9348"] },
  { top: "#3d1f4e", bottom: "#e07a5f", hills: ["#5f3a5e", "#2b1a33"] },
];

/** A gourd with its straw, 100 x 100 around the middle. */
const MATE = `
  <path d="M-30 -14c-8 34 6 58 30 58s38-24 30-58z" fill="#7a4b2a"/>
  <path d="M-24 4c-2 18 6 32 18 36" fill="none" stroke="#a8734b" stroke-width="5" stroke-linecap="round"/>
  <ellipse cy="-14" rx="30" ry="11" fill="#4d8b3d"/><ellipse cy="-17" rx="22" ry="7" fill="#79b85f"/>
  <path d="M5 -17 30 -52l7 5-23 32z" fill="#b9c2cc"/><path d="M28 -55h16v7h-16z" fill="#d9dfe5"/>`;

/** A JPEG of hills under a sky, 960 x 640; three are different. */
export function drawPhoto(number: number): Promise<Buffer> {
  const { top, bottom, hills } = SKIES[number % SKIES.length] ?? { top: "#888", bottom: "#fff", hills: [] };
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">
    <defs><linearGradient id="sky" x2="0" y2="1"><stop stop-color="${top}"/><stop offset="1" stop-color="${bottom}"/></linearGradient></defs>
    <rect width="100%" height="100%" fill="url(#sky)"/>
    <circle cx="${220 + number * 230}" cy="${210 - number * 30}" r="64" fill="#fff6d6"/>
    <path d="M0 430 Q240 300 480 400 T960 360 V640 H0z" fill="${hills[0]}"/>
    <path d="M0 520 Q260 400 560 500 T960 460 V640 H0z" fill="${hills[1]}"/>
    <ellipse cx="700" cy="600" rx="130" ry="16" fill="#000" opacity=".25"/>
    <g transform="translate(700 500) scale(2.1)">${MATE}</g></svg>`;
  return sharp(Buffer.from(svg)).jpeg({ quality: 84 }).toBuffer();
}

/** A see-through WebP (or PNG) of 512 x 512, as static stickers are. */
export function drawSticker(format: "webp" | "png"): Promise<Buffer> {
  return sharp(Buffer.from(stickerSvg(0, 512)))
    .toFormat(format)
    .toBuffer();
}

/** A GIF of 24 frames: the gourd rocks, and goes on for ever. */
export async function drawGif(): Promise<Buffer> {
  const side = 240;
  const frames = await Promise.all(
    Array.from({ length: 24 }, (_, frame) => {
      const angle = 14 * Math.sin((frame / 24) * 2 * Math.PI);
      return sharp(Buffer.from(stickerSvg(angle, side, "#e9f5db")))
        .png()
        .toBuffer();
    }),
  );
  return sharp(frames, { join: { animated: true } })
    .gif({ loop: 0, delay: frames.map(() => 60) })
    .toBuffer();
}

function stickerSvg(angle: number, side: number, ground = "none"): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}" viewBox="-60 -64 120 120">
    <rect x="-60" y="-64" width="120" height="120" fill="${ground}"/>
    <g transform="rotate(${angle})">
      <g stroke="#fff" stroke-width="9" stroke-linejoin="round">${MATE.replaceAll("stroke=", "data-s=")}</g>${MATE}
      <circle cx="-11" cy="14" r="4" fill="#2b1a10"/><circle cx="13" cy="14" r="4" fill="#2b1a10"/>
      <path d="M-8 23q9 9 18 0" fill="none" stroke="#2b1a10" stroke-width="3" stroke-linecap="round"/>
    </g></svg>`;
}

/** A face of 160 x 160 for one of the demo's people; a JPEG, as Telegram has them. */
export function drawFace({ skin, hair, shirt, ground, long }: Face): Promise<Buffer> {
  const behind = long ? `<path d="M-26 -14q0-28 26-28t26 28v42h-52z" fill="${hair}"/>` : "";
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="160" height="160" viewBox="-50 -52 100 100">
    <rect x="-50" y="-52" width="100" height="100" fill="${ground}"/>${behind}
    <path d="M-38 60q0-34 38-34t38 34z" fill="${shirt}"/><rect x="-8" y="12" width="16" height="20" rx="8" fill="${skin}"/>
    <ellipse cy="-6" rx="21" ry="24" fill="${skin}"/><path d="M-23 -8q0-28 23-28t23 28q-8-14-23-14t-23 14z" fill="${hair}"/>
    <circle cx="-8" cy="-5" r="2.6" fill="#222"/><circle cx="8" cy="-5" r="2.6" fill="#222"/>
    <path d="M-7 6q7 7 14 0" fill="none" stroke="#222" stroke-width="2.4" stroke-linecap="round"/></svg>`;
  return sharp(Buffer.from(svg)).jpeg({ quality: 88 }).toBuffer();
}

export interface Face {
  readonly skin: string;
  readonly hair: string;
  readonly shirt: string;
  readonly ground: string;
  readonly long: boolean;
}
