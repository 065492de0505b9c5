// Says which rights the bot lacks in a bridged channel, and how it is added to a guild; `account.ts` asks once for each.

import type { PlatformContext } from "../../../bridge/platform.ts";
import type { GuildDirectory } from "./guild-directory.ts";
import { isThread } from "./guild-store.ts";
import { installLink } from "./install-link.ts";
import { missingRights } from "./permissions.ts";

export interface ReportParts {
  readonly context: Pick<PlatformContext, "log" | "texts">;
  readonly directory: Pick<GuildDirectory, "channel" | "permissions" | "self">;
}

/** Logs one warning with the names of the rights, or none. */
export function reportRights({ context, directory }: ReportParts, id: string, inThread: boolean): void {
  const { log, texts } = context;
  const entry = directory.channel(id);
  if (entry === undefined) return;
  if (isThread(entry)) {
    const values = { channel: id, parent: entry.parent ?? "?" };
    log.warn({ channel: id }, texts("discord-account.channel.is-thread", values));
    return;
  }
  const bits = directory.permissions(id);
  const missing = bits === undefined ? [] : missingRights(bits, inThread);
  if (missing.length === 0) return;
  const rights = missing.map((right) => texts(`discord-account.right.${right}`)).join(", ");
  const link = installLink(directory.self.applicationId);
  log.warn({ channel: id }, texts("discord-account.channel.rights", { channel: entry.name, rights, link }));
}

/** The bot is in no guild: the link with which it is added. */
export function reportNoGuild({ context: { log, texts }, directory }: ReportParts): void {
  const link = installLink(directory.self.applicationId);
  log.warn({}, texts("discord-account.no-guild", { link }));
}
