// Puts Telegram's service messages into notices (locales/<language>/telegram.json, `notice`); `service.ts` calls it.

import type { Message, User } from "@grammyjs/types";
import type { Notice, Shown } from "../../../model/event.ts";
import type { Values } from "../../../model/texts.ts";
import type { FieldOf } from "../kinds.ts";
import type { TelegramSelf } from "../request.ts";
import { userName } from "./authors.ts";
import { readBody } from "./content.ts";
import { excerptOfBody } from "./reply.ts";

type ServiceField = FieldOf<"notice" | "pin" | "thread" | "edit">;
type Service = { readonly [F in ServiceField]: NonNullable<Message[F]> };
type Readers = {
  readonly [F in ServiceField]: (
    about: Service[F],
    message: Message,
    self: TelegramSelf,
  ) => Notice | undefined;
};

const HOUR = 3600;
const DAY = 24 * HOUR;

/** `name`, who did it, comes from the event's `by`; the values here are all the rest. */
const READERS: Readers = {
  new_chat_members: (members, message, self) => joined(members, message, self),
  left_chat_member: (member, message, self) => {
    if (String(member.id) === self.id) return undefined;
    return member.id === message.from?.id
      ? say("joins", "left")
      : say("joins", "removed", { who: userName(member) });
  },
  chat_owner_left: () => say("joins", "owner-left"),
  chat_owner_changed: ({ new_owner }) => say("joins", "owner-changed", { who: userName(new_owner) }),
  new_chat_title: (title) => say("titles", "title", { title }),
  new_chat_photo: () => say("titles", "photo"),
  delete_chat_photo: () => say("titles", "photo-removed"),
  message_auto_delete_timer_changed: ({ message_auto_delete_time: seconds }) => {
    if (seconds === 0) return say(undefined, "auto-delete-off");
    return seconds < DAY
      ? say(undefined, "auto-delete-hours", { hours: Math.max(1, Math.round(seconds / HOUR)) })
      : say(undefined, "auto-delete-days", { days: Math.round(seconds / DAY) });
  },
  pinned_message: (pinned) => {
    // Bot API 10.1, InaccessibleMessage: date is 0, and nothing else is told.
    const excerpt = pinned.date === 0 ? "" : excerptOfBody(readBody(pinned, { account: "" }));
    return excerpt === "" ? say("pins", "pinned") : say("pins", "pinned-text", { excerpt });
  },
  boost_added: ({ boost_count }) => say("boosts", "boost", { count: boost_count }),
  checklist_tasks_done: ({ checklist_message, marked_as_done_task_ids: done }) =>
    say(undefined, done && done.length > 0 ? "checklist-done" : "checklist-undone", {
      title: checklistTitle(checklist_message),
    }),
  checklist_tasks_added: ({ checklist_message, tasks }) =>
    say(undefined, "checklist-added", {
      title: checklistTitle(checklist_message),
      tasks: tasks.map((task) => task.text).join(", "),
    }),
  poll_option_added: ({ option_text }) => say("polls", "poll-option-added", { option: option_text }),
  poll_option_deleted: ({ option_text }) => say("polls", "poll-option-removed", { option: option_text }),
  forum_topic_created: ({ name }) => say("topics", "topic-created", { topic: name }),
  // Only a new icon: nothing to read.
  forum_topic_edited: ({ name }) => (name ? say("topics", "topic-renamed", { topic: name }) : undefined),
  forum_topic_closed: () => say("topics", "topic-closed"),
  forum_topic_reopened: () => say("topics", "topic-reopened"),
  giveaway_created: () => say(undefined, "giveaway-created"),
  giveaway_completed: ({ winner_count }) => say(undefined, "giveaway-completed", { count: winner_count }),
  video_chat_scheduled: ({ start_date }) => say("calls", "video-chat-scheduled", { when: utc(start_date) }),
  video_chat_started: () => say("calls", "video-chat-started"),
  video_chat_ended: ({ duration }) =>
    say("calls", "video-chat-ended", { minutes: Math.max(1, Math.round(duration / 60)) }),
  video_chat_participants_invited: ({ users }) => say("calls", "video-chat-invited", { who: names(users) }),
};

const FIELDS = Object.keys(READERS) as readonly ServiceField[];

/** What a service message has to tell; undefined when it concerns the bot alone. */
export function noticeOf(message: Message, self: TelegramSelf): Notice | undefined {
  const field = FIELDS.find((key) => message[key] !== undefined);
  if (!field) return undefined;
  const read = READERS[field] as (about: unknown, message: Message, self: TelegramSelf) => Notice | undefined;
  return read(message[field], message, self);
}

function say(group: Shown | undefined, key: string, values?: Values): Notice {
  return { key: `telegram.notice.${key}`, ...(values ? { values } : {}), ...(group ? { group } : {}) };
}

/** Somebody came, or was brought; the bot does not announce itself. */
function joined(members: readonly User[], message: Message, self: TelegramSelf): Notice | undefined {
  const others = members.filter((member) => String(member.id) !== self.id);
  if (others.length === 0) return undefined;
  const alone = others.length === 1 && others[0]?.id === message.from?.id;
  return alone ? say("joins", "joined") : say("joins", "added", { who: names(others) });
}

function names(users: readonly User[]): string {
  return users.map(userName).join(", ");
}

function checklistTitle(message: Message | undefined): string {
  return message?.checklist?.title ?? "?";
}

/** In figures alone, for the reader's language is not known here. */
function utc(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
