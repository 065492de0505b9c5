// Routes that end a poll and tell who voted for what.

import { integerAt } from "../forms/form.ts";
import { restMessage, restViewer } from "../message-shape.ts";
import { answersOf, endPoll } from "../polls.ts";
import type { ChannelRecord, MessageRecord } from "../records.ts";
import { userShape } from "../shapes.ts";
import { compareIds } from "../snowflake.ts";
import { enter, findMessage } from "../world.ts";
import { refuse } from "./errors.ts";
import { type Answer, type BotCall, ok, param, type Route } from "./route.ts";

function target(call: BotCall): { readonly channel: ChannelRecord; readonly message: MessageRecord } {
  const channel = enter(call.world, param(call, "channel_id"), call.bot, "READ_MESSAGE_HISTORY");
  return { channel, message: findMessage(call.world, channel.id, param(call, "message_id")) };
}

/** Only one's own, so that a poll of a webhook cannot be ended. @throws ApiFailure 520006, 50005 (no code is documented) */
function expire(call: BotCall): Answer {
  const { channel, message } = target(call);
  if (!message.poll) throw refuse(520006);
  if (message.author.id !== call.bot.id) throw refuse(50005);
  if (message.votes?.finalized) throw refuse(520001);
  endPoll(call.world, channel, message);
  return ok(restMessage(call.world, message, restViewer(call.bot)));
}

function voters(call: BotCall): Answer {
  const { message } = target(call);
  const answerId = Number(param(call, "answer_id"));
  if (!answersOf(message).some(({ answer_id }) => answer_id === answerId)) throw refuse(10008);
  const limit = integerAt(Number(call.query.get("limit") ?? 25), ["limit"], { min: 1, max: 100 }) ?? 25;
  const after = call.query.get("after") ?? "0";
  const users = (message.votes?.byAnswer.get(answerId) ?? [])
    .toSorted(compareIds)
    .filter((id) => compareIds(id, after) > 0)
    .slice(0, limit);
  return ok({ users: users.map((id) => userShape(call.world, id)) });
}

const POLL = "/channels/{channel_id}/polls/{message_id}";

export const pollRoutes: readonly Route[] = [
  { method: "POST", path: `${POLL}/expire`, auth: "bot", handle: expire },
  {
    method: "GET",
    path: `${POLL}/answers/{answer_id}`,
    auth: "bot",
    query: ["after", "limit"],
    handle: voters,
  },
];
