// Opens the keeper of the certificate that was planned; `web.ts` drives it, `webhook set` asks what it would upload.

import { readFile } from "node:fs/promises";
import type { Server } from "node:net";
import type { Log } from "../../bridge/ports.ts";
import type { AcmeConfig, WebConfig } from "../../config.ts";
import type { Clock } from "../../model/clock.ts";
import { UserError } from "../../model/errors.ts";
import type { Texts } from "../../model/texts.ts";
import { type ListenAddress, parseListen } from "../listen.ts";
import type { ChallengeDoor } from "./acme/door.ts";
import type { CertificateKeeper } from "./certificates.ts";
import { openFiles } from "./file-keeper.ts";
import type { TlsPlan } from "./plan.ts";
import { openSelfSigned } from "./self-signed-keeper.ts";

export interface KeeperParts {
  /** Of everything about TLS, below the data folder. */
  readonly folder: string;
  readonly clock: Clock;
  /** 0 <= x < 1. */
  readonly random: () => number;
  readonly log: Log;
  readonly texts: Texts;
  /** The HTTPS server, once there is one: it lends its port to an authority's question. */
  readonly server: () => Server | undefined;
}

/** Undefined where there is no TLS. @throws UserError when a file is amiss or the folder cannot be written */
export async function openKeeper(
  { mode, host }: TlsPlan,
  web: WebConfig,
  publicUrl: URL | undefined,
  parts: KeeperParts,
): Promise<CertificateKeeper | undefined> {
  const { folder, clock, random, log, texts } = parts;
  if (mode === "off" || host === undefined) return undefined;
  if (mode === "files" && web.files) return await openFiles({ ...web.files, host, clock, log, texts });
  const fallback = () => openSelfSigned({ folder, host, clock, log, texts });
  if (mode !== "acme" || web.acme === undefined) return await fallback();
  const { openAcme } = await import("./acme/acme.ts");
  return await openAcme({
    ...{ host, folder, fallback, clock, random, log, texts },
    settings: await settingsOf(web.acme, texts),
    doors: await doorsOf(web.acme, web.listen, publicUrl, parts),
  });
}

async function settingsOf({ directory, email, profile, roots }: AcmeConfig, texts: Texts) {
  return {
    directory,
    ...(email !== undefined && { email }),
    ...(profile !== undefined && { profile }),
    ...(roots !== undefined && { roots: await readRoots(roots, texts) }),
  };
}

async function readRoots(file: string, texts: Texts): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new UserError(texts("web.roots", { file }), 2, { cause });
  }
}

/** In the order in which they are tried. */
async function doorsOf(
  { http, alpn }: AcmeConfig,
  listen: ListenAddress,
  publicUrl: URL | undefined,
  { server }: KeeperParts,
): Promise<readonly ChallengeDoor[]> {
  const doors: ChallengeDoor[] = [];
  const httpAt = parseListen(http);
  if (httpAt) {
    const { createHttpDoor } = await import("./acme/http-door.ts");
    doors.push(createHttpDoor(httpAt));
  }
  if (alpn === "off") return doors;
  const { createAlpnDoor, createAlpnPort } = await import("./acme/alpn-door.ts");
  const apart = alpnAddress(alpn, listen, publicUrl);
  if (apart) return [...doors, createAlpnPort(apart)];
  const own: ChallengeDoor = {
    type: "tls-alpn-01",
    open: (question) => {
      const bound = server();
      if (!bound) throw new Error("the web server is not there yet");
      return createAlpnDoor(bound).open(question);
    },
  };
  return [...doors, own];
}

/** Where the question to port 443 arrives, unless that is where we listen. */
function alpnAddress(
  alpn: string,
  listen: ListenAddress,
  publicUrl: URL | undefined,
): ListenAddress | undefined {
  const asked = parseListen(alpn);
  if (asked) return isSame(asked, listen) ? undefined : asked;
  const isTold = publicUrl !== undefined && publicUrl.port === "";
  const isBound = listen.kind === "tcp" && listen.port === 443;
  if (isTold || isBound) return undefined;
  return { kind: "tcp", host: listen.kind === "tcp" ? listen.host : "0.0.0.0", port: 443 };
}

function isSame(one: ListenAddress, other: ListenAddress): boolean {
  return one.kind === "tcp" && other.kind === "tcp" && one.port === other.port;
}
