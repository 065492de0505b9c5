// Polls, places, contacts, dice, checklists and embeds as what they are; `message.ts` draws them.

import { useContext } from "preact/hooks";
import type { CardView, PollView } from "../src/demo/view.ts";
import { html } from "./html.ts";
import { SpeechContext } from "./language.ts";
import { RichText } from "./rich-text.ts";

export interface PollProps {
  readonly poll: PollView;
  /** Who would vote. */
  readonly person: string;
  readonly active: boolean;
  readonly onVote: (option: number) => void;
  /** Absent: somebody else asked. */
  readonly onClose: (() => void) | undefined;
}

export function Poll({ poll, person, active, onVote, onClose }: PollProps) {
  const { words } = useContext(SpeechContext);
  const total = poll.options.reduce((sum, { votes }) => sum + votes, 0);
  const state = words(poll.closed ? "poll-closed" : poll.multiple ? "poll-multiple" : "poll");
  return html`<div class="card poll" role="group" aria-label=${`${words("poll")}: ${poll.question}`}>
    <p class="card-title">${poll.question}</p>
    <p class="card-note">${state} · ${words("votes", { count: String(total) })}</p>
    ${poll.options.map(({ id, text, votes, by }) => {
      const share = total === 0 ? 0 : Math.round((100 * votes) / total);
      return html`<button
        key=${id}
        type="button"
        class="option"
        style=${`--share: ${share}%`}
        tabindex=${active ? 0 : -1}
        disabled=${poll.closed}
        aria-pressed=${by.includes(person)}
        onClick=${() => onVote(id)}
      ><span>${text}</span> <b>${votes}</b></button>`;
    })}
    ${onClose && !poll.closed && html`<button type="button" class="quiet" tabindex=${active ? 0 : -1} onClick=${onClose}>${words("close-poll")}</button>`}
  </div>`;
}

export interface CardProps {
  readonly card: CardView;
  readonly active: boolean;
  readonly onTick: (task: number) => void;
}

export function Card({ card, active, onTick }: CardProps) {
  switch (card.kind) {
    case "place":
      return html`<${Place} card=${card} active=${active} />`;
    case "contact":
      return html`<div class="card"><p class="card-title">👤 ${card.name}</p><p class="card-note">${card.phone}</p></div>`;
    case "dice":
      return html`<p class="dice">${card.emoji} <b>${card.value}</b></p>`;
    case "tasks":
      return html`<${Tasks} card=${card} active=${active} onTick=${onTick} />`;
    case "embed":
      return html`<${Embed} card=${card} />`;
    default:
      return card satisfies never;
  }
}

type Of<Kind extends CardView["kind"]> = Extract<CardView, { kind: Kind }>;

function Place({ card, active }: { readonly card: Of<"place">; readonly active: boolean }) {
  const { words } = useContext(SpeechContext);
  const { latitude, longitude, live, title } = card;
  const at = `${latitude.toFixed(4)}, ${longitude.toFixed(4)}`;
  const map = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
  return html`<div class="card">
    <p class="card-title">📍 ${title ?? at}${live && html` <span class="live">${words("live")}</span>`}</p>
    <p class="card-note">${title !== undefined && html`${at} · `}<a href=${map} target="_blank" rel="noreferrer noopener" tabindex=${active ? 0 : -1}>${words("map")}</a></p>
  </div>`;
}

function Tasks({ card, active, onTick }: CardProps & { readonly card: Of<"tasks"> }) {
  return html`<fieldset class="card tasks">
    <legend class="card-title">${card.title}</legend>
    ${card.tasks.map(
      ({ id, text, done }) => html`<label key=${id}>
        <input type="checkbox" checked=${done} tabindex=${active ? 0 : -1} onChange=${() => onTick(id)} /> ${text}
      </label>`,
    )}
  </fieldset>`;
}

function Embed({ card }: { readonly card: Of<"embed"> }) {
  const { title, body, fields, colour, footer } = card;
  return html`<div class="card embed" style=${colour && `--edge: ${colour}`}>
    ${title !== undefined && html`<p class="card-title">${title}</p>`}
    <div class="body"><${RichText} body=${body} /></div>
    ${fields.length > 0 && html`<dl>${fields.map((field, index) => html`<div key=${index}><dt>${field.name}</dt><dd><${RichText} body=${field.body} /></dd></div>`)}</dl>`}
    ${footer !== undefined && html`<p class="card-note">${footer}</p>`}
  </div>`;
}
