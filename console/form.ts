// A form that Discord shows to one person; `room.ts` draws it above the room.

import { useContext, useEffect, useRef } from "preact/hooks";
import type { FormView } from "../src/demo/view.ts";
import { html } from "./html.ts";
import { SpeechContext } from "./language.ts";

export interface FormProps {
  readonly form: FormView;
  /** Without fields: closed. */
  readonly onSend: (fields?: Readonly<Record<string, string>>) => void;
}

export function Form({ form, onSend }: FormProps) {
  const { words } = useContext(SpeechContext);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), [form.id]);
  const onSubmit = (event: Event) => {
    event.preventDefault();
    const data = new FormData(event.target as HTMLFormElement);
    onSend(Object.fromEntries(form.fields.map(({ name }) => [name, String(data.get(name) ?? "")])));
  };
  const onCancel = (event: Event) => {
    event.preventDefault();
    onSend();
  };
  return html`<dialog class="form" ref=${dialog} aria-labelledby="form-title" onCancel=${onCancel}>
    <form onSubmit=${onSubmit}>
      <h3 id="form-title">${form.title}</h3>
      ${form.fields.map(({ name, label, value }) => html`<label key=${name}>${label}<input name=${name} value=${value} autocomplete="off" /></label>`)}
      <p class="keys"><button type="submit" class="key good">${words("send")}</button><button type="button" class="key" onClick=${() => onSend()}>${words("cancel")}</button></p>
    </form>
  </dialog>`;
}
