// The whole page: the head, the two rooms, the strip with the route; `main.ts` draws it.

import { useContext, useRef, useState } from "preact/hooks";
import type { DemoAction, DemoView, Side, UploadView } from "../src/demo/view.ts";
import { html } from "./html.ts";
import { LANGUAGES, type LanguageCode, SpeechContext } from "./language.ts";
import { Room } from "./room.ts";
import { Strip } from "./strip.ts";

export interface PageProps {
  readonly view: DemoView | undefined;
  readonly onLanguage: (language: LanguageCode) => void;
  readonly act: (action: DemoAction) => Promise<string | undefined>;
  readonly upload: (file: UploadView, bytes: Blob) => Promise<string | undefined>;
  readonly connected: boolean;
}

const SIDES: readonly Side[] = ["telegram", "discord"];

export function Page({ view, onLanguage, act, upload, connected }: PageProps) {
  const { words } = useContext(SpeechContext);
  const [shown, show] = useState<Side>("telegram");
  return html`
    <${Head} onLanguage=${onLanguage} />
    ${!connected && view && html`<p class="banner" role="alert">${words("disconnected")}</p>`}
    ${view && html`<${Tabs} view=${view} shown=${shown} onShow=${show} />`}
    <main class="rooms">
      ${!view && html`<p class="loading">${words("loading")}</p>`}
      ${
        view &&
        SIDES.map(
          (side) =>
            html`<${Room} key=${side} side=${side} room=${view.rooms[side]} act=${act} upload=${upload} hidden=${shown !== side} />`,
        )
      }
    </main>
    ${view && html`<${Strip} route=${view.route} reach=${view.reach} />`}
  `;
}

function Head({ onLanguage }: Pick<PageProps, "onLanguage">) {
  const { words, language } = useContext(SpeechContext);
  const choose = (event: Event) => onLanguage((event.target as HTMLSelectElement).value as LanguageCode);
  return html`
    <header class="head">
      <img src="icon.svg" alt="" width="36" height="36" />
      <div class="head-text">
        <h1>MateBot</h1>
        <p>${words("tagline")}</p>
      </div>
      <select aria-label=${words("language")} value=${language} onChange=${choose}>
        ${LANGUAGES.map(({ code, label }) => html`<option value=${code} key=${code}>${label}</option>`)}
      </select>
    </header>
  `;
}

interface TabsProps {
  readonly view: DemoView;
  readonly shown: Side;
  readonly onShow: (side: Side) => void;
}

/** On a phone one room is seen at a time; a dot tells that something new stands in the other. */
function Tabs({ view, shown, onShow }: TabsProps) {
  const { words } = useContext(SpeechContext);
  const newest = (side: Side) => view.rooms[side].messages.at(-1)?.id;
  const seen = useRef({ telegram: newest("telegram"), discord: newest("discord") });
  seen.current[shown] = newest(shown);
  return html`
    <nav class="tabs" aria-label=${words("rooms")}>
      ${SIDES.map((side) => {
        const news = newest(side) !== seen.current[side];
        return html`
          <button key=${side} type="button" class=${`tab ${side}`} aria-pressed=${shown === side} onClick=${() => onShow(side)}>
            ${words(side)}${news && html`<span class="news" role="img" aria-label=${words("news")}></span>`}
          </button>
        `;
      })}
    </nav>
  `;
}
