// answerCallbackQuery: what a person sees who pressed a button.

import { badRequest } from "../http/api-error.ts";
import type { Method } from "./method.ts";

const LONGEST = 200;
/** The real server does not say how long; its apps wait about so long. */
const TOO_OLD_MS = 30_000;

const answerCallbackQuery: Method = {
  name: "answerCallbackQuery",
  params: ["callback_query_id", "text", "show_alert", "url", "cache_time"],
  unsupported: ["url", "cache_time"],
  run({ world, bot, params }): true {
    const press = world.presses.get(params.text("callback_query_id"));
    const text = params.text("text");
    if ([...text].length > LONGEST) throw badRequest("MESSAGE_TOO_LONG");
    const isOpen = press?.botId === bot.user.id && press.answer === undefined;
    if (!isOpen || world.clock.now() - press.at > TOO_OLD_MS)
      throw badRequest("query is too old and response timeout expired or query ID is invalid");
    press.answer = { ...(text !== "" && { text }), isAlert: params.bool("show_alert") };
    return true;
  },
};

export const pressMethods: readonly Method[] = [answerCallbackQuery];
