// One message with its face, its text and what one can do with it; `message-list.ts` draws them all.

import { useContext } from "preact/hooks";
import type { MessageView } from "../src/demo/view.ts";
import { html } from "./html.ts";
import { SpeechContext } from "./language.ts";
import { RichText } from "./rich-text.ts";

export interface MessageProps {
  readonly message: MessageView;
  /** The one whose buttons Tab reaches. */
  readonly active: boolean;
  readonly onFocus: () => void;
  readonly onReply: () => void;
  readonly onEdit: () => void;
  readonly onDelete: () => void;
}

export function Message({ message, active, onFocus, onReply, onEdit, onDelete }: MessageProps) {
  const { words } = useContext(SpeechContext);
  const { author, speaker, carried, reply } = message;
  const button = (key: string, onClick: () => void) =>
    html`<button type="button" tabindex=${active ? 0 : -1} onClick=${onClick}>${words(key)}</button>`;
  return html`
    <li class="message" data-id=${message.id} data-carried=${carried} data-active=${active} tabindex=${active ? 0 : -1} onFocusIn=${onFocus}>
      <${Face} name=${speaker ?? author} />
      <div class="bubble">
        <p class="by">
          <span class="name" style=${`--hue: ${hueOf(author)}`}>${author}</span>
          ${speaker && html`<span class="tag">${words("bot")}</span>`}
          ${carried && html`<span class="badge" role="img" title=${words("carried")} aria-label=${words("carried")}>⇄</span>`}
          <${Time} at=${message.at} />
          ${message.edited && html`<span class="edited">${words("edited")}</span>`}
        </p>
        ${reply && html`<p class="reply"><strong>${reply.author}</strong> ${reply.excerpt}</p>`}
        <div class="body"><${RichText} body=${message.body} /></div>
        <p class="actions">
          ${button("reply", onReply)} ${message.person !== undefined && button("edit", onEdit)} ${button("delete", onDelete)}
        </p>
      </div>
    </li>
  `;
}

function Time({ at }: { readonly at: number }) {
  const { language } = useContext(SpeechContext);
  const when = new Date(at);
  const shown = when.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
  return html`<time datetime=${when.toISOString()}>${shown}</time>`;
}

/** A letter on a colour of its own, until real faces come. */
export function Face({ name }: { readonly name: string }) {
  const letter = [...name.trim()][0]?.toUpperCase() ?? "?";
  return html`<span class="face" style=${`--hue: ${hueOf(name)}`} aria-hidden="true">${letter}</span>`;
}

/** The golden angle keeps names that are alike apart. */
function hueOf(name: string): number {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973;
  return Math.round((sum * 137.508) % 360);
}
