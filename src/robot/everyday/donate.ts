// The donate command: where help is welcome, as the configuration says.

import type { Button } from "../../model/buttons.ts";
import type { RichText } from "../../model/rich-text.ts";
import { type Command, said } from "../command.ts";

/** A keyboard has five rows (Discord). */
const MOST_BUTTONS = 5;

export const donateCommand: Command = {
  name: "donate",
  texts: "robot-everyday.donate",
  answer({ texts, world }) {
    const ways = world.config.donate;
    if (ways.length === 0) return said(texts("robot-everyday.donate.none"));
    const links = ways.filter(({ to }) => isLink(to));
    const body: RichText = [
      { kind: "text", text: texts("robot-everyday.donate.said") },
      ...ways.flatMap(
        ({ label, to }): RichText => [
          { kind: "text", text: `\n• ${label}: ` },
          isLink(to)
            ? { kind: "link", href: to, children: [{ kind: "text", text: to }] }
            : { kind: "code", text: to },
        ],
      ),
    ];
    const buttons = links
      .slice(0, MOST_BUTTONS)
      .map(({ label, to }): readonly Button[] => [{ label, href: to }]);
    return { say: { body, ...(buttons.length > 0 && { buttons }) } };
  },
};

function isLink(to: string): boolean {
  return /^https?:\/\/\S+$/i.test(to);
}
