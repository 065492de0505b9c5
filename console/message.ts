// One message with its face, its text and what one can do with it; `room.ts` draws the list.

import type { MessageView } from "../src/demo/view.ts";
import { html } from "./html.ts";
import type { LanguageCode, Words } from "./language.ts";
import { RichText } from "./rich-text.ts";

export interface MessageProps {
  readonly message: MessageView;
  readonly words: Words;
  readonly language: LanguageCode;
  readonly mine: boolean;
  readonly onReply: () => void;
  readonly onEdit: () => void;
  readonly onDelete: () => void;
}

export function Message({ message, words, language, mine, onReply, onEdit, onDelete }: MessageProps) {
  const time = new Date(message.at).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
  return html`
    <li class="message" data-id=${message.id} data-carried=${message.carried}>
      <${Face} name=${message.author} />
      <div class="bubble">
        <p class="by">
          <span class="name" style=${`--hue: ${hueOf(message.author)}`}>${message.author}</span>
          ${message.carried && html`<span class="badge" title=${words("carried")}>↔</span>`}
          <time>${time}</time>
          ${message.edited && html`<span class="edited">${words("edited")}</span>`}
        </p>
        ${
          message.reply &&
          html`<p class="reply"><strong>${message.reply.author}</strong> ${message.reply.excerpt}</p>`
        }
        <div class="body"><${RichText} body=${message.body} /></div>
        <p class="actions">
          <button type="button" onClick=${onReply}>${words("reply")}</button>
          ${mine && html`<button type="button" onClick=${onEdit}>${words("edit")}</button>`}
          <button type="button" onClick=${onDelete}>${words("delete")}</button>
        </p>
      </div>
    </li>
  `;
}

/** A letter on a colour of its own, until real faces come. */
export function Face({ name }: { readonly name: string }) {
  return html`<span class="face" style=${`--hue: ${hueOf(name)}`} aria-hidden="true">${[...name][0]?.toUpperCase() ?? "?"}</span>`;
}

function hueOf(name: string): number {
  let hue = 0;
  for (const letter of name) hue = (hue * 31 + (letter.codePointAt(0) ?? 0)) % 360;
  return hue;
}
