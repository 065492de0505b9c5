// The box to write in: who writes, the reply or edit at hand, the formatting buttons; `room.ts` draws it.

import { useEffect, useRef } from "preact/hooks";
import type { MessageView, PersonView, Side } from "../src/demo/view.ts";
import { html } from "./html.ts";
import type { Words } from "./language.ts";
import { Face } from "./message.ts";

export interface Draft {
  readonly text: string;
  readonly replyTo?: MessageView;
  readonly editing?: string;
}

export interface ComposerProps {
  readonly side: Side;
  readonly people: readonly PersonView[];
  readonly person: string;
  readonly onPerson: (id: string) => void;
  readonly draft: Draft;
  readonly onDraft: (draft: Draft) => void;
  readonly onSend: () => void;
  readonly words: Words;
}

/** What each button puts around the selection; both apps' own typing shortcuts. */
const MARKS: Readonly<
  Record<Side, readonly { readonly name: string; readonly mark: string; readonly face: string }[]>
> = {
  telegram: [
    { name: "bold", mark: "**", face: "B" },
    { name: "italic", mark: "__", face: "I" },
    { name: "strike", mark: "~~", face: "S" },
    { name: "spoiler", mark: "||", face: "◪" },
    { name: "code", mark: "`", face: "<>" },
  ],
  discord: [
    { name: "bold", mark: "**", face: "B" },
    { name: "italic", mark: "*", face: "I" },
    { name: "underline", mark: "__", face: "U" },
    { name: "strike", mark: "~~", face: "S" },
    { name: "spoiler", mark: "||", face: "◪" },
    { name: "code", mark: "`", face: "<>" },
  ],
};

export function Composer(props: ComposerProps) {
  const { side, draft, words } = props;
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (draft.replyTo || draft.editing) box.current?.focus();
  }, [draft.replyTo, draft.editing]);

  const wrap = (mark: string) => {
    const element = box.current;
    if (!element) return;
    const { selectionStart: from, selectionEnd: to, value } = element;
    props.onDraft({
      ...draft,
      text: value.slice(0, from) + mark + value.slice(from, to) + mark + value.slice(to),
    });
    requestAnimationFrame(() => {
      element.focus();
      element.setSelectionRange(from + mark.length, to + mark.length);
    });
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      props.onSend();
    }
    if (event.key === "Escape") props.onDraft({ text: draft.editing ? "" : draft.text });
  };

  const submit = (event: Event) => {
    event.preventDefault();
    props.onSend();
  };

  return html`
    <form class="composer" onSubmit=${submit}>
      <${Attached} draft=${draft} words=${words} onDrop=${() => props.onDraft({ text: draft.editing ? "" : draft.text })} />
      <div class="tools">
        <${People} ...${props} />
        <${Marks} side=${side} words=${words} onMark=${wrap} />
      </div>
      <div class="line">
        <textarea
          ref=${box}
          rows="2"
          aria-label=${words("message")}
          placeholder=${words("placeholder")}
          value=${draft.text}
          onInput=${(event: Event) => props.onDraft({ ...draft, text: (event.target as HTMLTextAreaElement).value })}
          onKeyDown=${onKey}
        ></textarea>
        <button class="send" type="submit">${words(draft.editing ? "save" : "send")}</button>
      </div>
    </form>
  `;
}

function People({ side, people, person, onPerson, words }: ComposerProps) {
  return html`<fieldset class="people">
    <legend>${words("write-as")}</legend>
    ${people.map(
      (one) => html`<label key=${one.id} class=${one.id === person ? "chosen" : ""}>
        <input type="radio" name=${`person-${side}`} checked=${one.id === person} onChange=${() => onPerson(one.id)} />
        <${Face} name=${one.name} /> ${one.name}
      </label>`,
    )}
  </fieldset>`;
}

interface MarksProps {
  readonly side: Side;
  readonly words: Words;
  readonly onMark: (mark: string) => void;
}

function Marks({ side, words, onMark }: MarksProps) {
  return html`<div class="marks" role="toolbar" aria-label=${words("formatting")}>
    ${MARKS[side].map(
      ({ name, mark, face }) =>
        html`<button type="button" key=${name} class=${`mark-${name}`} title=${words(name)} aria-label=${words(name)} onClick=${() => onMark(mark)}>${face}</button>`,
    )}
  </div>`;
}

interface AttachedProps {
  readonly draft: Draft;
  readonly words: Words;
  readonly onDrop: () => void;
}

function Attached({ draft, words, onDrop }: AttachedProps) {
  if (!draft.replyTo && !draft.editing) return null;
  const label = draft.replyTo ? `${words("replying")} ${draft.replyTo.author}` : words("editing");
  return html`<p class="attached">${label} <button type="button" onClick=${onDrop}>${words("cancel")}</button></p>`;
}
