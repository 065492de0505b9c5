// The files behind the demo's samples, each made when it is first asked for; both sides send them.

import { gzipSync } from "node:zlib";
import { drawGif, drawPhoto, drawSticker } from "./drawings.ts";
import { type Film, lottieSun, record, waveTune } from "./recordings.ts";
import type { Sample } from "./view.ts";

export interface Samples {
  /** Whether films and voices can be made. */
  readonly films: boolean;
  photo(number: number): Promise<Buffer>;
  sticker(format: "webp" | "png"): Promise<Buffer>;
  gif(): Promise<Buffer>;
  film(film: Film): Promise<Buffer>;
  lottie(): Buffer;
  tgs(): Buffer;
  tune(): Buffer;
  paper(title: string): Buffer;
}

/** What only ffmpeg can make. */
const FILMED: ReadonlySet<Sample> = new Set(["video", "video-note", "voice", "video-sticker"]);

export function needsFilm(sample: Sample): boolean {
  return FILMED.has(sample);
}

/** `ffmpeg` is its path; films are made in `folder`. */
export function createSamples(ffmpeg: string | undefined, folder: string): Samples {
  const made = new Map<string, Promise<Buffer>>();
  const once = (key: string, make: () => Promise<Buffer>) => {
    const known = made.get(key) ?? make();
    made.set(key, known);
    // What failed may succeed the next time.
    known.catch(() => made.delete(key));
    return known;
  };
  return {
    films: ffmpeg !== undefined,
    photo: (number) => once(`photo ${number}`, () => drawPhoto(number)),
    sticker: (format) => once(`sticker ${format}`, () => drawSticker(format)),
    gif: () => once("gif", drawGif),
    film: (film) =>
      once(`film ${film}`, () =>
        ffmpeg === undefined ? Promise.reject(new Error("ffmpeg is missing")) : record(film, ffmpeg, folder),
      ),
    lottie: () => Buffer.from(JSON.stringify(lottieSun())),
    tgs: () => gzipSync(JSON.stringify({ ...lottieSun(), tgs: 1 })),
    tune: waveTune,
    paper,
  };
}

/** The smallest PDF with a line of text on a page. */
function paper(title: string): Buffer {
  const words = title.replace(/[^\x20-\x7e]|[()\\]/g, "");
  const stream = `BT /F1 24 Tf 60 160 Td (${words}) Tj ET`;
  const objects = [
    "<</Type/Catalog/Pages 2 0 R>>",
    "<</Type/Pages/Kids[3 0 R]/Count 1>>",
    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 420 220]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
    `<</Length ${stream.length}>>stream\n${stream}\nendstream`,
    "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
  ];
  const body = objects.map((object, index) => `${index + 1} 0 obj${object}endobj\n`).join("");
  return Buffer.from(`%PDF-1.4\n${body}trailer<</Root 1 0 R/Size ${objects.length + 1}>>\n%%EOF\n`);
}
