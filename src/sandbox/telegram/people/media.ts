// What people send beside text: files of every kind, albums, places, polls, checklists; the sandbox offers it.

import type { ChatState } from "../chats.ts";
import { messageJson, type StoredMessage } from "../messages.ts";
import { type MediaKind, mediaContent, mediaInfo } from "../methods/media-content.ts";
import { castVote, closePoll, createPoll, type PollDraft, watchPoll } from "../polls.ts";
import { type Content, isRecord, type Message, type User } from "../types.ts";
import type { World } from "../world.ts";
import { edit, type Saying, say, standing } from "./people.ts";

/** A file as the sender's app declares it; nothing is looked up in the bytes but the size of a photo. */
export interface SentFile {
  readonly kind: MediaKind;
  readonly bytes: Buffer;
  readonly name?: string;
  readonly mime?: string;
  /** What the message claims; that of the bytes, unless told. Above 20 MB a bot cannot have it. */
  readonly size?: number;
  /** Seconds. */
  readonly duration?: number;
  readonly width?: number;
  readonly height?: number;
  readonly title?: string;
  readonly performer?: string;
  /** Of a sticker. */
  readonly emoji?: string;
  readonly setName?: string;
  readonly spoiler?: boolean;
  /** A JPEG of at most 320 x 320. */
  readonly thumbnail?: Buffer;
}

export interface Place {
  readonly latitude: number;
  readonly longitude: number;
  readonly heading?: number;
  readonly horizontalAccuracy?: number;
}

export interface Tasks {
  readonly title: string;
  readonly tasks: readonly string[];
}

/** All end like `say`: who may not write makes them throw. */
export interface MediaActions {
  sendFile(chatId: number, userId: number, file: SentFile, saying?: Saying): Message;
  /** Each file is a message of its own with the same `media_group_id`; the caption stands at the first. */
  sendAlbum(chatId: number, userId: number, files: readonly SentFile[], saying?: Saying): readonly Message[];
  /** An edit that puts another file (and the caption given, or none) in its place. */
  replaceFile(chatId: number, messageId: number, file: SentFile, saying?: Saying): Message;
  /** With `livePeriod` (seconds) a live location, which `moveLocation` and `stopLocation` edit. */
  sendLocation(
    chatId: number,
    userId: number,
    place: Place & { livePeriod?: number },
    saying?: Saying,
  ): Message;
  moveLocation(chatId: number, messageId: number, place: Place): Message;
  stopLocation(chatId: number, messageId: number): Message;
  sendPoll(chatId: number, userId: number, poll: PollDraft, saying?: Saying): Message;
  /** Indexes of options; [] takes the vote back. Of polls of bots too. */
  vote(chatId: number, messageId: number, userId: number, options: readonly number[]): void;
  closePoll(chatId: number, messageId: number): void;
  sendChecklist(chatId: number, userId: number, list: Tasks, saying?: Saying): Message;
  /** Ids of tasks (from 1); no edit is sent, but a service message. */
  tickTasks(
    chatId: number,
    messageId: number,
    userId: number,
    change: { readonly done?: readonly number[]; readonly undone?: readonly number[] },
  ): Message;
  addTasks(chatId: number, messageId: number, userId: number, tasks: readonly string[]): Message;
}

/** What Telegram's apps make of each kind; documents have the type of their file. */
const MIMES: Partial<Readonly<Record<MediaKind, string>>> = {
  video: "video/mp4",
  animation: "video/mp4",
  audio: "audio/mpeg",
  voice: "audio/ogg",
};

function fileContent(world: World, file: SentFile): Content {
  const { kind, bytes, name, mime = MIMES[kind], size, thumbnail } = file;
  const stored = world.files.store(bytes, {
    kind,
    ...(name !== undefined && { name }),
    ...(mime !== undefined && { mime }),
    ...(size !== undefined && { size }),
  });
  const length = kind === "video_note" ? file.width : undefined;
  const numbers = ["duration", "width", "height", "length"];
  const info = mediaInfo({ ...file, length }, numbers, ["title", "performer", "emoji"]);
  const thumb = thumbnail && { filename: "thumb.jpg", mime: "image/jpeg", bytes: thumbnail };
  const content = mediaContent(world, { ...stored, kind }, info, thumb);
  const spoiler = file.spoiler === true && { has_media_spoiler: true };
  if (kind !== "sticker" || !isRecord(content.sticker)) return { ...content, ...spoiler };
  const set = file.setName === undefined ? {} : { set_name: file.setName };
  const { width = content.sticker.width, height = content.sticker.height } = file;
  return { sticker: { ...content.sticker, width, height, ...set } };
}

function sendAlbum(
  world: World,
  chat: ChatState,
  userId: number,
  files: readonly SentFile[],
  saying: Saying,
): readonly Message[] {
  if (files.length < 2 || files.length > 10) throw new Error("SANDBOX: an album has 2 to 10 files");
  const media_group_id = String(13_000_000_000_000_000 + Math.floor(world.random() * 1e12));
  const { caption: _, caption_entities: __, ...rest } = saying;
  return files.map((file, index) => {
    const words = index === 0 ? saying : rest;
    return say(world, chat, userId, { ...words, ...fileContent(world, file), media_group_id });
  });
}

const MEDIA = ["photo", "video", "animation", "audio", "document", "text", "entities", "caption"];

function replaceFile(message: StoredMessage, world: World, file: SentFile, saying: Saying): Message {
  const gone = [...MEDIA, "caption_entities", "has_media_spoiler"];
  const kept = Object.entries(message.content).filter(([key]) => !gone.includes(key));
  message.earlier.push(message.content);
  message.content = Object.fromEntries(kept);
  const edited = edit(world, message.chat, message.id, { ...saying, ...fileContent(world, file) });
  // `edit` has put away the half-emptied content.
  message.earlier.pop();
  return edited;
}

function locationOf({ heading, horizontalAccuracy, latitude, longitude }: Place): Content {
  return {
    latitude,
    longitude,
    ...(horizontalAccuracy !== undefined && { horizontal_accuracy: horizontalAccuracy }),
    ...(heading !== undefined && { heading }),
  };
}

/** Edits of a live location carry `live_period` until it is stopped. Bot API 10.1, Location */
function moveLocation(world: World, message: StoredMessage, place: Place | undefined): Message {
  const old = message.content.location;
  if (!isRecord(old) || old.live_period === undefined) throw new Error("SANDBOX: no live location");
  const { live_period, heading: _, ...rest } = old;
  const location = place ? { ...locationOf(place), live_period } : rest;
  world.edit(message, { ...message.content, location });
  return messageJson(message);
}

function taskOf(text: string, index: number): Content {
  return { id: index + 1, text };
}

function checklistOf(message: StoredMessage): { readonly list: Content; readonly tasks: readonly Content[] } {
  const list = message.content.checklist;
  if (!isRecord(list) || !Array.isArray(list.tasks)) throw new Error("SANDBOX: no checklist");
  return { list, tasks: list.tasks };
}

function service(world: World, about: StoredMessage, user: User, content: Content): Message {
  const { chat, thread, inTopic } = about;
  const place = { ...(thread !== undefined && { thread }), inTopic };
  const draft = { authorId: user.id, from: user, ...place, replyTo: about.id, service: true, content };
  return messageJson(world.post(chat, draft));
}

function tickTasks(
  world: World,
  message: StoredMessage,
  user: User,
  { done = [], undone = [] }: { readonly done?: readonly number[]; readonly undone?: readonly number[] },
): Message {
  const { list, tasks } = checklistOf(message);
  const ticked = tasks.map((task) => {
    const { completed_by_user: _, completion_date: __, ...open } = task;
    if (done.includes(Number(task.id)))
      return { ...open, completed_by_user: user, completion_date: world.seconds() };
    return undone.includes(Number(task.id)) ? open : task;
  });
  world.refreshed(message, { ...message.content, checklist: { ...list, tasks: ticked } });
  return service(world, message, user, {
    checklist_tasks_done: {
      checklist_message: messageJson(message, undefined, 0),
      ...(done.length > 0 && { marked_as_done_task_ids: done }),
      ...(undone.length > 0 && { marked_as_not_done_task_ids: undone }),
    },
  });
}

function addTasks(world: World, message: StoredMessage, user: User, texts: readonly string[]): Message {
  const { list, tasks } = checklistOf(message);
  const added = texts.map((text, index) => taskOf(text, tasks.length + index));
  const checklist = { ...list, tasks: [...tasks, ...added] };
  world.refreshed(message, { ...message.content, checklist });
  const checklist_message = messageJson(message, undefined, 0);
  return service(world, message, user, { checklist_tasks_added: { checklist_message, tasks: added } });
}

function sendPoll(world: World, chat: ChatState, userId: number, draft: PollDraft, saying: Saying): Message {
  const said = say(world, chat, userId, saying, createPoll(world, draft, userId));
  watchPoll(world, standing(world, chat, said.message_id));
  return said;
}

export function mediaActions(world: World): MediaActions {
  const at = (chatId: number, messageId: number) => standing(world, world.chat(chatId), messageId);
  return {
    sendFile: (chatId, userId, file, saying = {}) =>
      say(world, world.chat(chatId), userId, { ...saying, ...fileContent(world, file) }),
    sendAlbum: (chatId, userId, files, saying = {}) =>
      sendAlbum(world, world.chat(chatId), userId, files, saying),
    replaceFile: (chatId, messageId, file, saying = {}) =>
      replaceFile(at(chatId, messageId), world, file, saying),
    sendLocation: (chatId, userId, { livePeriod, ...place }, saying = {}) => {
      const live = livePeriod === undefined ? {} : { live_period: livePeriod };
      const location = { ...locationOf(place), ...live };
      return say(world, world.chat(chatId), userId, { ...saying, location });
    },
    moveLocation: (chatId, messageId, place) => moveLocation(world, at(chatId, messageId), place),
    stopLocation: (chatId, messageId) => moveLocation(world, at(chatId, messageId), undefined),
    sendPoll: (chatId, userId, poll, saying = {}) =>
      sendPoll(world, world.chat(chatId), userId, poll, saying),
    vote: (chatId, messageId, userId, options) =>
      castVote(world, at(chatId, messageId), world.user(userId), options),
    closePoll: (chatId, messageId) => closePoll(world, at(chatId, messageId)),
    sendChecklist: (chatId, userId, { title, tasks }, saying = {}) =>
      say(world, world.chat(chatId), userId, { ...saying, checklist: { title, tasks: tasks.map(taskOf) } }),
    tickTasks: (chatId, messageId, userId, change) =>
      tickTasks(world, at(chatId, messageId), world.user(userId), change),
    addTasks: (chatId, messageId, userId, tasks) =>
      addTasks(world, at(chatId, messageId), world.user(userId), tasks),
  };
}
