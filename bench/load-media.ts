// Row "media-memory": what the process of the bridge holds while a video of 45 MB crosses, and how long it takes.

import { samples } from "../test/support/sample-files.ts";
import { type PersonsFile, type Side, sides } from "./rooms.ts";
import { head, report } from "./stats.ts";
import { openWorld, type Rig, type World } from "./world.ts";

const megabyte = 1_000_000;
const videoBytes = 45 * megabyte;
/**
 * The simulator gives bots no file that is said to be above 20 MB, as Telegram's own server does; a server of one's own
 * gives larger ones. The bytes are what is measured.
 */
const claimedBytes = 19 * megabyte;
const PATIENCE_MS = 60_000;
const target = { limit: 40, kind: "at most" } as const;

/** Both bridges by turns; what is above idle is above what was resident before their first file. */
export async function measureMedia(quick: boolean): Promise<void> {
  const repetitions = quick ? 1 : 3;
  const bytes = largeVideo();
  const world = await openWorld();
  try {
    const rigs = [
      await world.start("real", 1, { boostTier: 2 }),
      await world.start("null", 1, { boostTier: 2 }),
    ];
    for (const rig of rigs) for (const from of sides) await crossed(rig, from, 0, () => rig.say(from, 0, 0));
    const idle: number[] = [];
    for (const { bridge } of rigs) idle.push((await bridge.collectedUsage()).rssBytes);
    for (const from of sides) {
      const file = (number: number): PersonsFile => ({
        ...{ kind: "video", bytes, name: "film.mp4", mime: "video/mp4", number },
        ...(from === "telegram" && { claimedBytes }),
      });
      const [real, none] = await byTurns(rigs, idle, from, repetitions, file);
      for (const rig of rigs) checkArrived(world, rig, from);
      head(`a video of ${videoBytes / megabyte} MB said on ${from}`);
      report("  peak over idle, resident", real?.peaks ?? [], "MB", target);
      report("  the null bridge", none?.peaks ?? [], "MB");
      report("  from said to appeared", real?.tookMs ?? [], "ms");
      report("  the null bridge", none?.tookMs ?? [], "ms");
    }
  } finally {
    await world.close();
  }
}

interface Carried {
  /** Above idle, in MB. */
  readonly peaks: number[];
  readonly tookMs: number[];
}

async function byTurns(
  rigs: readonly Rig[],
  idle: readonly number[],
  from: Side,
  repetitions: number,
  file: (number: number) => PersonsFile,
): Promise<readonly Carried[]> {
  const carried = rigs.map((): Carried => ({ peaks: [], tookMs: [] }));
  for (let number = 1; number <= repetitions; number += 1) {
    for (const [i, rig] of rigs.entries()) {
      await rig.bridge.mark();
      carried[i]?.tookMs.push(await crossed(rig, from, number, () => rig.send(from, 0, file(number))));
      const { peakRssBytes } = await rig.bridge.usage();
      carried[i]?.peaks.push((peakRssBytes - (idle[i] ?? 0)) / megabyte);
    }
  }
  return carried;
}

/** Milliseconds from said to appeared. @throws when it does not appear */
async function crossed(rig: Rig, from: Side, number: number, say: () => void): Promise<number> {
  const appeared = Promise.withResolvers<number>();
  const lost = () => appeared.reject(new Error(`${rig.kind}: message ${number} of ${from} does not appear`));
  const patience = setTimeout(lost, PATIENCE_MS);
  const unlisten = rig.onCrossing((crossing) => {
    if (crossing.from === from && crossing.number === number) appeared.resolve(crossing.at);
  });
  const saidAt = performance.now();
  say();
  try {
    return (await appeared.promise) - saidAt;
  } finally {
    clearTimeout(patience);
    unlisten();
  }
}

/** @throws when what appeared is not the video, whole */
function checkArrived({ discord, telegram }: World, { kind, channels, chats }: Rig, from: Side): void {
  const shown = discord.messages(channels[0] ?? "").findLast(({ attachments }) => attachments.length > 0);
  const video = telegram.messages(chats[0] ?? 0).at(-1)?.video as { readonly file_size: number } | undefined;
  const bytes = from === "telegram" ? shown?.attachments[0]?.size : video?.file_size;
  if (bytes !== videoBytes) throw new Error(`${kind}: ${bytes} bytes of the video of ${from} appeared`);
}

/** A film that plays, with room left free behind it [ISO 14496-12, 8.1.2: `free`]. */
function largeVideo(): Buffer {
  const film = samples.mp4();
  const free = Buffer.alloc(videoBytes - film.length, 0x5a);
  free.writeUInt32BE(free.length, 0);
  free.write("free", 4, "latin1");
  return Buffer.concat([film, free]);
}
