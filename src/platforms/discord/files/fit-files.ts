// Makes the files of a request ready to be uploaded, with words for those that cannot be; `send/create.ts` and `send/edit.ts` call it.

import type { MediaPort, ReadyFile, Unfit, Want } from "../../../bridge/media-port.ts";
import type { FileAttachment } from "../../../model/attachment.ts";
import { PlatformError } from "../../../model/errors.ts";
import { fileCard } from "../../../model/file-card.ts";
import type { Texts } from "../../../model/texts.ts";
import { renderMarkdown } from "../markdown/render.ts";
import type { FileForm } from "../render/form-hash.ts";
import type { FileOrder } from "../request.ts";
import { requestBytes } from "../wants.ts";

/** One file of an order: it, a still picture and words, or words alone. */
export interface FittedFile {
  readonly form: FileForm;
  readonly file: FileAttachment;
  /** To be uploaded. */
  readonly ready?: ReadyFile;
  /** Markdown that goes below the content. */
  readonly words?: string;
}

export interface FitParts {
  readonly media: Pick<MediaPort, "fit">;
  readonly texts: Texts;
}

/** What one file may have, and all of a message together. */
interface Room {
  readonly file: number;
  readonly all: number;
}

const MIB = 1024 * 1024;
/** What Discord called too large is tried once more like this. */
const narrow: Room = { file: 7 * MIB, all: 7 * MIB };

/**
 * In the order of the orders. Whoever gets them releases them. `isNarrow`: smaller than usual. @throws PlatformError
 * for trouble that may pass
 */
export async function fitFiles(
  parts: FitParts,
  orders: readonly FileOrder[],
  isNarrow: boolean,
  signal: AbortSignal,
): Promise<readonly FittedFile[]> {
  const most = Math.max(0, ...orders.flatMap(({ wants }) => wants.map(({ maxBytes }) => maxBytes)));
  const room = isNarrow ? narrow : { file: most, all: requestBytes(most) };
  const settled = await Promise.allSettled(orders.map((order) => fitOne(parts, order, room.file, signal)));
  const fitted = settled.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  const failure = settled.find((each) => each.status === "rejected");
  try {
    if (failure) throw failure.reason;
    return await withinSum(parts, orders, fitted, room, signal);
  } catch (error) {
    releaseAll(fitted);
    throw error;
  }
}

export function releaseAll(fitted: readonly FittedFile[]): void {
  for (const { ready } of fitted) ready?.release();
}

/** Sizes that were not known before may be too much together: the later ones have to do with what is left. */
async function withinSum(
  parts: FitParts,
  orders: readonly FileOrder[],
  fitted: readonly FittedFile[],
  room: Room,
  signal: AbortSignal,
): Promise<readonly FittedFile[]> {
  const result = [...fitted];
  let left = room.all;
  for (const [index, order] of orders.entries()) {
    const before = result[index];
    if ((before?.ready?.bytes ?? 0) > left) {
      const smaller = await fitOne(parts, order, Math.max(1, left), signal);
      before?.ready?.release();
      result[index] = (smaller.ready?.bytes ?? 0) > left ? withoutPicture(smaller) : smaller;
    }
    left -= result[index]?.ready?.bytes ?? 0;
  }
  return result;
}

function withoutPicture({ ready, ...more }: FittedFile): FittedFile {
  ready?.release();
  return { ...more, form: "words" };
}

async function fitOne(
  { media, texts }: FitParts,
  { file, wants }: FileOrder,
  mostBytes: number,
  signal: AbortSignal,
): Promise<FittedFile> {
  const [first, ...others] = wants.map((want) => ({ ...want, maxBytes: Math.min(want.maxBytes, mostBytes) }));
  const capped = [
    first ?? { ...wants[0], maxBytes: mostBytes },
    ...others,
  ] as const satisfies readonly Want[];
  const answer = await media.fit(file, [...capped], signal).catch((error: unknown): Unfit => {
    // One bad file must not take the others with it; what may pass is for the lane.
    const passes = error instanceof PlatformError && /^(?:retry|wait)$/.test(error.fate.kind);
    if (passes || signal.aborted) throw error;
    return { unfit: "broken" };
  });
  if (!("unfit" in answer)) return { form: "file", file, ready: answer };
  const { unfit, link, still } = answer;
  const words = renderMarkdown(fileCard(file, texts, { unfit, ...(link !== undefined && { link }) }));
  return still ? { form: "still", file, ready: still, words } : { form: "words", file, words };
}

/** What stands for a file where the bot may attach none. */
export function inWordsAlone({ texts }: Pick<FitParts, "texts">, { file }: FileOrder): FittedFile {
  return { form: "words", file, words: renderMarkdown(fileCard(file, texts)) };
}
