// The files of a message: pictures, players, stickers, and chips for what can only be saved; `message.ts` draws them.

import { useContext, useState } from "preact/hooks";
import type { FileView } from "../src/demo/view.ts";
import { html } from "./html.ts";
import { SpeechContext, type Words } from "./language.ts";

export interface FilesProps {
  readonly files: readonly FileView[];
  /** Whether Tab reaches what can be played and saved. */
  readonly active: boolean;
}

/** Pictures and films of one message stand in a grid; what is heard or saved stands below. */
export function Files({ files, active }: FilesProps) {
  if (files.length === 0) return null;
  const seen = files.filter(isSeen);
  const others = files.filter((file) => !isSeen(file));
  const draw = (file: FileView, index: number) =>
    html`<${File} key=${file.url ?? index} file=${file} active=${active} />`;
  return html`
    ${seen.length > 0 && html`<div class=${seen.length > 1 ? "album" : "single"}>${seen.map(draw)}</div>`}
    ${others.map(draw)}
  `;
}

function isSeen({ shows, url }: FileView): boolean {
  return url !== undefined && (shows === "image" || shows === "video");
}

interface FileProps {
  readonly file: FileView;
  readonly active: boolean;
}

function File(props: FileProps) {
  const { file } = props;
  const asFile = file.kind === "document" && file.shows !== "image";
  if (file.url === undefined || file.shows === undefined || asFile) return html`<${Chip} ...${props} />`;
  if (file.shows === "audio") return html`<${Sound} ...${props} />`;
  return file.spoiler ? html`<${Veiled} ...${props} />` : html`<${Sight} ...${props} />`;
}

/** What a spoiler hides until somebody asks for it. */
function Veiled(props: FileProps) {
  const { words } = useContext(SpeechContext);
  const [open, setOpen] = useState(false);
  if (open) return html`<${Sight} ...${props} />`;
  const cover = html`<button type="button" tabindex=${props.active ? 0 : -1} aria-label=${words("spoiler-file")} onClick=${() => setOpen(true)}>${words("spoiler")}</button>`;
  return html`<div class="veil"><div inert><${Sight} ...${props} /></div>${cover}</div>`;
}

/** What goes round and round without sound, as both apps show it. */
const LOOPS: ReadonlySet<string> = new Set(["animation", "sticker", "video-note"]);

function Sight({ file, active }: FileProps) {
  const { words } = useContext(SpeechContext);
  const { kind, url, shows, width, height } = file;
  const size = { ...(width && { width }), ...(height && { height }) };
  const name = altOf(words, file);
  if (shows === "image") {
    return html`<img class=${`sight ${kind}`} src=${url} alt=${name} title=${name} ...${size} decoding="async" />`;
  }
  if (LOOPS.has(kind))
    return html`<${Loop} url=${url} kind=${kind} name=${name} size=${size} active=${active} />`;
  return html`<video class=${`sight ${kind}`} src=${url} aria-label=${name} ...${size} tabindex=${active ? 0 : -1} preload="metadata" playsinline controls></video>`;
}

interface LoopProps {
  readonly url: string;
  readonly kind: string;
  readonly name: string;
  readonly size: object;
  readonly active: boolean;
}

/** Plays by itself where the reader likes things that move; stops and goes on at a click. */
function Loop({ url, kind, name, size, active }: LoopProps) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const toggle = ({ currentTarget }: Event) => {
    const film = currentTarget as HTMLVideoElement;
    void (film.paused ? film.play() : film.pause());
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    toggle(event);
  };
  return html`<video
    class=${`sight ${kind}`}
    src=${url}
    role="button"
    aria-label=${name}
    ...${size}
    tabindex=${active ? 0 : -1}
    preload="metadata"
    playsinline
    loop
    muted
    autoplay=${!still}
    onClick=${toggle}
    onKeyDown=${onKey}
  ></video>`;
}

function Sound({ file, active }: FileProps) {
  const { words } = useContext(SpeechContext);
  const { kind, url, seconds, title, name } = file;
  const label = title ?? (kind === "voice" ? undefined : name) ?? words(`kind-${kind}`);
  return html`<figure class="sound">
    <figcaption><span aria-hidden="true">${kind === "voice" ? "🎤" : "🎵"}</span> ${label}${seconds !== undefined && html` · ${clock(seconds)}`}</figcaption>
    <audio src=${url} controls preload="none" tabindex=${active ? 0 : -1} aria-label=${label}></audio>
  </figure>`;
}

function Chip({ file, active }: FileProps) {
  const { words, language } = useContext(SpeechContext);
  const { url, bytes, kind } = file;
  const name = file.name ?? words(`kind-${kind}`);
  const size = url === undefined ? words("gone") : bytes !== undefined && sizeOf(bytes, language);
  const inside = html`<span aria-hidden="true">📄</span> <span class="file-name">${name}</span> <small>${size}</small>`;
  if (url === undefined) return html`<p class="chip">${inside}</p>`;
  return html`<a class="chip" href=${url} download=${name} tabindex=${active ? 0 : -1} aria-label=${words("save-file", { name })}>${inside}</a>`;
}

function altOf(words: Words, { alt, kind, title }: FileView): string {
  return alt ?? title ?? words("no-alt", { kind: words(`kind-${kind}`) });
}

function clock(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function sizeOf(bytes: number, language: string): string {
  const [value, unit] = bytes < 1_000_000 ? [bytes / 1000, "kilobyte"] : [bytes / 1_000_000, "megabyte"];
  const style = { style: "unit", unit, maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(language, style).format(value);
}
