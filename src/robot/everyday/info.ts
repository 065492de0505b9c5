// What this MateBot is: version, community, bridges here, uptime, source and privacy.

import type { Bridge } from "../../model/bridge.ts";
import { isSamePlace } from "../../model/refs.ts";
import type { RichText } from "../../model/rich-text.ts";
import type { Command, Question } from "../command.ts";

const MINUTE_MS = 60_000;

export interface About {
  readonly version?: string;
  /** Where the source is to be had. */
  readonly source?: string;
  /** What is stored about people, in one short text. */
  readonly privacy?: (question: Question) => string;
  /** Milliseconds since 1970. */
  readonly startedAt: () => number | undefined;
}

export function infoCommand(about: About): Command {
  return {
    name: "info",
    texts: "robot-everyday.info",
    answer(question) {
      const { world, texts, ask } = question;
      const now = world.clock.now();
      const here = world.table.all().filter((bridge) => isOf(bridge, question));
      const lines = [
        texts("robot-everyday.info.what", { version: about.version ?? "" }),
        ...(world.config.about ? [world.config.about] : []),
        texts("robot-everyday.info.bridges", {
          count: here.length,
          names: here.map(({ name }) => name).join(", "),
          place: ask.isPrivate ? "private" : "room",
        }),
        uptime(now - (about.startedAt() ?? now), question),
        `${texts("robot-everyday.info.privacy")} ${about.privacy?.(question) ?? texts("robot-everyday.info.stored")}`,
      ];
      const body: RichText = [
        { kind: "text", text: lines.join("\n") },
        ...(about.source ? sourceOf(about.source, texts("robot-everyday.info.source")) : []),
      ];
      return { say: { body } };
    },
  };
}

function sourceOf(href: string, words: string): RichText {
  return [
    { kind: "text", text: `\n${words} ` },
    { kind: "link", href, children: [{ kind: "text", text: href }] },
  ];
}

/** The rooms of a bridge are nobody's business in another room, nor in private. */
function isOf({ members }: Bridge, { ask }: Question): boolean {
  return members.some((member) => isSamePlace(member, ask.room));
}

function uptime(ms: number, { texts }: Question): string {
  const minutes = Math.floor(ms / MINUTE_MS);
  const parts = {
    days: Math.floor(minutes / 1440),
    hours: Math.floor(minutes / 60) % 24,
    minutes: minutes % 60,
  };
  const unit = parts.days > 0 ? "days" : parts.hours > 0 ? "hours" : "minutes";
  return texts(`robot-everyday.info.up.${unit}`, parts);
}
