// Routes by which an application answers interactions; their token is the only credential.

import { KEYS } from "../forms/keys.ts";
import { FLAG } from "../forms/message.ts";
import { answerFirst, CALLBACK, rewrite, sayMore } from "../interactions/answer.ts";
import { DEADLINE_MS } from "../interactions/endpoint-post.ts";
import type { InteractionRecord } from "../interactions/records.ts";
import { restMessage } from "../message-shape.ts";
import { deleteMessage } from "../messages.ts";
import type { MessageRecord } from "../records.ts";
import { refuse } from "./errors.ts";
import { type Answer, noContent, ok, param, type Route, type RouteCall } from "./route.ts";

// Discord docs: the token lives for 15 minutes.
const LIFE_MS = 15 * 60_000;

function callback(call: RouteCall): Answer {
  const { world, body, files, query } = call;
  const record = world.interactions.get(param(call, "interaction_token"));
  if (!record || record.id !== param(call, "interaction_id")) throw refuse(10062);
  if (record.answer) throw refuse(40060);
  if (world.clock.now() - record.at > DEADLINE_MS) throw refuse(10062);
  answerFirst(world, record, body, files);
  return query.get("with_response") === "true" ? ok(responseShape(call, record)) : noContent;
}

/** What `with_response=true` is answered. */
function responseShape(call: RouteCall, record: InteractionRecord): object {
  const { id, type, original, answer, channel } = record;
  const made = original && answer && answer.type !== CALLBACK.deferredUpdate ? original : undefined;
  return {
    interaction: {
      ...{ id, type, channel_id: channel.id },
      ...(channel.guildId !== undefined && { guild_id: channel.guildId }),
      ...(made && {
        response_message_id: made.id,
        response_message_loading: (made.flags & FLAG.LOADING) !== 0,
        response_message_ephemeral: (made.flags & FLAG.EPHEMERAL) !== 0,
      }),
    },
    ...(made &&
      record.isTold && {
        resource: { type: answer?.type, message: restMessage(call.world, made, undefined) },
      }),
  };
}

/** The interaction that a webhook's route names; undefined when it is an ordinary webhook. @throws ApiFailure 10015, 50027 */
export function followedUp(call: RouteCall): InteractionRecord | undefined {
  const record = call.world.interactions.get(param(call, "webhook_token"));
  if (!record || record.bot.applicationId !== param(call, "webhook_id")) return undefined;
  if (!record.answer) throw refuse(10015);
  if (call.world.clock.now() - record.at > LIFE_MS) throw refuse(50027);
  return record;
}

/** @throws ApiFailure 10008, 10015 */
function original(call: RouteCall): readonly [InteractionRecord, MessageRecord] {
  const record = followedUp(call);
  if (!record) throw refuse(10015);
  if (!record.original || record.original.deleted) throw refuse(10008);
  return [record, record.original];
}

function shown(call: RouteCall, message: MessageRecord): Answer {
  return ok(restMessage(call.world, message, undefined));
}

function changed(call: RouteCall, record: InteractionRecord, message: MessageRecord): Answer {
  rewrite(call.world, record, message, call);
  return shown(call, message);
}

export function followUp(call: RouteCall, record: InteractionRecord): Answer {
  return shown(call, sayMore(call.world, record, call));
}

/** One of the interaction's own messages by its id. @throws ApiFailure 10008 */
function owned(call: RouteCall, record: InteractionRecord): MessageRecord {
  const id = param(call, "message_id");
  const found = [record.original, ...record.followUps].find((each) => each?.id === id && !each.deleted);
  if (!found) throw refuse(10008);
  return found;
}

/** GET, PATCH and DELETE of an answer by its id; undefined when the route names an ordinary webhook. */
export function answerRoute(call: RouteCall, method: "GET" | "PATCH" | "DELETE"): Answer | undefined {
  const record = followedUp(call);
  if (!record) return undefined;
  const message = owned(call, record);
  if (method === "GET") return shown(call, message);
  if (method === "PATCH") return changed(call, record, message);
  deleteMessage(call.world, record.channel, message);
  return noContent;
}

const atOriginal = "/webhooks/{webhook_id}/{webhook_token}/messages/@original";

export const interactionRoutes: readonly Route[] = [
  {
    method: "POST",
    path: "/interactions/{interaction_id}/{interaction_token}/callback",
    auth: "none",
    keys: [KEYS.interactionCallback],
    query: ["with_response"],
    files: true,
    handle: callback,
  },
  { method: "GET", path: atOriginal, auth: "none", handle: (call) => shown(call, original(call)[1]) },
  {
    method: "PATCH",
    path: atOriginal,
    auth: "none",
    keys: [KEYS.webhookEdit],
    query: ["with_components"],
    files: true,
    handle: (call) => changed(call, ...original(call)),
  },
  {
    method: "DELETE",
    path: atOriginal,
    auth: "none",
    handle: (call) => {
      const [record, message] = original(call);
      deleteMessage(call.world, record.channel, message);
      return noContent;
    },
  },
];
