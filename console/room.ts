// One room: its head, its messages, and the box to write in; `page.ts` draws both.

import { useContext } from "preact/hooks";
import type { DemoAction, RoomView, Sample, Side, UploadView } from "../src/demo/view.ts";
import { Composer } from "./composer.ts";
import { DropZone } from "./drop-zone.ts";
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
  const { person, setPerson, draft, setDraft, error, hint, acts, send, sendSample, sendFiles } = useRoom({
    ...{ side, room, act, upload },
  });
  return html`
    <${DropZone} class=${`room ${side} ${hidden ? "behind" : ""}`} label=${`${words(side)}: ${room.title}`} onFiles=${(files: readonly File[]) => void sendFiles(files)}>
      <h2><span class="platform">${words(side)}</span> ${room.title}</h2>
      <${MessageList} side=${side} messages=${room.messages} person=${person} emoji=${room.emoji} acts=${acts} />
      ${room.typing && html`<p class="hint typing" role="status">${words("typing")}</p>`}
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
