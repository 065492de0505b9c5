// Says what Discord's system messages mean: notices, pins, threads, the end of a poll; parse.ts calls it.

import type { BridgeEvent, Notice, Shown } from "../../../model/event.ts";
import type { Author } from "../../../model/message.ts";
import type { ConversationRef, MessageRef } from "../../../model/refs.ts";
import { conversationOf, displayName, type Scene } from "./names.ts";
import type { MessagePayload } from "./payload.ts";

type Writer = (message: MessagePayload) => Notice;

const plain =
  (group: Shown, key: string): Writer =>
  () => ({ key: `discord.notice.${key}`, group });

const about =
  (group: Shown, key: string, value: string, read: (message: MessagePayload) => string): Writer =>
  (message) => ({ key: `discord.notice.${key}`, group, values: { [value]: read(message) } });

const content = (message: MessagePayload) => message.content ?? "";

function mentioned({ mentions }: MessagePayload): string {
  return (mentions ?? []).map((user) => displayName(user, user.member)).join(", ") || "…";
}

const boosted =
  (tier: number): Writer =>
  () => ({ key: "discord.notice.boosted-tier", group: "boosts", values: { tier } });

// Discord, resources/message, Message Types.
const RENAMED = 4;
const PINNED = 6;
const JOINED = 7;
const THREAD_CREATED = 18;
const THREAD_STARTER = 21;
const POLL_RESULT = 46;

/** The event's author fills `name`. */
const WRITERS: ReadonlyMap<number, Writer> = new Map([
  [1, about("joins", "added", "target", mentioned)],
  [2, about("joins", "removed", "target", mentioned)],
  [RENAMED, about("titles", "renamed", "title", content)],
  [PINNED, plain("pins", "pinned")],
  [JOINED, plain("joins", "joined")],
  [8, plain("boosts", "boosted")],
  [9, boosted(1)],
  [10, boosted(2)],
  [11, boosted(3)],
  [12, about("titles", "follows", "channel", content)],
  [THREAD_CREATED, about("topics", "thread", "title", content)],
  [27, about("calls", "stage-started", "topic", content)],
  [28, about("calls", "stage-ended", "topic", content)],
  [31, about("calls", "stage-topic", "topic", content)],
  [POLL_RESULT, pollEnded],
]);

// Discord, resources/message, Poll Result Embed Fields.
function pollEnded({ embeds }: MessagePayload): Notice {
  const facts = new Map((embeds?.[0]?.fields ?? []).map(({ name, value }) => [name, value]));
  const question = facts.get("poll_question_text") ?? "…";
  const answer = facts.get("victor_answer_text");
  const votes = Number(facts.get("victor_answer_votes") ?? 0);
  const values = { question, answer: answer ?? "", votes };
  return { key: `discord.notice.poll-ended${answer === undefined ? "-open" : ""}`, group: "polls", values };
}

/** What a message of a type that is no person's words says; `by` is who set it off, `at` in milliseconds since 1970. */
export function systemEvents(
  message: MessagePayload,
  by: Author,
  at: number,
  scene: Scene,
): readonly BridgeEvent[] {
  const type = message.type ?? 0;
  const conversation = conversationOf(message.channel_id, scene);
  if (type === THREAD_STARTER) return threadStarted(conversation, scene);
  const notice = WRITERS.get(type)?.(message);
  if (!notice) return [];
  const said: BridgeEvent = { kind: "notice", conversation, notice, by };
  const target = targetOf(message, scene);
  switch (type) {
    case PINNED:
      return [target ? { kind: "pin.changed", target, pinned: true, by, notice } : said];
    case POLL_RESULT:
      return target ? [{ kind: "poll.closed", target }, said] : [said];
    case JOINED:
      return [said, { kind: "members.changed", conversation, joined: [by], left: [], at }];
    case RENAMED: {
      const renamed = { kind: "thread.changed", conversation, change: "renamed", by } as const;
      const topics = { ...notice, group: "topics" } as const;
      return conversation.thread ? [{ ...renamed, name: content(message), notice: topics }] : [said];
    }
    case THREAD_CREATED: {
      const thread = message.message_reference?.channel_id;
      const opened = {
        kind: "thread.changed",
        change: "created",
        name: content(message),
        by,
        notice,
      } as const;
      return [thread ? { ...opened, conversation: { ...conversation, thread } } : said];
    }
    default:
      return [said];
  }
}

/** The message that a system message is about. */
function targetOf(
  { message_reference: about, channel_id: channel }: MessagePayload,
  scene: Scene,
): MessageRef | undefined {
  const id = about?.message_id;
  return id ? { conversation: conversationOf(about?.channel_id ?? channel, scene), id } : undefined;
}

/** The first line of a thread that hangs on a message of its channel; nothing says who opened it. */
function threadStarted(conversation: ConversationRef, { directory }: Scene): readonly BridgeEvent[] {
  const name = conversation.thread === undefined ? undefined : directory.channel(conversation.thread)?.name;
  if (!name) return [];
  const notice: Notice = { key: "discord.notice.thread-new", group: "topics", values: { title: name } };
  return [{ kind: "thread.changed", conversation, change: "created", name, notice }];
}
