// How a message looks to one viewer: signed attachment URLs, and nothing to read without MESSAGE_CONTENT.

import { signedUrl } from "./cdn/cdn-url.ts";
import { pollShape } from "./polls.ts";
import type { AttachmentRecord, BotRecord, Interaction, MessageRecord, Pinged } from "./records.ts";
import { channelShape, partialMemberShape, type UserShape, userShape } from "./shapes.ts";
import { timestamp } from "./snowflake.ts";
import type { Viewer, World } from "./world.ts";

// Discord docs, resources/application: GATEWAY_MESSAGE_CONTENT and its _LIMITED twin.
const CONTENT_FLAGS = (1 << 18) | (1 << 19);

export interface AttachmentShape {
  readonly id: string;
  readonly filename: string;
  readonly size: number;
  readonly url: string;
  readonly proxy_url: string;
  readonly content_type: string;
  readonly flags: number;
  readonly description?: string;
  readonly title?: string;
  readonly width?: number;
  readonly height?: number;
  readonly duration_secs?: number;
  readonly waveform?: string;
}

export interface MessageShape {
  readonly id: string;
  readonly type: number;
  readonly channel_id: string;
  readonly guild_id?: string;
  readonly author: UserShape;
  readonly content: string;
  readonly timestamp: string;
  readonly edited_timestamp: string | null;
  readonly tts: boolean;
  readonly mention_everyone: boolean;
  readonly mentions: readonly UserShape[];
  readonly mention_roles: readonly string[];
  readonly attachments: readonly AttachmentShape[];
  readonly embeds: readonly unknown[];
  readonly components: readonly unknown[];
  readonly pinned: boolean;
  readonly flags: number;
  readonly webhook_id?: string;
  readonly application_id?: string;
  readonly nonce?: string | number;
  readonly message_reference?: unknown;
  readonly referenced_message?: MessageShape | null;
  readonly message_snapshots?: readonly unknown[];
  readonly sticker_items?: readonly unknown[];
  readonly poll?: unknown;
  readonly reactions?: readonly unknown[];
  readonly thread?: unknown;
  readonly member?: unknown;
  readonly interaction_metadata?: unknown;
  readonly channel_type?: number;
}

/** A stored message as tests see it: everything, and who was notified. */
export type SandboxMessage = MessageShape & {
  readonly pinged: Pinged;
  /** What a webhook gave as its picture. */
  readonly avatar_url?: string;
};

/** The application as a reader over REST, where its flags decide. */
export function restViewer(bot: BotRecord): Viewer {
  return { bot, readsContent: (bot.flags & CONTENT_FLAGS) !== 0 };
}

/** May this viewer read the message's text, files, embeds and components? */
export function canRead(world: World, message: MessageRecord, viewer: Viewer): boolean {
  if (viewer.readsContent) return true;
  const { author } = message;
  const own =
    author.kind === "user" ? author.id === viewer.bot.id : author.applicationId === viewer.bot.applicationId;
  const direct = world.channels.get(message.channelId)?.guildId === undefined;
  return own || direct || message.mentions.includes(viewer.bot.id);
}

function authorShape(world: World, message: MessageRecord): UserShape {
  const { author } = message;
  if (author.kind === "user") return userShape(world, author.id);
  return {
    id: author.id,
    username: author.name,
    discriminator: "0000",
    global_name: null,
    avatar: author.avatar,
    bot: true,
    public_flags: 0,
    flags: 0,
    primary_guild: null,
  };
}

/** As it is shown, its address signed anew. */
export function attachmentShape(world: World, file: AttachmentRecord): AttachmentShape {
  const url = signedUrl(world, file);
  return {
    id: file.id,
    filename: file.filename,
    size: file.size ?? file.bytes.length,
    url: `${world.origin}/cdn${url}`,
    proxy_url: `${world.origin}/media${url}`,
    content_type: file.contentType,
    flags: file.flags,
    ...(file.description === undefined ? {} : { description: file.description }),
    ...(file.title === undefined ? {} : { title: file.title }),
    ...(file.width === undefined ? {} : { width: file.width }),
    ...(file.height === undefined ? {} : { height: file.height }),
    ...(file.durationSecs === undefined ? {} : { duration_secs: file.durationSecs }),
    ...(file.waveform === undefined ? {} : { waveform: file.waveform }),
  };
}

/** What a forward carries of its source: everything but the author. */
function snapshotShape(world: World, source: MessageRecord) {
  return {
    message: {
      type: source.type,
      content: source.content,
      mentions: source.mentions.map((id) => userShape(world, id)),
      mention_roles: source.mentionRoles,
      attachments: source.attachments.map((file) => attachmentShape(world, file)),
      embeds: source.embeds,
      timestamp: timestamp(source.createdAt),
      edited_timestamp: editedText(source),
      flags: source.flags,
      components: source.components,
      ...(source.stickers.length > 0 ? { sticker_items: source.stickers } : {}),
    },
  };
}

/** The fields that MESSAGE_CONTENT guards. */
function readable(world: World, message: MessageRecord, viewer: Viewer | undefined) {
  return {
    content: message.content,
    attachments: message.attachments.map((file) => attachmentShape(world, file)),
    embeds: message.embeds,
    components: message.components,
    ...(message.poll ? { poll: pollShape(message, viewer?.bot.id) } : {}),
    ...(message.forwarded ? { message_snapshots: [snapshotShape(world, message.forwarded)] } : {}),
    ...(message.snapshots ? { message_snapshots: message.snapshots } : {}),
  };
}

const BLANK = { content: "", attachments: [], embeds: [], components: [] } as const;

function editedText(message: MessageRecord): string | null {
  if (message.editedAt === undefined) return null;
  return timestamp(Math.floor(message.editedAt / 1000), message.editedAt % 1000);
}

function metadataShape(world: World, about: Interaction): Record<string, unknown> {
  const { id, type = 2, name, userId, guildId, pressedOn, target, trigger, followsUp } = about;
  return {
    ...{ id, type, user: userShape(world, userId) },
    authorizing_integration_owners: { "0": guildId ?? "0" },
    ...(type === 2 && name !== "" && { name }),
    ...(type === 2 && target !== undefined && { target_message_id: target }),
    ...(type === 3 && { interacted_message_id: pressedOn ?? id }),
    ...(type === 5 && {
      triggering_interaction_metadata: metadataShape(world, trigger ?? { id, name: "", userId }),
    }),
    ...(followsUp !== undefined && { original_response_message_id: followsUp }),
  };
}

/** Who used what; `interaction` is the older name that is still sent, of commands alone. */
function interactionShape(world: World, about: Interaction) {
  const { id, type = 2, name, userId, applicationId } = about;
  return {
    interaction_metadata: metadataShape(world, about),
    ...(type === 2 && { interaction: { id, type, name, user: userShape(world, userId) } }),
    // The answers come through the webhook that an application is for its interactions.
    ...(applicationId !== undefined && { webhook_id: applicationId, application_id: applicationId }),
  };
}

/** Without `reactions`, `thread` and `referenced_message`. `viewer` undefined: sees everything. */
function core(world: World, message: MessageRecord, viewer: Viewer | undefined): MessageShape {
  const visible = viewer === undefined || canRead(world, message, viewer);
  const { author } = message;
  return {
    id: message.id,
    type: message.type,
    channel_id: message.channelId,
    author: authorShape(world, message),
    timestamp: timestamp(message.createdAt),
    edited_timestamp: editedText(message),
    tts: message.tts,
    mention_everyone: message.mentionEveryone,
    mentions: message.mentions.map((id) => userShape(world, id)),
    mention_roles: message.mentionRoles,
    pinned: message.pinnedAt !== undefined,
    flags: message.flags,
    ...(visible ? readable(world, message, viewer) : BLANK),
    ...(author.kind === "webhook" ? { webhook_id: author.id } : {}),
    ...(author.kind === "webhook" && author.applicationId !== null
      ? { application_id: author.applicationId }
      : {}),
    ...(message.interaction ? interactionShape(world, message.interaction) : {}),
    ...(message.reference ? { message_reference: message.reference } : {}),
    ...(message.stickers.length > 0 ? { sticker_items: message.stickers } : {}),
  };
}

/** The answered message of a reply: null when it is deleted. Absent for other kinds. */
function referenced(world: World, message: MessageRecord, viewer: Viewer | undefined) {
  const target = message.reference;
  if (message.type !== 19 || target?.message_id === undefined) return {};
  const answered = world.messages
    .get(target.channel_id)
    ?.find((candidate) => candidate.id === target.message_id && !candidate.deleted);
  return { referenced_message: answered ? core(world, answered, viewer) : null };
}

function reactionShapes(message: MessageRecord, viewer: Viewer | undefined) {
  if (message.reactions.length === 0) return {};
  return {
    reactions: message.reactions.map(({ emoji, users }) => ({
      emoji,
      count: users.length,
      count_details: { burst: 0, normal: users.length },
      burst_colors: [],
      me: viewer !== undefined && users.includes(viewer.bot.id),
      me_burst: false,
    })),
  };
}

/** As REST answers: no `guild_id`, no `member`. */
export function restMessage(world: World, message: MessageRecord, viewer: Viewer | undefined): MessageShape {
  const thread = world.channels.get(message.id);
  return {
    ...core(world, message, viewer),
    ...referenced(world, message, viewer),
    ...reactionShapes(message, viewer),
    ...(thread?.thread ? { thread: channelShape(world, thread) } : {}),
  };
}

/** As the Gateway dispatches: with `guild_id`, `member` of people, members of the mentioned. */
export function gatewayMessage(world: World, message: MessageRecord, viewer: Viewer): MessageShape {
  const channel = world.channels.get(message.channelId);
  const guild = channel?.guildId === undefined ? undefined : world.guilds.get(channel.guildId);
  const base = { ...core(world, message, viewer), ...referenced(world, message, viewer) };
  const type = channel ? { channel_type: channel.type } : {};
  if (!guild) return { ...base, ...type };
  const member = message.author.kind === "user" ? guild.members.get(message.author.id) : undefined;
  return {
    ...base,
    ...type,
    guild_id: guild.id,
    mentions: base.mentions.map((user) => {
      const mentioned = guild.members.get(user.id);
      return mentioned ? { ...user, member: partialMemberShape(mentioned) } : user;
    }),
    ...(member ? { member: partialMemberShape(member) } : {}),
  };
}

/** For tests and the demo: nothing hidden. */
export function sandboxMessage(world: World, message: MessageRecord): SandboxMessage {
  const guildId = world.channels.get(message.channelId)?.guildId;
  return {
    ...restMessage(world, message, undefined),
    ...(guildId === undefined ? {} : { guild_id: guildId }),
    ...(message.nonce === undefined ? {} : { nonce: message.nonce }),
    pinged: message.pinged,
    ...(message.author.kind === "webhook" && message.author.avatarUrl !== undefined
      ? { avatar_url: message.author.avatarUrl }
      : {}),
  };
}
