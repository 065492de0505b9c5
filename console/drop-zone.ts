// A part of the page on which files can be dropped; `room.ts` is one.

import type { ComponentChildren } from "preact";
import { useContext, useState } from "preact/hooks";
import { html } from "./html.ts";
import { SpeechContext } from "./language.ts";

export interface DropZoneProps {
  readonly class: string;
  readonly label: string;
  readonly onFiles: (files: readonly File[]) => void;
  readonly children: ComponentChildren;
}

export function DropZone({ class: name, label, onFiles, children }: DropZoneProps) {
  const { words } = useContext(SpeechContext);
  const [over, setOver] = useState(false);
  const hover = (event: DragEvent) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    setOver(true);
  };
  const leave = (event: DragEvent) => {
    // Going from one child to another is no leaving.
    if (!(event.currentTarget as Element).contains(event.relatedTarget as Element | null)) setOver(false);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    onFiles([...(event.dataTransfer?.files ?? [])]);
  };
  return html`<section class=${name} aria-label=${label} onDragOver=${hover} onDragLeave=${leave} onDrop=${drop}>
    ${children} ${over && html`<p class="drop">${words("drop")}</p>`}
  </section>`;
}
