// Writes and reads what `FileAttachment.source` says of a file on Discord; the parsers write it, the account's `open` reads it.
//
//   attachment:<channel>/<message>/<attachment> <url>   the signed address expires; the message gives a new one (`freshUrl`)
//   cdn:/stickers/<id>.png                              a path below the configured `cdn`; never expires
//   media:/stickers/<id>.gif                            a path below the configured `media`; never expires
//   proxy:<url>                                         an address as Discord gave it: fetched only from its own hosts

import { isId } from "../snowflake.ts";

export type FileSource =
  | {
      readonly kind: "attachment";
      readonly channel: string;
      readonly message: string;
      readonly id: string;
      readonly url: string;
    }
  | { readonly kind: "cdn" | "media"; readonly path: string }
  | { readonly kind: "proxy"; readonly url: string };

export function writeSource(source: FileSource): string {
  switch (source.kind) {
    case "attachment":
      return `attachment:${source.channel}/${source.message}/${source.id} ${source.url}`;
    case "cdn":
    case "media":
      return `${source.kind}:${source.path}`;
    case "proxy":
      return `proxy:${source.url}`;
  }
}

/** Undefined for what `writeSource` never wrote. */
export function readSource(source: string): FileSource | undefined {
  const [, kind, rest] = /^(cdn|media|proxy|attachment):(\S.*)$/s.exec(source) ?? [];
  if (rest === undefined) return undefined;
  if (kind === "proxy") return { kind, url: rest };
  if (kind === "cdn" || kind === "media") return rest.startsWith("/") ? { kind, path: rest } : undefined;
  const [, channel, message, id, url] = /^(\d+)\/(\d+)\/(\d+) (\S+)$/.exec(rest) ?? [];
  return channel && message && id && url ? { kind: "attachment", channel, message, id, url } : undefined;
}

/** The places files may be fetched from; no slash at their ends. */
export interface FileHosts {
  readonly cdn: string;
  readonly media: string;
}

// Where Discord keeps copies of the pictures of other sites; seen in `proxy_url`, documented nowhere.
const externalCopies = /^https:\/\/images-ext-\d+\.discordapp\.net$/;
const cloudMedia = "https://media.discordapp.net";

/** Where it is fetched; undefined for an address on a host that is not Discord's own. */
export function urlOf(source: FileSource, hosts: FileHosts): string | undefined {
  if ("path" in source) return `${hosts[source.kind]}${source.path}`;
  const origin = URL.parse(source.url)?.origin;
  if (origin === undefined) return undefined;
  const isOwn = [hosts.cdn, hosts.media].some((host) => URL.parse(host)?.origin === origin);
  const isCopy = URL.parse(hosts.media)?.origin === cloudMedia && externalCopies.test(origin);
  return isOwn || isCopy ? source.url : undefined;
}

/** The address an attachment has now, in its message as REST answers it: its own, a forwarded one, or in a component. */
export function freshUrl(message: unknown, id: string): string | undefined {
  if (typeof message !== "object" || message === null) return undefined;
  const found = message as {
    readonly id?: unknown;
    readonly attachment_id?: unknown;
    readonly url?: unknown;
  };
  if ((found.id === id || found.attachment_id === id) && typeof found.url === "string") return found.url;
  for (const value of Object.values(message)) {
    const url = freshUrl(value, id);
    if (url !== undefined) return url;
  }
  return undefined;
}

// Discord, reference, Image Formatting: powers of two from 16 to 4096.
const faceSize = 256;

/**
 * The source of a person's picture by `Author.face`: the hash of their own, or `<guild>/<hash>` of the one they have in
 * a guild. Undefined for what is no such hash.
 */
export function faceSource(user: string, face: string): string | undefined {
  const [, guild, hash] = /^(?:(\d+)\/)?(\w+)$/.exec(face) ?? [];
  if (hash === undefined || !isId(user)) return undefined;
  const folder = guild === undefined ? `/avatars/${user}` : `/guilds/${guild}/users/${user}/avatars`;
  return writeSource({ kind: "cdn", path: `${folder}/${hash}.png?size=${faceSize}` });
}
