// Shows what stands in the demo's Discord channel and its threads as the page wants it; `discord-side.ts` asks for each picture.

import { type APIAttachment, type APIEmbed, type APIMessage, MessageType } from "discord-api-types/v10";
import type { FileKind } from "../model/attachment.ts";
import { plainText, type RichText } from "../model/rich-text.ts";
import type { DiscordSandbox } from "../sandbox/discord/sandbox.ts";
import type { FileShelf } from "./file-shelf.ts";
import { answered } from "./side.ts";
import type { ButtonView, CardView, FileView, MessageView, NoticeView, PollView } from "./view.ts";

export interface DiscordEyes {
  readonly sandbox: DiscordSandbox;
  readonly channel: string;
  readonly botId: string;
  readonly shelf: FileShelf;
  person(id: string): { readonly name: string; readonly face?: string } | undefined;
  read(content: string): RichText;
  /** Of a sticker or a GIF that somebody sent from here. */
  bytesOf(key: string): Buffer | undefined;
  reactedWith(message: string, emoji: string): readonly string[];
  votersOf(message: string, option: number): readonly string[];
}

/** As Discord's API has it, and with what a webhook gave as its face. */
export type Shown = APIMessage & {
  readonly avatar_url?: string;
  readonly topic?: string;
  /** The only person who sees it. */
  readonly only?: string;
};

const SPOILER = 8;
const VOICE = 8192;
const LOADING = 128;

/** Everything that stands in the channel and its threads, in the order in which it was said. */
export function standing({ sandbox, channel }: Pick<DiscordEyes, "sandbox" | "channel">): readonly Shown[] {
  // The sandbox gives the JSON of Discord's API.
  const said = (id: string) => sandbox.messages(id) as unknown as readonly Shown[];
  const threads = sandbox.threads(channel);
  if (threads.length === 0) return said(channel);
  const within = threads.flatMap(({ id, name }) => said(id).map((message) => ({ ...message, topic: name })));
  return [...said(channel), ...within].sort(byAge);
}

/** What only one person sees stands among the others, in its time. */
export function showDiscord(
  eyes: DiscordEyes,
  said: readonly Shown[],
  whispers: readonly Shown[],
  most: number,
): readonly MessageView[] {
  const all = whispers.length === 0 ? said : [...said, ...whispers].sort(byAge);
  return all.slice(-most).flatMap((message) => show(eyes, message) ?? []);
}

function byAge(a: Shown, b: Shown): number {
  return Number(BigInt(a.id) - BigInt(b.id));
}

/** Discord, components reference: 2 a button, 5 a link; 3 green, 4 red. */
function buttonsOf({ components = [] }: Shown): MessageView["buttons"] {
  const rows = (components as unknown as readonly { readonly components?: readonly Component[] }[]).map(
    (row) =>
      (row.components ?? []).flatMap((button): readonly ButtonView[] => {
        if (button.type !== 2) return [];
        const { label = "", custom_id: press, url: href, style } = button;
        return [
          {
            label,
            ...(press !== undefined && { press }),
            ...(href !== undefined && { href }),
            ...(style === 3 && { style: "good" as const }),
            ...(style === 4 && { style: "danger" as const }),
          },
        ];
      }),
  );
  return rows.some((row) => row.length > 0) ? rows : undefined;
}

interface Component {
  readonly type: number;
  readonly label?: string;
  readonly custom_id?: string;
  readonly url?: string;
  readonly style?: number;
}

function show(eyes: DiscordEyes, message: Shown): MessageView | undefined {
  const { id, author, poll, reactions = [], referenced_message: reply, topic } = message;
  const notice = noticeOf(message);
  const person = eyes.person(author.id);
  const { gifs, cards } = embedsOf(eyes, message);
  const forwarded = message.message_snapshots?.[0]?.message;
  const files = [...filesOf(eyes, message), ...gifs, ...(forwarded ? filesOf(eyes, forwarded) : [])];
  const thinking = ((message.flags ?? 0) & LOADING) !== 0;
  // A GIF that was picked says nothing but its address.
  const content = gifs.length > 0 ? "" : (forwarded?.content ?? message.content);
  if (!content && !notice && !poll && !thinking && files.length + cards.length === 0) return undefined;
  const face = faceOf(eyes, message);
  const command = message.interaction_metadata;
  return {
    ...{ id, files, cards },
    author: nameOf(eyes, message),
    ...(face !== undefined && { face }),
    carried: isWebhooks(message),
    body: eyes.read(notice ? "" : content),
    ...(message.content !== "" && gifs.length === 0 && { source: message.content }),
    edited: message.edited_timestamp !== null,
    at: Date.parse(message.timestamp),
    ...(person && !notice && { person: author.id }),
    ...(reply && answered(reply.id, nameOf(eyes, reply), wordsOf(eyes, reply))),
    ...(poll && { poll: pollOf(eyes, id, poll) }),
    reactions: reactions.map(({ emoji: { name }, count }) => {
      const emoji = name ?? "";
      return { emoji, count, by: eyes.reactedWith(id, emoji) };
    }),
    pinned: message.pinned,
    ...(topic !== undefined && { topic }),
    ...(notice && { notice }),
    ...(forwarded && { forwarded: "" }),
    ...(command && { command: { name: commandName(message), by: nameOfUser(eyes, command.user) } }),
    ...(thinking && { thinking }),
    ...withButtons(message),
  };
}

function withButtons(message: Shown): Pick<MessageView, "buttons" | "only"> {
  const buttons = buttonsOf(message);
  return { ...(buttons && { buttons }), ...(message.only !== undefined && { only: message.only }) };
}

function commandName(message: Shown): string {
  const { name } = message.interaction_metadata as { name?: string };
  return name ?? "";
}

function nameOfUser(eyes: DiscordEyes, user: { readonly id: string; readonly username: string }): string {
  return eyes.person(user.id)?.name ?? user.username;
}

function nameOf(eyes: DiscordEyes, { author }: Pick<Shown, "author">): string {
  return nameOfUser(eyes, author);
}

function wordsOf(eyes: DiscordEyes, message: APIMessage): string {
  return plainText(eyes.read(message.content)) || message.poll?.question.text || "📎";
}

function faceOf({ person, shelf, sandbox }: DiscordEyes, message: Shown): string | undefined {
  const { avatar_url: url } = message;
  if (url === undefined) return person(message.author.id)?.face;
  return shelf.put(`discord ${url}`, () => sandbox.pictureAt(url)?.bytes).url;
}

function noticeOf(message: Shown): NoticeView | undefined {
  switch (message.type) {
    case MessageType.ChannelPinnedMessage:
      return { kind: "pinned" };
    case MessageType.ThreadCreated:
      return { kind: "topic", name: message.content };
    case MessageType.ChannelNameChange:
      return { kind: "topic-renamed", name: message.content };
    case MessageType.PollResult:
      return { kind: "poll-ended" };
    default:
      return undefined;
  }
}

type WithFiles = Pick<APIMessage, "attachments" | "flags" | "sticker_items">;

function filesOf(eyes: DiscordEyes, message: WithFiles): readonly FileView[] {
  const voice = ((message.flags ?? 0) & VOICE) !== 0;
  const files = message.attachments.map((file) => attachmentOf(eyes, file, voice));
  const stickers = (message.sticker_items ?? []).map(({ id, name }) => ({
    ...{ kind: "sticker" as const, spoiler: false, alt: name },
    ...eyes.shelf.put(`discord ${id}`, () => eyes.bytesOf(id)),
  }));
  return [...files, ...stickers];
}

function attachmentOf({ shelf, sandbox }: DiscordEyes, file: APIAttachment, voice: boolean): FileView {
  const { id, url, filename: name, size: bytes, width, height, description: alt, duration_secs } = file;
  const spoiler = (((file.flags ?? 0) as number) & SPOILER) !== 0 || name.startsWith("SPOILER_");
  return {
    ...{ kind: voice ? "voice" : kindOf(file.content_type), name, bytes, spoiler },
    ...shelf.put(`discord ${id}`, () => sandbox.pictureAt(url)?.bytes),
    ...(width && height && { width, height }),
    ...(duration_secs !== undefined && { seconds: duration_secs }),
    ...(alt && { alt }),
    ...(file.title && { title: file.title }),
  };
}

function kindOf(type = ""): FileKind {
  if (type === "image/gif") return "animation";
  if (type.startsWith("image/")) return "photo";
  if (type.startsWith("video/")) return "video";
  return type.startsWith("audio/") ? "audio" : "document";
}

interface Embeds {
  readonly gifs: readonly FileView[];
  readonly cards: readonly CardView[];
}

function embedsOf(eyes: DiscordEyes, { embeds, type }: Shown): Embeds {
  if (type === MessageType.PollResult) return { gifs: [], cards: [] };
  const gifs = embeds.flatMap(({ video, thumbnail, ...embed }) => {
    if (String(embed.type) !== "gifv" || !video?.url) return [];
    const { url, width, height } = video;
    const place = eyes.shelf.put(`discord ${url}`, () => eyes.bytesOf(url));
    return [
      { kind: "animation" as const, spoiler: false, ...place, ...(width && height && { width, height }) },
    ];
  });
  const cards = embeds.filter((embed) => String(embed.type) !== "gifv").map((embed) => cardOf(eyes, embed));
  return { gifs, cards };
}

/** Answers to commands name their application there, and are no webhooks'. */
function isWebhooks({ webhook_id, application_id }: Shown): boolean {
  return webhook_id !== undefined && webhook_id !== application_id;
}

function cardOf({ read }: DiscordEyes, embed: APIEmbed): CardView {
  const { title, description = "", fields = [], color, footer } = embed;
  return {
    kind: "embed",
    ...(title !== undefined && { title }),
    body: read(description),
    fields: fields.map(({ name, value }) => ({ name, body: read(value) })),
    ...(color !== undefined && { colour: `#${color.toString(16).padStart(6, "0")}` }),
    ...(footer && { footer: footer.text }),
  };
}

function pollOf(eyes: DiscordEyes, id: string, poll: NonNullable<APIMessage["poll"]>): PollView {
  const counts = new Map((poll.results?.answer_counts ?? []).map(({ id: answer, count }) => [answer, count]));
  return {
    question: poll.question.text ?? "",
    options: poll.answers.map(({ answer_id: answer, poll_media: { text, emoji } }) => ({
      id: answer,
      text: [emoji?.name, text].filter(Boolean).join(" "),
      votes: counts.get(answer) ?? 0,
      by: eyes.votersOf(id, answer),
    })),
    multiple: poll.allow_multiselect,
    closed: poll.results?.is_finalized ?? false,
  };
}
