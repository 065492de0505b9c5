// Routes by which an application answers interactions; their token is the only credential.

import { DEADLINE_MS } from "./endpoint-post.ts";
import { badField, refuse } from "./errors.ts";
import { KEYS } from "./keys.ts";
import type { InteractionRecord } from "./records.ts";
import { type Answer, noContent, ok, param, type Route, type RouteCall } from "./route.ts";

// Discord docs: the token lives for 15 minutes.
const LIFE_MS = 15 * 60_000;
const CALLBACK_TYPES: ReadonlySet<unknown> = new Set([4, 5, 6, 7, 8, 9, 12]);

function callback(call: RouteCall): Answer {
  const { world, body } = call;
  const record = world.interactions.get(param(call, "interaction_token"));
  if (!record || record.id !== param(call, "interaction_id")) throw refuse(10062);
  if (record.answer) throw refuse(40060);
  if (world.clock.now() - record.at > DEADLINE_MS) throw refuse(10062);
  if (!CALLBACK_TYPES.has(body.type)) throw badField(["type"], "BASE_TYPE_CHOICES", "Unknown callback type");
  record.answer = { type: body.type as number, data: body.data };
  if (body.type === 4) record.original = body.data;
  return noContent;
}

/** The interaction that a webhook's route names; undefined when it is an ordinary webhook. @throws ApiFailure 10015, 50027 */
export function followedUp(call: RouteCall): InteractionRecord | undefined {
  const record = call.world.interactions.get(param(call, "webhook_token"));
  if (!record || record.bot.applicationId !== param(call, "webhook_id")) return undefined;
  if (!record.answer) throw refuse(10015);
  if (call.world.clock.now() - record.at > LIFE_MS) throw refuse(50027);
  return record;
}

function original(call: RouteCall): InteractionRecord {
  const record = followedUp(call);
  if (!record) throw refuse(10015);
  return record;
}

function change(call: RouteCall): Answer {
  const record = original(call);
  record.original = call.body;
  return ok(messageLike(call, record.original));
}

export function followUp(call: RouteCall, record: InteractionRecord): Answer {
  record.followUps.push(call.body);
  return ok(messageLike(call, call.body));
}

function messageLike(call: RouteCall, body: unknown): object {
  return { id: call.world.newId(), ...(body as object) };
}

const atOriginal = "/webhooks/{webhook_id}/{webhook_token}/messages/@original";

export const interactionRoutes: readonly Route[] = [
  {
    method: "POST",
    path: "/interactions/{interaction_id}/{interaction_token}/callback",
    auth: "none",
    keys: [KEYS.interactionCallback],
    query: ["with_response"],
    handle: callback,
  },
  {
    method: "PATCH",
    path: atOriginal,
    auth: "none",
    keys: [KEYS.webhookEdit],
    handle: change,
  },
];
