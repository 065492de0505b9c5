// Row "media-text": what plain text in other chats notices while stickers and videos are converted.

import { setTimeout as sleep } from "node:timers/promises";
import { type PersonsFile, sides } from "./rooms.ts";
import { noisyFilm, sticker } from "./sample-media.ts";
import { head, percentile, report } from "./stats.ts";
import { type Heard, hold, type Talk } from "./talk.ts";
import { openWorld, type Rig, type World } from "./world.ts";

const STICKERS = 10;
const VIDEOS = 3;
const textRooms = Array.from({ length: 10 }, (_, i) => i);
/** Each file in a room of its own: all want to be converted at once. */
const fileRooms = Array.from({ length: STICKERS + VIDEOS }, (_, i) => textRooms.length + i);
/** From each side of each room. */
const everyMs = 1_000;
/** Messages of each talk; a talk lasts about as long as the files take. */
const count = 30;
const PATIENCE_MS = 300_000;
const DISCORD_BYTES = 10 * 1024 * 1024;

/** Idle and while it converts, by turns. The null bridge carries as much text beside it: what it loses, the machine took. */
export async function measureTextBeside(quick: boolean): Promise<void> {
  const rounds = quick ? 1 : 3;
  const files = makeFiles();
  const world = await openWorld();
  try {
    const rig = await world.start("real", textRooms.length + fileRooms.length);
    const none = await world.start("null", textRooms.length);
    // The rooms' webhooks are made, and the machine code.
    await hold(
      rig,
      fileRooms.map((room) => ({ from: "telegram", room, count: 1, everyMs: 0 })),
    );
    await talk([rig, none], 10);
    const idle: Round[] = [];
    const busy: Round[] = [];
    for (let i = 0; i < rounds; i += 1) {
      idle.push(await measureRound([rig, none], () => Promise.resolve()));
      busy.push(await measureRound([rig, none], () => convertAll(world, rig, files)));
    }
    head(`${textRooms.length} chats, a message each way every second`);
    console.log(`    ${idle.flatMap(({ real }) => real).length} messages while the bridge was idle`);
    console.log(
      `    ${busy.flatMap(({ real }) => real).length} while it converted ${STICKERS} stickers and ${VIDEOS} videos`,
    );
    judge(idle, busy);
    report(
      "  all files there after",
      busy.map(({ filesMs }) => filesMs / 1000),
      "s",
    );
    const loop = (list: readonly Round[]) => list.map(({ loopP99Ms }) => loopP99Ms);
    report("  event loop of the bridge, p99 of a tick of 1 ms, idle", loop(idle), "ms");
    report("  event loop of the bridge, p99, while converting", loop(busy), "ms");
  } finally {
    await world.close();
  }
}

interface Round {
  /** Lags of the text that was said before the last file was there. */
  readonly real: readonly number[];
  readonly none: readonly number[];
  readonly filesMs: number;
  readonly loopP99Ms: number;
}

function judge(idle: readonly Round[], busy: readonly Round[]): void {
  const lags = (list: readonly Round[], of: "real" | "none") => list.flatMap((round) => round[of]);
  for (const [of, who] of [
    ["real", ""],
    ["none", " of the null bridge"],
  ] as const) {
    for (const [name, share] of [
      ["p50", 0.5],
      ["p99", 0.99],
    ] as const) {
      const before = percentile(lags(idle, of), share);
      const during = percentile(lags(busy, of), share);
      const isJudged = of === "real" && name === "p99";
      report(`  ${name}${who}, idle`, [before], "ms");
      report(`  ${name}${who}, while converting`, [during], "ms");
      const target = isJudged ? ({ limit: 2, kind: "at most" } as const) : undefined;
      report(`  ${name}${who}, relative`, [during / before], "x", target);
    }
  }
}

async function measureRound(rigs: readonly [Rig, Rig], work: () => Promise<void>): Promise<Round> {
  const [{ bridge }] = rigs;
  await bridge.mark();
  const startedAt = performance.now();
  const [heard, workedMs] = await Promise.all([
    talk(rigs, count),
    work().then(() => performance.now() - startedAt),
  ]);
  const { loopP99Ms } = await bridge.usage();
  const isIdle = workedMs < everyMs;
  const [real = [], none = []] = heard.map((list) =>
    list.flatMap((one) => lagsBefore(one, isIdle ? Number.POSITIVE_INFINITY : workedMs)),
  );
  return { real, none, filesMs: workedMs, loopP99Ms };
}

/** Every room of every rig, both ways; spread over the interval. */
function talk(rigs: readonly Rig[], count: number): Promise<readonly (readonly Heard[])[]> {
  return Promise.all(
    rigs.map((rig, at) => {
      const talks = textRooms.flatMap((room) => sides.map((from) => ({ from, room })));
      const afterMs = (i: number) => ((i + at / rigs.length) * everyMs) / talks.length;
      return hold(
        rig,
        talks.map((one, i): Talk => ({ ...one, count, everyMs, afterMs: afterMs(i) })),
      );
    }),
  );
}

/** Of the messages that were said within so many milliseconds. */
function lagsBefore({ lagsMs, afterMs = 0 }: Heard, endMs: number): readonly number[] {
  return lagsMs.filter((_, number) => afterMs + number * everyMs < endMs);
}

function makeFiles(): readonly PersonsFile[] {
  const drawing = sticker(8);
  const film = noisyFilm();
  return fileRooms.map((_, i) =>
    i < STICKERS
      ? { kind: "sticker", bytes: drawing, name: "sticker.tgs", mime: "application/x-tgsticker" }
      : { kind: "video", bytes: film, name: "film.mp4", mime: "video/mp4" },
  );
}

/** Each time they are files that nobody sent before. @throws when one does not arrive in the form it should have */
async function convertAll({ discord }: World, rig: Rig, files: readonly PersonsFile[]): Promise<void> {
  const shown = () => fileRooms.map((room) => discord.messages(rig.channels[room] ?? ""));
  const before = shown().map(({ length }) => length);
  for (const [i, room] of fileRooms.entries()) {
    const file = files[i];
    if (file) rig.send("telegram", room, file);
  }
  const deadline = performance.now() + PATIENCE_MS;
  while (shown().some(({ length }, i) => length === before[i])) {
    if (performance.now() > deadline) throw new Error("a file does not arrive");
    await sleep(250);
  }
  for (const [i, messages] of shown().entries()) {
    const file = messages.at(-1)?.attachments[0];
    const type = i < STICKERS ? "image/gif" : "video/mp4";
    if (file?.content_type !== type || file.size > DISCORD_BYTES)
      throw new Error(`file ${i} arrived as ${file?.content_type} of ${file?.size} bytes`);
  }
}
