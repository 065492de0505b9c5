// Sends a new message through a puppet or as the bot, with its files; `api.ts` calls it.

import type { Sent } from "../../../model/delivery.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import { DiscordError, noVoice, tooLarge } from "../errors.ts";
import { pack, voiceEntry } from "../files/attachments.ts";
import { type FittedFile, fitFiles, inWordsAlone, releaseAll } from "../files/fit-files.ts";
import { isVoiceMessage } from "../render/create-part.ts";
import { withForms } from "../render/form-hash.ts";
import type { CreateRequest } from "../request.ts";
import { mayNow, type SendParts } from "./parts.ts";
import { createPoll } from "./poll.ts";
import { type Letter, letterOf, post } from "./post.ts";

/** @throws DiscordError */
export async function create(
  parts: SendParts,
  request: CreateRequest,
  to: ConversationRef,
  signal: AbortSignal,
): Promise<Sent> {
  if (request.poll) return createPoll(parts, request, request.poll, to, signal);
  if (!request.files) return post(parts, request, letterOf(request), to, signal);
  try {
    return await withFiles(parts, request, to, false, signal);
  } catch (error) {
    // The guild lost its boosts, or counts otherwise than it says.
    if (!(error instanceof DiscordError) || !tooLarge.has(error.json ?? 0)) throw error;
    return withFiles(parts, request, to, true, signal);
  }
}

async function withFiles(
  parts: SendParts,
  request: CreateRequest,
  to: ConversationRef,
  isNarrow: boolean,
  signal: AbortSignal,
): Promise<Sent> {
  const { files: orders = [] } = request;
  // A webhook's token is all it needs; the bot itself needs a right.
  const isBarred = request.puppet === undefined && !mayNow(parts, to, "attach");
  const fitted = isBarred
    ? orders.map((order) => inWordsAlone(parts.context, order))
    : await fitFiles(parts.context, orders, isNarrow, signal);
  try {
    const sent = request.voice && (await asVoice(parts, request, fitted, to, signal));
    return sent || (await asFiles(parts, request, fitted, to, signal));
  } finally {
    releaseAll(fitted);
  }
}

async function asFiles(
  parts: SendParts,
  request: CreateRequest,
  fitted: readonly FittedFile[],
  to: ConversationRef,
  signal: AbortSignal,
): Promise<Sent> {
  const letter: Letter = { ...letterOf(request), ...pack(request.content, fitted) };
  const sent = await post(parts, request, letter, to, signal);
  const plain = request.hash?.replace(/^voice:/, "files:") ?? "";
  const hash = withForms(
    plain,
    fitted.map(({ form }) => form),
  );
  return hash === request.hash || hash === "" ? sent : { ...sent, hash };
}

/** Undefined where it has to be a plain sound. */
async function asVoice(
  parts: SendParts,
  request: CreateRequest,
  fitted: readonly FittedFile[],
  to: ConversationRef,
  signal: AbortSignal,
): Promise<Sent | undefined> {
  const [file] = fitted;
  const voice = file?.form === "file" ? voiceEntry(file) : undefined;
  if (!voice || !mayNow(parts, to, "voice")) return undefined;
  const { attachments, uploads } = pack("", fitted);
  // Discord, resources/message, Voice Messages: one sound and nothing beside it.
  const entries = attachments.map(({ id, filename = "" }) => ({ id, filename, ...voice }));
  const flags = (request.flags ?? 0) | isVoiceMessage;
  try {
    return await post(parts, request, { content: "", flags, attachments: entries, uploads }, to, signal);
  } catch (error) {
    if (error instanceof DiscordError && noVoice.has(error.json ?? 0)) return undefined;
    throw error;
  }
}
