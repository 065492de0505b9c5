// Compares what the app kept with what both rooms show in the end; `run-seed.ts` asks it once the app has stopped.

import type { Store, StoreTx } from "../../src/bridge/store-port.ts";
import type { ConversationRef, MessageRef } from "../../src/model/refs.ts";
import { botMessages, type Rooms, type Written } from "./rooms.ts";
import { type Setting, SIDES, type Side } from "./story.ts";
import { itemsIn, type Strays } from "./verdict.ts";
import { findWords } from "./words.ts";

const placeOf = ({ chat, channel }: Rooms, side: Side): ConversationRef => ({
  account: side,
  id: side === "telegram" ? String(chat) : channel,
});

const refOf = (rooms: Rooms, { side, id }: Pick<Written, "side" | "id">): MessageRef => ({
  conversation: placeOf(rooms, side),
  id,
});

/**
 * Messages of the bot on Telegram that the map does not know, where the app says of as many sends that nobody could tell
 * whether they had arrived: any in a basic group, whose ids have gaps; elsewhere only those before the first that is
 * known, when there is no id to count from. Were there one more, none would be excused.
 */
export async function findStrays(
  rooms: Rooms,
  written: readonly Written[],
  store: Store,
  chat: Setting["chat"],
): Promise<Strays> {
  const copies = copiesOn(rooms, "telegram");
  const refs = copies.map((id) => refOf(rooms, { side: "telegram", id }));
  return store.transaction(async (tx) => {
    const known = await tx.map.known(refs);
    const unknown = copies.filter((_, index) => known[index] !== true);
    const excused = unknown.filter((id) => chat === "group" || copies.indexOf(id) < known.indexOf(true));
    const doubts = await countDoubts(tx, rooms, written);
    return { discord: [], telegram: excused.length <= doubts ? excused : [] };
  });
}

const copiesOn = (rooms: Rooms, side: Side) =>
  botMessages(rooms, side).flatMap(({ id, own }) => (findWords(own).length > 0 ? [id] : []));

async function countDoubts(tx: StoreTx, rooms: Rooms, written: readonly Written[]): Promise<number> {
  let doubts = 0;
  for (const message of written.filter(({ side }) => side === "discord")) {
    const steps = await tx.trace.of(refOf(rooms, message));
    doubts += steps.filter(({ step }) => step === "doubt.unknown").length;
  }
  return doubts;
}

/** Nothing waits, nothing was given up, and the map knows every copy and no other. */
export function judgeStore(
  rooms: Rooms,
  written: readonly Written[],
  store: Store,
  strays: Strays,
): Promise<readonly string[]> {
  return store.transaction(async (tx) => {
    const faults: string[] = [];
    const waiting = await tx.outbox.waiting();
    if (waiting > 0) faults.push(`${waiting} deliveries still wait`);
    for (const { to, event, reason } of await tx.outbox.dead())
      faults.push(`a dead letter to ${to.account} (${event.kind}): ${reason}`);
    for (const { raw, reason } of await tx.journal.dead())
      faults.push(`an update of ${raw.account} was not understood: ${reason}`);
    for (const side of SIDES) faults.push(...(await judgeMap(tx, rooms, written, side, strays[side])));
    return faults;
  });
}

async function judgeMap(
  tx: StoreTx,
  rooms: Rooms,
  written: readonly Written[],
  side: Side,
  strays: readonly string[],
): Promise<readonly string[]> {
  const faults: string[] = [];
  const shown = botMessages(rooms, side).filter(({ id }) => !strays.includes(id));
  const standing = new Set(shown.map(({ id }) => id));
  const there = itemsIn(shown);
  for (const message of written.filter((each) => each.side !== side && !each.purged)) {
    const { n } = message;
    const copies = (await tx.map.copies(refOf(rooms, message), placeOf(rooms, side))).map(
      ({ ref }) => ref.id,
    );
    // Of an "ok" nobody can say which it is.
    const item = there.find(({ name }) => name.startsWith(`${n}v`));
    const ids = item?.shown.map(({ id }) => id);
    if (message.deleted && message.side === "discord") {
      if (copies.length > 0) faults.push(`${side}: the map still knows ${n} in ${copies}`);
    } else if (message.form === "ok") {
      if (!copies.some((id) => standing.has(id))) faults.push(`${side}: the map does not know ${n}`);
    } else if (ids && copies.toSorted().join() !== ids.toSorted().join())
      faults.push(`${side}: the map says that ${n} stands in ${copies}, but it stands in ${ids}`);
  }
  return faults;
}
