// What a MateBot with this configuration tells the outside, read from what it keeps; unlike its keepers it makes nothing.

import { X509Certificate } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { Config } from "../config.ts";
import type { Clock } from "../model/clock.ts";
import type { Texts, Values } from "../model/texts.ts";
import { findPublicUrl } from "../web/reach/found-url.ts";
import type { OwnAddresses } from "../web/reach/own-addresses.ts";
import { type FilesVerdict, judgeFiles } from "../web/tls/file-judge.ts";
import { planTls, type TlsPlan } from "../web/tls/plan.ts";

export interface Told {
  readonly publicUrl?: URL;
  readonly ipAddress?: string;
  readonly plan: TlsPlan;
  /** PEM of what is uploaded; undefined when the world vouches, somebody else does TLS, or there is none yet. */
  readonly upload?: string;
  /** Of the files of somebody else, where those are served. */
  readonly files?: FilesVerdict | { readonly fault: "missing" | "unreadable"; readonly values: Values };
}

interface ToldParts {
  readonly clock: Clock;
  readonly texts: Texts;
  readonly addresses: OwnAddresses;
}

export async function readTold(
  { web, data }: Pick<Config, "web" | "data">,
  { clock, texts, addresses }: ToldParts,
): Promise<Told | undefined> {
  if (web === undefined) return undefined;
  const { publicUrl } = findPublicUrl(web, addresses.publicIpv4, texts);
  const plan = planTls(web, publicUrl);
  const files = plan.mode === "files" ? await judged(web.files, plan.host ?? "", clock.now()) : undefined;
  const anchor = files && "trust" in files ? files.anchor : undefined;
  const upload = plan.mode === "files" ? anchor : await ownUpload(plan, `${data}/tls`, web, clock.now());
  return {
    plan,
    ...(publicUrl && { publicUrl }),
    ...(web.ipAddress !== undefined && { ipAddress: web.ipAddress }),
    ...(upload !== undefined && { upload }),
    ...(files && { files }),
  };
}

async function judged(
  files: { readonly certificate: string; readonly key: string } | undefined,
  host: string,
  now: number,
): Promise<Told["files"]> {
  if (files === undefined) return undefined;
  const [cert, key] = await Promise.all([read(files.certificate), read(files.key)]);
  if (cert !== undefined && key !== undefined) return judgeFiles({ cert, key, host, now });
  const file = cert === undefined ? files.certificate : files.key;
  return { fault: existsSync(file) ? "unreadable" : "missing", values: { file } };
}

/** The certificate of our own and its successor; none while an authority's is served. */
async function ownUpload(
  { mode, host }: TlsPlan,
  folder: string,
  { acme }: Pick<NonNullable<Config["web"]>, "acme">,
  now: number,
): Promise<string | undefined> {
  if (mode === "off" || host === undefined) return undefined;
  if (mode === "acme" && acme) {
    const place = `${folder}/acme/${plain(new URL(acme.directory).host)}/${plain(host)}.pem`;
    if (isAlive(await read(place), now)) return undefined;
  }
  const current = await read(`${folder}/self-signed.pem`);
  return current === undefined ? undefined : current + ((await read(`${folder}/self-signed.next.pem`)) ?? "");
}

function isAlive(pem: string | undefined, now: number): boolean {
  try {
    return pem !== undefined && new X509Certificate(pem).validToDate.getTime() > now;
  } catch {
    return false;
  }
}

/** As a file is called after a host. */
function plain(host: string): string {
  return host.replace(/[^\w.-]/g, "_");
}

async function read(path: string): Promise<string | undefined> {
  return await readFile(path, "utf8").catch(() => undefined);
}
