// The "+" beside the box: samples of everything people send, one click each, and files of one's own; `composer.ts` draws it.

import { useContext, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { RoomView, Sample, Side } from "../src/demo/view.ts";
import { html } from "./html.ts";
import { SpeechContext } from "./language.ts";

export interface SampleMenuProps {
  readonly side: Side;
  readonly samples: RoomView["samples"];
  readonly onSample: (sample: Sample) => void;
  readonly onFiles: (files: readonly File[]) => void;
}

const SIGNS: Readonly<Record<Sample, string>> = {
  photo: "🖼️",
  spoiler: "🙈",
  album: "🗂️",
  video: "🎬",
  "video-note": "⭕",
  gif: "🔁",
  voice: "🎤",
  music: "🎵",
  document: "📄",
  sticker: "🧉",
  "moving-sticker": "🌞",
  "video-sticker": "🌀",
  poll: "📊",
  place: "📍",
  "live-place": "🚶",
  contact: "👤",
  dice: "🎲",
  checklist: "✅",
  embed: "🪪",
  command: "⚡",
  topic: "🧵",
  forward: "↪️",
  typing: "💬",
};

/** Two names for the same on the two platforms. */
const NAMED_BY_SIDE: ReadonlySet<Sample> = new Set(["topic"]);

export function SampleMenu(props: SampleMenuProps) {
  const { words } = useContext(SpeechContext);
  const [open, setOpen] = useState(false);
  const around = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    if (!open) return undefined;
    around.current?.querySelector<HTMLElement>("[role=menuitem]")?.focus();
    const outside = (event: Event) => {
      if (!around.current?.contains(event.target as Element)) setOpen(false);
    };
    addEventListener("pointerdown", outside);
    return () => removeEventListener("pointerdown", outside);
  }, [open]);
  const close = () => {
    setOpen(false);
    opener.current?.focus();
  };
  const onKey = (event: KeyboardEvent) => {
    if (!open) return;
    if (event.key === "Escape") close();
    else if (event.key === "Tab") return setOpen(false);
    else if (!walk(around.current, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return html`<div class="samples" ref=${around} onKeyDown=${onKey}>
    <button type="button" class="plus" ref=${opener} aria-haspopup="menu" aria-expanded=${open} aria-label=${words("add")} title=${words("add")} onClick=${() => setOpen(!open)}>+</button>
    ${open && html`<${Items} ...${props} onDone=${close} />`}
  </div>`;
}

function Items({ side, samples, onSample, onFiles, onDone }: SampleMenuProps & { onDone: () => void }) {
  const { words } = useContext(SpeechContext);
  const input = useRef<HTMLInputElement>(null);
  const picked = (event: Event) => {
    onFiles([...((event.target as HTMLInputElement).files ?? [])]);
    onDone();
  };
  return html`<div class="sample-list" role="menu" aria-label=${words("add")}>
    <button type="button" role="menuitem" onClick=${() => input.current?.click()}><span aria-hidden="true">📎</span> ${words("own-file")}</button>
    ${samples.map(({ kind, ready }) => {
      const name = words(`sample-${kind}${NAMED_BY_SIDE.has(kind) ? `-${side}` : ""}`);
      const choose = () => {
        onSample(kind);
        onDone();
      };
      return html`<button key=${kind} type="button" role="menuitem" aria-disabled=${!ready} onClick=${() => ready && choose()}>
        <span aria-hidden="true">${SIGNS[kind]}</span> ${name}${!ready && html` <small>(${words("needs-ffmpeg")})</small>`}
      </button>`;
    })}
    <input ref=${input} type="file" multiple hidden onChange=${picked} />
  </div>`;
}

/** Moves the focus as menus do. */
function walk(menu: HTMLElement | null, key: string): boolean {
  const items = [...(menu?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const steps: Readonly<Record<string, number>> = {
    ...{ ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1 },
    ...{ Home: 0, End: items.length - 1 },
  };
  const to = steps[key];
  if (to === undefined) return false;
  items.at(to % items.length)?.focus();
  return true;
}
