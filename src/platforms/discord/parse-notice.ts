// Puts Discord's system messages into notices; parse.ts calls it for every type that is no message of a person.

import type { Notice } from "../../model/event.ts";
import { displayName } from "./parse-names.ts";
import type { MessagePayload } from "./parse-payload.ts";

type Writer = (message: MessagePayload) => Notice;

const plain =
  (key: string): Writer =>
  () => ({ key: `discord.notice.${key}` });

const about =
  (key: string, value: string, read: (message: MessagePayload) => string): Writer =>
  (message) => ({ key: `discord.notice.${key}`, values: { [value]: read(message) } });

const content = (message: MessagePayload) => message.content ?? "";

function mentioned({ mentions }: MessagePayload): string {
  return (mentions ?? []).map((user) => displayName(user, user.member)).join(", ") || "…";
}

const boosted =
  (tier: number): Writer =>
  () => ({ key: "discord.notice.boosted-tier", values: { tier } });

/** The event's author fills `name`. */
const WRITERS: ReadonlyMap<number, Writer> = new Map([
  [1, about("added", "target", mentioned)],
  [2, about("removed", "target", mentioned)],
  [4, about("renamed", "title", content)],
  [6, plain("pinned")],
  [7, plain("joined")],
  [8, plain("boosted")],
  [9, boosted(1)],
  [10, boosted(2)],
  [11, boosted(3)],
  [12, about("follows", "channel", content)],
  [18, about("thread", "title", content)],
  [27, about("stage-started", "topic", content)],
  [28, about("stage-ended", "topic", content)],
  [31, about("stage-topic", "topic", content)],
  [46, pollEnded],
]);

// Discord, resources/message, Poll Result Embed Fields.
function pollEnded({ embeds }: MessagePayload): Notice {
  const facts = new Map((embeds?.[0]?.fields ?? []).map(({ name, value }) => [name, value]));
  const question = facts.get("poll_question_text") ?? "…";
  const answer = facts.get("victor_answer_text");
  const votes = Number(facts.get("victor_answer_votes") ?? 0);
  const values = { question, answer: answer ?? "", votes };
  return { key: `discord.notice.poll-ended${answer === undefined ? "-open" : ""}`, values };
}

/** The notice for a system message; undefined for types that are of no interest to the bridge or must not leave. */
export function noticeOf(message: MessagePayload): Notice | undefined {
  return WRITERS.get(message.type ?? 0)?.(message);
}
