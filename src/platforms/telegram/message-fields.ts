// What every field of a Telegram message means to the bridge; the parser asks here, and tsc tells when one is missing.

import type { Message } from "@grammyjs/types";

/**
 * `meta` describes the message; `body` is its text; `content` becomes an attachment; `notice` a line of the robot;
 * `moved` another id of the chat; `quiet` concerns nobody on the other side.
 */
type FieldRole = "meta" | "body" | "content" | "notice" | "moved" | "quiet";

const FIELDS = {
  message_id: "meta",
  message_thread_id: "meta",
  direct_messages_topic: "meta",
  from: "meta",
  sender_chat: "meta",
  sender_boost_count: "meta",
  sender_business_bot: "meta",
  sender_tag: "meta",
  date: "meta",
  guest_query_id: "meta",
  business_connection_id: "meta",
  chat: "meta",
  forward_origin: "meta",
  is_topic_message: "meta",
  is_automatic_forward: "meta",
  receiver_user: "meta",
  ephemeral_message_id: "meta",
  reply_to_message: "meta",
  external_reply: "meta",
  quote: "meta",
  reply_to_story: "meta",
  reply_to_checklist_task_id: "meta",
  reply_to_poll_option_id: "meta",
  via_bot: "meta",
  guest_bot_caller_user: "meta",
  guest_bot_caller_chat: "meta",
  edit_date: "meta",
  has_protected_content: "meta",
  is_from_offline: "meta",
  is_paid_post: "meta",
  media_group_id: "meta",
  author_signature: "meta",
  paid_star_count: "meta",
  entities: "meta",
  link_preview_options: "meta",
  suggested_post_info: "meta",
  effect_id: "meta",
  caption_entities: "meta",
  show_caption_above_media: "meta",
  has_media_spoiler: "meta",
  reply_markup: "meta",

  text: "body",
  caption: "body",
  rich_message: "body",

  animation: "content",
  audio: "content",
  document: "content",
  live_photo: "content",
  paid_media: "content",
  photo: "content",
  sticker: "content",
  story: "content",
  video: "content",
  video_note: "content",
  voice: "content",
  checklist: "content",
  contact: "content",
  dice: "content",
  game: "content",
  poll: "content",
  venue: "content",
  location: "content",
  invoice: "content",
  giveaway: "content",
  giveaway_winners: "content",

  new_chat_members: "notice",
  left_chat_member: "notice",
  chat_owner_left: "notice",
  chat_owner_changed: "notice",
  new_chat_title: "notice",
  new_chat_photo: "notice",
  delete_chat_photo: "notice",
  message_auto_delete_timer_changed: "notice",
  pinned_message: "notice",
  boost_added: "notice",
  checklist_tasks_done: "notice",
  checklist_tasks_added: "notice",
  poll_option_added: "notice",
  poll_option_deleted: "notice",
  forum_topic_created: "notice",
  forum_topic_edited: "notice",
  forum_topic_closed: "notice",
  forum_topic_reopened: "notice",
  giveaway_created: "notice",
  giveaway_completed: "notice",
  video_chat_scheduled: "notice",
  video_chat_started: "notice",
  video_chat_ended: "notice",
  video_chat_participants_invited: "notice",

  migrate_to_chat_id: "moved",
  migrate_from_chat_id: "moved",

  group_chat_created: "quiet",
  supergroup_chat_created: "quiet",
  channel_chat_created: "quiet",
  chat_background_set: "quiet",
  community_chat_added: "quiet",
  community_chat_joined: "quiet",
  community_chat_removed: "quiet",
  connected_website: "quiet",
  chat_shared: "quiet",
  users_shared: "quiet",
  direct_message_price_changed: "quiet",
  paid_message_price_changed: "quiet",
  general_forum_topic_hidden: "quiet",
  general_forum_topic_unhidden: "quiet",
  gift: "quiet",
  gift_upgrade_sent: "quiet",
  unique_gift: "quiet",
  managed_bot_created: "quiet",
  passport_data: "quiet",
  proximity_alert_triggered: "quiet",
  refunded_payment: "quiet",
  successful_payment: "quiet",
  suggested_post_approval_failed: "quiet",
  suggested_post_approved: "quiet",
  suggested_post_declined: "quiet",
  suggested_post_paid: "quiet",
  suggested_post_refunded: "quiet",
  web_app_data: "quiet",
  write_access_allowed: "quiet",
} as const satisfies Record<keyof Message, FieldRole>;

type Fields = typeof FIELDS;

/** The fields of one role, for tables that must answer for each of them. */
export type FieldOf<R extends FieldRole> = {
  [K in keyof Fields]: Fields[K] extends R ? K : never;
}[keyof Fields];

/** What the server still sends beside the fields of today [telegram-bot-api Client.cpp, JsonMessage::store]. */
const LEGACY: readonly string[] = [
  "forward_date",
  "forward_from",
  "forward_from_chat",
  "forward_from_message_id",
  "forward_sender_name",
  "forward_signature",
  "left_chat_participant",
  "new_chat_member",
  "new_chat_participant",
];

const ROLES: ReadonlyMap<string, FieldRole> = new Map<string, FieldRole>([
  ...Object.entries(FIELDS),
  ...LEGACY.map((key): [string, FieldRole] => [key, "meta"]),
]);

/** The role of a field; undefined when this version does not know it. */
export function roleOf(field: string): FieldRole | undefined {
  return ROLES.get(field);
}
