// The way from a file of one platform to what another takes: as it is, smaller, converted, or a link; `fit` of the port.

import type { MediaPort, ReadyFile, Unfit, UnfitReason, Want } from "../bridge/media-port.ts";
import type { FileAttachment, SmallerFile } from "../model/attachment.ts";
import { PlatformError } from "../model/errors.ts";
import type { Converter, Facts } from "./convert/convert.ts";
import type { Links } from "./links.ts";
import { type Look, Material, type MaterialParts } from "./material.ts";
import { readyPiece, readyStream } from "./ready.ts";
import { fitsAsItIs, limitsSides, shapeOf, takesType, targetsOf } from "./shape.ts";
import { keyOf, untilAborted, type Workshop } from "./workshop.ts";

export interface LadderParts extends MaterialParts {
  readonly converter: Converter;
  readonly workshop: Workshop;
  readonly links: Links;
}

/** One file on its way; materials are shared by its wants. */
interface Climb {
  readonly file: FileAttachment;
  readonly original: Material;
  readonly signal: AbortSignal;
  material(file: FileAttachment): Material;
}

/** Part of every key: what was made by older rules is made again. */
const RULES = 1;
/** Of voices longer than that no waveform is made: they would have to be on disk for it. */
const WAVEFORM_BYTES = 8 * 1024 * 1024;
const STILL_SIDE = 320;

export function createLadder(parts: LadderParts): MediaPort["fit"] {
  return async (file, wants, signal) => {
    signal.throwIfAborted();
    const materials = new Map<string, { readonly material: Material; readonly letGo: () => void }>();
    const take = (wanted: FileAttachment): Material => {
      const id = wanted.source ?? "";
      const known = materials.get(id);
      if (known) return known.material;
      const material = new Material(wanted, parts);
      materials.set(id, { material, letGo: material.hold() });
      return material;
    };
    try {
      const climb = { file, original: take(file), signal, material: take };
      let reason: UnfitReason = "broken";
      for (const want of wants) {
        const answer = await attempt(parts, climb, want);
        if (typeof answer !== "string") return answer;
        reason = answer;
      }
      return await unfit(parts, climb, reason);
    } finally {
      for (const { letGo } of materials.values()) letGo();
    }
  };
}

type Answer = ReadyFile | UnfitReason;

async function attempt(parts: LadderParts, climb: Climb, want: Want): Promise<Answer> {
  const made = await parts.workshop.find(keyFor(climb.file, want));
  if (made !== undefined && typeof made !== "string") return readyPiece(made, want.kind, climb.file);
  if (parts.sources.isBroken(climb.file)) return "broken";
  const first = await asItIs(parts, climb, climb.original, want);
  if (typeof first !== "string") return first;
  // A smaller one has lost something: where only the type is wrong, it comes last.
  const steps = first === "no-converter" ? [converted, smaller] : [smaller, converted];
  const reasons: UnfitReason[] = [first];
  for (const step of steps) {
    const next = await step(parts, climb, want);
    if (next === undefined) continue;
    if (typeof next !== "string") return next;
    reasons.push(next);
  }
  // That nothing can convert it says less than why it had to be converted.
  return reasons.findLast((reason) => reason !== "no-converter") ?? "no-converter";
}

async function asItIs(
  parts: LadderParts,
  { signal }: Climb,
  material: Material,
  want: Want,
): Promise<Answer> {
  const look = await untilAborted(material.look(), signal);
  if (typeof look === "string") return look;
  const { mime } = look.type;
  if (look.bytes === 0) return "broken";
  if ((look.bytes ?? 0) > want.maxBytes) return "too-big";
  if (!takesType(want, mime)) return "no-converter";
  const sized = look.bytes ?? (await untilAborted(material.spooled(), signal));
  if (typeof sized === "string") return sized;
  const bytes = typeof sized === "number" ? sized : sized.bytes;
  const facts = await measure(parts, material, look, want, signal);
  if (facts === "broken") return facts;
  if (!fitsAsItIs(want, { mime, bytes, ...facts })) return bytes === 0 ? "broken" : "too-big";
  return readyStream(material, look, want.kind, bytes, facts);
}

interface Measure extends Facts {
  readonly waveform?: string;
}

/** Asks the converter only for what is needed and was not claimed: it wants the file on disk. */
async function measure(
  { converter }: LadderParts,
  material: Material,
  look: Look,
  want: Want,
  signal: AbortSignal,
): Promise<Measure | "broken"> {
  const { width, height, waveform } = material.file;
  const lacksSides = limitsSides(want) && !(width && height);
  const lacksWaveform = want.kind === "voice" && !waveform && (look.bytes ?? 0) <= WAVEFORM_BYTES;
  const sides = { ...(width !== undefined && { width }), ...(height !== undefined && { height }) };
  if (!lacksSides && !lacksWaveform) return sides;
  const spooled = await untilAborted(material.spooled(), signal);
  if (typeof spooled === "string") return sides;
  if (lacksSides) return await converter.probe(spooled.path, look.type, signal);
  const heard = await converter.waveform(spooled.path, look.type, signal);
  return heard ? { ...sides, waveform: heard.base64, seconds: heard.seconds } : sides;
}

/** Only photos have smaller ones that show the same; those of anything else are stills. */
async function smaller(parts: LadderParts, climb: Climb, want: Want): Promise<Answer | undefined> {
  const { file } = climb;
  if (file.kind !== "photo") return undefined;
  for (const small of file.smaller ?? []) {
    if ((small.bytes ?? 0) > want.maxBytes) continue;
    const answer = await asItIs(parts, climb, climb.material(smallerOf(file, small)), want);
    if (typeof answer !== "string") return answer;
  }
  return undefined;
}

function smallerOf(file: FileAttachment, small: SmallerFile): FileAttachment {
  const { account, kind, name } = file;
  return { account, kind, ...(name !== undefined && { name }), ...small };
}

async function converted(parts: LadderParts, climb: Climb, want: Want): Promise<Answer | undefined> {
  const { converter, workshop, limits } = parts;
  const { original, file, signal } = climb;
  const look = await untilAborted(original.look(), signal);
  if (typeof look === "string") return undefined;
  const types = targetsOf(want).filter((to) => converter.can(look.type, to));
  if (types.length === 0) return "no-converter";
  if ((look.bytes ?? 0) > limits.fileBytes) return "too-big";
  const piece = await workshop.make(keyFor(file, want), signal, async (target, ending) => {
    const letGo = original.hold();
    try {
      return await convertInto(target, { converter, original, look, want, types }, ending);
    } finally {
      letGo();
    }
  });
  return typeof piece === "string" ? piece : readyPiece(piece, want.kind, file);
}

interface Order {
  readonly converter: Converter;
  readonly original: Material;
  readonly look: Look;
  readonly want: Want;
  readonly types: readonly string[];
}

async function convertInto(target: string, order: Order, signal: AbortSignal) {
  const { converter, original, look, want, types } = order;
  const from = look.type;
  const source = await untilAborted(original.spooled(), signal);
  if (typeof source === "string") return source;
  const facts = await converter.probe(source.path, from, signal);
  if (facts === "broken") return facts;
  let why: UnfitReason = "no-converter";
  for (const to of types) {
    const recipe = { from, facts, to, want, ...shapeOf(want) };
    const done = await converter.convert(source.path, target, recipe, signal);
    if (done.ok && done.bytes <= want.maxBytes) {
      const { width, height, seconds } = done.facts;
      return {
        mime: to,
        ...(width !== undefined && { width }),
        ...(height !== undefined && { height }),
        ...(seconds !== undefined && { seconds }),
        ...(done.waveform !== undefined && { waveform: done.waveform }),
      };
    }
    why = done.ok ? "too-big" : done.why;
    if (why === "broken") return why;
  }
  return why;
}

function keyFor({ account, stable }: FileAttachment, want: Want): string | undefined {
  return stable === undefined ? undefined : keyOf("converted", RULES, account, stable, want);
}

/** Why a reader may still have the file itself, by a link. */
const LINKED: ReadonlySet<UnfitReason> = new Set(["too-big", "too-long", "no-converter"]);

async function unfit(parts: LadderParts, climb: Climb, reason: UnfitReason): Promise<Unfit> {
  const look = reason === "broken" ? reason : await untilAborted(climb.original.look(), climb.signal);
  const canBeHad = typeof look !== "string" && LINKED.has(reason);
  const link = canBeHad ? await parts.links.offer(climb.file, look) : undefined;
  const still = reason === "broken" ? undefined : await stillOf(parts, climb);
  return { unfit: reason, ...(link !== undefined && { link }), ...(still && { still }) };
}

/** The card does without when that fails. */
async function stillOf(parts: LadderParts, climb: Climb): Promise<ReadyFile | undefined> {
  const { file, original, signal } = climb;
  const small = file.smaller?.findLast(({ width = STILL_SIDE }) => width >= STILL_SIDE) ?? file.smaller?.[0];
  const material = small ? climb.material(smallerOf(file, small)) : original;
  if (!small && !original.isSpooled) return undefined;
  try {
    const look = await untilAborted(material.look(), signal);
    if (typeof look === "string") return undefined;
    const { account, stable } = material.file;
    const key = stable === undefined ? undefined : keyOf("still", RULES, account, stable);
    const piece = await parts.workshop.make(key, signal, async (target, ending) => {
      const letGo = material.hold();
      try {
        const source = await untilAborted(material.spooled(), ending);
        if (typeof source === "string") return source;
        const done = await parts.converter.still(source.path, target, look.type, STILL_SIDE, ending);
        if (!done.ok) return done.why;
        const { width, height } = done.facts;
        return { mime: "image/jpeg", ...(width && { width }), ...(height && { height }) };
      } finally {
        letGo();
      }
    });
    return typeof piece === "string" ? undefined : readyPiece(piece, "photo", file);
  } catch (error) {
    if (error instanceof PlatformError) return undefined;
    throw error;
  }
}
