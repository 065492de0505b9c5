// Makes files of one platform ready for another, within limits of its own; `app.ts` builds one for all accounts.

import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { MediaPort } from "../bridge/media-port.ts";
import type { Log, WebPort } from "../bridge/ports.ts";
import type { Clock } from "../model/clock.ts";
import type { Converter } from "./convert/convert.ts";
import { createFaces } from "./faces.ts";
import { createLadder } from "./ladder.ts";
import { LIMITS, type Limits } from "./limits.ts";
import { createLinks } from "./links.ts";
import { createPictures } from "./pictures.ts";
import { createSigner } from "./signed.ts";
import { createSources, type OpenFile } from "./source.ts";
import { openSpool } from "./spool.ts";
import { createWorkshop } from "./workshop.ts";

export interface MediaOptions {
  /** Asks the platform of the account that has the file. */
  readonly open: OpenFile;
  /** For this process alone; made with mode 0700. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly converter: Converter;
  /** Absent: there are no links, and nothing can be published. */
  readonly web?: WebPort;
  readonly limits?: Partial<Limits>;
  /** So many unguessable bytes. */
  readonly random?: (count: number) => Uint8Array;
}

export interface MediaService extends MediaPort {
  /** Ends what is converted, streamed and downloaded, and the converter; the spool is empty then. */
  stop(): Promise<void>;
}

const KEY_BYTES = 32;

/** The folder has `key` (of the signatures), `cache`, `links` and `spool`. @throws when the disk refuses */
export function createMedia(options: MediaOptions): MediaService {
  const { open, folder, clock, log, converter, web, random = randomBytes } = options;
  const limits: Limits = { ...LIMITS, ...options.limits };
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const key = keepKey(`${folder}/key`, random);

  const spool = openSpool(`${folder}/spool`, limits.spoolBytes);
  const sources = createSources({ open, clock, limits });
  const cacheFolder = `${folder}/cache`;
  const { cacheBytes } = limits;
  const workshop = createWorkshop({ folder: cacheFolder, spool, cacheBytes, log, now: () => clock.now() });
  const urlOf = (prefix: string) => (path: string) => publicUrl(web, `${prefix}/${path}`);
  const links = createLinks({
    ...{ folder: `${folder}/links`, sources, clock, limits },
    ...{ signer: createSigner(key, "link"), urlOf: urlOf("/files") },
  });
  const pictures = createPictures({
    ...{ cache: workshop.cache, clock },
    ...{ signer: createSigner(key, "picture"), urlOf: urlOf("/pictures") },
  });
  web?.get("/files", links.answer);
  web?.get("/pictures", pictures.answer);

  const parts = { sources, spool, clock, limits, converter, workshop, links };
  return {
    fit: createLadder(parts),
    face: createFaces(parts),
    publish: pictures.publish,
    stop: async () => {
      links.stop();
      sources.stop();
      await workshop.stop();
      await converter.stop();
      spool.clear();
    },
  };
}

/** Whoever cannot check our certificate fetches nothing from us. */
function publicUrl(web: WebPort | undefined, path: string): string | undefined {
  if (web?.publicUrl === undefined || web.certificate() !== undefined) return undefined;
  const { origin, pathname } = web.publicUrl;
  return origin + pathname.replace(/\/+$/, "") + path;
}

/** Links made before a restart work after it. */
function keepKey(path: string, random: (count: number) => Uint8Array): Uint8Array {
  try {
    const kept = readFileSync(path);
    if (kept.byteLength === KEY_BYTES) return kept;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const key = random(KEY_BYTES);
  writeFileSync(`${path}.new`, key, { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return key;
}
