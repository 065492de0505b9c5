// One room: its head, its messages, and the box to write in; `page.ts` draws both.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { DemoAction, MessageView, RoomView, Side } from "../src/demo/view.ts";
import { Composer, type Draft } from "./composer.ts";
import { html } from "./html.ts";
import type { LanguageCode, Words } from "./language.ts";
import { Message } from "./message.ts";

export interface RoomProps {
  readonly side: Side;
  readonly room: RoomView;
  readonly words: Words;
  readonly language: LanguageCode;
  readonly act: (action: DemoAction) => Promise<string | undefined>;
  readonly hidden: boolean;
}

export function Room({ side, room, words, language, act, hidden }: RoomProps) {
  const [person, setPerson] = useState(room.people[0]?.id ?? "");
  const [draft, setDraft] = useState<Draft>({ text: "" });
  const [error, setError] = useState<string | undefined>();
  const [hint, setHint] = useState<string | undefined>();
  const list = useFollowing(room.messages);

  const run = async (action: DemoAction) => {
    const failure = await act(action);
    setError(failure);
    setHint(side === "telegram" && action.do === "delete" && !failure ? words("delete-hint") : undefined);
    return failure === undefined;
  };
  const send = async () => {
    if (draft.text.trim() === "") return;
    const action: DemoAction = draft.editing
      ? { do: "edit", side, message: draft.editing, text: draft.text }
      : { do: "say", side, person, text: draft.text, ...(draft.replyTo && { replyTo: draft.replyTo.id }) };
    if (await run(action)) setDraft({ text: "" });
  };

  return html`
    <section class=${`room ${side} ${hidden ? "behind" : ""}`} aria-label=${`${words(side)}: ${room.title}`}>
      <h2><span class="platform">${words(side)}</span> ${room.title}</h2>
      <ol class="messages" ref=${list} role="log" tabindex="0" aria-label=${words("messages")}>
        ${room.messages.length === 0 && html`<li class="empty">${words(`empty-${side}`)}</li>`}
        ${room.messages.map(
          (message) => html`<${Message}
            key=${message.id}
            message=${message}
            words=${words}
            language=${language}
            mine=${message.person !== undefined}
            onReply=${() => setDraft({ text: draft.editing ? "" : draft.text, replyTo: message })}
            onEdit=${() => setDraft({ text: message.source, editing: message.id })}
            onDelete=${() => void run({ do: "delete", side, message: message.id })}
          />`,
        )}
      </ol>
      ${error && html`<p class="error" role="alert">${error}</p>`}
      ${hint && html`<p class="hint" role="status">${hint}</p>`}
      <${Composer}
        side=${side}
        people=${room.people}
        person=${person}
        onPerson=${setPerson}
        draft=${draft}
        onDraft=${setDraft}
        onSend=${() => void send()}
        words=${words}
      />
    </section>
  `;
}

/** Keeps the newest message in sight, unless the reader has scrolled up. */
function useFollowing(messages: readonly MessageView[]) {
  const list = useRef<HTMLOListElement>(null);
  const count = useRef(0);
  useLayoutEffect(() => {
    const element = list.current;
    if (!element) return;
    const grew = messages.length > count.current;
    const near = element.scrollHeight - element.scrollTop - element.clientHeight < 240;
    if (grew && (near || count.current === 0)) element.scrollTop = element.scrollHeight;
    count.current = messages.length;
  }, [messages]);
  return list;
}
