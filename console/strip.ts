// The strip below the rooms: how each message travelled and how long it took; `page.ts` draws it.

import type { DemoView, RouteView } from "../src/demo/view.ts";
import { html } from "./html.ts";
import type { Words } from "./language.ts";

export interface StripProps {
  readonly route: readonly RouteView[];
  readonly webhook: DemoView["webhook"];
  readonly words: Words;
}

export function Strip({ route, webhook, words }: StripProps) {
  return html`
    <footer class="strip">
      <p class="webhook"><strong>${words("webhook")}</strong> <code>${webhook.url}</code> · ${webhook.certificate}</p>
      <ol class="route" aria-label=${words("route")}>
        ${route.length === 0 && html`<li class="empty">${words("route-empty")}</li>`}
        ${route.map((row) => html`<${Row} key=${row.id} row=${row} words=${words} />`)}
      </ol>
    </footer>
  `;
}

function Row({ row, words }: { readonly row: RouteView; readonly words: Words }) {
  const to = row.from === "telegram" ? "discord" : "telegram";
  const after = (at: number) => `+${Math.max(0, at - row.receivedAt)} ms`;
  return html`
    <li data-sent=${row.sentAt !== undefined}>
      <span class="what"><span class=${`dot ${row.from}`}></span>${row.author} · ${words(row.kind)}<span class=${`dot ${to}`}></span></span>
      <span class="stage">${words("received")}</span>
      <span class="stage">${words("on-disk")} <b>${after(row.storedAt)}</b></span>
      <span class="stage">${row.sentAt === undefined ? words("waiting") : html`${words("sent")} <b>${after(row.sentAt)}</b>`}</span>
    </li>
  `;
}
