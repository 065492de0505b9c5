// What becomes of every kind of update; `parse.ts` obeys it, and its test proves it whole.

import type { Update } from "@grammyjs/types";
import { type Kind, kind } from "./kinds.ts";

const talk = kind("nothing", "private talks are never bridged");
const inline = kind("nothing", "the bot has no inline mode");
const business = kind("nothing", "about what a bot sells");

export const UPDATES = {
  message: kind("message", "the message"),
  channel_post: kind("message", "the message"),
  edited_message: kind("edit", "the change"),
  edited_channel_post: kind("edit", "the change"),
  message_reaction: kind("reaction", "who reacts with what now"),
  message_reaction_count: kind("reaction", "how many reacted with what"),
  poll: kind("vote", "how many voted for what, and the poll's end"),

  business_connection: talk,
  business_message: talk,
  edited_business_message: talk,
  deleted_business_messages: talk,
  guest_message: talk,
  stopped_message_generation: talk,
  inline_query: inline,
  chosen_inline_result: inline,
  callback_query: kind("inside", "to the robot: who pressed which of its buttons"),
  shipping_query: business,
  pre_checkout_query: business,
  purchased_paid_media: business,
  subscription: business,
  poll_answer: kind("nothing", "comes only for open polls of the bot, whose counts the poll itself tells"),
  my_chat_member: kind("inside", "to the robot: whether it is there, and may write"),
  chat_member: kind(
    "inside",
    "to the robot: who was banned or muted by whom; messages tell who joined and left",
  ),
  chat_join_request: kind("nothing", "for the group's administrators alone"),
  chat_boost: kind("nothing", "messages tell who boosted the group"),
  removed_chat_boost: kind("nothing", "for the group's administrators alone"),
  managed_bot: kind("nothing", "a bot's own administration"),
} as const satisfies Readonly<Record<Exclude<keyof Update, "update_id">, Kind>>;
