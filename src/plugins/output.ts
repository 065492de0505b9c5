// What a plugin prints becomes lines of the log, whole, short and not too many; `life.ts` attaches it.

import type { Readable } from "node:stream";
import type { Clock } from "../model/clock.ts";

const MOST_LINE = 500;
const LINES = 20;
const WINDOW_MS = 10_000;

/** `count` is told of every byte, also of those that are thrown away. */
export function watchOutput(
  stream: Readable,
  clock: Clock,
  say: (line: string) => void,
  count: (bytes: number) => void,
): void {
  const budget = createBudget(clock, say);
  let rest = "";
  stream.on("data", (piece: Buffer) => {
    count(piece.length);
    // Read, so that the plugin is not stopped by a full pipe, but not looked at.
    if (budget.isSpent()) {
      budget.leaveOut();
      rest = "";
      return;
    }
    const lines = (rest + piece.toString("utf8")).split("\n");
    rest = (lines.pop() ?? "").slice(0, MOST_LINE);
    for (const line of lines) if (line.trim() !== "") budget.say(line.slice(0, MOST_LINE));
  });
  stream.on("end", () => rest.trim() !== "" && budget.say(rest));
  stream.on("error", () => {});
}

function createBudget(clock: Clock, say: (line: string) => void) {
  let from = clock.now();
  let lines = 0;
  let leftOut = 0;
  const turn = () => {
    if (clock.now() - from < WINDOW_MS) return;
    if (leftOut > 0) say("… (it printed more than is kept)");
    from = clock.now();
    lines = 0;
    leftOut = 0;
  };
  return {
    isSpent() {
      turn();
      return lines >= LINES;
    },
    leaveOut: () => void leftOut++,
    say(line: string) {
      turn();
      if (lines++ < LINES) say(line);
      else leftOut++;
    },
  };
}
