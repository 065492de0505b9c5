// One room: its head, its messages, and the box to write in; `page.ts` draws both.

import { useContext } from "preact/hooks";
import type { DemoAction, RoomView, Sample, Side, UploadView } from "../src/demo/view.ts";
import { Composer } from "./composer.ts";
import { DropZone } from "./drop-zone.ts";
import { Form } from "./form.ts";
import { html } from "./html.ts";
import { SpeechContext } from "./language.ts";
import { MessageList } from "./message-list.ts";
import { useRoom } from "./use-room.ts";

export interface RoomProps {
  readonly side: Side;
  readonly room: RoomView;
  /** Resolves with an error to show, or nothing. */
  readonly act: (action: DemoAction) => Promise<string | undefined>;
  readonly upload: (file: UploadView, bytes: Blob) => Promise<string | undefined>;
  /** Behind the other room; only a phone hides it then. */
  readonly hidden: boolean;
}

export function Room({ side, room, act, upload, hidden }: RoomProps) {
  const { words } = useContext(SpeechContext);
  const { person, setPerson, draft, setDraft, error, hint, acts, send, sendSample, sendFiles, ...more } =
    useRoom({ side, room, act, upload });
  const { isPrivate, setPrivate, submit } = more;
  const seen = room.messages.filter(({ only }) => only === undefined || only === person);
  const messages = isPrivate ? (room.privately[person] ?? []) : seen;
  const toast = room.toast?.person === person ? room.toast.text : undefined;
  const tab = (key: string, wanted: boolean) =>
    html`<button type="button" class="place" aria-pressed=${isPrivate === wanted} onClick=${() => setPrivate(wanted)}>${words(key)}</button>`;
  return html`
    <${DropZone} class=${`room ${side} ${hidden ? "behind" : ""}`} label=${`${words(side)}: ${room.title}`} onFiles=${(files: readonly File[]) => void sendFiles(files)}>
      <div class="room-head">
        <h2><span class="platform">${words(side)}</span> ${room.title}</h2>
        <p class="places" role="group" aria-label=${words("place")}>${tab("in-room", false)} ${tab("in-private", true)}</p>
      </div>
      ${room.form?.person === person && html`<${Form} form=${room.form} onSend=${submit} />`}
      <${MessageList} side=${side} messages=${messages} person=${person} emoji=${room.emoji} acts=${acts} />
      ${room.typing && html`<p class="hint typing" role="status">${words("typing")}</p>`}
      ${toast && html`<p class="hint" role="status">${toast}</p>`}
      ${error && html`<p class="error" role="alert">${error}</p>`}
      ${hint && html`<p class="hint" role="status">${words(hint)}</p>`}
      <${Composer}
        side=${side}
        people=${room.people}
        person=${person}
        onPerson=${setPerson}
        draft=${draft}
        onDraft=${setDraft}
        onSend=${() => void send()}
        samples=${room.samples}
        onSample=${(sample: Sample) => void sendSample(sample)}
        onFiles=${(files: readonly File[]) => void sendFiles(files)}
      />
    <//>
  `;
}
