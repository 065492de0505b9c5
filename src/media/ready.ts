// Makes what a platform is handed: a file that streams from its source, or one that lies on our disk; ladder and faces call it.

import type { ReadyFile } from "../bridge/media-port.ts";
import type { FileAttachment, FileKind } from "../model/attachment.ts";
import { diskFile } from "./disk-file.ts";
import type { Look, Material } from "./material.ts";
import { safeName } from "./safe-name.ts";
import { keyOf, type Piece } from "./workshop.ts";

/** What was measured goes before what was claimed. */
interface Measured {
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly seconds?: number | undefined;
  readonly waveform?: string | undefined;
}

/** Streams as it is. The material is held until it is released. `bytes` is exact. */
export function readyStream(
  material: Material,
  look: Look,
  kind: FileKind,
  bytes: number,
  measured: Measured,
): ReadyFile {
  const { file } = material;
  const { mime, ext } = look.type;
  const { account, stable } = file;
  return {
    ...{ kind, mime, bytes, name: safeName(file.name, mime, kind, ext) },
    ...facts({ ...claims(file), ...said(measured) }),
    ...(stable !== undefined && { key: keyOf("as it is", account, stable) }),
    open: (signal) => material.read(signal, look.bytes),
    release: material.hold(),
  };
}

/** What was made of `file`, or in its place. It takes the piece over. */
export function readyPiece(piece: Piece, kind: FileKind, file: Partial<FileAttachment>): ReadyFile {
  const { path, mime, bytes, key, release } = piece;
  const { seconds } = claims(file);
  return {
    ...{ kind, mime, bytes, name: safeName(file.name, mime, kind) },
    ...facts({ seconds, ...said(piece) }),
    ...(key !== undefined && { key }),
    open: (signal) => diskFile(path, signal),
    release,
  };
}

function claims({ width, height, seconds, waveform }: Partial<FileAttachment>): Measured {
  return { width, height, seconds, waveform };
}

function said(measured: Measured): Measured {
  return Object.fromEntries(Object.entries(measured).filter(([, value]) => value !== undefined));
}

function facts({ width, height, seconds, waveform }: Measured) {
  return {
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    ...(seconds !== undefined && { seconds }),
    ...(waveform !== undefined && { waveform }),
  };
}
