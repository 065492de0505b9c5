// Starts the demo page: listens to the server's view and draws it anew at each change; index.html loads it.

import { render } from "preact";
import type { DemoAction, DemoView, UploadView } from "../src/demo/view.ts";
import { html } from "./html.ts";
import { type LanguageCode, loadWords, type Speech, SpeechContext, startLanguage } from "./language.ts";
import { Page } from "./page.ts";

let view: DemoView | undefined;
let speech: Speech | undefined;
let connected = false;

function draw(): void {
  if (!speech) return;
  const page = html`<${Page} view=${view} onLanguage=${speak} act=${act} upload=${upload} connected=${connected} />`;
  render(html`<${SpeechContext.Provider} value=${speech}>${page}<//>`, document.body);
}

async function speak(language: LanguageCode): Promise<void> {
  speech = { words: await loadWords(language), language };
  localStorage.setItem("language", language);
  document.documentElement.lang = language;
  draw();
}

/** Resolves with an error to show, or nothing. */
function act(action: DemoAction): Promise<string | undefined> {
  return post("act", "application/json", JSON.stringify(action));
}

const MOST_UPLOAD_BYTES = 8 << 20;

async function upload(file: UploadView, bytes: Blob): Promise<string | undefined> {
  if (bytes.size > MOST_UPLOAD_BYTES) return speech?.words("too-big");
  return post(`upload?${new URLSearchParams({ ...file })}`, "application/octet-stream", bytes);
}

async function post(path: string, type: string, body: string | Blob): Promise<string | undefined> {
  const response = await fetch(path, { method: "POST", headers: { "content-type": type }, body }).catch(
    () => undefined,
  );
  if (response?.ok) return undefined;
  if (!response) return speech?.words("disconnected");
  return speech?.words("refused", { reason: (await response.text()) || String(response.status) });
}

function listen(): void {
  const events = new EventSource("events");
  const setConnected = (now: boolean) => {
    connected = now;
    draw();
  };
  events.onopen = () => setConnected(true);
  events.onerror = () => setConnected(false);
  events.onmessage = (event) => {
    view = JSON.parse(String(event.data)) as DemoView;
    draw();
  };
}

await speak(startLanguage());
listen();
