// The shapes of Discord's message events as far as the parser reads them; parse.ts and its parts use them.
//
// Everything but the ids is optional: Discord leaves fields out of partial, forwarded and referenced messages.

export interface UserPayload {
  readonly id: string;
  readonly username?: string;
  readonly global_name?: string | null;
  readonly bot?: boolean;
}

export interface MentionPayload extends UserPayload {
  readonly member?: MemberPayload | null;
}

export interface MemberPayload {
  readonly nick?: string | null;
}

export interface AttachmentPayload {
  readonly filename?: string;
  readonly description?: string | null;
  readonly content_type?: string | null;
  readonly size?: number;
  readonly url?: string;
  readonly duration_secs?: number;
  readonly flags?: number;
}

export interface StickerPayload {
  readonly id: string;
  readonly name?: string;
  readonly format_type?: number;
}

export interface EmbedPayload {
  readonly type?: string;
  readonly url?: string;
  readonly title?: string;
  readonly description?: string;
  readonly author?: { readonly name?: string };
  readonly fields?: readonly { readonly name: string; readonly value: string }[];
}

export interface MediaPayload {
  readonly media?: { readonly url?: string; readonly content_type?: string | null };
  readonly description?: string | null;
  readonly spoiler?: boolean;
}

export interface ComponentPayload extends MediaPayload {
  readonly type: number;
  readonly content?: string;
  readonly components?: readonly ComponentPayload[];
  readonly items?: readonly MediaPayload[];
  readonly file?: { readonly url?: string; readonly content_type?: string | null };
  readonly name?: string;
  readonly size?: number;
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
  readonly poll?: { readonly question?: { readonly text?: string } };
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
  readonly message_reference?: ReferencePayload;
  readonly referenced_message?: MessagePayload | null;
  readonly message_snapshots?: readonly { readonly message?: ContentPayload }[];
}

// Discord, resources/message, Message Flags.
export const FLAGS = {
  suppressEmbeds: 1 << 2,
  ephemeral: 1 << 6,
  loading: 1 << 7,
  suppressNotifications: 1 << 12,
  voice: 1 << 13,
} as const;

export function hasFlag(payload: { readonly flags?: number }, flag: number): boolean {
  return ((payload.flags ?? 0) & flag) !== 0;
}
