// Takes in each event of the Gateway: what the account learns from it, and what must be stored; `index.ts` hands it to the Gateway.

import type { PlatformContext } from "../../bridge/platform.ts";
import type { RawUpdate } from "../../model/delivery.ts";
import { type Dispatch, isBlank, journalKey } from "./dispatch.ts";
import type { GuildDirectory } from "./guild-directory.ts";
import { createRecall } from "./recall.ts";
import { typingOf } from "./typing.ts";

export interface ReceiverParts {
  readonly context: Pick<PlatformContext, "account" | "clock" | "log" | "texts" | "conversations" | "typing">;
  readonly directory: GuildDirectory;
}

/** Notes the event in the directory, shows who writes, and gives the update to store, if it must be. */
export function createReceiver({
  context,
  directory,
}: ReceiverParts): (event: Dispatch, session: string) => Omit<RawUpdate, "position"> | undefined {
  const { account } = context;
  const recall = createRecall(directory);
  const alarm = createAlarm(context);
  return (event, session) => {
    const news = recall.newsIn(event);
    directory.note(event.t, event.d);
    const bridged = context.conversations();
    const typing = typingOf(event, bridged, { account, directory });
    if (typing) context.typing(typing);
    const key = journalKey({ ...event, ...news }, session, bridged, directory);
    if (key === undefined) return undefined;
    alarm(event);
    const body = JSON.stringify({ t: event.t, d: event.d, ...news });
    return { account, key, body, receivedAt: context.clock.now() };
  };
}

/** Says once that messages arrive empty, which is how a switched-off MESSAGE_CONTENT shows. */
function createAlarm({ log, texts }: ReceiverParts["context"]): (event: Dispatch) => void {
  let said = false;
  return (event) => {
    if (said || !isBlank(event)) return;
    said = true;
    log.error({ type: event.t }, texts("discord-account.content-empty"));
  };
}
