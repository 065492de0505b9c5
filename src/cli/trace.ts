// `matebot trace`: tells the story of one message from what is on disk, or why there is none; `main.ts` calls it.

import type { TraceStep } from "../bridge/store-port.ts";
import { UserError } from "../model/errors.ts";
import { type ConversationRef, conversationKey } from "../model/refs.ts";
import type { Desk } from "./desk.ts";
import { placeWords } from "./event-facts.ts";
import { tableLines, timeWords } from "./lay-out.ts";
import { deliveryId, reasonOf, updateId } from "./letters.ts";
import { linkOf, messageName, readName } from "./message-names.ts";
import { type Place, type Story, storiesOf, type WaitingDelivery } from "./trace-story.ts";

/** Prints the story of what a link or an id names. 0: it is known; 1: nothing on disk knows it. @throws UserError */
export async function trace(desk: Desk, text: string): Promise<number> {
  const { texts, say } = desk;
  const named = await readName(desk, text);
  if (named.kind === "nonsense") throw new UserError(texts("trace.say.nonsense"), 2);
  if (named.kind === "no-account") {
    throw new UserError(texts("trace.say.no-account", { platform: named.platform }));
  }
  if (named.kind === "unknown-name") {
    throw new UserError(texts("trace.say.unknown-name", { name: named.name }));
  }
  const stories = await storiesOf(desk, named.refs);
  if (stories.length === 0) {
    for (const line of nothingKnown(desk, named.refs[0]?.conversation)) say(line);
    return 1;
  }
  if (stories.length > 1) say(`${texts("trace.say.joined-of", { count: stories.length })}\n`);
  for (const [i, story] of stories.entries()) {
    if (i > 0) say("");
    for (const line of await tell(desk, story)) say(line);
  }
  return 0;
}

/** Never a bare nothing: what was looked at, and why it may hold nothing. */
function nothingKnown(desk: Desk, conversation: ConversationRef | undefined): readonly string[] {
  const { texts, config } = desk;
  const hours = Math.round(config.retention.journalMs / 3_600_000);
  const bridged = config.bridges.flatMap(({ members }) => members);
  const isBridged = bridged.some(
    ({ account, id }) => account === conversation?.account && id === conversation.id,
  );
  const place = conversation === undefined ? "" : conversationKey(conversation);
  const reasons = [
    ...(isBridged
      ? []
      : [texts("trace.say.not-bridged", { place, bridged: bridged.map(conversationKey).join(", ") })]),
    texts("trace.say.too-old", { hours }),
    texts("trace.say.not-running"),
    texts("trace.say.no-kind"),
  ];
  return [
    texts("trace.say.nothing", { hours }),
    "",
    texts("trace.say.why"),
    ...reasons.map((reason) => `  • ${reason}`),
  ];
}

async function tell(desk: Desk, story: Story): Promise<readonly string[]> {
  const { texts } = desk;
  const link = await linkOf(desk, story.source);
  const head = texts("trace.say.message", { name: messageName(story.source) });
  const moments = [...momentsOf(desk, story)].sort((a, b) => a.at - b.at);
  const lines = tableLines(moments.map(({ at, words }) => [`  ${timeWords(at)}`, words]));
  const places: string[] = [];
  for (const place of story.places) places.push(...(await whereNow(desk, story, place)));
  return [
    link === undefined ? head : `${head}  ${link}`,
    ...lines,
    ...(story.bridged.length === 0 ? [`  ${texts("trace.say.no-bridge")}`] : []),
    ...places,
  ];
}

interface Moment {
  readonly at: number;
  readonly words: string;
}

function* momentsOf({ texts }: Desk, { received, places, steps }: Story): Generator<Moment> {
  for (const { update, what } of received) {
    const words = texts(`trace.say.received.${what}`, { key: update.key });
    yield { at: update.receivedAt, words };
    if (update.reason === undefined) continue;
    const id = updateId(update.account, update.key);
    yield { at: update.receivedAt, words: texts("trace.say.not-understood", { id, reason: update.reason }) };
  }
  for (const { to, copies, waiting, dead } of places) {
    const place = placeWords(to, texts);
    for (const { delivery } of [...waiting, ...dead.map((one) => ({ delivery: one }))]) {
      const kind = texts(`cli.dead-letters.what.${delivery.event.kind}`);
      yield { at: delivery.createdAt, words: texts("trace.say.planned", { kind, place }) };
    }
    for (const { part, at, section } of copies) {
      const values = { place, part: part + 1, parts: copies.length };
      const way = section !== undefined ? "joined" : copies.length > 1 ? "part" : "whole";
      yield { at, words: texts(`trace.say.sent.${way}`, { ...values, section: (section ?? 0) + 1 }) };
    }
  }
  for (const step of steps) yield { at: step.at, words: stepWords(step, texts) };
}

/** A step that this version has no words for is told as it is named. */
function stepWords({ step, to, detail }: TraceStep, texts: Desk["texts"]): string {
  const key = `trace.${step}`;
  const words = texts.has(key) ? texts(key) : step;
  const place = to === undefined ? "" : `${placeWords(to, texts)}: `;
  return `${place}${words}${detail === undefined ? "" : ` (${detail})`}`;
}

/** What is true of one destination now: what stands there, what waits, what was given up, or why there is nothing. */
async function whereNow(desk: Desk, story: Story, place: Place): Promise<readonly string[]> {
  const { texts } = desk;
  const { to, copies, asides, waiting, dead, held } = place;
  const lines: string[] = [];
  for (const { copy, section } of copies) {
    const where = (await linkOf(desk, copy)) ?? messageName(copy);
    const key = section === undefined ? "stands" : "stands-joined";
    lines.push(texts(`trace.say.${key}`, { where, section: (section ?? 0) + 1 }));
  }
  for (const { copy } of asides) {
    const where = (await linkOf(desk, copy)) ?? messageName(copy);
    lines.push(texts("trace.say.stands-aside", { where }));
  }
  for (const one of waiting) lines.push(...waitingWords(desk, one));
  for (const { id, reason } of dead) {
    const { words } = reasonOf(reason, texts);
    const sentence = /[.!?]$/.test(words) ? words : `${words}.`;
    lines.push(texts("trace.say.dead", { id: deliveryId(id), reason: sentence }));
  }
  for (const { delivery, until } of held) {
    const kind = texts(`cli.dead-letters.what.${delivery.event.kind}`);
    lines.push(texts("trace.say.held", { kind, until: timeWords(until) }));
  }
  if (lines.length === 0) lines.push(nothingThere(desk, story));
  return [`  → ${placeWords(to, texts)}`, ...lines.map((line) => `      ${line}`)];
}

function waitingWords({ texts }: Desk, waiting: WaitingDelivery): readonly string[] {
  const { delivery, position = 0, depth } = waiting;
  const { attempts, failingSince } = delivery;
  const kind = texts(`cli.dead-letters.what.${delivery.event.kind}`);
  const words = texts(`trace.say.waits.${wayOf(waiting)}`, { kind, position, depth });
  if (attempts === 0 || failingSince === undefined) return [words];
  return [words, texts("trace.say.failing", { attempts, since: timeWords(failingSince) })];
}

function wayOf({ delivery: { state }, position }: WaitingDelivery): string {
  if (state === "joined" || state === "sending") return state;
  return position === undefined ? "far" : "place";
}

function nothingThere({ texts }: Desk, { received }: Story): string {
  if (received.some(({ what }) => what === "deleted")) return texts("trace.say.gone-deleted");
  if (received.some(({ update }) => update.reason !== undefined)) return texts("trace.say.gone-poison");
  return texts("trace.say.gone");
}
