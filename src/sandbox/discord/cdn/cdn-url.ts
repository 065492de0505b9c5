// Signs and checks attachment URLs as Discord's CDN does (`ex`, `is`, `hm`); messages mint them, the CDN checks them.

import { createHmac } from "node:crypto";
import type { AttachmentRecord } from "../records.ts";
import type { World } from "../world.ts";

// Observed: 24 hours. Clients must read `ex`, never assume.
const LIFETIME_SECONDS = 24 * 3600;

function path(file: AttachmentRecord): string {
  return `/attachments/${file.channelId}/${file.id}/${encodeURIComponent(file.filename)}`;
}

function signature(world: World, pathname: string, ex: string, is: string): string {
  return createHmac("sha256", world.cdnKey).update(`${pathname} ${ex} ${is}`).digest("hex");
}

/** Path and query of the file, signed now. Ends with `&`, as Discord's do. */
export function signedUrl(world: World, file: AttachmentRecord): string {
  const now = Math.floor(world.clock.now() / 1000);
  const is = now.toString(16);
  const ex = (now + LIFETIME_SECONDS).toString(16);
  const pathname = path(file);
  return `${pathname}?ex=${ex}&is=${is}&hm=${signature(world, pathname, ex, is)}&`;
}

/** Is this URL signed by us and not expired? */
export function validUrl(world: World, pathname: string, query: URLSearchParams): boolean {
  const [ex, is, hm] = [query.get("ex"), query.get("is"), query.get("hm")];
  if (ex === null || is === null || hm === null) return false;
  return hm === signature(world, pathname, ex, is) && Number.parseInt(ex, 16) * 1000 > world.clock.now();
}
