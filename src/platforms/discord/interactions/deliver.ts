// Brings to Discord what an interaction's callback could not hold: late answers, files, further messages; `reply.ts` calls it.

import type { PlatformContext } from "../../../bridge/platform.ts";
import { sleep } from "../../../model/clock.ts";
import { pack } from "../attachments.ts";
import { DiscordError, tooLarge } from "../errors.ts";
import { fitFiles, releaseAll } from "../fit-files.ts";
import type { DiscordRest, RestCall } from "../rest.ts";
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

/** Fills what `deferral` announced with `late`. @throws DiscordError; PlatformError for files that may come later */
export async function fill(
  parts: DeliverParts,
  interaction: Interaction,
  deferral: InteractionAnswer,
  late: InteractionAnswer,
): Promise<void> {
  const piece: Piece = { data: late.data ?? {}, ...(late.files && { files: late.files }) };
  if (late.type === ANSWERS.update) await patch(parts, interaction, piece);
  // What only postponed an update of its message must leave that message alone.
  else if (late.type === ANSWERS.message && deferral.type === ANSWERS.deferredUpdate)
    await post(parts, interaction, piece);
  else if (late.type === ANSWERS.message && isWhisper(piece.data) && !isWhisper(deferral.data ?? {})) {
    // Everybody would see what fills a public announcement.
    await insist(parts, { method: "DELETE", route: `${base(interaction)}/messages/@original` });
    await post(parts, interaction, piece);
  } else if (late.type === ANSWERS.message) await patch(parts, interaction, piece);
  await goOn(parts, interaction, late.more ?? []);
}

/** One message after the other. @throws as `fill` */
export async function goOn(
  parts: DeliverParts,
  interaction: Interaction,
  more: readonly Piece[],
): Promise<void> {
  for (const piece of more) await post(parts, interaction, piece);
}

export function isWhisper({ flags }: Readonly<Record<string, unknown>>): boolean {
  return typeof flags === "number" && (flags & EPHEMERAL) !== 0;
}

function base({ application_id, token }: Interaction): `/webhooks/${string}` {
  return `/webhooks/${application_id}/${token}`;
}

function post(parts: DeliverParts, interaction: Interaction, piece: Piece): Promise<void> {
  return send(parts, piece, { method: "POST", route: base(interaction) });
}

/** Flags of a message stay as they are. */
function patch(parts: DeliverParts, interaction: Interaction, { data, files }: Piece): Promise<void> {
  const { flags: _, ...changed } = data;
  const piece = { data: changed, ...(files && { files }) };
  return send(parts, piece, { method: "PATCH", route: `${base(interaction)}/messages/@original` });
}

async function send(
  parts: DeliverParts,
  { data, files }: Piece,
  call: Pick<RestCall, "method" | "route">,
): Promise<void> {
  if (!files) return insist(parts, { ...call, body: data });
  const upload = async (isNarrow: boolean) => {
    const fitted = await fitFiles(parts.context, files, isNarrow, AbortSignal.timeout(FILES_MS));
    try {
      const { uploads, ...said } = pack(String(data.content ?? ""), fitted);
      await insist(parts, { ...call, body: { ...data, ...said }, uploads });
    } finally {
      releaseAll(fitted);
    }
  };
  await upload(false).catch((error: unknown) => {
    if (error instanceof DiscordError && tooLarge.has(error.json ?? 0)) return upload(true);
    throw error;
  });
}

/** Somebody waits for it: what may pass is tried again, what may have been said is not said twice. */
async function insist({ rest, context: { clock } }: DeliverParts, call: RestCall): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await rest.request({ ...call, auth: false });
      return;
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
