// Draws the neutral face of a puppet: a speech bubble on MateBot's green; `puppets.ts` gives it to a new webhook.

import { crc32, deflateSync } from "node:zlib";

const size = 128;
const ground = [0x2f, 0x7d, 0x5b] as const;
const bubble = [0xf4, 0xf1, 0xe6] as const;

/** The picture as a `data:` URI, 128 x 128 PNG. */
export function neutralAvatar(): string {
  drawn ??= draw();
  return drawn;
}

/** Drawn once: it takes 4 ms, and each channel's webhook wears it. */
let drawn: string | undefined;

function draw(): string {
  const rows = Buffer.alloc(size * (size * 3 + 1));
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const light = shade(x + 0.5, y + 0.5);
      const at = y * (size * 3 + 1) + 1 + x * 3;
      for (const [i, from] of ground.entries()) {
        rows[at + i] = Math.round(from + ((bubble[i] ?? from) - from) * light);
      }
    }
  }
  return `data:image/png;base64,${png(rows).toString("base64")}`;
}

/** How much of the bubble's colour a point has; edges are soft by one pixel. */
function shade(x: number, y: number): number {
  const body = roundedBox(x - 64, y - 57, 40, 29, 16);
  const tail = Math.max(-(x - 42), y - 104 + (x - 42) * 0.9, -(y - 80));
  const dots = Math.min(...[44, 64, 84].map((cx) => Math.hypot(x - cx, y - 57) - 6));
  const shape = Math.max(Math.min(body, tail), -dots);
  return Math.min(1, Math.max(0, 0.5 - shape));
}

/** Distance to a box with round corners; negative inside. */
function roundedBox(x: number, y: number, halfWidth: number, halfHeight: number, radius: number): number {
  const dx = Math.abs(x) - halfWidth + radius;
  const dy = Math.abs(y) - halfHeight + radius;
  return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - radius;
}

/** PNG (ISO 15948): signature, IHDR (8 bit RGB), IDAT, IEND. Each row begins with its filter, 0. */
function png(rows: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const frame = Buffer.alloc(body.length + 8);
  frame.writeUInt32BE(data.length, 0);
  body.copy(frame, 4);
  frame.writeUInt32BE(crc32(body), body.length + 4);
  return frame;
}
