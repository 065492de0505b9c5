// The strip below the rooms: how each message travelled and how long it took; `page.ts` draws it.

import { useContext } from "preact/hooks";
import type { DemoView, RouteView } from "../src/demo/view.ts";
import { html } from "./html.ts";
import { SpeechContext } from "./language.ts";
import { Reach } from "./reach.ts";

export interface StripProps {
  readonly route: readonly RouteView[];
  readonly reach: DemoView["reach"];
}

export function Strip({ route, reach }: StripProps) {
  const { words } = useContext(SpeechContext);
  return html`
    <footer class="strip">
      <${Reach} reach=${reach} />
      <ol class="route" tabindex="0" aria-label=${words("route")}>
        ${route.length === 0 && html`<li class="empty">${words("route-empty")}</li>`}
        ${route.map((row) => html`<${Row} key=${row.id} row=${row} />`)}
      </ol>
    </footer>
  `;
}

function Row({ row }: { readonly row: RouteView }) {
  const { words } = useContext(SpeechContext);
  const to = row.from === "telegram" ? "discord" : "telegram";
  const after = (at: number) => html`<b>+${Math.max(0, at - row.receivedAt)} ms</b>`;
  const last =
    row.sentAt === undefined ? words("failed") : html`<span>${words("sent")}</span> ${after(row.sentAt)}`;
  return html`
    <li data-sent=${row.sentAt !== undefined}>
      <span class="what">
        <span class="way" role="img" aria-label=${`${words(row.from)} → ${words(to)}`}>
          <span class=${`dot ${row.from}`}></span><span class="arrow">→</span><span class=${`dot ${to}`}></span>
        </span>
        <span class="who">${row.author} · ${words(row.kind)}</span>
      </span>
      <span class="stages">
        <span class="stage">${words("received")}</span>
        <span class="stage">${words("on-disk")} ${after(row.storedAt)}</span>
        <span class="stage">${last}</span>
      </span>
    </li>
  `;
}
