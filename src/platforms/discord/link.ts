// Finds a message by its link, makes the link of a message, and finds it in Gateway events; `matebot trace` calls it.

import type { MessageRef } from "../../model/refs.ts";

/**
 * `discord.com/channels/guild/channel/message`, from the test clients (ptb, canary) and the old domain too; undefined
 * for everything else. The channel of a message in a thread is the thread alone.
 */
export function messageLink(
  link: string,
): { readonly conversation: string; readonly message: string } | undefined {
  const text = link.trim();
  const url = URL.parse(/^(https?|discord):/i.test(text) ? text : `https://${text}`);
  if (!url) return undefined;
  const ours = /^((www|ptb|canary)\.)?discord(app)?\.com$/.test(url.hostname) || url.protocol === "discord:";
  const [, conversation, message] = /\/channels\/(?:\d+|@me)\/(\d+)\/(\d+)\/?$/.exec(url.pathname) ?? [];
  return ours && conversation && message ? { conversation, message } : undefined;
}

/** A link that opens the message. The guild stands in no ref: `seen` are events of its channel, which name it. */
export function linkTo(
  { conversation: { id, thread }, id: message }: MessageRef,
  seen: readonly string[],
): string | undefined {
  const guild = seen.map((body) => readData(body).d.guild_id).find((found) => typeof found === "string");
  return guild && `https://discord.com/channels/${guild}/${thread ?? id}/${message}`;
}

/** A text that stands in every event about this message. */
export function trail(message: string): string {
  return `"${message}"`;
}

/** What an event says of this message; undefined when it is about another, or cannot be read. */
export function tellsOf(
  body: string,
  _conversation: string,
  message: string,
): "created" | "edited" | "deleted" | undefined {
  const { t, d } = readData(body);
  if (t === "MESSAGE_DELETE_BULK" && Array.isArray(d.ids))
    return d.ids.includes(message) ? "deleted" : undefined;
  if (d.id !== message) return undefined;
  switch (t) {
    case "MESSAGE_CREATE":
      return "created";
    case "MESSAGE_UPDATE":
      return "edited";
    case "MESSAGE_DELETE":
      return "deleted";
    default:
      return undefined;
  }
}

interface Dispatch {
  readonly t?: unknown;
  readonly d: Readonly<Record<string, unknown>>;
}

/** Events that could not be understood lie in the journal, too: nothing is certain of their shape. */
function readData(body: string): Dispatch {
  try {
    const { t, d } = Object(JSON.parse(body));
    return { t, d: Object(d) };
  } catch {
    return { d: {} };
  }
}
