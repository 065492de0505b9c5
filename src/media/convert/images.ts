// sharp as strangers' files may meet it: few formats, few pixels, nothing kept; all of the studio's pictures go through here.

import sharp, { type Sharp } from "sharp";

/** 100 megapixels: more than a telephone takes, and what one decoded copy of it fits into the studio's memory. */
export const MOST_PIXELS = 100_000_000;

sharp.cache(false);
sharp.concurrency(1);
// Only these readers: above all no SVG, no PDF, nothing of ImageMagick from a file.
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({
  operation: [
    ...["Jpeg", "Png", "Webp", "Nsgif", "Heif", "Tiff"].map((name) => `VipsForeignLoad${name}File`),
    // Our own letters, and stills that ffmpeg makes.
    ...["VipsForeignLoadSvgBuffer", "VipsForeignLoadPngBuffer"],
  ],
});

/** `moving`: all frames, one below the other. The pixels of all of them count. */
export function openImage(source: string | Buffer, moving = false): Sharp {
  return sharp(source, {
    failOn: "error",
    limitInputPixels: MOST_PIXELS,
    sequentialRead: true,
    animated: moving,
  });
}

/** Only to be asked for its metadata: how large it is may be known of any. */
export function openHead(source: string | Buffer, moving = false): Sharp {
  return sharp(source, { failOn: "error", limitInputPixels: false, animated: moving });
}

/** Some frames of many, one below the other. */
export function openPages(source: string, page: number, pages: number): Sharp {
  return sharp(source, { failOn: "error", limitInputPixels: MOST_PIXELS, page, pages });
}

/** Frames of RGBA, one below the other. */
export function openFrames(frames: Buffer, width: number, height: number): Sharp {
  const count = frames.length / (width * height * 4);
  return sharp(frames, { raw: { width, height: height * count, channels: 4, pageHeight: height } });
}

/** An SVG written by us. */
export function openDrawing(svg: string): Sharp {
  return sharp(Buffer.from(svg));
}
