// The CDN: attachments by signed, expiring URLs, and a small picture for every avatar; `rest.ts` passes requests on.

import { crc32, deflateSync } from "node:zlib";
import type { World } from "../world.ts";
import { validUrl } from "./cdn-url.ts";
import { findAttachment } from "./pictures.ts";

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

const AVATARS = [
  /^\/embed\/avatars\/(\d)\.png$/,
  /^\/avatars\/\d+\/(\w+)\.\w+$/,
  /^\/guilds\/\d+\/users\/\d+\/avatars\/(\w+)\.\w+$/,
  /^\/emojis\/(\d+)\.\w+$/,
];

const UNKNOWN: CdnAnswer = { status: 404, type: "text/plain", bytes: Buffer.from("404: Not Found") };

/** Discord docs, reference, "CDN Endpoints": each format has one ending, and GIFs are on the media host alone. */
function sticker(world: World, host: Host, id: string, ending: string): CdnAnswer {
  const picture = world.pictures.get(id);
  for (const guild of world.guilds.values()) {
    const known = guild.stickers.find((candidate) => candidate.id === id);
    if (!known) continue;
    const wanted = known.format === 3 ? "json" : known.format === 4 ? "gif" : "png";
    if (ending !== wanted || (wanted === "gif" && host !== "media") || !picture) return UNKNOWN;
    return { status: 200, type: picture.contentType, bytes: picture.bytes };
  }
  // Stickers of guilds nobody made: a still picture will do.
  return ending === "json" ? UNKNOWN : avatar(id);
}

export type Host = "cdn" | "media";

/** `pathname` is below /cdn or /media and still encoded. */
export function answerCdn(world: World, host: Host, pathname: string, query: URLSearchParams): CdnAnswer {
  const [, channelId, id] = /^\/attachments\/(\d+)\/(\d+)\/[^/]+$/.exec(pathname) ?? [];
  if (channelId !== undefined && id !== undefined) {
    const file = validUrl(world, pathname, query) ? findAttachment(world, channelId, id) : undefined;
    return file ? { status: 200, type: file.contentType, bytes: file.bytes } : GONE;
  }
  const [, stickerId, ending] = /^\/stickers\/(\d+)\.(\w+)$/.exec(pathname) ?? [];
  if (stickerId !== undefined && ending !== undefined) return sticker(world, host, stickerId, ending);
  const outside = host === "media" && pathname.startsWith("/external/");
  const kept = outside ? world.pictures.get(pathname) : undefined;
  if (kept) return { status: 200, type: kept.contentType, bytes: kept.bytes };
  for (const pattern of AVATARS) {
    const key = pattern.exec(pathname)?.[1];
    const picture = key === undefined ? undefined : world.pictures.get(key);
    if (picture) return { status: 200, type: picture.contentType, bytes: picture.bytes };
    if (key !== undefined) return avatar(key);
  }
  return UNKNOWN;
}
