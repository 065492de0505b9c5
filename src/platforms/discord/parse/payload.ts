// The shapes of Discord's events as far as the parser reads them; parse.ts and its parts use them.
//
// Everything but the ids is optional: Discord leaves fields out of partial, forwarded and referenced messages.

export interface UserPayload {
  readonly id: string;
  readonly username?: string;
  readonly global_name?: string | null;
  readonly avatar?: string | null;
  readonly bot?: boolean;
}

export interface MentionPayload extends UserPayload {
  readonly member?: MemberPayload | null;
}

export interface MemberPayload {
  readonly nick?: string | null;
  /** The picture of theirs in this guild. */
  readonly avatar?: string | null;
  /** Absent where the event itself names the user. */
  readonly user?: UserPayload;
}

export interface AttachmentPayload {
  readonly id?: string;
  readonly filename?: string;
  /** The name without its ending as it was before Discord made a safe one of it. */
  readonly title?: string | null;
  readonly description?: string | null;
  readonly content_type?: string | null;
  readonly size?: number;
  readonly url?: string;
  readonly width?: number | null;
  readonly height?: number | null;
  readonly duration_secs?: number;
  readonly waveform?: string;
  readonly flags?: number;
}

export interface StickerPayload {
  readonly id: string;
  readonly name?: string;
  readonly format_type?: number;
}

/** A picture or video of an embed or a component. */
export interface MediaPayload {
  readonly url?: string;
  /** Discord's copy of it. */
  readonly proxy_url?: string;
  readonly width?: number | null;
  readonly height?: number | null;
  readonly content_type?: string | null;
  readonly description?: string | null;
  readonly attachment_id?: string;
}

export interface EmbedPayload {
  readonly type?: string;
  readonly url?: string;
  readonly title?: string;
  readonly description?: string;
  readonly timestamp?: string;
  readonly author?: { readonly name?: string; readonly url?: string };
  readonly footer?: { readonly text?: string };
  readonly image?: MediaPayload;
  readonly thumbnail?: MediaPayload;
  readonly video?: MediaPayload;
  readonly fields?: readonly { readonly name?: string; readonly value?: string }[];
}

export interface GalleryItemPayload {
  readonly media?: MediaPayload;
  readonly description?: string | null;
  readonly spoiler?: boolean;
}

export interface ComponentPayload extends GalleryItemPayload {
  readonly type: number;
  readonly content?: string;
  readonly components?: readonly ComponentPayload[];
  readonly accessory?: ComponentPayload;
  readonly items?: readonly GalleryItemPayload[];
  readonly file?: MediaPayload;
  readonly name?: string;
  readonly size?: number;
  readonly label?: string;
  readonly url?: string;
  readonly emoji?: EmojiPayload;
}

export interface EmojiPayload {
  readonly id?: string | null;
  readonly name?: string | null;
  readonly animated?: boolean;
}

export interface PollMediaPayload {
  readonly text?: string | null;
  readonly emoji?: EmojiPayload | null;
}

export interface PollPayload {
  readonly question?: PollMediaPayload;
  readonly answers?: readonly { readonly answer_id?: number; readonly poll_media?: PollMediaPayload }[];
  readonly expiry?: string | null;
  readonly allow_multiselect?: boolean;
  readonly results?: {
    readonly is_finalized?: boolean;
    readonly answer_counts?: readonly { readonly id: number; readonly count: number }[];
  };
}

export interface ReferencePayload {
  /** 0 or absent: a reply; 1: a forward. */
  readonly type?: number;
  readonly message_id?: string;
  readonly channel_id?: string;
  readonly guild_id?: string;
}

/** What a message says and carries; all that a forwarded snapshot has. */
export interface ContentPayload {
  readonly content?: string;
  readonly flags?: number;
  readonly mentions?: readonly MentionPayload[];
  readonly attachments?: readonly AttachmentPayload[];
  readonly embeds?: readonly EmbedPayload[];
  readonly sticker_items?: readonly StickerPayload[];
  readonly components?: readonly ComponentPayload[];
  readonly poll?: PollPayload;
  readonly activity?: object;
  readonly application?: { readonly name?: string };
  readonly shared_client_theme?: object;
}

export interface MessagePayload extends ContentPayload {
  readonly id: string;
  readonly channel_id: string;
  readonly guild_id?: string;
  readonly type?: number;
  readonly author?: UserPayload;
  readonly member?: MemberPayload | null;
  readonly webhook_id?: string;
  readonly application_id?: string;
  readonly timestamp?: string;
  readonly edited_timestamp?: string | null;
  readonly pinned?: boolean;
  readonly message_reference?: ReferencePayload;
  readonly referenced_message?: MessagePayload | null;
  readonly message_snapshots?: readonly { readonly message?: ContentPayload }[];
  readonly interaction_metadata?: { readonly user?: UserPayload; readonly name?: string };
  readonly interaction?: {
    readonly name?: string;
    readonly user?: UserPayload;
    readonly member?: MemberPayload;
  };
}

/** A channel or thread in an event of its own. */
export interface ChannelPayload {
  readonly id: string;
  readonly parent_id?: string | null;
  readonly name?: string | null;
  readonly topic?: string | null;
  readonly owner_id?: string;
  readonly newly_created?: boolean;
}

/** A reaction, or the end of some. */
export interface ReactionPayload {
  readonly channel_id: string;
  readonly message_id: string;
  readonly guild_id?: string;
  readonly user_id?: string;
  readonly member?: MemberPayload;
  readonly emoji?: EmojiPayload;
}

// Discord, resources/message, Message Flags.
export const FLAGS = {
  isCrosspost: 1 << 1,
  suppressEmbeds: 1 << 2,
  sourceDeleted: 1 << 3,
  ephemeral: 1 << 6,
  loading: 1 << 7,
  suppressNotifications: 1 << 12,
  voice: 1 << 13,
} as const;

export function hasFlag(payload: { readonly flags?: number }, flag: number): boolean {
  return ((payload.flags ?? 0) & flag) !== 0;
}
