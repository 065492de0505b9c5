// A file on its way out: made ready, known by its id, or words in its place; `files.ts` and `edit-files.ts` share it.

import type { MediaPort, ReadyFile, Unfit } from "../../../bridge/media-port.ts";
import type { FileKind } from "../../../model/attachment.ts";
import { PlatformError } from "../../../model/errors.ts";
import { fileCard } from "../../../model/file-card.ts";
import { type RichText, text } from "../../../model/rich-text.ts";
import type { Texts } from "../../../model/texts.ts";
import type { TelegramApi } from "../api/api.ts";
import type { UploadFile } from "../api/upload.ts";
import { type EntityText, treeToEntities } from "../entities/render.ts";
import { badMedia, mediaForbidden, staleFile, tooBig } from "../errors.ts";
import type { FileOrder } from "../request.ts";
import { documentWant } from "../wants.ts";
import { type FileIds, fieldOf, idIn } from "./file-ids.ts";

export interface FileParts {
  readonly api: Pick<TelegramApi, "post" | "call">;
  readonly media: MediaPort;
  readonly texts: Texts;
  readonly ids: FileIds;
  /** The most that one request may upload. */
  readonly maxBytes: number;
}

export type Outgoing =
  | { readonly state: "known"; readonly order: FileOrder; readonly kind: FileKind; readonly id: string }
  | { readonly state: "ready"; readonly order: FileOrder; readonly kind: FileKind; readonly ready: ReadyFile }
  | {
      readonly state: "card";
      readonly order: FileOrder;
      readonly why: Pick<Unfit, "link" | "still"> & { readonly unfit: Unfit["unfit"] | "forbidden" };
    };

export type Shown = Exclude<Outgoing, { readonly state: "card" }>;

/** @throws PlatformError when trouble may pass */
export async function fitOne(
  { ids, media }: FileParts,
  order: FileOrder,
  signal: AbortSignal,
): Promise<Outgoing> {
  const known = ids.get(order);
  if (known) return { state: "known", order, ...known };
  const fitted = await media.fit(order.file, order.wants, signal);
  return "unfit" in fitted
    ? { state: "card", order, why: fitted }
    : { state: "ready", order, kind: fitted.kind, ready: fitted };
}

/** All at a time: `media` bounds what that costs. When one fails, none is left held. @throws PlatformError */
export async function fitAll(
  parts: FileParts,
  orders: readonly FileOrder[],
  signal: AbortSignal,
): Promise<Outgoing[]> {
  const results = await Promise.allSettled(orders.map((order) => fitOne(parts, order, signal)));
  const fitted = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const failed = results.find((result) => result.status === "rejected");
  if (!failed) return fitted;
  fitted.forEach(letGo);
  throw failed.reason;
}

export function letGo(file: Outgoing): void {
  if (file.state === "ready") file.ready.release();
  if (file.state === "card") file.why.still?.release();
}

export function asDocument({ file }: FileOrder, maxBytes: number): FileOrder {
  return { file, wants: [documentWant(maxBytes)] };
}

/**
 * What is left to be tried with a file that was refused, which is let go then.
 * @throws the refusal, when it is not about the file
 */
export async function retreat(
  parts: FileParts,
  refused: Outgoing,
  error: unknown,
  signal: AbortSignal,
): Promise<Outgoing> {
  if (!(error instanceof PlatformError) || refused.state === "card") throw error;
  const next = await nextForm(parts, refused, error, signal);
  letGo(refused);
  return next;
}

async function nextForm(
  parts: FileParts,
  refused: Shown,
  error: PlatformError,
  signal: AbortSignal,
): Promise<Outgoing> {
  const { order, state, kind } = refused;
  switch (error.code) {
    case mediaForbidden:
      return { state: "card", order, why: { unfit: "forbidden" } };
    case tooBig:
      return { state: "card", order, why: { unfit: "too-big" } };
    case staleFile:
    case badMedia:
      // The id may be to blame, else the form.
      if (state === "known") {
        parts.ids.delete(order);
        return await fitOne(parts, order, signal);
      }
      if (kind !== "document") return await fitOne(parts, asDocument(order, parts.maxBytes), signal);
      return { state: "card", order, why: { unfit: "broken" } };
    default:
      throw error;
  }
}

/** The parameters that send this file as what it is; `media` is the upload or the id. */
export function mediaFields(file: Shown, media: unknown): Record<string, unknown> {
  const { spoiler, title, performer } = file.order.file;
  const { seconds, width, height } = file.state === "ready" ? file.ready : ({} as Partial<ReadyFile>);
  const length = seconds === undefined ? {} : { duration: Math.round(seconds) };
  const sides = width === undefined || height === undefined ? {} : { width, height };
  const hidden = spoiler === true && { has_spoiler: true };
  switch (file.kind) {
    case "photo":
      return { media, ...hidden };
    case "video":
      return { media, ...length, ...sides, ...hidden, supports_streaming: true };
    case "animation":
      return { media, ...length, ...sides, ...hidden };
    case "audio":
      return { media, ...length, ...(title && { title }), ...(performer && { performer }) };
    case "voice":
      return { media, ...length };
    case "video-note":
      return { media, ...length, ...(width !== undefined && { length: width }) };
    case "document":
      return { media, disable_content_type_detection: true };
    case "sticker":
      return { media };
  }
}

/** The same as an InputMedia; the upload goes beside it under `name`. */
export function inputMedia(
  file: Shown,
  name: string,
): { readonly item: Record<string, unknown>; readonly uploads: Readonly<Record<string, UploadFile>> } {
  const media = file.state === "known" ? file.id : `attach://${name}`;
  return {
    item: { type: fieldOf(file.kind), ...mediaFields(file, media) },
    uploads: file.state === "ready" ? { [name]: file.ready } : {},
  };
}

/** What was uploaded need not be uploaded again. */
export function remember({ ids }: FileParts, file: Shown, message: unknown): void {
  const id = file.state === "ready" ? idIn(message, file.kind) : undefined;
  if (id !== undefined) ids.set(file.order, { id, kind: file.kind });
}

/** The words in place of files, below each other. */
export function cardsOf(files: readonly Outgoing[], texts: Texts): readonly EntityText[] {
  return files.flatMap((file) =>
    file.state === "card" ? [treeToEntities(cardOf(file.order, file.why, texts))] : [],
  );
}

function cardOf({ file }: FileOrder, why: { readonly unfit: string; readonly link?: string }, texts: Texts) {
  const { unfit, link } = why;
  if (unfit !== "forbidden") return fileCard(file, texts, { unfit, ...(link !== undefined && { link }) });
  const reason: RichText = [
    text("\n"),
    { kind: "italic", children: [text(texts("telegram.media-forbidden"))] },
  ];
  return [...fileCard(file, texts), ...reason];
}
