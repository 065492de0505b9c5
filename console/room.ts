// One room: its head, its messages, and the box to write in; `page.ts` draws both.

import { useContext, useState } from "preact/hooks";
import type { DemoAction, MessageView, RoomView, Side } from "../src/demo/view.ts";
import { Composer, type Draft } from "./composer.ts";
import { html } from "./html.ts";
import { SpeechContext } from "./language.ts";
import { MessageList } from "./message-list.ts";

export interface RoomProps {
  readonly side: Side;
  readonly room: RoomView;
  /** Resolves with an error to show, or nothing. */
  readonly act: (action: DemoAction) => Promise<string | undefined>;
  /** Behind the other room; only a phone hides it then. */
  readonly hidden: boolean;
}

export function Room({ side, room, act, hidden }: RoomProps) {
  const { words } = useContext(SpeechContext);
  const [person, setPerson] = useState(room.people[0]?.id ?? "");
  const [draft, setDraft] = useState<Draft>({ text: "" });
  const [error, setError] = useState<string | undefined>();
  const [hinting, setHinting] = useState(false);

  const run = async (action: DemoAction) => {
    const failure = await act(action);
    setError(failure);
    return failure === undefined;
  };
  const send = async () => {
    if (draft.text.trim() === "") return;
    setHinting(false);
    const action: DemoAction = draft.editing
      ? { do: "edit", side, message: draft.editing, text: draft.text }
      : { do: "say", side, person, text: draft.text, ...(draft.replyTo && { replyTo: draft.replyTo.id }) };
    if (await run(action)) setDraft({ text: "" });
  };
  const remove = async (message: MessageView) => {
    const done = await run({ do: "delete", side, message: message.id });
    setHinting(done && side === "telegram" && !message.carried);
    // What one was answering or editing may be gone now.
    if (message.id === draft.editing || message.id === draft.replyTo?.id) setDraft({ text: "" });
  };

  return html`
    <section class=${`room ${side} ${hidden ? "behind" : ""}`} aria-label=${`${words(side)}: ${room.title}`}>
      <h2><span class="platform">${words(side)}</span> ${room.title}</h2>
      <${MessageList}
        side=${side}
        messages=${room.messages}
        onReply=${(message: MessageView) => setDraft({ text: draft.editing ? "" : draft.text, replyTo: message })}
        onEdit=${(message: MessageView) => setDraft({ text: message.source, editing: message.id })}
        onDelete=${(message: MessageView) => void remove(message)}
      />
      ${error && html`<p class="error" role="alert">${error}</p>`}
      ${hinting && html`<p class="hint" role="status">${words("delete-hint")}</p>`}
      <${Composer}
        side=${side}
        people=${room.people}
        person=${person}
        onPerson=${setPerson}
        draft=${draft}
        onDraft=${setDraft}
        onSend=${() => void send()}
      />
    </section>
  `;
}
