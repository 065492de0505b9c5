// Square pictures of people for the platform that shows them beside a name; `face` of the port.

import { writeFile } from "node:fs/promises";
import type { MediaPort } from "../bridge/media-port.ts";
import type { FileAttachment } from "../model/attachment.ts";
import { PlatformError } from "../model/errors.ts";
import type { Converter } from "./convert/convert.ts";
import { Material, type MaterialParts } from "./material.ts";
import { readyPiece } from "./ready.ts";
import { keyOf, type Piece, untilAborted, type Workshop } from "./workshop.ts";

export interface FacesParts extends MaterialParts {
  readonly converter: Converter;
  readonly workshop: Workshop;
}

const SIDE = 256;
/** Part of every key: faces drawn by older rules are drawn again. */
const RULES = 1;
const PNG = { mime: "image/png", width: SIDE, height: SIDE };

/** A face that cannot be had, or not soon, holds no message up: a letter takes its place. */
export function createFaces(parts: FacesParts): MediaPort["face"] {
  const { converter, workshop, clock, limits } = parts;

  async function pictured(file: FileAttachment, signal: AbortSignal): Promise<Piece | undefined> {
    const late = new AbortController();
    const timer = clock.after(limits.faceMs, () => late.abort());
    const soon = AbortSignal.any([signal, late.signal]);
    try {
      const piece = await squared(file, soon);
      return typeof piece === "string" ? undefined : piece;
    } catch (error) {
      signal.throwIfAborted();
      if (late.signal.aborted || error instanceof PlatformError) return undefined;
      throw error;
    } finally {
      timer.cancel();
    }
  }

  function squared(file: FileAttachment, signal: AbortSignal) {
    const { account, stable } = file;
    const key = stable === undefined ? undefined : keyOf("face", RULES, account, stable);
    return workshop.make(key, signal, async (target, ending) => {
      const material = new Material(file, parts);
      const letGo = material.hold();
      try {
        const look = await untilAborted(material.look(), ending);
        if (typeof look === "string") return look;
        const source = await untilAborted(material.spooled(), ending);
        if (typeof source === "string") return source;
        const done = await converter.square(source.path, target, look.type, ending);
        return done.ok ? PNG : done.why;
      } finally {
        letGo();
      }
    });
  }

  return async (name, file, signal) => {
    const face = file && (await pictured(file, signal));
    const letter = async (target: string) => {
      await writeFile(target, await converter.letter(name), { mode: 0o600 });
      return PNG;
    };
    const piece = face ?? (await workshop.make(keyOf("letter", RULES, name), signal, letter));
    if (typeof piece === "string") throw new Error("no letter could be drawn");
    return readyPiece(piece, "photo", { name: "face" });
  };
}
