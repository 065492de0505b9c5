// Lets the demo's people say the first lines, so that the page opens with a talk that has crossed; `demo.ts` calls it.

import { type Clock, sleep } from "../model/clock.ts";
import { plainText } from "../model/rich-text.ts";
import type { Texts } from "../model/texts.ts";
import type { DemoSide } from "./side.ts";
import type { MessageView, Side } from "./view.ts";

/** A line that has not crossed by then does not hold up the page. */
const MOST_WAIT_MS = 3_000;

interface Line {
  readonly key: string;
  readonly side: Side;
  /** Which of the two people of that side. */
  readonly person: 0 | 1;
  /** Answers the line before. */
  readonly replies?: boolean;
}

const LINES: readonly Line[] = [
  { key: "invitation", side: "telegram", person: 0 },
  { key: "answer", side: "discord", person: 0, replies: true },
  { key: "offer", side: "telegram", person: 1 },
  { key: "hurray", side: "discord", person: 1 },
];

/** Each line is said as a person says it, and waits until the one before stands on the other side. */
export async function openTalk(
  sides: Readonly<Record<Side, DemoSide>>,
  texts: Texts,
  clock: Clock,
): Promise<void> {
  let last: MessageView | undefined;
  for (const { key, side, person, replies } of LINES) {
    const speaker = sides[side].view().people[person];
    if (!speaker) return;
    const reply = replies && last ? { replyTo: last.id } : {};
    const there = sides[side === "telegram" ? "discord" : "telegram"];
    const arrival = nextCarried(there, clock);
    sides[side].say({ do: "say", side, person: speaker.id, text: texts(`demo.talk.${key}`), ...reply });
    last = await arrival;
  }
}

/** The next message the bridge writes there, or nothing when none comes in time. */
async function nextCarried(side: DemoSide, clock: Clock): Promise<MessageView | undefined> {
  const before = side.view().messages.length;
  const arrived = Promise.withResolvers<MessageView>();
  const stop = side.onChange(() => {
    const newest = side.view().messages.slice(before).find(isWritten);
    if (newest) arrived.resolve(newest);
  });
  const waited = new AbortController();
  const tooLate = sleep(clock, MOST_WAIT_MS, waited.signal).then(() => undefined);
  try {
    return await Promise.race([arrived.promise, tooLate]);
  } finally {
    stop();
    waited.abort();
  }
}

function isWritten(message: MessageView): boolean {
  return message.carried && plainText(message.body) !== "";
}
