// Shows what stands in the demo's Telegram group as the page wants it; `telegram-side.ts` asks for each picture.

import type { Message, MessageEntity, MessageOrigin, PhotoSize } from "@grammyjs/types";
import type { FileKind } from "../model/attachment.ts";
import { plainText, type RichText } from "../model/rich-text.ts";
import { entitiesToTree } from "../platforms/telegram/entities/parse.ts";
import type { TelegramSandbox } from "../sandbox/telegram/index.ts";
import type { FileShelf } from "./file-shelf.ts";
import { answered } from "./side.ts";
import type { CardView, FileView, MessageView, NoticeView, PollView, ReactionView } from "./view.ts";

export interface TelegramEyes {
  readonly sandbox: TelegramSandbox;
  readonly chat: number;
  readonly botId: number;
  readonly shelf: FileShelf;
  /** The people of this side, with their faces. */
  person(id: number | undefined): { readonly face?: string } | undefined;
  /** What was typed, for the box when it is edited. */
  typed(id: number): string | undefined;
  votersOf(message: string, option: number): readonly string[];
}

/** The messages of the group in order, an album as one. */
export function showTelegram(eyes: TelegramEyes, most: number): readonly MessageView[] {
  const pins = eyes.sandbox.pins(eyes.chat);
  const topics = new Map(eyes.sandbox.topics(eyes.chat).map(({ id, name }) => [id, name]));
  return showAll(eyes, eyes.sandbox.messages(eyes.chat), { pins, topics }, most);
}

/** What stands between a person and the bot alone. */
export function showPrivate(
  eyes: TelegramEyes,
  said: ReturnType<TelegramSandbox["messages"]>,
  most: number,
): readonly MessageView[] {
  return showAll(eyes, said, { pins: [], topics: new Map() }, most);
}

function showAll(
  eyes: TelegramEyes,
  said: ReturnType<TelegramSandbox["messages"]>,
  around: Around,
  most: number,
): readonly MessageView[] {
  const albums = new Map<string, number>();
  const shown: MessageView[] = [];
  // The sandbox gives the JSON of the Bot API.
  const messages = said.slice(-2 * most) as unknown as readonly Message[];
  for (const message of messages) {
    const group = message.media_group_id;
    const at = group === undefined ? undefined : albums.get(group);
    const first = at === undefined ? undefined : shown[at];
    if (at !== undefined && first) {
      shown[at] = { ...first, files: [...first.files, ...filesOf(eyes, message)] };
      continue;
    }
    const view = show(eyes, message, around);
    if (!view) continue;
    if (group !== undefined) albums.set(group, shown.length);
    shown.push(view);
  }
  return shown.slice(-most);
}

interface Around {
  readonly pins: readonly number[];
  readonly topics: ReadonlyMap<number, string>;
}

function show(eyes: TelegramEyes, message: Message, { pins, topics }: Around): MessageView | undefined {
  const { message_id: id, from, reply_to_message: reply, poll } = message;
  const person = eyes.person(from?.id);
  const isOurs = from?.id === eyes.botId;
  const words = message.text ?? message.caption;
  const body = bodyOf(message);
  const speaker = isOurs ? speakerOf(body) : undefined;
  // What the robot says itself did not cross.
  const carried = isOurs && (words === undefined || speaker !== undefined);
  const notice = noticeOf(message);
  const files = filesOf(eyes, message);
  const cards = cardsOf(message);
  if (words === undefined && !notice && !poll && files.length + cards.length === 0) return undefined;
  const topic = message.is_topic_message ? topics.get(message.message_thread_id ?? 0) : undefined;
  const source = eyes.typed(id) ?? words;
  return {
    id: String(id),
    author: nameOf(message),
    ...{ carried, body, files, cards },
    ...(speaker && { speaker }),
    ...(person?.face && { face: person.face }),
    ...(source !== undefined && { source }),
    edited: message.edit_date !== undefined && message.location?.live_period === undefined,
    at: message.date * 1000,
    ...(person && from && { person: String(from.id) }),
    ...(reply && !reply.forum_topic_created && !notice && answerOf(reply)),
    ...(poll && { poll: pollOf(eyes, String(id), poll) }),
    reactions: reactionsOf(eyes, id),
    pinned: pins.includes(id),
    ...(topic !== undefined && { topic }),
    ...(notice && { notice }),
    ...(message.forward_origin && { forwarded: originOf(message.forward_origin) }),
    ...(message.reply_markup && buttonsOf(message.reply_markup)),
  };
}

function buttonsOf({
  inline_keyboard: rows,
}: NonNullable<Message["reply_markup"]>): Pick<MessageView, "buttons"> {
  const buttons = rows.map((row) =>
    row.map((button) => ({
      label: button.text,
      ...("callback_data" in button && { press: button.callback_data }),
      ...("url" in button && button.url !== undefined && { href: button.url }),
    })),
  );
  return { buttons };
}

function nameOf({ from }: Pick<Message, "from">): string {
  return [from?.first_name, from?.last_name].filter(Boolean).join(" ");
}

function bodyOf({ text, caption, entities, caption_entities }: Message): RichText {
  const marks = text === undefined ? caption_entities : entities;
  return entitiesToTree(text ?? caption ?? "", marks as readonly MessageEntity[] | undefined);
}

/** The bridge begins each message with the bold name of who spoke; the robot's own words have none. */
function speakerOf([first, next]: RichText): string | undefined {
  const isName = first?.kind === "bold" && (!next || (next.kind === "text" && next.text.startsWith(":")));
  return isName ? plainText(first.children) : undefined;
}

function answerOf(reply: Message) {
  const words = reply.text ?? reply.caption ?? reply.poll?.question ?? reply.sticker?.emoji ?? "📎";
  return answered(reply.message_id, nameOf(reply), words);
}

function originOf(origin: MessageOrigin): string {
  switch (origin.type) {
    case "user":
      return origin.sender_user.first_name;
    case "hidden_user":
      return origin.sender_user_name;
    case "chat":
      return origin.sender_chat.title ?? "";
    case "channel":
      return origin.chat.title;
  }
}

function noticeOf(message: Message): NoticeView | undefined {
  const { forum_topic_created: created, forum_topic_edited: edited } = message;
  if (message.pinned_message) return { kind: "pinned" };
  if (created) return { kind: "topic", name: created.name };
  if (edited?.name !== undefined) return { kind: "topic-renamed", name: edited.name };
  if (message.forum_topic_closed) return { kind: "topic-closed" };
  return message.checklist_tasks_done ? { kind: "tasks" } : undefined;
}

function cardsOf(message: Message): readonly CardView[] {
  const { location, venue, contact, dice, checklist } = message;
  if (location) {
    const { latitude, longitude, live_period } = location;
    const live = live_period !== undefined;
    return [{ kind: "place", latitude, longitude, live, ...(venue && { title: venue.title }) }];
  }
  if (contact) {
    const name = [contact.first_name, contact.last_name].filter(Boolean).join(" ");
    return [{ kind: "contact", name, phone: contact.phone_number }];
  }
  if (dice) return [{ kind: "dice", emoji: dice.emoji, value: dice.value }];
  if (!checklist) return [];
  const tasks = checklist.tasks.map(({ id, text, completion_date }) => ({
    ...{ id, text, done: Boolean(completion_date) },
  }));
  return [{ kind: "tasks", title: checklist.title, tasks }];
}

interface SentMedia {
  readonly file_unique_id: string;
  readonly file_size?: number;
  readonly file_name?: string;
  readonly width?: number;
  readonly height?: number;
  readonly length?: number;
  readonly duration?: number;
  readonly title?: string;
  readonly performer?: string;
  readonly emoji?: string;
}

/** A photo has several sizes, the largest last. */
function mediaOf(message: Message): readonly [FileKind, SentMedia][] {
  const largest: PhotoSize | undefined = message.photo?.at(-1);
  const candidates: readonly [FileKind, SentMedia | undefined][] = [
    ["photo", largest],
    ["video", message.video],
    ["animation", message.animation],
    ["audio", message.audio],
    ["voice", message.voice],
    ["video-note", message.video_note],
    ["sticker", message.sticker],
    ["document", message.animation ? undefined : message.document],
  ];
  return candidates.flatMap(([kind, media]) => (media ? [[kind, media] as const] : [])) as [
    FileKind,
    SentMedia,
  ][];
}

function filesOf({ sandbox, shelf }: TelegramEyes, message: Message): readonly FileView[] {
  return mediaOf(message).map(([kind, media]) => {
    const {
      file_unique_id: id,
      file_name: name,
      file_size: bytes,
      duration,
      title,
      performer,
      emoji,
    } = media;
    const { width = media.length, height = media.length } = media;
    const song = [performer, title].filter(Boolean).join(" – ");
    return {
      ...{ kind, spoiler: message.has_media_spoiler === true },
      ...shelf.put(`telegram ${id}`, () => sandbox.file(id).bytes),
      ...(name !== undefined && { name }),
      ...(bytes !== undefined && { bytes }),
      ...(width !== undefined && height !== undefined && { width, height }),
      ...(duration !== undefined && { seconds: duration }),
      ...(song && { title: song }),
      ...(emoji !== undefined && { alt: emoji }),
    };
  });
}

function pollOf(eyes: TelegramEyes, id: string, poll: NonNullable<Message["poll"]>): PollView {
  return {
    question: poll.question,
    options: poll.options.map(({ text, voter_count: votes }, index) => ({
      ...{ id: index, text, votes, by: eyes.votersOf(id, index) },
    })),
    multiple: poll.allows_multiple_answers,
    closed: poll.is_closed,
  };
}

function reactionsOf({ sandbox, chat, person }: TelegramEyes, id: number): readonly ReactionView[] {
  const found = new Map<string, { count: number; by: string[] }>();
  for (const [userId, list] of sandbox.reactions(chat, id)) {
    for (const emoji of list) {
      const entry = found.get(emoji) ?? { count: 0, by: [] };
      entry.count += 1;
      if (person(userId)) entry.by.push(String(userId));
      found.set(emoji, entry);
    }
  }
  return [...found].map(([emoji, { count, by }]) => ({ emoji, count, by }));
}
