// The whole page: the head, the two rooms, the strip with the route; `main.ts` draws it.

import { useState } from "preact/hooks";
import type { DemoAction, DemoView, Side } from "../src/demo/view.ts";
import { html } from "./html.ts";
import { LANGUAGES, type LanguageCode, type Words } from "./language.ts";
import { Room } from "./room.ts";
import { Strip } from "./strip.ts";

export interface PageProps {
  readonly view: DemoView | undefined;
  readonly words: Words;
  readonly language: LanguageCode;
  readonly onLanguage: (language: LanguageCode) => void;
  readonly act: (action: DemoAction) => Promise<string | undefined>;
  readonly connected: boolean;
}

const SIDES: readonly Side[] = ["telegram", "discord"];

export function Page({ view, words, language, onLanguage, act, connected }: PageProps) {
  const [shown, show] = useState<Side>("telegram");
  return html`
    <header class="head">
      <img src="icon.svg" alt="" width="36" height="36" />
      <div class="head-text">
        <h1>MateBot</h1>
        <p>${words("tagline")}</p>
      </div>
      <select
        aria-label=${words("language")}
        value=${language}
        onChange=${(event: Event) => onLanguage((event.target as HTMLSelectElement).value as LanguageCode)}
      >
        ${LANGUAGES.map(({ code, label }) => html`<option value=${code} key=${code}>${label}</option>`)}
      </select>
    </header>
    ${!connected && view && html`<p class="banner" role="alert">${words("disconnected")}</p>`}
    <nav class="tabs" aria-label=${words("rooms")}>
      ${SIDES.map(
        (side) => html`
          <button key=${side} class=${`tab ${side}`} aria-pressed=${shown === side} onClick=${() => show(side)}>
            ${words(side)}
          </button>
        `,
      )}
    </nav>
    <main class="rooms">
      ${
        view
          ? SIDES.map(
              (side) =>
                html`<${Room} key=${side} side=${side} room=${view.rooms[side]} words=${words} language=${language} act=${act} hidden=${shown !== side} />`,
            )
          : html`<p class="loading">${words("loading")}</p>`
      }
    </main>
    ${view && html`<${Strip} route=${view.route} webhook=${view.webhook} words=${words} />`}
  `;
}
