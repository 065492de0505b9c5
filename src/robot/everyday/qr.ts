// The QR command: a text becomes a picture, and a picture becomes the texts in it.

import { extname } from "node:path";
import type { FileAttachment } from "../../model/attachment.ts";
import type { RichText } from "../../model/rich-text.ts";
import { type Answer, type Command, type Question, Refusal, said } from "../command.ts";
import { ChildFailed, runInChild } from "../network/child.ts";
import { MOST_QR_BYTES, qrPng } from "./qr-picture.ts";

const PROGRAM = `${import.meta.dirname}/qr-child${extname(import.meta.filename)}`;
const MOST_PICTURE_BYTES = 10 * 1024 * 1024;
const LIMITS = { ms: 15_000, maxBytes: 400 * 1024 * 1024, heapMiB: 128 };
/** More than one message holds of what strangers packed into codes helps nobody. */
const MOST_SHOWN = 3_000;

export const qrCommand: Command = {
  name: "qr",
  texts: "robot-everyday.qr",
  timeoutMs: 30_000,
  args: [
    { key: "text", type: "text", rest: true },
    { key: "picture", type: "file" },
  ],
  answer(question) {
    const asked = question.ask.asked.kind === "command" ? question.ask.asked : undefined;
    const words = String(question.args.text ?? "").trim();
    if (words !== "") return drawn(words, question);
    const file = asked?.files[0] ?? asked?.about?.files.find(({ kind }) => PICTURES.has(kind));
    if (file) return read(file, question);
    if (asked?.about?.text) return drawn(asked.about.text, question);
    throw new Refusal("robot-everyday.qr.usage");
  },
};

const PICTURES: ReadonlySet<string> = new Set(["photo", "sticker", "document"]);

async function drawn(words: string, { texts, world }: Question): Promise<Answer> {
  const bytes = Buffer.byteLength(words);
  if (bytes > MOST_QR_BYTES) throw new Refusal("robot-everyday.qr.long", { bytes, most: MOST_QR_BYTES });
  const file = await world.files.put(qrPng(words), { name: "qr.png", mime: "image/png", kind: "photo" });
  return { say: { body: [{ kind: "text", text: texts("robot-everyday.qr.drawn") }], files: [file] } };
}

async function read(file: FileAttachment, { texts, world, signal }: Question): Promise<Answer> {
  if (!PICTURES.has(file.kind)) throw new Refusal("robot-everyday.qr.no-picture");
  const bytes = await world.files.read(file, MOST_PICTURE_BYTES, signal);
  const found = await codesIn(bytes, signal);
  if (found.length === 0) return said(texts("robot-everyday.qr.none"));
  const body = found.flatMap(
    (one): RichText => [
      { kind: "text", text: "\n" },
      { kind: "pre", text: [...one].slice(0, MOST_SHOWN / found.length).join("") },
    ],
  );
  return {
    say: {
      body: [{ kind: "text", text: texts("robot-everyday.qr.found", { count: found.length }) }, ...body],
    },
  };
}

/** Pictures are strangers' work: another process unpacks them. @throws Refusal */
async function codesIn(bytes: Uint8Array, signal: AbortSignal): Promise<readonly string[]> {
  try {
    return await runInChild<readonly string[]>(PROGRAM, bytes, { ...LIMITS, signal });
  } catch (error) {
    if (error instanceof ChildFailed) throw new Refusal("robot-everyday.qr.no-picture");
    throw error;
  }
}
