// What the simulated Discord remembers of each noun; every file of this folder reads these shapes.

import type { PollVotes } from "./polls.ts";

export type Snowflake = string;

export interface UserRecord {
  readonly id: Snowflake;
  username: string;
  globalName: string | null;
  avatar: string | null;
  readonly bot: boolean;
}

/** An application and its bot user. The two ids differ, as they do for old applications. */
export interface BotRecord {
  readonly id: Snowflake;
  readonly applicationId: Snowflake;
  readonly name: string;
  /** Replaced when too many IDENTIFYs reset it. */
  token: string;
  /** Application flags; the *_LIMITED bits say which privileged intents are switched on. */
  flags: number;
  readonly verifyKey: string;
  /** Above the review threshold: the bot may not switch intents on by itself. */
  readonly reviewed?: boolean;
  /** When each IDENTIFY of the last day came; milliseconds. */
  identifies: number[];
  /** What PATCH /applications/@me set. */
  settings: Record<string, unknown>;
}

export interface MemberRecord {
  readonly userId: Snowflake;
  nick: string | null;
  roles: Snowflake[];
  /** A picture for this guild alone. */
  avatar: string | null;
  readonly joinedAt: number;
  /** Timed out up to then; milliseconds. */
  timeoutUntil?: number;
}

export interface RoleRecord {
  readonly id: Snowflake;
  name: string;
  permissions: bigint;
  position: number;
  mentionable: boolean;
  /** The bot that the role was made for. */
  readonly botId?: Snowflake;
}

export interface EmojiRecord {
  readonly id: Snowflake;
  readonly name: string;
  readonly animated: boolean;
}

export interface StickerRecord {
  readonly id: Snowflake;
  readonly name: string;
  readonly tags: string;
  /** 1 PNG, 2 APNG, 3 Lottie, 4 GIF. */
  readonly format: 1 | 2 | 3 | 4;
}

export interface GuildRecord {
  readonly id: Snowflake;
  name: string;
  readonly ownerId: Snowflake;
  readonly roles: Map<Snowflake, RoleRecord>;
  readonly members: Map<Snowflake, MemberRecord>;
  /** Who is banned, with the reason that was given. */
  readonly bans: Map<Snowflake, string | null>;
  readonly emojis: EmojiRecord[];
  readonly stickers: StickerRecord[];
  /** 0-3; it sets how large files may be. */
  premiumTier: number;
}

export interface Overwrite {
  readonly id: Snowflake;
  /** 0 role, 1 member. */
  readonly type: 0 | 1;
  readonly allow: bigint;
  readonly deny: bigint;
}

export interface ThreadState {
  readonly ownerId: Snowflake;
  archived: boolean;
  locked: boolean;
  autoArchiveMinutes: number;
  archiveChangedAt: number;
  readonly createdAt: number;
  messageCount: number;
  totalSent: number;
  readonly members: Map<Snowflake, number>;
  appliedTags: Snowflake[];
}

export interface ForumTag {
  readonly id: Snowflake;
  readonly name: string;
  /** Only those who manage threads may set it. */
  readonly moderated: boolean;
  readonly emojiName: string | null;
}

export interface ChannelRecord {
  readonly id: Snowflake;
  type: number;
  /** Absent: a direct message. */
  readonly guildId?: Snowflake;
  name: string;
  topic: string | null;
  parentId: Snowflake | null;
  position: number;
  overwrites: Overwrite[];
  lastMessageId: Snowflake | null;
  lastPinAt: number | null;
  readonly recipients: readonly Snowflake[];
  /** Of a forum. */
  tags?: readonly ForumTag[];
  /** Posts of this forum must have a tag (channel flag 1 << 4). */
  requiresTag?: boolean;
  readonly thread?: ThreadState;
}

/** A user or a webhook; a webhook's name and face are those of the moment it spoke. */
export type AuthorRecord =
  | { readonly kind: "user"; readonly id: Snowflake }
  | {
      readonly kind: "webhook";
      readonly id: Snowflake;
      readonly name: string;
      readonly avatar: string | null;
      readonly applicationId: Snowflake | null;
      /** The `avatar_url` it spoke with. */
      readonly avatarUrl?: string;
    };

export interface AttachmentRecord {
  readonly id: Snowflake;
  readonly channelId: Snowflake;
  readonly filename: string;
  readonly contentType: string;
  readonly bytes: Buffer;
  /** What the message says of its size; that of the bytes, unless told. */
  readonly size?: number;
  readonly description?: string;
  readonly title?: string;
  readonly width?: number;
  readonly height?: number;
  readonly durationSecs?: number;
  readonly waveform?: string;
  readonly flags: number;
}

export interface ReactionRecord {
  readonly emoji: { readonly id: Snowflake | null; readonly name: string; readonly animated?: boolean };
  readonly users: Snowflake[];
}

/** Who is notified, or highlighted after an edit: `everyone` stands for @everyone and @here. */
export interface Pinged {
  readonly everyone: boolean;
  readonly users: readonly Snowflake[];
  readonly roles: readonly Snowflake[];
}

export type Embed = Readonly<Record<string, unknown>>;
export type Component = Readonly<Record<string, unknown>>;

export interface MessageReference {
  /** 0 reply, 1 forward. */
  readonly type: 0 | 1;
  readonly message_id?: Snowflake;
  readonly channel_id: Snowflake;
  readonly guild_id?: Snowflake;
}

export interface MessageRecord {
  readonly id: Snowflake;
  readonly channelId: Snowflake;
  readonly type: number;
  readonly author: AuthorRecord;
  readonly createdAt: number;
  /** Microseconds since 1970 as Discord prints them; absent before the first edit. */
  editedAt?: number;
  content: string;
  mentions: readonly Snowflake[];
  mentionRoles: readonly Snowflake[];
  mentionEveryone: boolean;
  pinged: Pinged;
  attachments: readonly AttachmentRecord[];
  embeds: readonly Embed[];
  components: readonly Component[];
  flags: number;
  readonly tts: boolean;
  readonly nonce?: string | number;
  pinnedAt?: number;
  readonly reference?: MessageReference;
  readonly snapshots?: readonly unknown[];
  /** The forwarded message as it was then; its files are signed anew each time. */
  readonly forwarded?: MessageRecord;
  readonly stickers: readonly StickerItem[];
  readonly poll?: Readonly<Record<string, unknown>>;
  votes?: PollVotes;
  /** Of the answer to a slash command. */
  readonly interaction?: Interaction;
  readonly reactions: ReactionRecord[];
  deleted: boolean;
}

/** What a message says of the interaction that it answers. */
export interface Interaction {
  readonly id: Snowflake;
  /** Of the command; "" for buttons and forms. */
  readonly name: string;
  readonly userId: Snowflake;
  /** 2 command (unless told), 3 component, 5 modal. */
  readonly type?: 2 | 3 | 5;
  readonly applicationId?: Snowflake;
  readonly guildId?: Snowflake;
  /** The message whose button was pressed. */
  readonly pressedOn?: Snowflake;
  /** The message in whose menu the command was chosen. */
  readonly target?: Snowflake;
  /** What opened the form. */
  readonly trigger?: Interaction;
  /** Of a follow-up: the first answer. */
  readonly followsUp?: Snowflake;
}

export interface StickerItem {
  readonly id: Snowflake;
  readonly name: string;
  /** 1 PNG, 2 APNG, 3 Lottie, 4 GIF. */
  readonly format_type: 1 | 2 | 3 | 4;
}

export interface WebhookRecord {
  readonly id: Snowflake;
  readonly guildId: Snowflake;
  channelId: Snowflake;
  name: string;
  avatar: string | null;
  readonly token: string;
  /** Null: a human made it; then nobody but its URL's holder knows the token. */
  readonly applicationId: Snowflake | null;
  readonly userId: Snowflake;
}
