// Makes the requests about what belongs to a message or a topic: reactions, pins, names; the bridge calls it, pure.

import type { Json } from "../../../model/delivery.ts";
import type { Reaction, ThreadChange } from "../../../model/event.ts";
import type { ConversationRef, MessageRef } from "../../../model/refs.ts";
import { frozen } from "../request.ts";
import { request } from "./send.ts";

// Bot API 10.1, ReactionTypeEmoji. Never with U+FE0F.
const REACTIONS: ReadonlySet<string> = new Set(
  (
    "❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 " +
    "👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡"
  ).split(" "),
);
/** Of a chat that allows few, so many are tried. */
const MOST_TRIED = 3;
/** Bot API 10.1, createForumTopic: 1-128 characters. */
const MAX_NAME = 128;

/**
 * Bot API 10.1, setMessageReaction: a bot has one reaction to a message, of 73 emoji or those the chat allows. The most
 * important one that is not known to be `refused` there is ours then.
 */
export function renderReactions(
  target: MessageRef,
  wanted: readonly Reaction[],
  own: readonly Reaction[],
  refused: ReadonlySet<string> = new Set(),
): { readonly requests: readonly Json[]; readonly own: readonly Reaction[] } {
  const emoji = wanted
    .flatMap((reaction) => (reaction.id === undefined ? [reaction.emoji.replaceAll("\uFE0F", "")] : []))
    .filter((each) => REACTIONS.has(each) && !refused.has(each))
    .slice(0, MOST_TRIED);
  const [best] = emoji;
  if (best === own[0]?.emoji && own.length <= 1) return { requests: [], own };
  const payload = { chat_id: Number(target.conversation.id), message_id: Number(target.id) };
  return {
    requests: [frozen({ kind: "react", payload, emoji })],
    own: best === undefined ? [] : [{ emoji: best }],
  };
}

export function renderPin({ conversation, id }: MessageRef, pinned: boolean): Json {
  const target = { chat_id: Number(conversation.id), message_id: Number(id) };
  return pinned
    ? request("pinChatMessage", { ...target, disable_notification: true })
    : request("unpinChatMessage", target);
}

/** What was deleted over there is closed here: with a topic all of its messages would go. */
export function renderThread(
  { id, thread }: ConversationRef,
  change: Exclude<ThreadChange, "created">,
  name?: string,
): Json | undefined {
  // The general topic is none that was opened for another.
  if (thread === undefined || thread === "1") return undefined;
  const topic = { chat_id: Number(id), message_thread_id: Number(thread) };
  switch (change) {
    case "renamed":
      return name === undefined ? undefined : request("editForumTopic", { ...topic, name: topicName(name) });
    case "closed":
    case "deleted":
      return request("closeForumTopic", topic);
    case "reopened":
      return request("reopenForumTopic", topic);
  }
}

/** One line of 1 to 128 characters. */
export function topicName(name: string): string {
  const line = [...name.replace(/\s+/g, " ").trim()];
  if (line.length === 0) return "…";
  return line.length > MAX_NAME ? `${line.slice(0, MAX_NAME - 1).join("")}…` : line.join("");
}
