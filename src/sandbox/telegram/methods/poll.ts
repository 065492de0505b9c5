// sendPoll and stopPoll.

import { badRequest, refuseUnknownKeys, sandboxError } from "../http/api-error.ts";
import { messageJson } from "../messages.ts";
import { closePoll, createPoll, type PollDraft, pollJson, watchPoll } from "../polls.ts";
import { isRecord, type Message } from "../types.ts";
import { codePoints, entitiesFromJson, type FormattedText, formatText } from "./formatted-text.ts";
import { chatOf, type Method, type MethodContext } from "./method.ts";
import { parseMarkup } from "./reply-markup.ts";
import { checkMaySend, postAsBot, SEND_PARAMS } from "./send.ts";

// Bot API 10.1, sendPoll
const MAX_QUESTION = 300;
const MAX_OPTIONS = 12;
const MAX_OPTION = 100;
const MAX_OPEN_SECONDS = 2_628_000;

/** Only custom emoji may stand in the texts of polls. */
function pollText(context: MethodContext, text: unknown, entities: unknown): FormattedText {
  const known = entitiesFromJson(entities, (id) => context.world.users.get(id));
  const words = formatText(typeof text === "string" ? text : "", known);
  return { ...words, entities: words.entities.filter(({ type }) => type === "custom_emoji") };
}

function optionOf(context: MethodContext, item: unknown): FormattedText {
  if (!isRecord(item)) throw badRequest("can't parse InputPollOption: expected an Object");
  refuseUnknownKeys(item, ["text", "text_entities"], "options");
  const option = pollText(context, item.text, item.text_entities);
  if (option.text === "") throw badRequest("text must be non-empty");
  if (codePoints(option.text) > MAX_OPTION)
    throw badRequest(`poll options length must not exceed ${MAX_OPTION}`);
  return option;
}

/** @throws ApiError in the words of tdlib's MessageContent.cpp and PollOption.cpp */
function draftOf(context: MethodContext): PollDraft {
  const { params } = context;
  const entities = params.json("question_entities", "can't parse entities JSON object");
  const question = pollText(context, params.text("question"), entities);
  if (question.text === "") throw badRequest("text must be non-empty");
  if (codePoints(question.text) > MAX_QUESTION)
    throw badRequest(`poll question length must not exceed ${MAX_QUESTION}`);
  const items = params.json("options", "can't parse options JSON object");
  if (!Array.isArray(items)) throw badRequest("expected an Array of String as options");
  if (items.length === 0) throw badRequest("poll must have at least one answer option");
  if (items.length > MAX_OPTIONS) throw badRequest(`poll can't have more than ${MAX_OPTIONS} options`);
  return {
    question: question.text,
    questionEntities: question.entities,
    options: items.map((item: unknown) => optionOf(context, item)),
    anonymous: params.text("is_anonymous") === "" || params.bool("is_anonymous"),
    multiple: params.bool("allows_multiple_answers"),
    ...(params.has("allows_revoting") && { revoting: params.bool("allows_revoting") }),
    closed: params.bool("is_closed"),
    ...timeOf(context),
  };
}

function timeOf({ params, world }: MethodContext): Pick<PollDraft, "openPeriod" | "closesAt"> {
  const period = params.int("open_period", 0);
  const closes = params.int("close_date", 0);
  if (period > 0) return { openPeriod: Math.min(MAX_OPEN_SECONDS, Math.max(5, period)) };
  const left = closes - world.seconds();
  return closes > 0 && left >= 5 && left <= MAX_OPEN_SECONDS ? { closesAt: closes } : {};
}

const sendPoll: Method = {
  name: "sendPoll",
  params: [
    ...SEND_PARAMS.filter((name) => name !== "direct_messages_topic_id"),
    ...["question", "question_parse_mode", "question_entities", "options", "is_anonymous", "type"],
    ...["allows_multiple_answers", "allows_revoting", "shuffle_options", "allow_adding_options"],
    ...["hide_results_until_closes", "members_only", "country_codes", "correct_option_ids"],
    ...["explanation", "explanation_parse_mode", "explanation_entities", "explanation_media"],
    ...["open_period", "close_date", "is_closed", "media", "reply_markup"],
    ...["description", "description_parse_mode", "description_entities"],
  ],
  unsupported: [
    ...["business_connection_id", "message_effect_id", "question_parse_mode", "shuffle_options"],
    ...["allow_adding_options", "hide_results_until_closes", "members_only", "country_codes"],
    ...["correct_option_ids", "explanation", "explanation_parse_mode", "explanation_entities"],
    ...["explanation_media", "media"],
    ...["description", "description_parse_mode", "description_entities"],
  ],
  run(context): Message {
    const { params, world, bot } = context;
    if (!["", "regular"].includes(params.text("type")))
      throw sandboxError("only regular polls are simulated");
    const draft = draftOf(context);
    const chat = chatOf(context);
    checkMaySend(chat, bot.user.id, "can_send_polls");
    // A poll of a channel hides who voted: others cannot be sent there. tdlib MessagesManager.cpp, can_send_message_content
    if (chat.type === "channel" && draft.anonymous === false)
      throw badRequest("non-anonymous polls can't be sent to channel chats");
    const message = postAsBot(context, chat, {}, {}, createPoll(world, draft, bot.user.id));
    watchPoll(world, message);
    return messageJson(message, bot.user.id);
  },
};

const stopPoll: Method = {
  name: "stopPoll",
  params: ["business_connection_id", "chat_id", "message_id", "reply_markup"],
  unsupported: ["business_connection_id"],
  run(context) {
    const { world, bot, params } = context;
    const markup = parseMarkup(params);
    const message = world.find(chatOf(context), params.int("message_id", 0, 0));
    if (!message) throw badRequest("message with poll to stop not found");
    // tdlib MessagesManager.cpp, stop_poll
    if (!message.poll) throw badRequest("message is not a poll");
    if (message.authorId !== bot.user.id) throw badRequest("poll can't be stopped");
    if (message.poll.closed) throw badRequest("poll has already been closed");
    message.replyMarkup = markup;
    closePoll(world, message);
    return pollJson(message.poll, bot.user.id);
  },
};

export const pollMethods: readonly Method[] = [sendPoll, stopPoll];
