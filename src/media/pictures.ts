// Public addresses of small pictures that were made here, such as faces; `publish` of the port, and what answers them.

import type { MediaPort } from "../bridge/media-port.ts";
import type { WebAnswer, WebGet } from "../bridge/ports.ts";
import type { Clock } from "../model/clock.ts";
import type { Cache } from "./cache.ts";
import { diskFile } from "./disk-file.ts";
import { pictureHeaders } from "./download.ts";
import type { Signer } from "./signed.ts";

export interface Pictures {
  readonly publish: MediaPort["publish"];
  /** Answers GET and HEAD of what follows the prefix. */
  answer(request: WebGet): Promise<WebAnswer>;
}

export interface PicturesParts {
  readonly cache: Cache;
  readonly signer: Signer;
  /** The address of a signed path; undefined when it would be of no use. */
  readonly urlOf: (path: string) => string | undefined;
  readonly clock: Clock;
}

const MOST_BYTES = 1024 * 1024;

/** Only pictures in the cache have an address: they are there after their release and after a restart. */
export function createPictures({ cache, signer, urlOf, clock }: PicturesParts): Pictures {
  return {
    publish: ({ key, bytes, mime }, forMs) => {
      if (key === undefined || !cache.has(key) || bytes > MOST_BYTES || !mime.startsWith("image/"))
        return undefined;
      // The same address for as long as possible: whoever shows the picture keeps it by that.
      const until = (Math.floor(clock.now() / forMs) + 2) * forMs;
      return urlOf(signer.sign(key, until));
    },
    answer: async ({ path, headers, head }) => {
      const link = signer.read(path);
      const file = link && (await cache.find(link.id));
      if (!link || !file) return { status: 404 };
      const left = link.until - clock.now();
      if (left < 0) return { status: 403 };
      const etag = `"${link.id}"`;
      const answer = pictureHeaders(file.mime, file.bytes, etag, left);
      if (headers["if-none-match"] === etag) return { status: 304, headers: { etag } };
      return head ? answer : { ...answer, body: diskFile(file.path) };
    },
  };
}
