// What becomes of every field of a Telegram message; the parsers obey it, and its test proves it whole.

import type { Message } from "@grammyjs/types";

/**
 * In which form a kind crosses. `detail` changes how its message looks; `inside` is read as part of another kind; a
 * message is carried without its fields that are `nothing`, and one with an `unsaid` field is not carried at all.
 */
export type Form =
  | "message"
  | "text"
  | "file"
  | "card"
  | "poll"
  | "notice"
  | "pin"
  | "thread"
  | "moved"
  | "edit"
  | "reaction"
  | "vote"
  | "detail"
  | "inside"
  | "nothing"
  | "unsaid";

export interface Kind<F extends Form = Form> {
  readonly as: F;
  /** What the other side shows; of `nothing` and `unsaid` the reason. For the table of features. */
  readonly says: string;
}

export function kind<F extends Form>(as: F, says: string): Kind<F> {
  return { as, says };
}

const place = kind("inside", "where the message stands");
const author = kind("inside", "whose name and picture are shown");
const oneReader = kind("unsaid", "only one person may see it");
const talk = kind("unsaid", "belongs to a private talk, which is never bridged");
const payment = kind("unsaid", "a payment concerns the payer and the bot alone");
const suggestion = kind("unsaid", "what a channel's direct messages bargain about is private");
const shared = kind("unsaid", "an answer to a button of a bot, in a private talk");
const community = kind("unsaid", "about the community around the group, which has no twin");
const founded = kind("unsaid", "the chat's beginning, before any bridge");
const price = kind("unsaid", "what writing costs concerns those who write on Telegram");

export const MESSAGE_FIELDS = {
  message_id: place,
  message_thread_id: place,
  is_topic_message: place,
  chat: place,
  date: kind("inside", "when it was said"),
  edit_date: kind("inside", "when it was changed"),
  from: author,
  sender_chat: author,
  author_signature: author,
  sender_boost_count: kind("nothing", "what somebody gave to the group is no part of what they say"),
  sender_business_bot: kind("nothing", "private talks only"),
  sender_tag: kind("nothing", "a member's label, which stands beside the name on Telegram only"),
  guest_bot_caller_user: kind("nothing", "who called a guest bot, which answers in private talks"),
  guest_bot_caller_chat: kind("nothing", "who called a guest bot, which answers in private talks"),
  has_protected_content: kind("nothing", "a hint for Telegram's apps; who bridges the chat decided"),
  is_from_offline: kind("nothing", "how it was sent is not seen on Telegram either"),
  is_paid_post: kind("nothing", "that a post was paid for is not seen by its readers"),
  paid_star_count: kind("nothing", "what the sender paid to write"),
  suggested_post_info: kind("nothing", "how a post came into the channel"),
  effect_id: kind("nothing", "an animation that Telegram's apps play once"),
  show_caption_above_media: kind("nothing", "Discord puts files below the words, always"),
  reply_markup: kind("nothing", "buttons of a bot work on Telegram only"),

  business_connection_id: talk,
  guest_query_id: talk,
  direct_messages_topic: talk,
  receiver_user: oneReader,
  ephemeral_message_id: oneReader,

  text: kind("text", "the words with their formatting"),
  caption: kind("text", "the words with their formatting"),
  rich_message: kind("text", "headings, lists, tables as code, folded parts, media, formulas as code"),
  entities: kind("inside", "the formatting of the words"),
  caption_entities: kind("inside", "the formatting of the words"),
  link_preview_options: kind("detail", "no link previews, if the author switched them off"),
  has_media_spoiler: kind("detail", "hidden until it is touched"),
  media_group_id: kind("detail", "an album: one message with all its files"),
  forward_origin: kind("detail", "where it was forwarded from"),
  is_automatic_forward: kind("inside", "a channel's post in its own discussion group is no forward"),
  reply_to_message: kind("detail", "a reply"),
  external_reply: kind("detail", "whom it answers in another chat, and with which words"),
  quote: kind("detail", "the quoted part of what is answered"),
  reply_to_story: kind("detail", "whose story is answered"),
  reply_to_checklist_task_id: kind("detail", "the answered task, quoted"),
  reply_to_poll_option_id: kind("detail", "the answered option, quoted"),
  via_bot: kind("detail", "through which bot it was sent"),

  photo: kind("file", "the picture"),
  live_photo: kind("file", "the picture, which stands still"),
  video: kind("file", "the video"),
  animation: kind("file", "the animation"),
  video_note: kind("file", "the round video"),
  voice: kind("file", "a voice message"),
  audio: kind("file", "the music with its title and performer"),
  document: kind("file", "the file with its name"),
  sticker: kind("file", "the sticker, moving if it does"),
  poll: kind("poll", "the poll"),
  location: kind(
    "card",
    "the place with a link to a map; a live location moves and ends in the same message",
  ),
  venue: kind("card", "the place, its address and a link to a map"),
  contact: kind("card", "the name, and the number where the bridge shows them"),
  dice: kind("card", "what was thrown"),
  game: kind("card", "the game with a link to it"),
  invoice: kind("card", "what is sold and for how much, with a link to it"),
  story: kind("card", "whose story it is, with a link to it"),
  paid_media: kind("card", "how many pictures and videos there are and what they cost, with a link to them"),
  checklist: kind("card", "the tasks, each with its box"),
  giveaway: kind("card", "the prize and how many win it"),
  giveaway_winners: kind("card", "the prize and who won it"),
  gift: kind("card", "the gift and the words that came with it"),
  unique_gift: kind("card", "the gift and the words that came with it"),

  new_chat_members: kind("notice", "who joined, or was added"),
  left_chat_member: kind("notice", "who left, or was removed"),
  chat_owner_left: kind("notice", "that the owner left"),
  chat_owner_changed: kind("notice", "who owns the group now"),
  new_chat_title: kind("notice", "the new name"),
  new_chat_photo: kind("notice", "that the picture is new"),
  delete_chat_photo: kind("notice", "that the picture is gone"),
  message_auto_delete_timer_changed: kind("notice", "after which time messages vanish on Telegram"),
  boost_added: kind("notice", "who boosted the group"),
  poll_option_added: kind("notice", "the new option"),
  poll_option_deleted: kind("notice", "the option that is gone"),
  giveaway_created: kind("notice", "that a giveaway is planned"),
  giveaway_completed: kind("notice", "how many won"),
  video_chat_scheduled: kind("notice", "when a video chat will be"),
  video_chat_started: kind("notice", "that a video chat began"),
  video_chat_ended: kind("notice", "how long the video chat was"),
  video_chat_participants_invited: kind("notice", "who was invited to the video chat"),
  pinned_message: kind("pin", "the message is pinned; a notice where it is unknown"),
  forum_topic_created: kind("thread", "a thread for the new topic; a notice where there are none"),
  forum_topic_edited: kind("thread", "the thread's new name"),
  forum_topic_closed: kind("thread", "the thread is closed"),
  forum_topic_reopened: kind("thread", "the thread is open again"),
  checklist_tasks_done: kind("edit", "the boxes of the list change; a notice where it is unknown"),
  checklist_tasks_added: kind("edit", "the list grows; a notice where it is unknown"),
  migrate_to_chat_id: kind("moved", "the bridge follows the group to its new id"),
  migrate_from_chat_id: kind("moved", "the bridge follows the group to its new id"),

  group_chat_created: founded,
  supergroup_chat_created: founded,
  channel_chat_created: founded,
  chat_background_set: kind("unsaid", "the chat's background is seen in Telegram's apps only"),
  community_chat_added: community,
  community_chat_joined: community,
  community_chat_removed: community,
  connected_website: shared,
  chat_shared: shared,
  users_shared: shared,
  web_app_data: shared,
  write_access_allowed: shared,
  passport_data: kind("unsaid", "secret papers, for the bot they are sent to"),
  direct_message_price_changed: price,
  paid_message_price_changed: price,
  general_forum_topic_hidden: kind(
    "unsaid",
    "the general topic is the chat itself, which is bridged all the same",
  ),
  general_forum_topic_unhidden: kind(
    "unsaid",
    "the general topic is the chat itself, which is bridged all the same",
  ),
  gift_upgrade_sent: payment,
  refunded_payment: payment,
  successful_payment: payment,
  managed_bot_created: kind("unsaid", "a bot's own administration"),
  proximity_alert_triggered: kind("unsaid", "who came near to whom concerns the two alone"),
  suggested_post_approval_failed: suggestion,
  suggested_post_approved: suggestion,
  suggested_post_declined: suggestion,
  suggested_post_paid: suggestion,
  suggested_post_refunded: suggestion,
} as const satisfies Readonly<Record<keyof Message, Kind>>;

type Fields = typeof MESSAGE_FIELDS;

/** The fields of one form, for tables that must answer for each of them. */
export type FieldOf<F extends Form> = {
  [K in keyof Fields]: Fields[K]["as"] extends F ? K : never;
}[keyof Fields];

/** What the server still sends beside the fields of today [telegram-bot-api Client.cpp, JsonMessage::store]. */
const LEGACY: ReadonlySet<string> = new Set([
  "forward_date",
  "forward_from",
  "forward_from_chat",
  "forward_from_message_id",
  "forward_sender_name",
  "forward_signature",
  "left_chat_participant",
  "new_chat_member",
  "new_chat_participant",
]);

/** The form of a field; undefined when this version does not know it. */
export function formOfField(field: string): Form | undefined {
  if (LEGACY.has(field)) return "inside";
  return Object.hasOwn(MESSAGE_FIELDS, field) ? MESSAGE_FIELDS[field as keyof Fields].as : undefined;
}
