// What people send in Discord beside plain text: forwards, GIFs, commands, votes; `index.ts` offers it.

import type { Picture } from "../cdn/pictures.ts";
import { FLAG, type MessageForm } from "../forms/message.ts";
import { forwardOf } from "../forms/reference.ts";
import { ALLOW_ALL } from "../mentions.ts";
import { type SandboxMessage, sandboxMessage } from "../message-shape.ts";
import { announceUpdate, createMessage } from "../messages.ts";
import { addVote, endPoll, removeVote } from "../polls.ts";
import type { Embed, Snowflake } from "../records.ts";
import { refuse } from "../rest/errors.ts";
import type { SayInput } from "../sandbox.ts";
import { findChannel, findMessage, hex, type World } from "../world.ts";
import { filesOf } from "./people.ts";

export interface Gif {
  /** The page of the GIF, which is all a message says. */
  readonly page: string;
  /** The moving picture, as its host has it. */
  readonly video: string;
  readonly bytes: Buffer;
  readonly contentType?: string;
  readonly width?: number;
  readonly height?: number;
  readonly provider?: string;
}

export interface CommandInput {
  readonly botId: Snowflake;
  readonly name: string;
  /** Absent: deferred, the bot "is thinking" until `answerCommand`. */
  readonly answer?: Pick<SayInput, "content" | "embeds" | "components" | "attachments" | "flags">;
}

export interface SpeechActions {
  /** The source may stand in another channel; its files go along. */
  forward(
    channelId: Snowflake,
    userId: Snowflake,
    source: { readonly channelId: Snowflake; readonly messageId: Snowflake },
  ): SandboxMessage;
  /** Bytes of another host as Discord's proxy serves them: gives the `proxy_url`. */
  proxied(url: string, picture: Picture): string;
  /** The `gifv` embed of a GIF picked in Discord, for `say` (at once) or `unfurl` (a moment later). */
  gifEmbed(gif: Gif): Embed;
  /** Somebody uses a slash command of a bot (type 20). */
  useCommand(channelId: Snowflake, userId: Snowflake, input: CommandInput): SandboxMessage;
  /** The answer to a deferred command: LOADING goes, MESSAGE_UPDATE comes. */
  answerCommand(
    channelId: Snowflake,
    messageId: Snowflake,
    answer: NonNullable<CommandInput["answer"]>,
  ): SandboxMessage;
  /** Takes the author's previous vote away where only one answer may be chosen. */
  vote(channelId: Snowflake, messageId: Snowflake, userId: Snowflake, answerId: number): void;
  unvote(channelId: Snowflake, messageId: Snowflake, userId: Snowflake, answerId: number): void;
  /** Its author ends it early; the clock ends it by itself. */
  endPoll(channelId: Snowflake, messageId: Snowflake): void;
}

const LOADING = 128;

function proxied(world: World, url: string, picture: Picture): string {
  const { protocol, host, pathname } = new URL(url);
  const path = `/external/${hex(world.random, 16)}/${protocol.slice(0, -1)}/${host}${pathname}`;
  world.pictures.set(path, picture);
  return `${world.origin}/media${path}`;
}

function gifEmbed(world: World, gif: Gif): Embed {
  const { page, video, bytes, contentType = "video/mp4", width = 320, height = 240 } = gif;
  const proxy = proxied(world, video, { bytes, contentType });
  return {
    type: "gifv",
    url: page,
    provider: { name: gif.provider ?? "Tenor", url: "https://tenor.co" },
    thumbnail: { url: video.replace(/\.mp4$/, ".png"), proxy_url: proxy, width, height },
    video: { url: video, proxy_url: proxy, width, height },
  };
}

function formOf(world: World, channelId: Snowflake, input: NonNullable<CommandInput["answer"]>): MessageForm {
  const { content = "", embeds, components, flags } = input;
  return {
    content: content.trim(),
    attachments: filesOf(world, channelId, input),
    allowed: ALLOW_ALL,
    tts: false,
    ...(embeds ? { embeds } : {}),
    ...(components ? { components } : {}),
    ...(flags === undefined ? {} : { flags }),
  };
}

function useCommand(world: World, channelId: Snowflake, userId: Snowflake, input: CommandInput) {
  const { botId, name, answer } = input;
  const form = formOf(world, channelId, answer ?? { flags: LOADING });
  const channel = findChannel(world, channelId);
  const bot = world.bots.get(botId);
  const message = createMessage(world, channel, {
    author: { kind: "user", id: botId },
    speaker: botId,
    form,
    type: 20,
    interaction: {
      ...{ id: world.newId(), name, userId },
      ...(bot && { applicationId: bot.applicationId }),
      ...(channel.guildId !== undefined && { guildId: channel.guildId }),
    },
  });
  return sandboxMessage(world, message);
}

function answerCommand(
  world: World,
  channelId: Snowflake,
  messageId: Snowflake,
  answer: NonNullable<CommandInput["answer"]>,
): SandboxMessage {
  const message = findMessage(world, channelId, messageId);
  if ((message.flags & LOADING) === 0) throw refuse(50006);
  const form = formOf(world, channelId, answer);
  message.flags = form.flags ?? message.flags & ~LOADING;
  message.content = form.content ?? "";
  message.attachments = form.attachments ?? [];
  message.embeds = form.embeds ?? [];
  message.components = form.components ?? [];
  announceUpdate(world, findChannel(world, channelId), message);
  return sandboxMessage(world, message);
}

function forward(
  world: World,
  channelId: Snowflake,
  userId: Snowflake,
  from: Parameters<SpeechActions["forward"]>[2],
): SandboxMessage {
  const source = findChannel(world, from.channelId);
  const target = findMessage(world, from.channelId, from.messageId);
  const message = createMessage(world, findChannel(world, channelId), {
    author: { kind: "user", id: userId },
    speaker: userId,
    form: { content: "", allowed: ALLOW_ALL, tts: false, flags: FLAG.HAS_SNAPSHOT },
    ...forwardOf(source, target),
  });
  return sandboxMessage(world, message);
}

export function speechOf(world: World): SpeechActions {
  const at = (channelId: Snowflake, messageId: Snowflake) =>
    [world, findChannel(world, channelId), findMessage(world, channelId, messageId)] as const;
  return {
    forward: (channelId, userId, source) => forward(world, channelId, userId, source),
    proxied: (url, picture) => proxied(world, url, picture),
    gifEmbed: (gif) => gifEmbed(world, gif),
    useCommand: (channelId, userId, input) => useCommand(world, channelId, userId, input),
    answerCommand: (channelId, messageId, answer) => answerCommand(world, channelId, messageId, answer),
    vote: (channelId, messageId, userId, answerId) => addVote(...at(channelId, messageId), userId, answerId),
    unvote: (channelId, messageId, userId, answerId) =>
      removeVote(...at(channelId, messageId), userId, answerId),
    endPoll: (channelId, messageId) => endPoll(...at(channelId, messageId)),
  };
}
