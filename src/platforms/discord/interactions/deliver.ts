// Brings to Discord what an interaction's callback could not hold: late answers, files, further messages; `reply.ts` calls it.

import type { PlatformContext } from "../../../bridge/platform.ts";
import { sleep } from "../../../model/clock.ts";
import { DiscordError, tooLarge } from "../errors.ts";
import { pack } from "../files/attachments.ts";
import { fitFiles, releaseAll } from "../files/fit-files.ts";
import type { DiscordRest, RestCall } from "../rest/rest.ts";
import { ANSWERS, type Interaction, type InteractionAnswer, type Piece } from "./interaction.ts";
import { EPHEMERAL } from "./say.ts";

export interface DeliverParts {
  readonly context: Pick<PlatformContext, "clock" | "media" | "texts">;
  readonly rest: DiscordRest;
}

/** Files that cannot be had within this are told in words; an interaction lives for 15 minutes. */
const FILES_MS = 5 * 60_000;
const ATTEMPTS = 4;
const PAUSE_MS = 2_000;

/**
 * Fills what `deferral` announced with `late`; the ids of the messages that everybody sees now, in order.
 * @throws DiscordError; PlatformError for files that may come later
 */
export async function fill(
  parts: DeliverParts,
  interaction: Interaction,
  deferral: InteractionAnswer,
  late: InteractionAnswer,
): Promise<readonly string[]> {
  const piece: Piece = { data: late.data ?? {}, ...(late.files && { files: late.files }) };
  const ids: string[] = [];
  if (late.type === ANSWERS.update) await patch(parts, interaction, piece);
  // What only postponed an update of its message must leave that message alone.
  else if (late.type === ANSWERS.message && deferral.type === ANSWERS.deferredUpdate)
    ids.push(...(await post(parts, interaction, piece)));
  else if (late.type === ANSWERS.message && isWhisper(piece.data) && !isWhisper(deferral.data ?? {})) {
    // Everybody would see what fills a public announcement.
    await insist(parts, { method: "DELETE", route: `${base(interaction)}/messages/@original` });
    await post(parts, interaction, piece);
  } else if (late.type === ANSWERS.message) {
    const filled = await patch(parts, interaction, piece);
    if (!isWhisper(deferral.data ?? {})) ids.push(...filled);
  }
  return [...ids, ...(await goOn(parts, interaction, late.more ?? []))];
}

/** One message after the other; their ids as in `fill`. @throws as `fill` */
export async function goOn(
  parts: DeliverParts,
  interaction: Interaction,
  more: readonly Piece[],
): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const piece of more) ids.push(...(await post(parts, interaction, piece)));
  return ids;
}

/** The message that the callback made, where its answer did not tell. @throws DiscordError */
export async function firstId({ rest }: DeliverParts, interaction: Interaction): Promise<string | undefined> {
  const route = `${base(interaction)}/messages/@original` as const;
  return idIn(await rest.request({ method: "GET", route, auth: false }));
}

/** The id of a message as Discord tells it. */
export function idIn(message: unknown): string | undefined {
  const id = message instanceof Object && "id" in message ? message.id : undefined;
  return typeof id === "string" ? id : undefined;
}

export function isWhisper({ flags }: Readonly<Record<string, unknown>>): boolean {
  return typeof flags === "number" && (flags & EPHEMERAL) !== 0;
}

function base({ application_id, token }: Interaction): `/webhooks/${string}` {
  return `/webhooks/${application_id}/${token}`;
}

async function post(parts: DeliverParts, interaction: Interaction, piece: Piece): Promise<readonly string[]> {
  const made = idIn(await send(parts, piece, { method: "POST", route: base(interaction) }));
  return made === undefined || isWhisper(piece.data) ? [] : [made];
}

/** Flags of a message stay as they are. */
async function patch(
  parts: DeliverParts,
  interaction: Interaction,
  { data, files }: Piece,
): Promise<readonly string[]> {
  const { flags: _, ...changed } = data;
  const piece = { data: changed, ...(files && { files }) };
  const route = `${base(interaction)}/messages/@original` as const;
  const changedId = idIn(await send(parts, piece, { method: "PATCH", route }));
  return changedId === undefined ? [] : [changedId];
}

async function send(
  parts: DeliverParts,
  { data, files }: Piece,
  call: Pick<RestCall, "method" | "route">,
): Promise<unknown> {
  if (!files) return insist(parts, { ...call, body: data });
  const upload = async (isNarrow: boolean) => {
    const fitted = await fitFiles(parts.context, files, isNarrow, AbortSignal.timeout(FILES_MS));
    try {
      const { uploads, ...said } = pack(String(data.content ?? ""), fitted);
      return await insist(parts, { ...call, body: { ...data, ...said }, uploads });
    } finally {
      releaseAll(fitted);
    }
  };
  return upload(false).catch((error: unknown) => {
    if (error instanceof DiscordError && tooLarge.has(error.json ?? 0)) return upload(true);
    throw error;
  });
}

/** Somebody waits for it: what may pass is tried again, what may have been said is not said twice. */
async function insist({ rest, context: { clock } }: DeliverParts, call: RestCall): Promise<unknown> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await rest.request({ ...call, auth: false });
    } catch (error) {
      const pause = error instanceof DiscordError ? pauseOf(error, call.method) : undefined;
      if (pause === undefined || attempt === ATTEMPTS) throw error;
      await sleep(clock, pause * attempt);
    }
  }
}

function pauseOf({ fate }: DiscordError, method: string): number | undefined {
  if (fate.kind === "wait") return fate.ms;
  return fate.kind === "retry" && (method !== "POST" || !fate.maybeDelivered) ? PAUSE_MS : undefined;
}
