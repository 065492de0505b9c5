// Starts the demo page: listens to the server's view and draws it anew at each change; index.html loads it.

import { render } from "preact";
import type { DemoAction, DemoView } from "../src/demo/view.ts";
import { html } from "./html.ts";
import { type LanguageCode, loadWords, startLanguage, type Words } from "./language.ts";
import { Page } from "./page.ts";

let view: DemoView | undefined;
let words: Words | undefined;
let language: LanguageCode = startLanguage();
let connected = false;

function draw(): void {
  if (!words) return;
  document.documentElement.lang = language;
  const change = (next: LanguageCode) => void speak(next);
  render(
    html`<${Page} view=${view} words=${words} language=${language} onLanguage=${change} act=${act} connected=${connected} />`,
    document.body,
  );
}

async function speak(next: LanguageCode): Promise<void> {
  words = await loadWords(next);
  language = next;
  localStorage.setItem("language", next);
  draw();
}

/** Resolves with an error to show, or nothing. */
async function act(action: DemoAction): Promise<string | undefined> {
  const response = await fetch("act", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(action),
  }).catch(() => undefined);
  if (response?.ok) return undefined;
  return (await response?.text()) || words?.("disconnected");
}

function listen(): void {
  const events = new EventSource("events");
  events.onopen = () => {
    connected = true;
    draw();
  };
  events.onmessage = (event) => {
    view = JSON.parse(String(event.data)) as DemoView;
    draw();
  };
  events.onerror = () => {
    connected = false;
    draw();
  };
}

await speak(language);
listen();
