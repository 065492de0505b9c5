// What is written about a call that was done: the message map, joined messages, the newest message; `deliver.ts` calls it.

import type { Call, JoinedSection, Sent } from "../model/delivery.ts";
import type { MessageRef } from "../model/refs.ts";
import type { LaneRun } from "./lane-run.ts";
import { type MapRow, SELF, type StoredDelivery, type StoreTx, type TraceStep } from "./store-port.ts";

/** The newest message of ours is written down this often: what is younger is found in the message map. */
const NEWEST_EVERY_MS = 60_000;

/** `sent` is undefined for what made no message, and when the target was gone already. */
export async function record(
  run: LaneRun,
  tx: StoreTx,
  call: Call,
  sent: Sent | undefined,
  at: number,
): Promise<void> {
  switch (call.op) {
    case "create":
      if (!sent) return;
      await tx.map.record(rowsOf(call, sent, at));
      if (sent.poll !== undefined) await tx.polls.name(run.to.account, sent.poll, sent.ref);
      if (call.joined && !sent.more) await tx.joined.save(sent.ref, call.joined, at);
      return rememberNewest(run, tx, call, sent, at);
    case "edit":
      for (const target of call.targets ?? []) {
        await tx.map.rehash(target, sent?.hash ?? call.hash);
        if (!call.joined) continue;
        await tx.joined.save(target, call.joined, at);
        for (const source of call.leaving ?? []) await tx.map.forget([target], source);
      }
      return;
    case "act":
      if (call.reacted) await keepOwn(run, tx, call.reacted, at);
      return;
    case "delete":
      await tx.map.forget(call.targets ?? []);
      if (call.joined) for (const target of call.targets ?? []) await tx.joined.forget(target);
  }
}

function rowsOf(call: Call, sent: Sent, at: number): readonly MapRow[] {
  const copies = [sent.ref, ...(sent.more ?? [])];
  const hashes = [sent.hash ?? call.hash, ...(call.more ?? [])];
  const rowOf = (copy: MessageRef, source: MessageRef, index: number): MapRow => ({
    ...{ source, copy, part: call.part + index, hash: hashes[index] ?? "", at },
    ...(sent.via !== undefined && { via: sent.via }),
  });
  const { source, author, joined = [] } = call;
  if (source)
    return copies.map((copy, index) => ({
      ...rowOf(copy, source, index),
      ...(author !== undefined && { author }),
    }));
  // An album for an album: each answers to its own.
  const isPaired = copies.length > 1 && copies.length === joined.length;
  return joined.flatMap((section, index) => {
    const copy = isPaired ? copies[index] : sent.ref;
    if (!section.source || !copy) return [];
    const row = { ...rowOf(copy, section.source, isPaired ? index : 0), ...authorIn(section) };
    return [isPaired ? { ...row, part: 0 } : { ...row, section: index }];
  });
}

/** The reactions of ours that stand there now. */
async function keepOwn(
  { to }: LaneRun,
  tx: StoreTx,
  { about, own }: NonNullable<Call["reacted"]>,
  at: number,
): Promise<void> {
  const marks = own.map(({ emoji, id }) => ({ key: emoji, ...(id !== undefined && { id }), count: 1 }));
  await tx.marks.put({ about, kind: "reaction", place: to, user: SELF, name: "", marks, at });
}

/** A notice is in no map: then this is all that tells that the message is known. */
async function rememberNewest(
  run: LaneRun,
  tx: StoreTx,
  call: Call,
  { ref }: Sent,
  at: number,
): Promise<void> {
  const { memory, to } = run;
  const isMapped = call.source !== undefined || call.joined?.some(({ source }) => source) === true;
  const writtenAt = memory.newest?.writtenAt ?? Number.NEGATIVE_INFINITY;
  if (isMapped && at - writtenAt < NEWEST_EVERY_MS) {
    memory.newest = { id: ref.id, writtenAt };
    return;
  }
  await tx.state.set(to.account, nameOf(run), ref.id);
  memory.newest = { id: ref.id, writtenAt: at };
}

/** The id of the newest message of ours in the conversation that is known to be recorded. */
export async function newestOf(run: LaneRun): Promise<string | undefined> {
  const { memory, to } = run;
  return memory.newest?.id ?? (await run.store.transaction((tx) => tx.state.get(to.account, nameOf(run))));
}

function nameOf({ to: { id, thread }, platform }: LaneRun): string {
  const isChat = thread === undefined || platform.capabilities.threadsShareIds === true;
  return isChat ? `newest:${id}` : `newest:${id}/${thread}`;
}

/** One step of the story of what the delivery carries. */
export function traceOf(
  { event, to }: StoredDelivery,
  at: number,
  step: string,
  detail?: string,
): readonly TraceStep[] {
  const refs: readonly MessageRef[] =
    event.kind === "message.deleted" ? event.refs : "message" in event ? [event.message.ref] : [];
  return refs.map((about) => ({ about, to, at, step, ...(detail !== undefined && { detail }) }));
}

function authorIn({ section }: JoinedSection): Pick<MapRow, "author"> {
  const user = section.kind === "message" ? section.message.author.user : undefined;
  return user ? { author: user.id } : {};
}
