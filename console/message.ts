// One message with its face, what it says and shows, and what one can do with it; `message-list.ts` draws them all.

import { useContext, useState } from "preact/hooks";
import type { MessageView } from "../src/demo/view.ts";
import { Buttons } from "./buttons.ts";
import { Card, Poll } from "./card.ts";
import { Files } from "./file.ts";
import { html } from "./html.ts";
import { SpeechContext } from "./language.ts";
import { Picker, Reactions } from "./reactions.ts";
import { RichText } from "./rich-text.ts";

/** What one can do with a message; `room.ts` does it. */
export interface MessageActs {
  readonly reply: (message: MessageView) => void;
  readonly edit: (message: MessageView) => void;
  readonly remove: (message: MessageView) => void;
  readonly react: (message: MessageView, emoji: string) => void;
  readonly pin: (message: MessageView) => void;
  readonly vote: (message: MessageView, option: number) => void;
  readonly closePoll: (message: MessageView) => void;
  readonly tick: (message: MessageView, task: number) => void;
  readonly press: (message: MessageView, button: string) => void;
}

export interface MessageProps {
  readonly message: MessageView;
  /** Who reads and acts. */
  readonly person: string;
  /** For the small picker. */
  readonly emoji: readonly string[];
  /** The one whose buttons Tab reaches. */
  readonly active: boolean;
  readonly acts: MessageActs;
  readonly onFocus: () => void;
}

export function Message(props: MessageProps) {
  const { message, active, onFocus } = props;
  const { author, speaker, carried, face, notice, only } = message;
  if (notice) return html`<${Notice} ...${props} />`;
  return html`
    <li class="message" data-id=${message.id} data-carried=${carried} data-only=${only !== undefined} data-active=${active} tabindex=${active ? 0 : -1} onFocusIn=${onFocus}>
      <${Face} name=${speaker ?? author} picture=${face} />
      <div class="bubble">
        <${Head} message=${message} />
        <${Content} ...${props} />
        <${Actions} ...${props} />
      </div>
    </li>
  `;
}

function Head({ message }: { readonly message: MessageView }) {
  const { words } = useContext(SpeechContext);
  const { author, speaker, carried, topic, edited, pinned, only } = message;
  return html`<p class="by">
    <span class="name" style=${`--hue: ${hueOf(author)}`}>${author}</span>
    ${speaker && html`<span class="tag">${words("bot")}</span>`}
    ${carried && html`<span class="badge" role="img" title=${words("carried")} aria-label=${words("carried")}>⇄</span>`}
    ${topic !== undefined && html`<span class="tag topic"># ${topic}</span>`}
    <${Time} at=${message.at} />
    ${only !== undefined && html`<span class="tag">${words("only-you")}</span>`}
    ${edited && html`<span class="edited">${words("edited")}</span>`}
    ${pinned && html`<span class="edited pinned">📌 ${words("pinned")}</span>`}
  </p>`;
}

function Content({ message, person, active, acts }: MessageProps) {
  const { words } = useContext(SpeechContext);
  const { reply, forwarded, command, thinking, body, cards, poll, files } = message;
  const onClose = message.person === person ? () => acts.closePoll(message) : undefined;
  return html`
    ${forwarded !== undefined && html`<p class="reply">↪ ${forwarded ? words("forwarded-from", { name: forwarded }) : words("forwarded")}</p>`}
    ${command && html`<p class="reply">${words("command", { name: command.by, command: command.name })}</p>`}
    ${reply && html`<p class="reply"><strong>${reply.author}</strong> ${reply.excerpt}</p>`}
    ${thinking && html`<p class="reply">${words("thinking")}</p>`}
    ${body.length > 0 && html`<div class="body"><${RichText} body=${body} /></div>`}
    <${Files} files=${files} active=${active} />
    ${cards.map((card, index) => html`<${Card} key=${index} card=${card} active=${active} onTick=${(task: number) => acts.tick(message, task)} />`)}
    ${poll && html`<${Poll} poll=${poll} person=${person} active=${active} onVote=${(option: number) => acts.vote(message, option)} onClose=${onClose} />`}
    <${Buttons} message=${message} active=${active} onPress=${(button: string) => acts.press(message, button)} />
    <${Reactions} reactions=${message.reactions} person=${person} active=${active} onReact=${(emoji: string) => acts.react(message, emoji)} />
  `;
}

function Actions({ message, emoji, active, acts }: MessageProps) {
  const { words } = useContext(SpeechContext);
  const [picking, setPicking] = useState(false);
  const button = (key: string, onClick: () => void) =>
    html`<button type="button" tabindex=${active ? 0 : -1} onClick=${onClick}>${words(key)}</button>`;
  const editable = message.person !== undefined && message.source !== undefined;
  const pick = (one: string) => {
    setPicking(false);
    acts.react(message, one);
  };
  return html`
    ${picking && html`<${Picker} emoji=${emoji} onPick=${pick} />`}
    <p class="actions">
      <button type="button" tabindex=${active ? 0 : -1} aria-expanded=${picking} aria-label=${words("react")} title=${words("react")} onClick=${() => setPicking(!picking)}>☺</button>
      ${button("reply", () => acts.reply(message))} ${editable && button("edit", () => acts.edit(message))}
      ${button(message.pinned ? "unpin" : "pin", () => acts.pin(message))} ${button("delete", () => acts.remove(message))}
    </p>
  `;
}

/** A line of the platform's own. */
function Notice({ message, active, onFocus }: MessageProps) {
  const { words } = useContext(SpeechContext);
  const { kind = "pinned", name = "" } = message.notice ?? {};
  return html`<li class="message notice" data-id=${message.id} tabindex=${active ? 0 : -1} onFocusIn=${onFocus}>
    ${message.author} ${words(`notice-${kind}`, { name })}
  </li>`;
}

function Time({ at }: { readonly at: number }) {
  const { language } = useContext(SpeechContext);
  const when = new Date(at);
  const shown = when.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
  return html`<time datetime=${when.toISOString()}>${shown}</time>`;
}

interface FaceProps {
  readonly name: string;
  readonly picture?: string | undefined;
}

/** The picture of somebody; without one a letter on a colour of its own. */
export function Face({ name, picture }: FaceProps) {
  if (picture) return html`<img class="face" src=${picture} alt="" />`;
  const letter = [...name.trim()][0]?.toUpperCase() ?? "?";
  return html`<span class="face" style=${`--hue: ${hueOf(name)}`} aria-hidden="true">${letter}</span>`;
}

/** The golden angle keeps names that are alike apart. */
function hueOf(name: string): number {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973;
  return Math.round((sum * 137.508) % 360);
}
