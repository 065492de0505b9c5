// Row "media-convert": how long a sticker takes to become what the other platform takes, and that it is done once.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Want } from "../src/bridge/media-port.ts";
import { createConverter, findFfmpeg } from "../src/media/convert/convert.ts";
import { createMedia } from "../src/media/media.ts";
import type { FileAttachment } from "../src/model/attachment.ts";
import { systemClock } from "../src/model/clock.ts";
import { wantsFor as discordWants } from "../src/platforms/discord/wants.ts";
import { localBytes, wantsFor as telegramWants } from "../src/platforms/telegram/wants.ts";
import { sticker } from "./sample-media.ts";
import { head, report } from "./stats.ts";

const DISCORD_BYTES = 10 * 1024 * 1024;
const TGS = "application/x-tgsticker";
const LOTTIE = "application/json";

interface Way {
  readonly name: string;
  readonly mime: string;
  readonly bytes: Buffer;
  readonly wants: readonly [Want, ...Want[]];
}

/** Prints the time with a process that has yet to start, with one that converted before, and of the same sticker again. */
export async function measureConvert(quick: boolean): Promise<void> {
  const repetitions = quick ? 1 : 5;
  for (const way of ways()) {
    const [cold, warm, again]: [number[], number[], number[]] = [[], [], []];
    for (let i = 0; i < repetitions; i += 1) {
      const shop = openShop(way);
      try {
        cold.push(await shop.fit("first"));
        warm.push(await shop.fit("second"));
        const before = shop.counts();
        again.push(await shop.fit("second"));
        const after = shop.counts();
        const spared = after.conversions === before.conversions && after.openings === before.openings;
        if (!spared || before.conversions !== 2) throw new Error("a sticker was not converted just once");
      } finally {
        await shop.close();
      }
    }
    head(way.name);
    report("  the first, with a process that starts", cold, "ms");
    report("  the next", warm, "ms");
    report("  the same again: no conversion, the source is not opened", again, "ms");
  }
}

function ways(): readonly Way[] {
  return [8, 3].flatMap((layers) => {
    const bytes = sticker(layers);
    const about = `512 pixels, 180 frames, ${layers} layers`;
    return [
      {
        ...{ name: `TGS for Discord (GIF), ${about}`, mime: TGS, bytes },
        wants: discordWants(fileOf(TGS, ""), DISCORD_BYTES),
      },
      {
        ...{ name: `Lottie for Telegram (WebM), ${about}`, mime: LOTTIE, bytes: gunzipSync(bytes) },
        wants: telegramWants(fileOf(LOTTIE, ""), localBytes),
      },
    ];
  });
}

const fileOf = (mime: string, stable: string): FileAttachment => ({
  ...{ kind: "sticker", account: "bench", source: "sticker", stable, mime },
});

/** Media as the app makes it, with a source in memory; counts what it does. */
function openShop({ mime, bytes, wants }: Way) {
  const folder = mkdtempSync(join(tmpdir(), "matebot-bench-media-"));
  let [conversions, openings] = [0, 0];
  const converter = createConverter({ ffmpeg: findFfmpeg(process.env), clock: systemClock });
  const media = createMedia({
    ...{ folder: join(folder, "media"), clock: systemClock },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    converter: {
      ...converter,
      convert(...args) {
        conversions += 1;
        return converter.convert(...args);
      },
    },
    async open() {
      openings += 1;
      const stream = (async function* () {
        yield bytes;
      })();
      return { stream, bytes: bytes.length, mime, close() {} };
    },
  });
  return {
    counts: () => ({ conversions, openings }),
    /** Milliseconds. @throws when no form fits */
    async fit(stable: string): Promise<number> {
      const startedAt = performance.now();
      const ready = await media.fit(fileOf(mime, stable), wants, new AbortController().signal);
      const tookMs = performance.now() - startedAt;
      if ("unfit" in ready) throw new Error(`the sticker does not fit: ${ready.unfit}`);
      ready.release();
      if (ready.mime !== wants[0].types?.[0]) throw new Error(`the sticker became ${ready.mime}`);
      return tookMs;
    },
    async close() {
      await media.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
