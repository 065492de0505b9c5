// The shapes of the Bot API the simulator passes around; every file of this folder uses them.

export interface User {
  readonly id: number;
  readonly is_bot: boolean;
  readonly first_name: string;
  readonly last_name?: string;
  readonly username?: string;
  readonly language_code?: string;
}

export type ChatType = "private" | "group" | "supergroup" | "channel";

export interface Chat {
  readonly id: number;
  readonly type: ChatType;
  readonly title?: string;
  readonly username?: string;
  readonly first_name?: string;
  readonly last_name?: string;
  readonly is_forum?: true;
}

/** Offsets and lengths in UTF-16 code units. */
export interface Entity {
  readonly type: string;
  readonly offset: number;
  readonly length: number;
  readonly url?: string;
  readonly user?: User;
  readonly language?: string;
  readonly custom_emoji_id?: string;
  readonly unix_time?: number;
  readonly date_time_format?: string;
}

/** Fields of a Message that make its content, such as `text`, `entities`, `photo`, `caption`. */
export type Content = Readonly<Record<string, unknown>>;

/** A Message as a bot receives it. */
export interface Message extends Content {
  readonly message_id: number;
  readonly date: number;
  readonly chat: Chat;
  readonly from?: User;
  readonly sender_chat?: Chat;
  readonly text?: string;
  readonly entities?: readonly Entity[];
  readonly caption?: string;
  readonly caption_entities?: readonly Entity[];
  readonly reply_to_message?: Message;
  readonly message_thread_id?: number;
  readonly is_topic_message?: true;
  readonly edit_date?: number;
}

export interface Reaction {
  readonly type: "emoji" | "custom_emoji" | "paid";
  readonly emoji?: string;
  readonly custom_emoji_id?: string;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
