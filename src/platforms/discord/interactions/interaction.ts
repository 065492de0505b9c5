// What is read of an interaction, whichever way it came; both doors and `answer.ts` share it.

import { createHash } from "node:crypto";
import type { RawUpdate } from "../../../model/delivery.ts";
import type { FileOrder } from "../request.ts";

/** Discord, interactions/receiving-and-responding: interaction types. */
export const TYPES = { ping: 1, command: 2, component: 3, autocomplete: 4, modal: 5 } as const;

/** Discord's callback types. */
export const ANSWERS = {
  pong: 1,
  message: 4,
  deferredMessage: 5,
  deferredUpdate: 6,
  update: 7,
  choices: 8,
  modal: 9,
} as const;

export interface Interaction {
  readonly id: string;
  readonly application_id: string;
  readonly type: number;
  /** Whoever has it may answer; it lives for 15 minutes. A secret. */
  readonly token: string;
  /** As the person's client is set, `pt-BR`. */
  readonly locale?: string;
  readonly data?: unknown;
  /** The message whose button was pressed, or from which a form was opened. */
  readonly message?: unknown;
  /** Where and by whom, as `ask.ts` reads it. */
  readonly scene?: Readonly<Record<(typeof SCENE)[number], unknown>>;
}

const SCENE = [
  "guild_id",
  "channel_id",
  "channel",
  "context",
  "member",
  "user",
  "attachment_size_limit",
] as const;

/** One message of an answer; files cannot go with a callback, which is JSON. */
export interface Piece {
  readonly data: Readonly<Record<string, unknown>>;
  readonly files?: readonly FileOrder[];
}

/** As Discord takes it in a callback, and what goes on behind it. */
export interface InteractionAnswer {
  readonly type: number;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly files?: readonly FileOrder[];
  readonly more?: readonly Piece[];
  /** Wants to know which messages it became, in order; what only one person sees is none of them. */
  readonly stands?: (ids: readonly string[]) => Promise<void>;
}

const snowflake = /^\d{15,20}$/;

/** The interaction in what Discord sent; undefined when it is none (a PING neither). */
export function interactionIn(value: unknown): Interaction | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const given = value as Readonly<Record<string, unknown>>;
  const { id, application_id, type, token, locale, data, message } = given;
  if (typeof id !== "string" || !snowflake.test(id)) return undefined;
  if (typeof application_id !== "string" || !snowflake.test(application_id)) return undefined;
  if (typeof type !== "number" || type === TYPES.ping) return undefined;
  if (typeof token !== "string" || token === "") return undefined;
  const scene = Object.fromEntries(SCENE.map((name) => [name, given[name]])) as Interaction["scene"] & object;
  const said = typeof locale === "string" ? { locale } : {};
  return {
    id,
    application_id,
    type,
    token,
    data,
    ...(message instanceof Object && { message }),
    scene,
    ...said,
  };
}

/** A button of a message was pressed, or a form was sent that a button had opened: then the message can change. */
export function isOnMessage({ type, message }: Pick<Interaction, "type" | "message">): boolean {
  return type === TYPES.component || (type === TYPES.modal && message !== undefined);
}

/** Milliseconds since 1970, by Discord's clock. */
export function bornAt({ id }: Pick<Interaction, "id">): number {
  return Number((BigInt(id) >> 22n) + 1_420_070_400_000n);
}

export type Stored = Omit<RawUpdate, "position">;

/** The row of the journal, the same whichever way it came; the token stays out of it. */
export function interactionRow(account: string, value: object, receivedAt: number): Stored {
  const { token: _token, ...d } = value as { readonly id: string; readonly token?: unknown };
  const body = JSON.stringify({ t: "INTERACTION_CREATE", d });
  return { account, key: `interaction:${d.id}`, body, receivedAt };
}

/** The row of a webhook event: it has no id, but is repeated byte for byte. */
export function eventRow(
  account: string,
  { type, timestamp, data }: { readonly type: string; readonly timestamp: string; readonly data: unknown },
  receivedAt: number,
): Stored {
  const body = JSON.stringify({ t: type, d: { timestamp, data } });
  const hash = createHash("sha256").update(body).digest("base64url");
  return { account, key: `webhook-event:${hash}`, body, receivedAt };
}
