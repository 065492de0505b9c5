// The box to write in: who writes, the reply or edit at hand, the formatting buttons; `room.ts` draws it.

import { useContext, useEffect, useRef } from "preact/hooks";
import type { MessageView, PersonView, RoomView, Sample, Side } from "../src/demo/view.ts";
import { html } from "./html.ts";
import { SpeechContext } from "./language.ts";
import { Marks, markOf, wrapSelection } from "./marks.ts";
import { Face } from "./message.ts";
import { SampleMenu } from "./sample-menu.ts";

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
  readonly samples: RoomView["samples"];
  readonly onSample: (sample: Sample) => void;
  readonly onFiles: (files: readonly File[]) => void;
}

/** The apps let nobody write more. */
const MOST_TEXT: Readonly<Record<Side, number>> = { telegram: 4096, discord: 2000 };

export function Composer(props: ComposerProps) {
  const { side, draft, onDraft, onSend, onFiles } = props;
  const { words } = useContext(SpeechContext);
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (draft.replyTo || draft.editing) box.current?.focus();
  }, [draft.replyTo, draft.editing]);

  const drop = () => {
    onDraft({ text: draft.editing ? "" : draft.text });
    box.current?.focus();
  };
  const mark = (around: string) => box.current && wrapSelection(box.current, around);
  const onKey = (event: KeyboardEvent) => {
    const around = markOf(side, event);
    if (event.key === "Escape") drop();
    else if (around) mark(around);
    else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) onSend();
    else return;
    event.preventDefault();
  };
  const onPaste = (event: ClipboardEvent) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    onFiles(files);
  };
  const onSubmit = (event: Event) => {
    event.preventDefault();
    onSend();
    box.current?.focus();
  };

  return html`
    <form class="composer" onSubmit=${onSubmit}>
      <${Attached} draft=${draft} onDrop=${drop} />
      <div class="tools">
        <${People} ...${props} />
        <${Marks} side=${side} onMark=${mark} />
      </div>
      <div class="line">
        <${SampleMenu} ...${props} />
        <textarea
          ref=${box}
          rows="2"
          maxlength=${MOST_TEXT[side]}
          aria-label=${words("message")}
          title=${words("keys")}
          placeholder=${words("placeholder")}
          value=${draft.text}
          onInput=${(event: Event) => onDraft({ ...draft, text: (event.target as HTMLTextAreaElement).value })}
          onKeyDown=${onKey}
          onPaste=${onPaste}
        ></textarea>
        <button class="send" type="submit">${words(draft.editing ? "save" : "send")}</button>
      </div>
    </form>
  `;
}

function People({ side, people, person, onPerson }: ComposerProps) {
  const { words } = useContext(SpeechContext);
  return html`<fieldset class="people">
    <legend>${words("write-as")}</legend>
    ${people.map(
      ({ id, name, face }) => html`<label key=${id} class=${id === person ? "chosen" : ""}>
        <input type="radio" name=${`person-${side}`} checked=${id === person} onChange=${() => onPerson(id)} />
        <${Face} name=${name} picture=${face} /> ${name}
      </label>`,
    )}
  </fieldset>`;
}

interface AttachedProps {
  readonly draft: Draft;
  readonly onDrop: () => void;
}

/** What the text will be: an answer to somebody, or another text for a message. */
function Attached({ draft, onDrop }: AttachedProps) {
  const { words } = useContext(SpeechContext);
  const { replyTo, editing } = draft;
  if (!replyTo && !editing) return null;
  const label = replyTo ? `${words("replying")} ${replyTo.speaker ?? replyTo.author}` : words("editing");
  return html`<p class="attached"><span role="status">${label}</span> <button type="button" onClick=${onDrop}>${words("cancel")}</button></p>`;
}
