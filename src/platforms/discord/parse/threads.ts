// Reads what became of threads and channels; parse.ts calls it.

import type { BridgeEvent, Notice, ThreadChange } from "../../../model/event.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import { isClosed, type ThreadData } from "../account/thread-state.ts";
import type { News } from "../gateway/dispatch.ts";
import type { Scene } from "./names.ts";
import type { ChannelPayload } from "./payload.ts";

/** [] for threads of our own, and for changes that nobody sees. New names are told by messages. */
export function threadEvents(
  type: string,
  data: ChannelPayload & ThreadData,
  { before }: News,
  { account, directory }: Scene,
): readonly BridgeEvent[] {
  const parent = data.parent_id ?? directory.channel(data.id)?.parent;
  if (!parent) return [];
  const conversation: ConversationRef = { account, id: parent, thread: data.id };
  const name = data.name ?? before?.name;
  const changed = (change: ThreadChange, notice?: Notice): readonly BridgeEvent[] => [
    {
      kind: "thread.changed",
      conversation,
      change,
      ...(name ? { name } : {}),
      ...(notice ? { notice } : {}),
    },
  ];
  const said = (key: string): Notice => ({
    key: `discord.notice.${key}`,
    group: "topics",
    values: { title: name || "…" },
  });
  switch (type) {
    case "THREAD_CREATE": {
      const { userId } = directory.self;
      const isOurs =
        data.owner_id !== undefined && (data.owner_id === userId || directory.isOwnWebhook(data.owner_id));
      // It also comes when the bot is added to an old one. A message says who opened it.
      return isOurs || data.newly_created !== true ? [] : changed("created");
    }
    case "THREAD_DELETE":
      return changed("deleted", said("thread-deleted"));
    default: {
      const isNow = isClosed(data);
      // Nobody knows how it was before a restart: opening it again does no harm, and saying so may be wrong.
      if (before?.closed === undefined) return isNow ? [] : changed("reopened");
      if (before.closed === isNow) return [];
      return isNow ? changed("closed", said("thread-closed")) : changed("reopened", said("thread-reopened"));
    }
  }
}

/** What a channel is called or about, where that is new. */
export function channelEvents(
  data: ChannelPayload,
  { before }: News,
  { account }: Scene,
): readonly BridgeEvent[] {
  if (!before) return [];
  const conversation: ConversationRef = { account, id: data.id };
  const say = (key: string, values: Notice["values"]): BridgeEvent => ({
    kind: "notice",
    conversation,
    notice: { key: `discord.notice.${key}`, group: "titles", ...(values ? { values } : {}) },
  });
  const { name, topic } = { name: data.name ?? "", topic: data.topic ?? "" };
  return [
    ...(name !== "" && name !== before.name ? [say("channel-renamed", { title: name })] : []),
    ...(topic !== before.topic ? [say(topic ? "channel-topic" : "channel-no-topic", { topic })] : []),
  ];
}
