// Tells from the Gateway's events where a right may have come back or an obstacle gone; pure, `index.ts` asks.

import type { ConversationRef } from "../../../model/refs.ts";
import type { Dispatch } from "../gateway/dispatch.ts";
import type { Directory } from "./directory.ts";

interface ChangeData {
  readonly id?: string;
  readonly guild_id?: string;
  readonly user?: { readonly id: string };
}

/** The bridged conversations that are worth another attempt at once. */
export function freedBy(
  { t, d }: Pick<Dispatch, "t" | "d">,
  bridged: readonly ConversationRef[],
  directory: Directory,
): readonly ConversationRef[] {
  const data = d as ChangeData;
  const inGuild = (guild: string | undefined) =>
    bridged.filter(({ id }) => guild !== undefined && directory.channel(id)?.guild === guild);
  switch (t) {
    case "GUILD_CREATE":
    case "GUILD_UPDATE":
      return inGuild(data.id);
    case "GUILD_ROLE_UPDATE":
    case "GUILD_ROLE_DELETE":
    case "THREAD_LIST_SYNC":
      return inGuild(data.guild_id);
    case "GUILD_MEMBER_UPDATE":
      return data.user?.id === directory.self.userId ? inGuild(data.guild_id) : [];
    case "CHANNEL_UPDATE":
      return bridged.filter(({ id }) => id === data.id);
    // The second also comes when the bot is added to a private thread.
    case "THREAD_UPDATE":
    case "THREAD_CREATE":
      return bridged.filter(({ thread }) => thread !== undefined && thread === data.id);
    default:
      return [];
  }
}
