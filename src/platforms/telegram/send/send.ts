// Sends every frozen request of ours in its own way; the account hands it to the bridge as `send`.

import type { Call, Sent } from "../../../model/delivery.ts";
import { PlatformError } from "../../../model/errors.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import { placeNow, sentOf, type TelegramApi, tolerant } from "../api/api.ts";
import { badReaction, mediaForbidden } from "../errors.ts";
import { pollWords } from "../render/poll.ts";
import { type ReactRequest, type TelegramRequest, thawed } from "../request.ts";
import { bury, editFiles } from "./edit-files.ts";
import { sendFiles } from "./files.ts";
import type { FileParts } from "./outgoing-file.ts";

interface SenderParts extends FileParts {
  readonly api: TelegramApi;
  /** Chat -> emoji that were refused there. */
  readonly refused: Map<string, Set<string>>;
}

type Send = (call: Call, to: ConversationRef, signal: AbortSignal) => Promise<Sent | undefined>;

/** As `Platform.send` promises. */
export function createSender(parts: SenderParts): Send {
  return async (call, to, signal) => {
    const request = thawed(call.request);
    switch (request.kind) {
      case undefined:
        return request.method === "sendPoll"
          ? await sendPoll(parts, call, request, to, signal)
          : await parts.api.send(call, to, signal);
      case "files":
        return await sendFiles(parts, request, to, signal);
      case "edit-files":
        return void (await tolerant(call, editFiles(parts, request, signal)));
      case "tombstone":
        return void (await tolerant(call, bury(parts, request, signal)));
      case "react":
        return void (await tolerant(call, react(parts, request, to, signal)));
    }
  };
}

/** Where no polls may be made, this one is told. */
async function sendPoll(
  { api, texts }: SenderParts,
  call: Call,
  { payload }: TelegramRequest,
  to: ConversationRef,
  signal: AbortSignal,
): Promise<Sent | undefined> {
  try {
    return await api.send(call, to, signal);
  } catch (error) {
    if (!(error instanceof PlatformError) || error.code !== mediaForbidden) throw error;
    const words = { ...pollWords(payload, texts), ...placeNow(call, to) };
    const sent = sentOf(await api.post("sendMessage", words, signal), to);
    return sent && { ...sent, hash: call.hash.replace(/^poll:/, "card:") };
  }
}

/** What nobody may set is left out: the line below the message names it all the same. */
async function react(
  { api, refused }: SenderParts,
  { payload, emoji }: ReactRequest,
  to: ConversationRef,
  signal: AbortSignal,
): Promise<void> {
  for (const each of emoji.length > 0 ? emoji : [undefined]) {
    const reaction = each === undefined ? [] : [{ type: "emoji", emoji: each }];
    try {
      await api.post("setMessageReaction", { ...payload, reaction }, signal);
      return;
    } catch (error) {
      if (!(error instanceof PlatformError) || error.code !== badReaction) throw error;
      if (each === undefined) return;
      refused.set(to.id, (refused.get(to.id) ?? new Set()).add(each));
    }
  }
}
