// What one room of the page remembers and does: who writes, the draft, errors and hints, every action; `room.ts` uses it.

import { useState } from "preact/hooks";
import type { DemoAction, MessageView, Sample, Side } from "../src/demo/view.ts";
import type { Draft } from "./composer.ts";
import type { MessageActs } from "./message.ts";
import type { RoomProps } from "./room.ts";

/** What the platform tells bots nothing of. */
type Hint = "delete-hint" | "unpin-hint";

export function useRoom({ side, room, act, upload }: Omit<RoomProps, "hidden">) {
  const [person, setPerson] = useState(room.people[0]?.id ?? "");
  const [draft, setDraft] = useState<Draft>({ text: "" });
  const [error, setError] = useState<string | undefined>();
  const [hint, setHint] = useState<Hint | undefined>();
  const [isPrivate, setPrivate] = useState(false);
  const privately = isPrivate && { privately: true };

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
      : { do: "say", side, person, text: draft.text, ...replying, ...privately };
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
  const sendSample = async (sample: Sample) => {
    if (await run({ do: "send", side, person, sample, ...replying })) setDraft({ text: draft.text });
  };
  const acts: MessageActs = {
    reply: (message) => setDraft({ text: draft.editing ? "" : draft.text, replyTo: message }),
    edit: (message) => setDraft({ text: message.source ?? "", editing: message.id }),
    remove: (message) => void remove(message),
    pin: (message) => void pin(message),
    press: ({ id: message }, button) =>
      void run({ do: "press", side, person, message, button, ...privately }),
    ...gestures(side, person, (action) => void run(action)),
  };
  const submit = (fields?: Readonly<Record<string, string>>) => {
    if (room.form) void run({ do: "submit", side, person, form: room.form.id, ...(fields && { fields }) });
  };
  const place = { isPrivate, setPrivate, submit };
  return { person, setPerson, draft, setDraft, error, hint, acts, send, sendSample, sendFiles, ...place };
}

type Gestures = Pick<MessageActs, "react" | "vote" | "closePoll" | "tick">;

function gestures(side: Side, person: string, run: (action: DemoAction) => void): Gestures {
  return {
    react: ({ id: message }, emoji) => run({ do: "react", side, person, message, emoji }),
    vote: ({ id: message }, option) => run({ do: "vote", side, person, message, option }),
    closePoll: ({ id: message }) => run({ do: "close-poll", side, person, message }),
    tick: ({ id: message }, task) => run({ do: "tick", side, person, message, task }),
  };
}
