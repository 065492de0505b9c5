// The CDN: attachments by signed, expiring URLs, and a small picture for every avatar; `rest.ts` passes requests on.

import { crc32, deflateSync } from "node:zlib";
import { validUrl } from "./cdn-url.ts";
import type { World } from "./world.ts";

export interface CdnAnswer {
  readonly status: number;
  readonly type: string;
  readonly bytes: Buffer;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

/** A PNG of one colour, 8 by 8. */
function plainPng(red: number, green: number, blue: number): Buffer {
  const size = 8;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const row = [0, ...Array.from({ length: size }, () => [red, green, blue]).flat()];
  const pixels = Buffer.from(Array.from({ length: size }, () => row).flat());
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(pixels)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

// The colours of Discord's six default avatars.
const COLOURS = [
  [88, 101, 242],
  [117, 126, 138],
  [59, 165, 93],
  [250, 166, 26],
  [237, 66, 69],
  [235, 69, 159],
] as const;

function avatar(key: string): CdnAnswer {
  const number = /^\d$/.test(key) ? Number(key) : [...key].reduce((sum, char) => sum + char.charCodeAt(0), 0);
  const [red, green, blue] = COLOURS[number % COLOURS.length] ?? COLOURS[0];
  return { status: 200, type: "image/png", bytes: plainPng(red, green, blue) };
}

const GONE: CdnAnswer = {
  status: 404,
  type: "text/plain",
  bytes: Buffer.from("This content is no longer available."),
};

const PICTURES = [
  /^\/embed\/avatars\/(\d)\.png$/,
  /^\/avatars\/\d+\/(\w+)\.\w+$/,
  /^\/guilds\/\d+\/users\/\d+\/avatars\/(\w+)\.\w+$/,
  /^\/emojis\/(\d+)\.\w+$/,
  /^\/stickers\/(\d+)\.\w+$/,
];

function findAttachment(world: World, channelId: string, id: string) {
  for (const message of world.messages.get(channelId) ?? []) {
    const file = message.deleted ? undefined : message.attachments.find((candidate) => candidate.id === id);
    if (file) return file;
  }
  return undefined;
}

/** `pathname` is below /cdn or /media and still encoded. */
export function answerCdn(world: World, pathname: string, query: URLSearchParams): CdnAnswer {
  const [, channelId, id] = /^\/attachments\/(\d+)\/(\d+)\/[^/]+$/.exec(pathname) ?? [];
  if (channelId !== undefined && id !== undefined) {
    const file = validUrl(world, pathname, query) ? findAttachment(world, channelId, id) : undefined;
    return file ? { status: 200, type: file.contentType, bytes: file.bytes } : GONE;
  }
  for (const pattern of PICTURES) {
    const key = pattern.exec(pathname)?.[1];
    if (key !== undefined) return avatar(key);
  }
  return { status: 404, type: "text/plain", bytes: Buffer.from("404: Not Found") };
}
