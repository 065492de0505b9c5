// One room: its head, its messages, and the box to write in; `page.ts` draws both.

import { useContext, useState } from "preact/hooks";
import type { DemoAction, MessageView, RoomView, Side, UploadView } from "../src/demo/view.ts";
import { Composer, type Draft } from "./composer.ts";
import { DropZone } from "./drop-zone.ts";
import { html } from "./html.ts";
import { SpeechContext } from "./language.ts";
import type { MessageActs } from "./message.ts";
import { MessageList } from "./message-list.ts";

export interface RoomProps {
  readonly side: Side;
  readonly room: RoomView;
  /** Resolves with an error to show, or nothing. */
  readonly act: (action: DemoAction) => Promise<string | undefined>;
  readonly upload: (file: UploadView, bytes: Blob) => Promise<string | undefined>;
  /** Behind the other room; only a phone hides it then. */
  readonly hidden: boolean;
}

/** What the platform tells bots nothing of. */
type Hint = "delete-hint" | "unpin-hint";

export function Room({ side, room, act, upload, hidden }: RoomProps) {
  const { words } = useContext(SpeechContext);
  const [person, setPerson] = useState(room.people[0]?.id ?? "");
  const [draft, setDraft] = useState<Draft>({ text: "" });
  const [error, setError] = useState<string | undefined>();
  const [hint, setHint] = useState<Hint | undefined>();

  const run = async (action: DemoAction) => {
    setHint(undefined);
    const failure = await act(action);
    setError(failure);
    return failure === undefined;
  };
  const replying = draft.replyTo && { replyTo: draft.replyTo.id };
  const send = async () => {
    if (draft.text.trim() === "") return;
    const action: DemoAction = draft.editing
      ? { do: "edit", side, message: draft.editing, text: draft.text }
      : { do: "say", side, person, text: draft.text, ...replying };
    if (await run(action)) setDraft({ text: "" });
  };
  const sendFiles = async (files: readonly File[]) => {
    for (const file of files) setError(await upload({ side, person, name: file.name, ...replying }, file));
    setDraft({ text: draft.text });
  };
  const remove = async (message: MessageView) => {
    const done = await run({ do: "delete", side, message: message.id });
    if (done && side === "telegram" && !message.carried) setHint("delete-hint");
    // What one was answering or editing may be gone now.
    if (message.id === draft.editing || message.id === draft.replyTo?.id) setDraft({ text: "" });
  };
  const pin = async (message: MessageView) => {
    const done = await run({ do: "pin", side, person, message: message.id });
    if (done && side === "telegram" && message.pinned) setHint("unpin-hint");
  };
  const acts: MessageActs = {
    reply: (message) => setDraft({ text: draft.editing ? "" : draft.text, replyTo: message }),
    edit: (message) => setDraft({ text: message.source ?? "", editing: message.id }),
    remove: (message) => void remove(message),
    pin: (message) => void pin(message),
    react: ({ id: message }, emoji) => void run({ do: "react", side, person, message, emoji }),
    vote: ({ id: message }, option) => void run({ do: "vote", side, person, message, option }),
    closePoll: ({ id: message }) => void run({ do: "close-poll", side, person, message }),
    tick: ({ id: message }, task) => void run({ do: "tick", side, person, message, task }),
  };
  const sample = async (kind: RoomView["samples"][number]["kind"]) => {
    if (await run({ do: "send", side, person, sample: kind, ...replying })) setDraft({ text: draft.text });
  };

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
        onSample=${(kind: RoomView["samples"][number]["kind"]) => void sample(kind)}
        onFiles=${(files: readonly File[]) => void sendFiles(files)}
      />
    <//>
  `;
}
