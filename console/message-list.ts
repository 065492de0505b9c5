// The messages of a room: keeps the newest in sight, and lets the arrow keys walk through them; `room.ts` draws it.

import type { RefObject } from "preact";
import { useContext, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { MessageView, Side } from "../src/demo/view.ts";
import { html } from "./html.ts";
import { SpeechContext } from "./language.ts";
import { Message, type MessageActs } from "./message.ts";

export interface MessageListProps {
  readonly side: Side;
  readonly messages: readonly MessageView[];
  /** Who reads and acts. */
  readonly person: string;
  readonly emoji: readonly string[];
  readonly acts: MessageActs;
}

/** Their keys are their own. */
const DEAF = "audio, video, input";

export function MessageList({ side, messages, person, emoji, acts }: MessageListProps) {
  const { words } = useContext(SpeechContext);
  const list = useRef<HTMLOListElement>(null);
  const onScroll = useFollowing(list, messages);
  const [chosen, choose] = useState<string | undefined>();
  // Tab reaches one message, not two hundred: the chosen one, else the newest.
  const active = messages.find(({ id }) => id === chosen) ?? messages.at(-1);

  const onKey = (event: KeyboardEvent) => {
    const target = targetOf(event.key, messages, active);
    if (!target || event.altKey || event.ctrlKey || event.metaKey) return;
    if ((event.target as Element).matches(DEAF)) return;
    event.preventDefault();
    choose(target.id);
    list.current?.querySelector<HTMLElement>(`[data-id="${target.id}"]`)?.focus();
  };
  const remove = (message: MessageView) => {
    // The button goes with its message: the focus must not fall out of the page.
    list.current?.focus();
    acts.remove(message);
  };

  return html`
    <ol class="messages" ref=${list} role="log" tabindex="-1" aria-label=${words("messages")} onScroll=${onScroll} onKeyDown=${onKey}>
      ${messages.length === 0 && html`<li class="empty">${words(`empty-${side}`)}</li>`}
      ${messages.map(
        (message) => html`<${Message}
          key=${message.id}
          message=${message}
          person=${person}
          emoji=${emoji}
          active=${message === active}
          acts=${{ ...acts, remove }}
          onFocus=${() => choose(message.id)}
        />`,
      )}
    </ol>
  `;
}

function targetOf(key: string, messages: readonly MessageView[], active: MessageView | undefined) {
  const at = active ? messages.indexOf(active) : -1;
  switch (key) {
    case "ArrowUp":
      return messages[Math.max(0, at - 1)];
    case "ArrowDown":
      return messages[Math.min(messages.length - 1, at + 1)];
    case "Home":
      return messages[0];
    case "End":
      return messages.at(-1);
    default:
      return undefined;
  }
}

/** How far from the end still counts as there, in pixels. */
const NEAR = 40;

/** Keeps the newest message in sight unless the reader has scrolled up. Returns what to call when they scroll. */
function useFollowing(
  list: RefObject<HTMLOListElement | null>,
  messages: readonly MessageView[],
): () => void {
  const following = useRef(true);
  const top = useRef(0);
  const follow = () => {
    if (list.current && following.current) list.current.scrollTop = list.current.scrollHeight;
  };
  useLayoutEffect(follow, [messages]);
  // The room for messages shrinks when the box below grows.
  useLayoutEffect(() => {
    const element = list.current;
    const observer = new ResizeObserver(follow);
    if (element) observer.observe(element);
    // A picture or a film is as high as it is only once it is there.
    for (const event of ["load", "loadedmetadata"]) element?.addEventListener(event, follow, true);
    return () => {
      observer.disconnect();
      for (const event of ["load", "loadedmetadata"]) element?.removeEventListener(event, follow, true);
    };
  }, []);
  return () => {
    const element = list.current;
    if (!element) return;
    if (element.scrollHeight - element.scrollTop - element.clientHeight < NEAR) following.current = true;
    // What grows below takes the end away, too: only who goes up wants to stay there.
    else if (element.scrollTop < top.current) following.current = false;
    top.current = element.scrollTop;
  };
}
