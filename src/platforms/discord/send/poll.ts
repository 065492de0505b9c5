// Asks a poll as the bot, or tells it in words where Discord takes none; `create.ts` calls it.

import type { Sent } from "../../../model/delivery.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import { type RichText, text } from "../../../model/rich-text.ts";
import { DiscordError, missingPermissions } from "../errors.ts";
import { renderMarkdown } from "../markdown/render.ts";
import { cutContent } from "../render/create-part.ts";
import { hashOf } from "../render/form-hash.ts";
import type { CreateRequest, PollOrder } from "../request.ts";
import { mayNow, type SendParts } from "./parts.ts";
import { letterOf, postAsBot } from "./post.ts";

/** @throws DiscordError */
export async function createPoll(
  parts: SendParts,
  request: CreateRequest,
  poll: PollOrder,
  to: ConversationRef,
  signal: AbortSignal,
): Promise<Sent> {
  if (mayNow(parts, to, "polls")) {
    try {
      return await postAsBot(parts, request, { ...letterOf(request), poll }, to, signal);
    } catch (error) {
      if (!isOfPolls(error)) throw error;
    }
  }
  const head = parts.context.texts("bridge.attachment.poll");
  const content = cutContent(`${request.content}\n${renderMarkdown(inWords(poll, head))}`);
  const sent = await postAsBot(parts, request, { ...letterOf(request), content }, to, signal);
  return { ...sent, hash: hashOf({ content }) };
}

/** When it is not the poll that was refused, the words will be refused, too. */
function isOfPolls(error: unknown): boolean {
  if (!(error instanceof DiscordError)) return false;
  return error.fate.kind === "refused" || error.json === missingPermissions;
}

function inWords({ question, answers }: PollOrder, head: string): RichText {
  const items = answers.map(({ poll_media: media }): RichText => [text(media.text)]);
  return [text(`${head} · ${question.text}`), { kind: "list", ordered: false, items }];
}
