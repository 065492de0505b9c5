// Sends the requests that the renderers made, each in its own way; `index.ts` hands it to the lanes.

import type { Call, Sent } from "../../../model/delivery.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import type { DiscordRequest } from "../request.ts";
import { changeThread, endPoll, pin, react } from "./act.ts";
import { create } from "./create.ts";
import { edit, remove } from "./edit.ts";
import { inOpenThread } from "./open-thread.ts";
import type { SendParts } from "./parts.ts";

export interface Api {
  /** A create answers with the new message. @throws DiscordError */
  send(call: Call, to: ConversationRef, signal: AbortSignal): Promise<Sent | undefined>;
}

export function createApi(parts: SendParts): Api {
  return {
    async send(call, to, signal) {
      const request = call.request as unknown as DiscordRequest;
      // What is done to a thread itself would open it again.
      const thread = request.kind === "thread" ? undefined : request.thread;
      return inOpenThread(parts.rest, thread, signal, () => sendOnce(parts, request, to, signal));
    },
  };
}

async function sendOnce(
  parts: SendParts,
  request: DiscordRequest,
  to: ConversationRef,
  signal: AbortSignal,
): Promise<Sent | undefined> {
  switch (request.kind) {
    case "create":
      return create(parts, request, to, signal);
    case "edit":
      return edit(parts, request, to, signal);
    case "delete":
      return void (await remove(parts, request, signal));
    case "react":
      return void (await react(parts, request, signal));
    case "pin":
      return void (await pin(parts, request, signal));
    case "poll-end":
      return void (await endPoll(parts, request, signal));
    case "thread":
      return void (await changeThread(parts, request, signal));
  }
}
