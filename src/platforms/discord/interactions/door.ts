// What answers Discord's own requests over HTTPS: interactions and webhook events, each signed; `interactions.ts` registers it.

import type { KeyObject } from "node:crypto";
import type { PlatformContext } from "../../../bridge/platform.ts";
import type { Admit, WebReply, WebRequest } from "../../../bridge/ports.ts";
import type { Interaction } from "./interaction.ts";
import {
  bornAt,
  eventRow,
  type InteractionAnswer,
  interactionIn,
  interactionRow,
  type Stored,
} from "./interaction.ts";
import { isSigned, signedBy } from "./signature.ts";

export interface DoorParts {
  readonly context: Pick<PlatformContext, "account" | "clock" | "log">;
  /** Undefined while it is not known: then nobody is believed. */
  readonly key: () => KeyObject | undefined;
  /** Resolves once it is on disk. */
  readonly accept: (row: Stored) => Promise<void>;
  /** How far our clock is ahead of Discord's. */
  readonly skewMs: () => number;
}

export type Handler = (request: WebRequest) => Promise<WebReply>;

/** 401 for a head without a signature: whoever sent it has its body unread. */
export const admitSigned: Admit = (headers) => (signedBy(headers) ? undefined : 401);

const utf8 = new TextDecoder("utf-8", { fatal: true });
/** An interaction lives so long: one that comes later is repeated by somebody who overheard it. */
const lifeMs = 15 * 60_000;

/** Answers one POST of an interaction: 401 unless Discord signed it, 400 for what is none, 503 when it was not stored. */
export function createInteractionHandler(
  parts: DoorParts,
  reply: (interaction: Interaction) => Promise<InteractionAnswer | undefined>,
): Handler {
  const { account, clock } = parts.context;
  return async (request) => {
    const value = signedJson(parts, request);
    if (typeof value === "number") return value;
    if (value.type === 1) return { status: 200, json: { type: 1 } };
    const interaction = interactionIn(value);
    if (!interaction) return 400;
    if (clock.now() - parts.skewMs() - bornAt(interaction) > lifeMs) return 401;
    if (!(await stored(parts, interactionRow(account, value, clock.now())))) return 503;
    const json = await reply(interaction);
    // Answered through the other door.
    return json === undefined ? 202 : { status: 200, json };
  };
}

export interface WebhookEvent {
  readonly type: string;
  readonly timestamp: string;
  readonly data: unknown;
}

/** Answers one webhook event: as above, but 204 when all is well. */
export function createEventHandler(parts: DoorParts, tell: (event: WebhookEvent) => void): Handler {
  const { account, clock } = parts.context;
  return async (request) => {
    const value = signedJson(parts, request);
    if (typeof value === "number") return value;
    // Discord, events/webhook-events: 0 PING, 1 event.
    if (value.type === 0) return 204;
    const event = eventIn(value.event);
    if (value.type !== 1 || !event) return 400;
    if (!(await stored(parts, eventRow(account, event, clock.now())))) return 503;
    tell(event);
    return 204;
  };
}

function eventIn(value: unknown): WebhookEvent | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { type, timestamp, data } = value as Readonly<Record<string, unknown>>;
  if (typeof type !== "string" || !/^[A-Z_]{1,64}$/.test(type) || typeof timestamp !== "string")
    return undefined;
  return { type, timestamp, data: data ?? null };
}

/** The JSON object that Discord signed, or the status that refuses the request. */
function signedJson(
  { key }: DoorParts,
  { headers, body }: WebRequest,
): Readonly<Record<string, unknown>> | number {
  const signed = signedBy(headers);
  const known = key();
  if (!signed || !known || !isSigned(known, signed, body)) return 401;
  try {
    const value: unknown = JSON.parse(utf8.decode(body));
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Readonly<Record<string, unknown>>) : 400;
  } catch {
    return 400;
  }
}

async function stored({ accept, context }: DoorParts, row: Stored): Promise<boolean> {
  try {
    await accept(row);
    return true;
  } catch (error) {
    const reason = error instanceof Error ? error.name : "unknown";
    context.log.error({ account: context.account, error: reason }, "what Discord sent could not be stored");
    return false;
  }
}
