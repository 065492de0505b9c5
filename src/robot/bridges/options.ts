// The options of a bridge as buttons that toggle in place: what is shown, language, names, and the direction of the room.

import type { Saying } from "../../model/ask.ts";
import { ATTRIBUTIONS, type Bridge } from "../../model/bridge.ts";
import type { Button } from "../../model/buttons.ts";
import { SHOWN, SHOWN_IF_ASKED, type Shown } from "../../model/event.ts";
import { conversationKey } from "../../model/refs.ts";
import type { Language } from "../../model/texts.ts";
import { type Question, Refusal } from "../command.ts";
import { turned } from "./plan.ts";
import { memberAt } from "./roster.ts";

const LANGUAGES: readonly Language[] = ["pt-BR", "en", "es"];
/** Five rows are all there may be (Discord), and the last is another. */
const PER_ROW = 4;

/** The panel of options, as the bridge is now. */
export function optionsOf(bridge: Bridge, { ask, texts }: Question): Saying {
  const member = memberAt(bridge, ask.room);
  const way = (member && bridge.ways?.[conversationKey(member)]) ?? "both";
  const toggles = SHOWN.map((what): Button => {
    const name = texts(`robot-bridge.shown.${what}`);
    const state = isShown(bridge, what) ? "on" : "off";
    return { label: texts(`robot-bridge.options.${state}`, { name }), action: `bridge:show:${what}` };
  });
  const language = bridge.language ?? "none";
  const last: Button[] = [
    { label: texts(`robot-bridge.language.${language}`), action: "bridge:language" },
    { label: texts(`robot-bridge.attribution.${bridge.attribution ?? "name"}`), action: "bridge:names" },
    { label: texts("robot-bridge.options.direction", { way }), action: "bridge:direction" },
    { label: texts("robot-bridge.options.back"), action: "bridge:panel" },
  ];
  return {
    body: [{ kind: "text", text: texts("robot-bridge.options.head", { bridge: bridge.name }) }],
    buttons: [...rowsOf(toggles), last],
  };
}

function rowsOf(buttons: readonly Button[]): readonly (readonly Button[])[] {
  return Array.from({ length: Math.ceil(buttons.length / PER_ROW) }, (_, row) =>
    buttons.slice(row * PER_ROW, (row + 1) * PER_ROW),
  );
}

function isShown({ show }: Bridge, what: Shown): boolean {
  return show?.[what] ?? !SHOWN_IF_ASKED.has(what);
}

/** The bridge after the press; `words` as the buttons of `optionsOf` say. @throws Refusal for what is no option */
export function toggled(bridge: Bridge, words: string, { ask }: Question): Bridge {
  const [what, value] = words.split(":");
  const shown = SHOWN.find((one) => one === value);
  if (what === "show" && shown)
    return { ...bridge, show: { ...bridge.show, [shown]: !isShown(bridge, shown) } };
  if (what === "language") return { ...bridge, language: after(LANGUAGES, bridge.language) };
  if (what === "names") return { ...bridge, attribution: after(ATTRIBUTIONS, bridge.attribution ?? "name") };
  const member = memberAt(bridge, ask.room);
  if (what === "direction" && member) return turned(bridge, member);
  throw new Refusal("robot-bridge.refused.over");
}

function after<T>(all: readonly [T, ...T[]] | readonly T[], current: T | undefined): T {
  const next = all[(current === undefined ? 0 : all.indexOf(current) + 1) % all.length];
  return next ?? (all[0] as T);
}
