// Takes in each event of the Gateway: what the account learns from it, and what must be stored; `index.ts` hands it to the Gateway.

import type { PlatformContext } from "../../../bridge/platform.ts";
import type { RawUpdate } from "../../../model/delivery.ts";
import type { GuildDirectory } from "../account/guild-directory.ts";
import { createDeeds, type Deeds } from "../social/deeds.ts";
import { type Dispatch, heardKey, isBlank, isPrivateTalk, journalKey, privateKey } from "./dispatch.ts";
import { createHearing } from "./hearing.ts";
import { createRecall } from "./recall.ts";
import { typingOf } from "./typing.ts";

export interface ReceiverParts {
  readonly context: Pick<
    PlatformContext,
    "account" | "clock" | "log" | "texts" | "conversations" | "typing" | "robot"
  >;
  readonly directory: GuildDirectory;
  readonly deeds?: Deeds;
}

/** Notes the event in the directory, shows who writes, and gives the update to store, if it must be. */
export function createReceiver({
  context,
  directory,
  deeds = createDeeds(context.clock),
}: ReceiverParts): (event: Dispatch, session: string) => Omit<RawUpdate, "position"> | undefined {
  const { account } = context;
  const recall = createRecall(directory);
  const alarm = createAlarm(context);
  const hearing = context.robot && createHearing({ directory, deeds });
  return (event, session) => {
    const news = recall.newsIn(event);
    const bridged = context.conversations();
    const hear = hearing?.(event, bridged);
    directory.note(event.t, event.d);
    const heard = hear?.();
    const typing = typingOf(event, bridged, { account, directory });
    if (typing) context.typing(typing);
    const isPrivate = context.robot !== undefined && isPrivateTalk(event, directory);
    const own = isPrivate
      ? privateKey(event)
      : journalKey({ ...event, ...news }, session, bridged, directory);
    const key = own ?? (heard && heardKey(event, session));
    if (key === undefined) return undefined;
    alarm(event);
    // What concerns the robot alone is not the event itself: of that nothing else is read.
    const told = own === undefined ? { t: "HEARD", d: {} } : { t: event.t, d: event.d, ...news };
    const body = JSON.stringify({ ...told, ...(heard && { heard }) });
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
